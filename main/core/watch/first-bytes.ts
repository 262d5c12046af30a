/**
 * Looks into the first bytes of files that are to become frames of groups, several at a time. Used by the run of a folder
 * and by dry runs.
 */

import { UploaderError } from '../errors.ts';
import { HEAD_BYTES, mediaType, sniff } from '../media/index.ts';
import { foreignType, otherType } from '../refusals.ts';
import { lookIntoDicom } from '../series.ts';
import { imageSize } from './dimensions.ts';
import type { GroupFrame } from './groups.ts';
import { split } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { FrameMedia } from './rules.ts';

/** Sizes of images stand in so many first bytes, mostly. */
export const SIZE_BYTES = 32 * 1024;
const READ_AT_ONCE = 8;

/** What a group is told of a frame. */
export type Frame = Pick<GroupFrame, 'format' | 'dimensions'>;

/**
 * What a file (relative) is as a frame, or why it is none. Of fewer than `SIZE_BYTES` bytes the size may stay unknown. Throws
 * like `WatchDisk.read`.
 */
export async function frameOf(
  disk: WatchDisk,
  path: string,
  media: FrameMedia,
  bytes: number = SIZE_BYTES,
): Promise<Frame | UploaderError> {
  const head = await disk.read(path, 0, bytes);
  const { name } = split(path);
  const found = sniff(head.subarray(0, HEAD_BYTES), name);
  if (found.kind === 'taken' && media === 'dicom' && found.media.id === 'dicom') {
    const tags = await lookIntoDicom((wanted) => disk.read(path, 0, wanted));
    return tags instanceof UploaderError ? tags : { format: found.format.mime, dimensions: null };
  }
  if (found.kind === 'taken' && media !== 'dicom' && found.media.id === 'image') {
    return { format: found.format.mime, dimensions: imageSize(head) };
  }
  return found.kind === 'foreign' ? foreignType(name, found.format) : otherType(found, mediaType(media));
}

export function isFrame(found: Frame | UploaderError): found is Frame {
  return !(found instanceof UploaderError);
}

/** Does the work for each, a few at a time, in their order, until `ended` says so. Rejects with the first error. */
export async function fewAtOnce<T>(
  all: readonly T[],
  work: (one: T, index: number) => Promise<void>,
  ended: () => boolean = () => false,
): Promise<void> {
  let next = 0;
  const go = async (): Promise<void> => {
    while (next < all.length && !ended()) {
      const index = next++;
      await work(all[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, go));
}

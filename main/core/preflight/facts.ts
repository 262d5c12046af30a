/**
 * What preflight looks at in a file: plain facts of its media, as far as a glance shows them. Called by `preflight.ts`;
 * nothing in a file is trusted, and what cannot be read stays unknown.
 */

import { OutOfBudget, type ReadBytes, Source } from '../watch/containers/source.ts';
import { imageSize } from '../watch/dimensions.ts';
import { matroskaFacts } from './matroska.ts';
import { movieFacts } from './movie.ts';

export interface VideoFacts {
  readonly kind: 'video';
  /** Four letters of MP4 and MOV, or the id of Matroska; null where no video track was found. */
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly frames: number | null;
  readonly durationSeconds: number | null;
  /** Whether all frames stay equally long; null where the file does not tell. */
  readonly constantRate: boolean | null;
}

export interface ImageFacts {
  readonly kind: 'image';
  readonly width: number;
  readonly height: number;
}

export type Facts = VideoFacts | ImageFacts;

/** Enough for a camera's notes and thumbnail before the frame of a JPEG. */
const IMAGE_BYTES = 128 * 1024;

/** Null where nothing is known of such files, or nothing could be read. Throws what reading throws. */
export async function readFacts(mime: string, size: number, read: ReadBytes): Promise<Facts | null> {
  try {
    switch (mime) {
      case 'video/mp4':
      case 'video/quicktime':
        return await movieFacts(new Source(read, size));
      case 'video/webm':
      case 'video/x-matroska':
        return await matroskaFacts(new Source(read, size));
      default:
        return mime.startsWith('image/') ? await imageFacts(size, read) : null;
    }
  } catch (thrown) {
    if (thrown instanceof OutOfBudget) return null;
    throw thrown;
  }
}

async function imageFacts(size: number, read: ReadBytes): Promise<ImageFacts | null> {
  const first = imageSize(await read(0, Math.min(size, 1_024)));
  const found = first ?? (size > 1_024 ? imageSize(await read(0, Math.min(size, IMAGE_BYTES))) : null);
  return found && { kind: 'image', ...found };
}

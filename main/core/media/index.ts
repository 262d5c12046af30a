/**
 * The list of media types and what is asked of all of them. A new media type is one file beside this one and one
 * line here. Called by the planner, the routes and the views of pages and command line.
 */

import type { MediaId } from '../model.ts';
import { nameForeign } from './foreign.ts';
import { image } from './image.ts';
import { imageGroup } from './image-group.ts';
import { imageSequence } from './image-sequence.ts';
import type { Format, MediaType } from './media-type.ts';
import { video } from './video.ts';

export { type Format, HEAD_BYTES, type MediaType } from './media-type.ts';

/** Every media type, in the order in which pages name them. */
export const MEDIA_TYPES: readonly MediaType[] = [video, image, imageGroup, imageSequence];

const BY_ID: Readonly<Record<MediaId, MediaType>> = {
  video,
  image,
  'image-group': imageGroup,
  'image-sequence': imageSequence,
};

export function mediaType(id: MediaId): MediaType {
  return BY_ID[id];
}

/** Whether the files of one folder are one unit, its frames, instead of a unit each. */
export function hasFrames(id: MediaId): boolean {
  return BY_ID[id].grouping === 'folder';
}

export type Sniffed =
  /** `media` is the type that takes the file as a unit of its own. */
  | { readonly kind: 'taken'; readonly media: MediaType; readonly format: Format }
  /** Nothing takes it; `format` is null where nobody knows what it is. */
  | { readonly kind: 'foreign'; readonly format: Format | null };

/** What a file is by its first bytes (`HEAD_BYTES` of them, or all of a smaller file); names play no part. */
export function sniff(head: Uint8Array): Sniffed {
  for (const media of MEDIA_TYPES) {
    if (media.grouping !== 'file') continue;
    const format = media.sniff(head);
    if (format) return { kind: 'taken', media, format };
  }
  return { kind: 'foreign', format: nameForeign(head) };
}

/** What the program takes, as the end of a sentence: "MP4, … videos, and JPEG, … images". */
export function takenFormats(): string {
  const each = MEDIA_TYPES.filter((media) => media.grouping === 'file').map((media) => media.takes);
  return each.join(', and ');
}

/** The media type that the name's extension promises, which its content may not keep; null where it promises none. */
export function promisedBy(name: string): MediaType | null {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined) return null;
  return MEDIA_TYPES.find((media) => media.extensions.includes(extension)) ?? null;
}

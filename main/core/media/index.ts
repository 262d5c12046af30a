/**
 * The list of media types and what is asked of all of them. A new media type is one file beside this one and one
 * line here. Called by the planner, the routes and the views of pages and command line.
 */

import type { MediaId } from '../model.ts';
import { audio } from './audio.ts';
import { dicom } from './dicom.ts';
import { nameForeign } from './foreign.ts';
import { image } from './image.ts';
import { imageGroup } from './image-group.ts';
import { imageSequence } from './image-sequence.ts';
import type { Format, MediaType } from './media-type.ts';
import { nifti } from './nifti.ts';
import { pdf } from './pdf.ts';
import { text } from './text.ts';
import { video } from './video.ts';

export { isFrameOfSequence } from './image-sequence.ts';
export { type Format, HEAD_BYTES, type MediaType, type UploadList } from './media-type.ts';

const BY_ID: Readonly<Record<MediaId, MediaType>> = {
  video,
  image,
  'image-group': imageGroup,
  'image-sequence': imageSequence,
  audio,
  dicom,
  nifti,
  pdf,
  text,
};

/** Every media type, in the order in which pages name them. */
export const MEDIA_TYPES: readonly MediaType[] = Object.values(BY_ID);

/**
 * In the order in which a file is asked for them. The mark of DICOM stands behind space in which a TIFF may begin, and
 * text has no signature of its own.
 */
const BY_CONTENT: readonly MediaType[] = [dicom, video, image, audio, nifti, pdf, text];
/** In the order in which people are told of them. */
const IN_WORDS: readonly MediaType[] = [video, image, audio, dicom, nifti, pdf, text];

export function mediaType(id: MediaId): MediaType {
  return BY_ID[id];
}

/** Whether several files are one unit, its frames, instead of a unit each. */
export function hasFrames(id: MediaId): boolean {
  return BY_ID[id].grouping !== 'file';
}

/** A count for each media type, of none. */
export function noUnits(): Record<MediaId, number> {
  return Object.fromEntries(MEDIA_TYPES.map(({ id }) => [id, 0])) as Record<MediaId, number>;
}

export type Sniffed =
  /** `media` is the type that takes the file: as a unit of its own, or as one of a series. */
  | { readonly kind: 'taken'; readonly media: MediaType; readonly format: Format }
  /** Nothing takes it; `format` is null where nobody knows what it is. */
  | { readonly kind: 'foreign'; readonly format: Format | null };

/**
 * What a file is by its first bytes (`HEAD_BYTES` of them, or all of a smaller file). Its base name plays a part only
 * where bytes do not tell: of packed volumes, and of text, which is taken unless its name promises another type.
 */
export function sniff(head: Uint8Array, name: string): Sniffed {
  for (const media of BY_CONTENT) {
    const format = media.sniff(head, name);
    if (format && !(media === text && isPromisedElse(name))) return { kind: 'taken', media, format };
  }
  return { kind: 'foreign', format: nameForeign(head) };
}

/** What the program takes, as the end of a sentence: "MP4, … videos, JPEG, … images, … and text files". */
export function takenFormats(): string {
  const each = IN_WORDS.map((media) => media.takes);
  return `${each.slice(0, -1).join('; ')}; and ${each.at(-1)}`;
}

/** The media type that the name's extension promises, which its content may not keep; null where it promises none. */
export function promisedBy(name: string): MediaType | null {
  const extension = /\.(nii\.gz|[^.]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined) return null;
  return MEDIA_TYPES.find((media) => media.extensions.includes(extension)) ?? null;
}

function isPromisedElse(name: string): boolean {
  const promised = promisedBy(name);
  return promised !== null && promised !== text;
}

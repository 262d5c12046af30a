/**
 * Looks at stored bytes as the server would: is the file what it was registered as, and what is known of it?
 * Own code on purpose: it must not share a mistake with the program under test. Called by units/.
 */

import type { MediaFacts } from '../store/items.ts';
import type { GrantType } from '../store/objects.ts';
import { inspectAudio } from './audio.ts';
import { inspectAvif, looksLikeAvif } from './avif.ts';
import { inspectBmp, looksLikeBmp } from './bmp.ts';
import { inspectPdf, inspectText } from './documents.ts';
import { inspectJpeg, looksLikeJpeg } from './jpeg.ts';
import { inspectMatroska, looksLikeMatroska } from './matroska.ts';
import { inspectDicom, inspectNifti } from './medical.ts';
import { inspectMp4, looksLikeMp4 } from './mp4.ts';
import { inspectPng, looksLikePng } from './png.ts';
import { MediaFile, NotMedia } from './reader.ts';
import { inspectTiff, looksLikeTiff } from './tiff.ts';
import { inspectWebp, looksLikeWebp } from './webp.ts';

type Inspector = (file: MediaFile) => Promise<MediaFacts>;

const VIDEO: readonly [(head: Buffer) => boolean, Inspector][] = [
  [looksLikeMatroska, inspectMatroska],
  [looksLikeMp4, inspectMp4],
];

const IMAGE: readonly [(head: Buffer) => boolean, Inspector][] = [
  [looksLikePng, inspectPng],
  [looksLikeJpeg, inspectJpeg],
  [looksLikeWebp, inspectWebp],
  [looksLikeAvif, inspectAvif],
  [looksLikeBmp, inspectBmp],
  [looksLikeTiff, inspectTiff],
];

function firstThatFits(formats: typeof VIDEO, refusal: string): Inspector {
  return async (file) => {
    const head = Buffer.from(await file.read(0, 64));
    const format = formats.find(([looksLike]) => looksLike(head));
    if (!format) throw new NotMedia(refusal);
    return format[1](file);
  };
}

const INSPECTORS: Record<GrantType, Inspector> = {
  video: firstThatFits(VIDEO, 'The file is not a supported video (mp4, mov, webm, mkv).'),
  image: firstThatFits(IMAGE, 'The file is not a supported image (jpeg, png, webp, avif, bmp, tiff).'),
  audio: inspectAudio,
  dicomFile: inspectDicom,
  nifti: inspectNifti,
  plainText: inspectText,
  pdf: inspectPdf,
};

/** @throws NotMedia when the file at `path`, of `size` bytes, is not a complete medium of this type */
export async function inspectMedia(type: GrantType, path: string, size: number): Promise<MediaFacts> {
  return MediaFile.with(path, size, async (file) => {
    if (file.size === 0) throw new NotMedia('The file is empty.');
    try {
      return await INSPECTORS[type](file);
    } catch (error) {
      // Reading a number outside a buffer: the structure promises more than the file holds.
      if (error instanceof RangeError) throw new NotMedia('The file is damaged or truncated.');
      throw error;
    }
  });
}

/** PDF (mark and end) and plain text (valid UTF-8 without NUL). */

import type { MediaFacts } from '../store/items.ts';
import { facts, type MediaFile, NotMedia } from './reader.ts';

/** @throws NotMedia */
export async function inspectPdf(file: MediaFile): Promise<MediaFacts> {
  const head = await file.read(0, 1024);
  if (!head.includes('%PDF-')) throw new NotMedia('The file is not a PDF file.');
  const tail = await file.read(Math.max(0, file.size - 2048), 2048);
  if (!tail.includes('%%EOF')) throw new NotMedia('The PDF has no end mark: it is truncated.');
  return facts('application/pdf');
}

const SAMPLE_BYTES = 64 * 1024;

/** @throws NotMedia */
export async function inspectText(file: MediaFile): Promise<MediaFacts> {
  const sample = await file.read(0, SAMPLE_BYTES);
  if (sample.includes(0)) throw new NotMedia('The file is not a text file.');
  try {
    // `stream`: a character that the sample cuts in two is no error.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: file.size > SAMPLE_BYTES });
  } catch {
    throw new NotMedia('The text is not UTF-8.');
  }
  const start = sample.toString('utf8', 0, 256).trimStart().toLowerCase();
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return facts('text/html');
  if (start.startsWith('<?xml')) return facts('application/xml');
  return facts(start.startsWith('{') || start.startsWith('[') ? 'application/json' : 'text/plain');
}

/**
 * The keys by which the store finds the same files and the same content again. Called by the files of this folder.
 */

import { hash } from 'node:crypto';
import type { MediaId } from '../../core/model.ts';

type Paths = readonly { readonly path: string }[];

const HALF = 2 ** 24;

/**
 * A number for a media type with its paths in order: 48 bits, so that it fits a JavaScript number and a small index.
 * Its upper half is that of the first file's folder: so the files of one folder stand together in the index, and adding
 * a million of them does not write all of its pages again and again.
 * Sizes and times are not in it, because a file that changes before it is sent is still this unit's. Equal keys are
 * compared in full before anything is believed.
 */
export function identityKey(media: MediaId, items: Paths): number {
  const text = identityText(media, items);
  const [first] = items;
  return upperHalf(first === undefined ? '' : folderOf(first.path)) * HALF + digest(text).readUIntBE(0, 3);
}

/** The key that version 1 of the database wrote for the same unit. */
export function formerIdentityKey(media: MediaId, items: Paths): number {
  return digest(identityText(media, items)).readUIntBE(0, 6);
}

/** The dedupe key: SHA-256 over the media type and the ordered content hashes. */
export function contentKey(media: MediaId, hashes: readonly string[]): Buffer {
  return digest([media, ...hashes].join('\n'));
}

function identityText(media: MediaId, items: Paths): string {
  let text: string = media;
  for (const item of items) text += `\0${item.path}`;
  return text;
}

/** Files come folder by folder, so that of the last one is asked for again and again. */
let lastFolder: { readonly folder: string; readonly half: number } | null = null;

function upperHalf(folder: string): number {
  if (lastFolder?.folder !== folder) lastFolder = { folder, half: digest(folder).readUIntBE(0, 3) };
  return lastFolder.half;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

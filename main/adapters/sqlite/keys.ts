/**
 * The keys by which the store finds the same files and the same content again. Called by the files of this folder.
 */

import { hash } from 'node:crypto';
import type { MediaId } from '../../core/model.ts';

/**
 * A number for a media type with its paths in order: 48 bits, so that it fits a JavaScript number and a small index.
 * Sizes and times are not in it, because a file that changes before it is sent is still this unit's. Equal keys are
 * compared in full before anything is believed.
 */
export function identityKey(media: MediaId, items: Iterable<{ readonly path: string }>): number {
  let text: string = media;
  for (const item of items) text += `\0${item.path}`;
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}

/** The dedupe key: SHA-256 over the media type and the ordered content hashes. */
export function contentKey(media: MediaId, hashes: readonly string[]): Buffer {
  return hash('sha256', [media, ...hashes].join('\n'), 'buffer');
}

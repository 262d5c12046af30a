/**
 * The keys by which the store finds the same files and the same content again. Called by the files of this folder.
 */

import { hash } from 'node:crypto';
import type { FileIdentity, MediaId } from '../../core/model.ts';

/**
 * A number for a media type with its paths, sizes and times in order: 48 bits, so that it fits a JavaScript
 * number and a small index. Equal keys are compared in full before anything is believed.
 */
export function identityKey(
  media: MediaId,
  items: Iterable<{ readonly path: string; readonly identity: FileIdentity }>,
): number {
  let text: string = media;
  for (const item of items) text += `\0${item.path}\0${item.identity.size}\0${item.identity.mtimeMs}`;
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}

/** The dedupe key: SHA-256 over the media type and the ordered content hashes. */
export function contentKey(media: MediaId, hashes: readonly string[]): Buffer {
  return hash('sha256', [media, ...hashes].join('\n'), 'buffer');
}

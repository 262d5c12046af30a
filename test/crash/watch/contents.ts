/** Small images and videos, each with bytes of its own. Used by the writer of the crash harness of watch folders. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePng } from '../../fixtures/png.ts';
import type { Chance } from '../random.ts';

const MEDIA = join(import.meta.dirname, '..', '..', 'fixtures', 'media');
const VIDEOS = ['experiment.mp4', 'video.mp4', 'culture.mp4'].map((name) => readFileSync(join(MEDIA, name)));
const BOX_HEADER_BYTES = 8;

export function image(chance: Chance, most = 60_000): Buffer {
  return makePng({ seed: chance.between(1, 2 ** 30), bytes: chance.between(300, most) });
}

/** A video with a `free` box behind it, which players skip. */
export function video(chance: Chance): Buffer {
  const padding = chance.between(16, chance.happens(0.2) ? 900_000 : 60_000);
  const noise = createHash('shake256', { outputLength: padding })
    .update(`video ${chance.between(1, 2 ** 30)}`)
    .digest();
  const header = Buffer.alloc(BOX_HEADER_BYTES);
  header.writeUInt32BE(BOX_HEADER_BYTES + padding, 0);
  header.write('free', 4, 'latin1');
  return Buffer.concat([chance.pick(VIDEOS), header, noise]);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

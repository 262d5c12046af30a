/**
 * Files of one wave of a round, each with contents of its own, and what must be in the dataset in the end. Used by the
 * crash harness.
 */

import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { makePng } from '../fixtures/png.ts';
import { padMp4 } from '../fixtures/sample.ts';
import type { Chance } from './random.ts';

const VIDEO = join(import.meta.dirname, '..', 'fixtures', 'media', 'experiment.mp4');
const VIDEO_BYTES = readFileSync(VIDEO).length;
/** What a box begins with. */
const BOX_BYTES = 16;

export interface Expected {
  readonly title: string;
  readonly type: 'VIDEO' | 'IMAGE' | 'IMG_GROUP';
  /** One; of a group those of its frames, in order. */
  readonly sha256s: readonly string[];
}

/** Most bytes that a file is sent in at once, where its upload is resumable. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * Writes one video, one or two images and one group; `label` is part of each title.
 *
 * @param large the video is to be sent in several chunks, where chunks are what it is sent in
 */
export async function writeWave(
  folder: string,
  label: string,
  chance: Chance,
  large: boolean,
): Promise<Expected[]> {
  mkdirSync(folder, { recursive: true });
  const expected: Expected[] = [];
  const video = join(folder, `video-${label}.mp4`);
  const padding = large
    ? chance.between(CHUNK_BYTES, 2.5 * CHUNK_BYTES)
    : chance.between(1, chance.happens(0.25) ? 1_500_000 : 400_000);
  await padMp4(VIDEO, video, VIDEO_BYTES + BOX_BYTES + padding);
  await fill(video, VIDEO_BYTES + BOX_BYTES, padding, chance);
  expected.push({ title: `video-${label}.mp4`, type: 'VIDEO', sha256s: [sha256(readFileSync(video))] });

  const image = (path: string, most: number): string => {
    const bytes = makePng({ seed: chance.between(1, 2 ** 30), bytes: chance.between(300, most) });
    writeFileSync(path, bytes);
    return sha256(bytes);
  };
  for (let index = chance.between(1, 2); index > 0; index -= 1) {
    const title = `image-${label}-${index}.png`;
    expected.push({ title, type: 'IMAGE', sha256s: [image(join(folder, title), 200_000)] });
  }
  const title = `group-${label}`;
  mkdirSync(join(folder, title));
  const sha256s: string[] = [];
  const frames = chance.between(2, 8);
  for (let frame = 1; frame <= frames; frame += 1) {
    sha256s.push(image(join(folder, title, `frame${frame}.png`), 20_000));
  }
  expected.push({ title, type: 'IMG_GROUP', sha256s });
  return expected;
}

/** Bytes that are nowhere alike: what arrives at another place than it should must show. */
async function fill(path: string, from: number, length: number, chance: Chance): Promise<void> {
  const key = Buffer.alloc(16);
  for (let at = 0; at < key.length; at += 4) key.writeUInt32BE(chance.between(0, 2 ** 32 - 1), at);
  const bytes = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, length, from);
  } finally {
    await file.close();
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

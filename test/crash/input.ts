/**
 * Files of one wave of a round, each with contents of its own, and what must be in the dataset in the end. Used by the
 * crash harness.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePng } from '../fixtures/png.ts';
import { padMp4 } from '../fixtures/sample.ts';
import type { Chance } from './random.ts';

const VIDEO = join(import.meta.dirname, '..', 'fixtures', 'media', 'experiment.mp4');
const VIDEO_BYTES = readFileSync(VIDEO).length;

export interface Expected {
  readonly title: string;
  readonly type: 'VIDEO' | 'IMAGE' | 'IMG_GROUP';
  /** One; of a group those of its frames, in order. */
  readonly sha256s: readonly string[];
}

/** Writes one video, one or two images and one group; `label` is part of each title. */
export async function writeWave(folder: string, label: string, chance: Chance): Promise<Expected[]> {
  mkdirSync(folder, { recursive: true });
  const expected: Expected[] = [];
  const video = join(folder, `video-${label}.mp4`);
  await padMp4(VIDEO, video, VIDEO_BYTES + 16 + chance.between(1, 1_500_000));
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
  const frames = chance.between(2, 12);
  for (let frame = 1; frame <= frames; frame += 1) {
    sha256s.push(image(join(folder, title, `frame${frame}.png`), 20_000));
  }
  expected.push({ title, type: 'IMG_GROUP', sha256s });
  return expected;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

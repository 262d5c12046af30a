/**
 * Files in the pieces in which cameras and recorders write them, each made different by a seed. Used by the tests of writers.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePng } from '../../fixtures/png.ts';

const MEDIA = join(import.meta.dirname, '..', '..', 'fixtures', 'media');
const BURST_BYTES = 64 * 1024;

/** A PNG of some size in bursts of 64 KB. */
export function pngInBursts(seed: number, bursts: number): Buffer[] {
  const png = makePng({ seed, bytes: bursts * BURST_BYTES });
  return Array.from({ length: Math.ceil(png.length / BURST_BYTES) }, (_, index) =>
    png.subarray(index * BURST_BYTES, (index + 1) * BURST_BYTES),
  );
}

/**
 * A live WebM: its beginning with the first cluster, then a cluster of 64 KB a piece. Its segment has no length, so it can be
 * played after each piece, and nothing in it says that it is whole.
 */
export function recording(seed: number, pieces: number): Buffer[] {
  const webm = Buffer.from(readFileSync(join(MEDIA, 'arm.webm')));
  const segment = webm.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67])) + 4;
  webm.fill(0xff, segment + 1, segment + 8);
  const first = webm.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]));
  const start = webm.subarray(0, first);
  return Array.from({ length: pieces }, (_, index) => {
    const piece = cluster(noise(`${seed} ${index}`, BURST_BYTES));
    return index === 0 ? Buffer.concat([start, piece]) : piece;
  });
}

/** An MP4 whose index stands last, as cameras write it, made different by a box that players skip. */
export function movie(seed: number): Buffer {
  const mp4 = readFileSync(join(MEDIA, 'calibration.mp4'));
  const index = mp4.indexOf('moov') - 4;
  return Buffer.concat([mp4.subarray(0, index), box('free', noise(`${seed}`, 4_000)), mp4.subarray(index)]);
}

/** The same while the camera runs: the length of its data is not known yet, and the index is missing. */
export function runningMovie(whole: Buffer): Buffer {
  const running = Buffer.from(whole.subarray(0, whole.indexOf('moov') - 4));
  running.writeUInt32BE(0, running.indexOf('mdat') - 4);
  return running;
}

function cluster(data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from([0xe7, 0x81, 0x00]), element([0xec], data)]);
  return element([0x1f, 0x43, 0xb6, 0x75], content);
}

function element(id: readonly number[], data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE((1n << 56n) | BigInt(data.length));
  return Buffer.concat([Buffer.from(id), length, data]);
}

function box(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, data]);
}

function noise(seed: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(`noise ${seed}`).digest();
}

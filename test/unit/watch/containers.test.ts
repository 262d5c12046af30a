/**
 * Whole containers are told from those that are still being written: real media, cut, reserved and filled; holes; and bytes
 * that mean harm.
 */

import { describe, expect, it } from 'vitest';
import { completenessOf } from '../../../main/core/watch/containers/index.ts';
import { MOST_BYTES, MOST_READS } from '../../../main/core/watch/containers/source.ts';
import { Chance } from '../../crash/random.ts';
import { makePng } from '../../fixtures/png.ts';
import { ascii, box, FTYP, fileOf, judged, kindOf, MEDIA, medium, payload } from './container-bytes.ts';

describe('real media', () => {
  it.each(MEDIA)('$name is complete', async ({ bytes }) => {
    expect(await judged(bytes)).toEqual({ kind: 'complete' });
  });

  it.each(MEDIA)('$name is not complete when it is cut anywhere', async ({ bytes }) => {
    const kinds = new Set<string>();
    for (let cut = 0; cut < bytes.length; cut += cut < 64 || cut > bytes.length - 64 ? 1 : 11) {
      kinds.add(await kindOf(bytes.subarray(0, cut)));
    }
    expect(kinds).toContain('incomplete');
    expect(kinds).not.toContain('complete');
  });

  it.each(MEDIA)('$name is not complete while its reserved space is filled', async ({ name, bytes }) => {
    const kinds: string[] = [];
    for (let filled = 0; filled < bytes.length - 64; filled += 64) {
      const reserved = Buffer.alloc(bytes.length);
      bytes.copy(reserved, 0, 0, filled);
      kinds.push(await kindOf(reserved));
    }
    expect(kinds[0], name).toBe('incomplete');
    expect(kinds).not.toContain('complete');
  });

  it.each(MEDIA)('$name is not complete while its beginning is missing', async ({ bytes }) => {
    const headless = Buffer.from(bytes);
    headless.fill(0, 0, 64);
    expect(await kindOf(headless)).not.toBe('complete');
  });

  it('says what is missing', async () => {
    const told = async (name: string, cut: number) => {
      const answer = await judged(medium(name).subarray(0, cut));
      return answer.kind === 'incomplete' ? answer.missing : answer.kind;
    };
    expect(await told('zoom.mov', 2_488)).toBe('its moov box is missing, which cameras write last');
    expect(await told('zoom.mov', 2_000)).toBe('its mdat box reaches 488 bytes beyond the end of the file');
    expect(await told('video.mp4', 1_080)).toBe('its mdat box is missing, which holds the data');
    expect(await told('specimen.jpg', 1_300)).toBe('its end marker is missing');
    expect(await told('specimen.jpg', 100)).toBe('its picture data is missing');
    expect(await told('lines.png', 637)).toBe('its IEND chunk is missing, which comes last');
    expect(await told('slide.tiff', 800)).toBe('its directory is missing, which is written last');
    expect(await told('dawn.webp', 265)).toBe('its RIFF chunk reaches 1 byte beyond the end of the file');
    expect(await told('stripes.bmp', 3_000)).toBe('its picture reaches 126 bytes beyond the end of the file');
    expect(await told('belt.mkv', 2_000)).toBe('its segment reaches 606 bytes beyond the end of the file');
  });
});

describe('whatever else', () => {
  it('is unknown', async () => {
    expect(await kindOf(Buffer.alloc(0))).toBe('unknown');
    expect(await kindOf(ascii('time,value\n1,2\n'))).toBe('unknown');
    expect(await kindOf(payload(5_000))).toBe('unknown');
  });

  it('is incomplete where there are only zeros yet', async () => {
    expect(await kindOf(Buffer.alloc(1))).toBe('incomplete');
    expect(await kindOf(Buffer.alloc(0), 5e9)).toBe('incomplete');
  });

  it('is doubted where there are holes, which black pixels can be too', async () => {
    const png = makePng({ seed: 1, width: 40, height: 40 });
    expect(await kindOf(png)).toBe('complete');
    const hollow = Buffer.concat([
      png.subarray(0, 33),
      box('mdat', Buffer.alloc(1)),
      Buffer.alloc(20_000),
      png.subarray(-12),
    ]);
    expect(await kindOf(hollow)).toBe('unknown');
  });

  it('passes on what reading throws, and takes a file that became shorter for incomplete', async () => {
    const gone = new Error('gone');
    await expect(completenessOf(() => Promise.reject(gone), 100)).rejects.toBe(gone);
    const file = fileOf(medium('video.mp4').subarray(0, 7_000));
    expect((await completenessOf(file.read, 7_955)).kind).not.toBe('complete');
  });
});

describe('harmful bytes', () => {
  it('make it neither throw nor read much', async () => {
    const chance = new Chance('containers');
    const numbers = [0, 1, 7, 8, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff];
    let most = 0;
    for (let round = 0; round < 4_000; round++) {
      const bytes = Buffer.from(chance.pick(MEDIA).bytes);
      for (let change = chance.between(1, 6); change > 0; change--) {
        const near = chance.happens(0.5) ? Math.min(200, bytes.length - 5) : bytes.length - 5;
        const at = chance.between(0, near);
        const how = chance.pick(['byte', 'number', 'move'] as const);
        if (how === 'byte') bytes[at] = chance.between(0, 255);
        if (how === 'number') bytes.writeUInt32BE(chance.pick(numbers), at);
        if (how === 'move') bytes.copyWithin(at, chance.between(0, near));
      }
      const cut = bytes.subarray(0, chance.happens(0.3) ? chance.between(0, bytes.length) : bytes.length);
      const file = fileOf(cut, chance.happens(0.2) ? cut.length + 10 ** chance.between(1, 12) : cut.length);
      const { kind } = await completenessOf(file.read, file.size);
      expect(['complete', 'incomplete', 'unknown']).toContain(kind);
      most = Math.max(most, file.counted.reads);
      expect(file.counted.bytes).toBeLessThanOrEqual(MOST_BYTES);
    }
    expect(most).toBeLessThanOrEqual(MOST_READS);
  });

  it.each<[string, Buffer, Buffer]>([
    ['boxes', FTYP, ascii('\0\0\0\x08free')],
    ['scans', medium('specimen.jpg').subarray(0, 700), Buffer.from([0xff, 0xda, 0, 2])],
    ['bytes of a scan', medium('specimen.jpg').subarray(0, 700), Buffer.from([0x11])],
    ['elements', Buffer.from('1a45dfa3874282847765626d', 'hex'), Buffer.from([0xec, 0x80])],
  ])('endless %s end the looking, not the program', async (_, start, repeated) => {
    const counted = { reads: 0, bytes: 0 };
    const read = async (offset: number, length: number) => {
      counted.reads++;
      counted.bytes += length;
      const shift = Math.max(0, offset - start.length) % repeated.length;
      const bytes = Buffer.alloc(length + shift, repeated).subarray(shift);
      if (offset >= start.length) return bytes;
      return Buffer.concat([start.subarray(offset), bytes]).subarray(0, length);
    };
    expect(await completenessOf(read, 1e13)).toEqual({ kind: 'unknown' });
    expect(counted.reads).toBeGreaterThan(20);
    expect(counted.reads).toBeLessThanOrEqual(MOST_READS);
    expect(counted.bytes).toBeLessThanOrEqual(MOST_BYTES);
  });
});

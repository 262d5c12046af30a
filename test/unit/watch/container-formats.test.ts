/** The corners of each container format, written by hand. */

import { describe, expect, it } from 'vitest';
import { completenessOf } from '../../../main/core/watch/containers/index.ts';
import type { Completeness } from '../../../main/core/watch/readiness.ts';
import {
  ascii,
  box,
  FTYP,
  fileOf,
  judged,
  kindOf,
  MDAT,
  MOOF,
  MOOV,
  MOVIES,
  medium,
  number,
  payload,
} from './container-bytes.ts';

describe('MP4 and MOV', () => {
  it.each(MOVIES)('$name is not complete until the length of its data is written', async ({ bytes }) => {
    const at = bytes.indexOf('mdat') - 4;
    for (const placeholder of [0, 8, 7, 0xffffffff]) {
      const early = Buffer.from(bytes);
      early.writeUInt32BE(placeholder, at);
      expect(await kindOf(early), String(placeholder)).not.toBe('complete');
    }
  });

  it('reads lengths of 64 bits, also beyond 4 GB', async () => {
    const size = 6e9;
    const start = Buffer.concat([FTYP, MOOV, number(1, 4), ascii('mdat')]);
    const length = size - (start.length - 8);
    const large = fileOf(Buffer.concat([start, number(length, 8), payload(8)]), size);
    // Nothing but zeros in it: no verdict, and no more than a glance.
    expect(await completenessOf(large.read, size)).toEqual({ kind: 'unknown' });
    expect(large.counted.reads).toBeLessThan(10);
    expect(await kindOf(Buffer.concat([start, number(length, 8)]), size - 1)).toBe('incomplete');
    const small = Buffer.concat([start, number(116, 8), payload(100)]);
    expect(await kindOf(small)).toBe('complete');
    expect(await kindOf(Buffer.concat([FTYP, number(1, 4), ascii('mdat'), number(0, 8), payload(99)]))).toBe(
      'incomplete',
    );
    small.fill(0xff, start.length, start.length + 8);
    expect(await kindOf(small)).toBe('incomplete');
  });

  it.each<[string, Buffer[], Completeness['kind']]>([
    ['data to the end, described before', [FTYP, MOOV, number(0, 4), ascii('mdat'), payload(50)], 'unknown'],
    ['data to the end, not described', [FTYP, number(0, 4), ascii('mdat'), payload(50)], 'incomplete'],
    ['fragments, which can go on', [FTYP, MOOV, MOOF, MDAT, MOOF, MDAT], 'unknown'],
    ['fragments that are cut', [FTYP, MOOV, MOOF, MDAT, MOOF, MDAT.subarray(0, 50)], 'incomplete'],
    ['fragments with their index', [FTYP, MOOV, MOOF, MDAT, box('mfra', payload(9))], 'complete'],
    ['fragments that have not begun', [FTYP, MOOV], 'incomplete'],
    ['something appended', [FTYP, MOOV, MDAT, Buffer.from([1, 2, 3])], 'unknown'],
    ['zeros appended', [FTYP, MOOV, MDAT, Buffer.alloc(500)], 'unknown'],
    ['nothing but zeros behind its data', [FTYP, MDAT, Buffer.alloc(500)], 'incomplete'],
    ['an old QuickTime file', [box('wide'), MDAT, MOOV], 'complete'],
  ])('%s', async (_, parts, kind) => expect(await kindOf(Buffer.concat(parts))).toBe(kind));
});

describe('AVIF', () => {
  it('needs its description, and its data', async () => {
    const ftyp = box('ftyp', ascii('avif'), number(0, 4), ascii('avifmif1'));
    const meta = box('meta', payload(40));
    expect(await kindOf(Buffer.concat([ftyp, meta, MDAT]))).toBe('complete');
    expect(await kindOf(Buffer.concat([ftyp, MDAT]))).toBe('incomplete');
    expect(await kindOf(Buffer.concat([ftyp, meta]))).toBe('unknown');
    expect(await kindOf(Buffer.concat([ftyp, meta, MDAT.subarray(0, 99)]))).toBe('incomplete');
  });
});

describe('PNG', () => {
  it('may have something behind its end', async () => {
    const bytes = medium('lines.png');
    expect(await kindOf(Buffer.concat([bytes, payload(5_000)]))).toBe('complete');
    expect(await kindOf(Buffer.concat([bytes.subarray(0, -12), payload(5_000)]))).not.toBe('complete');
  });

  it('is seen by its end, however many chunks it has', async () => {
    const signature = medium('lines.png').subarray(0, 33);
    const chunks = Array.from({ length: 100_000 }, () =>
      Buffer.concat([number(4, 4), ascii('IDAT'), payload(8)]),
    );
    const iend = medium('lines.png').subarray(-12);
    const whole = fileOf(Buffer.concat([signature, ...chunks, iend]));
    expect(await completenessOf(whole.read, whole.size)).toEqual({ kind: 'complete' });
    expect(whole.counted.reads).toBeLessThan(40);
    // Walking all of them would be more than a glance.
    expect(await kindOf(Buffer.concat([signature, ...chunks]))).toBe('unknown');
  });

  it('is not whole in room that was reserved for it, until its last byte is there', async () => {
    const bytes = medium('lines.png');
    for (let written = 8; written < bytes.length; written++) {
      const reserved = Buffer.alloc(bytes.length);
      bytes.copy(reserved, 0, 0, written);
      expect(await kindOf(reserved), `${written} bytes`).toBe('incomplete');
    }
  });
});

describe('JPEG', () => {
  const bytes = medium('specimen.jpg');
  const SOI = Buffer.from([0xff, 0xd8]);
  const segment = (code: number, content: Buffer) =>
    Buffer.concat([Buffer.from([0xff, code]), number(content.length + 2, 2), content]);

  it('may have zeros or something else behind its end, though not too much', async () => {
    expect(await kindOf(Buffer.concat([bytes, Buffer.alloc(10)]))).toBe('complete');
    expect(await kindOf(Buffer.concat([bytes, payload(4_000)]))).toBe('complete');
    expect(await kindOf(Buffer.concat([bytes, payload(100_000)]))).toBe('unknown');
    expect(await kindOf(Buffer.concat([bytes.subarray(0, -2), payload(100_000)]))).toBe('incomplete');
  });

  it('is not ended by the thumbnail in its head', async () => {
    const head = Buffer.concat([SOI, segment(0xe1, bytes), bytes.subarray(2)]);
    expect(await kindOf(head)).toBe('complete');
    expect(await kindOf(head.subarray(0, 2 + 4 + bytes.length))).toBe('incomplete');
    expect(await kindOf(head.subarray(0, -2))).toBe('incomplete');
  });

  it('finds its end behind further scans', async () => {
    const scans = Buffer.concat([
      bytes.subarray(0, -2),
      segment(0xc4, Buffer.from([0xff, 0xd9, 1, 2])),
      segment(0xda, payload(6)),
      Buffer.from([1, 0xff, 0, 0xff, 0xd0, 2, 0xff, 0xff]),
    ]);
    const end = Buffer.concat([scans, Buffer.from([0xff, 0xd9]), payload(5_000)]);
    expect(await kindOf(end)).toBe('complete');
    expect(await kindOf(Buffer.concat([scans, payload(5_000)]))).toBe('incomplete');
    for (const tail of [[0xff], [0xff, 0xda], [0xff, 0xda, 0], [0xff, 0xda, 0, 9]]) {
      expect(await kindOf(Buffer.concat([scans, Buffer.from(tail)]))).toBe('incomplete');
    }
  });

  it('needs all pictures that it lists', async () => {
    const list = (offset: number) =>
      Buffer.concat([
        ascii('MPF\0MM\0*'),
        ...[number(8, 4), number(1, 2), number(0xb002, 2), number(7, 2), number(32, 4), number(26, 4)],
        ...[number(0, 4), number(0, 16 - 12), number(bytes.length, 4), number(0, 8)],
        ...[number(0, 4), number(bytes.length, 4), number(offset, 4), number(0, 4)],
      ]);
    const first = (offset: number) => Buffer.concat([SOI, segment(0xe2, list(offset)), bytes.subarray(2)]);
    // Offsets count from behind `MPF\0`.
    const both = Buffer.concat([first(first(0).length - 10), bytes]);
    expect(await kindOf(both)).toBe('complete');
    for (const cut of [1, 700, bytes.length]) {
      expect(await judged(both.subarray(0, -cut))).toEqual({
        kind: 'incomplete',
        missing: `the last of its pictures reaches ${cut === 1 ? '1 byte' : `${cut.toLocaleString('en')} bytes`} beyond the end of the file`,
      });
    }
  });
});

describe('TIFF', () => {
  interface Page {
    readonly at: number;
    readonly next: number;
    readonly fields: readonly (readonly [tag: number, type: number, count: number, value: number])[];
  }
  const page = ({ next, fields }: Page, big: boolean) =>
    Buffer.concat([
      number(fields.length, big ? 8 : 2, true),
      ...fields.flatMap(([tag, type, count, value]) => [
        number(tag, 2, true),
        number(type, 2, true),
        number(count, big ? 8 : 4, true),
        number(value, big ? 8 : 4, true),
      ]),
      number(next, big ? 8 : 4, true),
    ]);
  const tiffOf = (pages: readonly Page[], size: number, big = false) => {
    const bytes = payload(size);
    const first = pages[0]?.at ?? 0;
    const head = big
      ? [ascii('II'), number(43, 2, true), number(8, 2, true), number(0, 2), number(first, 8, true)]
      : [ascii('II*\0'), number(first, 4, true)];
    Buffer.concat(head).copy(bytes);
    for (const each of pages) page(each, big).copy(bytes, each.at);
    return bytes;
  };
  const strip = (at: number, length: number, type = 4) =>
    [[273, type, 1, at] as const, [279, type, 1, length] as const] as const;

  it.each([false, true])('needs its pixels and all of its pages (BigTIFF: %s)', async (big) => {
    const type = big ? 16 : 4;
    const first = { at: 200, next: 0, fields: strip(20, 150, type) };
    expect(await kindOf(tiffOf([first], 400, big))).toBe('complete');
    expect(await kindOf(tiffOf([{ ...first, fields: strip(300, 101, type) }], 400, big))).toBe('incomplete');
    expect(await kindOf(tiffOf([{ ...first, next: 390 }], 400, big))).toBe('incomplete');
    const second = { at: 300, next: 0, fields: strip(350, 60, type) };
    expect(await kindOf(tiffOf([{ ...first, next: 300 }, second], 420, big))).toBe('complete');
    expect(await kindOf(tiffOf([{ ...first, next: 300 }, second], 409, big))).toBe('incomplete');
    // A page whose directory is yet to come.
    expect(await kindOf(tiffOf([first], 9_000, big))).toBe('unknown');
    // A chain that bites its tail.
    expect(await kindOf(tiffOf([{ ...first, next: 200 }], 400, big))).toBe('unknown');
    expect(await kindOf(tiffOf([], 400, big))).toBe('incomplete');
  });

  it('needs its tiles, listed elsewhere, and the pixels of directories below', async () => {
    const tiles = {
      at: 200,
      next: 0,
      fields: [[324, 4, 3, 300] as const, [325, 3, 2, 0x0010_0010] as const],
    };
    const bytes = tiffOf([tiles], 400);
    for (const [index, offset] of [20, 40, 380].entries()) bytes.writeUInt32LE(offset, 300 + index * 4);
    expect(await kindOf(bytes)).toBe('complete');
    bytes.writeUInt32LE(401, 308);
    expect(await kindOf(bytes)).toBe('incomplete');
    // A tile that is nowhere: sparse, or not written yet.
    bytes.writeUInt32LE(0, 308);
    expect(await kindOf(bytes)).toBe('unknown');
    bytes.fill(0, 300, 312);
    expect(await kindOf(bytes)).toBe('incomplete');
    const below = { at: 260, next: 0, fields: strip(390, 20) };
    const above = { at: 200, next: 0, fields: [...strip(20, 30), [330, 4, 1, 260] as const] };
    expect(await kindOf(tiffOf([above, below], 410))).toBe('complete');
    expect(await kindOf(tiffOf([above, below], 409))).toBe('incomplete');
  });
});

describe('WebM and MKV', () => {
  const element = (id: string, content: Buffer, length = number(content.length, 3)) =>
    Buffer.concat([
      Buffer.from(id, 'hex'),
      Buffer.from([0x10 | (length[0] ?? 0)]),
      number(0, 1),
      length.subarray(1),
      content,
    ]);
  const head = element('1a45dfa3', element('4282', ascii('webm')));
  const cluster = (id = '1f43b675') =>
    element(id, Buffer.concat([element('e7', payload(1)), element('a3', payload(50))]));
  const ENDLESS = Buffer.from('01ffffffffffffff', 'hex');
  const endless = (...content: Buffer[]) =>
    Buffer.concat([head, Buffer.from('18538067', 'hex'), ENDLESS, ...content]);

  it('is complete when its segment is', async () => {
    const whole = Buffer.concat([head, element('18538067', Buffer.concat([cluster(), cluster()]))]);
    expect(await kindOf(whole)).toBe('complete');
    expect(await kindOf(whole.subarray(0, -1))).toBe('incomplete');
    expect(await kindOf(Buffer.concat([whole, element('ec', payload(20))]))).toBe('complete');
    expect(await kindOf(Buffer.concat([whole, payload(20)]))).toBe('unknown');
    expect(await kindOf(head)).toBe('incomplete');
    expect(await kindOf(Buffer.concat([head, element('18538067', Buffer.alloc(0)), cluster()]))).toBe(
      'incomplete',
    );
  });

  it('cannot be seen to be complete while its length is unknown, only to be cut', async () => {
    const live = endless(cluster(), cluster());
    expect(await kindOf(live)).toBe('unknown');
    expect(await kindOf(live.subarray(0, -1))).toBe('incomplete');
    expect(await kindOf(live.subarray(0, live.length - cluster().length + 2))).toBe('incomplete');
    const open = endless(
      Buffer.from('1f43b675', 'hex'),
      ENDLESS,
      element('e7', payload(1)),
      element('a3', payload(9)),
    );
    expect(await kindOf(open)).toBe('unknown');
    expect(await kindOf(open.subarray(0, -3))).toBe('incomplete');
  });

  it.each(['arm.webm', 'belt.mkv'])('%s is not complete before its length is written', async (name) => {
    const bytes = medium(name);
    ENDLESS.copy(bytes, bytes.indexOf(Buffer.from('18538067', 'hex')) + 4);
    expect(await kindOf(bytes)).toBe('unknown');
    expect(await kindOf(bytes.subarray(0, -5))).toBe('incomplete');
  });
});

describe('WebP and BMP', () => {
  it('go by the lengths that they give', async () => {
    const webp = medium('dawn.webp');
    expect(await kindOf(Buffer.concat([webp, payload(9)]))).toBe('complete');
    expect(await kindOf(Buffer.concat([webp, payload(9_000)]))).toBe('unknown');
    webp.writeUInt32LE(0, 4);
    expect(await kindOf(webp)).toBe('incomplete');
  });

  it('go by the pixels where the length is wrong', async () => {
    const bmp = medium('stripes.bmp');
    for (const [said, kind] of [
      [0, 'complete'],
      [3_126, 'complete'],
      [4_000, 'unknown'],
    ] as const) {
      bmp.writeUInt32LE(said, 2);
      expect(await kindOf(bmp)).toBe(kind);
    }
    // Packed: the length is all there is.
    bmp.writeUInt32LE(1, 30);
    expect(await kindOf(bmp)).toBe('incomplete');
    bmp.writeUInt32LE(0, 2);
    expect(await kindOf(bmp)).toBe('unknown');
    bmp.writeUInt32LE(3_126, 2);
    expect(await kindOf(bmp)).toBe('complete');
    const tiny = Buffer.concat([
      ...[ascii('BM'), number(30, 4, true), number(0, 4), number(26, 4, true), number(12, 4, true)],
      ...[number(1, 2, true), number(1, 2, true), number(1, 2, true), number(24, 2, true), payload(4)],
    ]);
    expect(await kindOf(tiny)).toBe('complete');
    expect(await kindOf(tiny.subarray(0, -1))).toBe('incomplete');
  });
});

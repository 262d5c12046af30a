/** Width and height from the first bytes of images: each format, what is cut off, and what is damaged. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { imageSize } from '../../../main/core/watch/dimensions.ts';

function bytes(...parts: (string | number | readonly number[])[]): Uint8Array {
  return new Uint8Array(
    parts.flatMap((part) =>
      typeof part === 'string'
        ? Array.from(part, (each) => each.charCodeAt(0))
        : typeof part === 'number'
          ? [part]
          : part,
    ),
  );
}

const big = (value: number, length: number) =>
  Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
const little = (value: number, length: number) => big(value, length).reverse();

const png = (width: number, height: number) =>
  bytes(0x89, 'PNG\r\n\x1a\n', big(13, 4), 'IHDR', big(width, 4), big(height, 4), [8, 2, 0, 0, 0]);
const segment = (marker: number, ...content: number[]) => [
  0xff,
  marker,
  ...big(content.length + 2, 2),
  ...content,
];
const frameOf = (marker: number, width: number, height: number) =>
  segment(marker, 8, ...big(height, 2), ...big(width, 2), 3, ...new Array(9).fill(0));
const jpeg = (...segments: number[][]) => bytes([0xff, 0xd8], ...segments);
const riff = (...parts: (string | number | number[])[]) => bytes('RIFF', little(100, 4), 'WEBP', ...parts);
const bmp = (header: number, ...size: number[][]) =>
  bytes('BM', new Array(12).fill(0), little(header, 4), ...size);

function tiff(
  number: typeof big,
  entries: [tag: number, type: number, value: number][],
  start = 8,
): Uint8Array {
  const entry = ([tag, type, value]: [number, number, number]) => [
    ...number(tag, 2),
    ...number(type, 2),
    ...number(1, 4),
    ...number(value, type === 3 ? 2 : 4),
    ...(type === 3 ? [0, 0] : []),
  ];
  const order = number === big ? 'MM' : 'II';
  return bytes(
    order,
    number(42, 2),
    number(start, 4),
    new Array(start - 8).fill(0),
    number(entries.length, 2),
    ...entries.map(entry),
  );
}

function bigTiff(width: number, height: number): Uint8Array {
  const entry = (tag: number, value: number) => [
    ...little(tag, 2),
    ...little(16, 2),
    ...little(1, 8),
    ...little(value, 8),
  ];
  return bytes(
    'II',
    little(43, 2),
    little(8, 2),
    [0, 0],
    little(16, 8),
    little(2, 8),
    entry(256, width),
    entry(257, height),
  );
}

const EXIF = segment(0xe1, ...frameOf(0xc0, 160, 120));

describe('sizes', () => {
  it.each<[string, Uint8Array, number, number]>([
    ['PNG', png(640, 480), 640, 480],
    ['PNG of the largest size', png(2 ** 31 - 1, 1), 2 ** 31 - 1, 1],
    ['JPEG', jpeg(frameOf(0xc0, 640, 480)), 640, 480],
    [
      'JPEG, progressive',
      jpeg(segment(0xe0, 1, 2, 3), segment(0xdb, 0), frameOf(0xc2, 4032, 3024)),
      4032,
      3024,
    ],
    ['JPEG with a thumbnail before', jpeg(EXIF, segment(0xc4, 0), frameOf(0xc1, 640, 480)), 640, 480],
    ['JPEG with filling', jpeg([0xff, 0xff, 0xff], [0xff, 0x01], frameOf(0xc0, 3, 2).slice(0)), 3, 2],
    [
      'WebP, lossy',
      riff('VP8 ', little(10, 4), [0, 0, 0, 0x9d, 0x01, 0x2a], little(640, 2), little(480, 2)),
      640,
      480,
    ],
    [
      'WebP, scaled',
      riff(
        'VP8 ',
        little(10, 4),
        [0, 0, 0, 0x9d, 0x01, 0x2a],
        little(0x4000 + 640, 2),
        little(0xc000 + 480, 2),
      ),
      640,
      480,
    ],
    ['WebP, lossless', riff('VP8L', little(10, 4), 0x2f, little(639 + 479 * 2 ** 14 + 2 ** 28, 4)), 640, 480],
    ['WebP, extended', riff('VP8X', little(10, 4), [0, 0, 0, 0], little(639, 3), little(479, 3)), 640, 480],
    ['BMP', bmp(40, little(640, 4), little(480, 4)), 640, 480],
    ['BMP from the top', bmp(124, little(640, 4), little(2 ** 32 - 480, 4)), 640, 480],
    ['BMP of old', bmp(12, little(640, 2), little(480, 2)), 640, 480],
    [
      'TIFF',
      tiff(little, [
        [256, 3, 640],
        [257, 3, 480],
        [258, 3, 8],
      ]),
      640,
      480,
    ],
    [
      'TIFF of the other order',
      tiff(
        big,
        [
          [254, 4, 0],
          [256, 4, 70_000],
          [257, 3, 480],
        ],
        100,
      ),
      70_000,
      480,
    ],
    ['TIFF, big', bigTiff(640, 480), 640, 480],
  ])('%s', (_, head, width, height) => {
    expect(imageSize(head)).toEqual({ width, height });
    // In the middle of another buffer, and with more behind it.
    const wider = new Uint8Array(head.length + 100).fill(0xff);
    wider.set(head, 7);
    expect(imageSize(wider.subarray(7))).toEqual({ width, height });
  });

  it.each<[string, Uint8Array]>([
    ['nothing', bytes()],
    ['text', bytes('Dear Sir or Madam, BM II MM')],
    ['a GIF', bytes('GIF89a', little(640, 2), little(480, 2))],
    [
      'PNG without its first chunk',
      bytes(0x89, 'PNG\r\n\x1a\n', big(13, 4), 'CgBI', big(640, 4), big(480, 4)),
    ],
    ['PNG of no size', png(0, 480)],
    ['JPEG whose height comes later', jpeg(frameOf(0xc0, 640, 0))],
    ['JPEG without a frame', jpeg(segment(0xe0, 1), [0xff, 0xda, 0, 2, 1, 2, 3])],
    ['JPEG with a segment of no length', jpeg([0xff, 0xe0, 0, 0], frameOf(0xc0, 640, 480))],
    ['JPEG whose frame is behind the head', jpeg([0xff, 0xe1, 0xff, 0xff], [1, 2, 3])],
    ['JPEG of an arithmetic table alone', jpeg(segment(0xcc, 8, 1, 1, 1, 1, 1))],
    ['WebP of another kind', riff('ALPH', new Array(40).fill(1))],
    ['WebP, lossless, without its sign', riff('VP8L', little(10, 4), 0x2e, little(1, 4))],
    ['BMP of an unknown header', bmp(9, little(640, 4), little(480, 4))],
    ['a text that begins like one', bytes('BMW is a car, and this is a letter about it')],
    ['TIFF whose directory is behind the head', bytes('II', little(42, 2), little(4_000, 4))],
    ['TIFF without a height', tiff(little, [[256, 3, 640]])],
    [
      'TIFF with a size of another type',
      tiff(little, [
        [256, 2, 640],
        [257, 3, 480],
      ]),
    ],
    [
      'TIFF, big, at the end of the world',
      bytes('II', little(43, 2), little(8, 2), [0, 0], new Array(8).fill(0xff)),
    ],
  ])('none: %s', (_, head) => {
    expect(imageSize(head)).toBeNull();
  });

  it('of the files that tests upload', () => {
    const folder = new URL('../../fixtures/media/', import.meta.url);
    const images = readdirSync(folder).filter((name) => /\.(png|jpe?g|webp|bmp|tiff?)$/.test(name));
    expect(images.length).toBeGreaterThan(0);
    for (const name of images) {
      expect([name, imageSize(readFileSync(new URL(name, folder)).subarray(0, 65_536))]).toEqual([
        name,
        { width: expect.any(Number), height: expect.any(Number) },
      ]);
    }
  });
});

describe('hostile heads', () => {
  const heads = [
    png(640, 480),
    jpeg(EXIF, frameOf(0xc0, 640, 480)),
    riff('VP8X', little(10, 4), [0, 0, 0, 0], little(639, 3), little(479, 3)),
    riff('VP8 ', little(10, 4), [0, 0, 0, 0x9d, 0x01, 0x2a], little(640, 2), little(480, 2)),
    bmp(40, little(640, 4), little(480, 4)),
    tiff(little, [
      [256, 3, 640],
      [257, 3, 480],
    ]),
    bigTiff(640, 480),
  ];

  it('cut at any byte give the size or nothing', () => {
    for (const head of heads) {
      for (let length = 0; length < head.length; length++) {
        expect([null, { width: 640, height: 480 }]).toContainEqual(imageSize(head.subarray(0, length)));
      }
    }
  });

  it('with any byte changed give some size or nothing', () => {
    for (const head of heads) {
      for (let at = 0; at < head.length; at++) {
        for (const value of [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff]) {
          const damaged = head.slice();
          damaged[at] = value;
          const size = imageSize(damaged);
          if (size) expect(size.width > 0 && size.height > 0).toBe(true);
        }
      }
    }
  });

  it('of a directory with more entries than there are bytes', () => {
    const endless = bytes('II', little(43, 2), little(8, 2), [0, 0], little(16, 8), new Array(8).fill(0x7f));
    expect(imageSize(new Uint8Array([...endless, ...new Array(65_536).fill(0)]))).toBeNull();
  });
});

/** The emulator's own look into stored media: whole files of each format pass, every truncation and disguise fails. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectMedia } from '../../emulator/media/inspect.ts';
import { NotMedia } from '../../emulator/media/reader.ts';
import type { GrantType } from '../../emulator/store/objects.ts';
import { mp4, png, temporaryFolder } from './support.ts';

async function inspect(type: GrantType, bytes: Buffer) {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, bytes);
  return inspectMedia(type, path, bytes.length);
}

function le32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function element(id: string, content: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(content.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, 'hex'), size, content]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

const byte = (value: number): Buffer => Buffer.from([value]);

function webm(): Buffer {
  const video = element('e0', Buffer.concat([element('b0', byte(64)), element('ba', byte(48))]));
  const track = element(
    'ae',
    Buffer.concat([element('83', byte(1)), element('23e383', Buffer.from('05f5e100', 'hex')), video]),
  );
  return Buffer.concat([
    element('1a45dfa3', element('4282', Buffer.from('webm'))),
    element(
      '18538067',
      Buffer.concat([
        element('1549a966', element('4489', double(2000))),
        element('1654ae6b', track),
        element('1f43b675', Buffer.alloc(500)),
      ]),
    ),
  ]);
}

const JPEG = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.from('ffc0000b080030004001011100', 'hex'),
  Buffer.from('ffda0008010100003f00', 'hex'),
  Buffer.alloc(200, 0x55),
  Buffer.from('ffd9', 'hex'),
]);

function bmp(): Buffer {
  const pixels = Buffer.alloc(4 * 3);
  const head = Buffer.alloc(54);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(54 + pixels.length, 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(1, 18);
  head.writeInt32LE(-3, 22);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, pixels]);
}

function tiff(): Buffer {
  const entry = (tag: number, value: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(4, 2);
    bytes.writeUInt32LE(1, 4);
    bytes.writeUInt32LE(value, 8);
    return bytes;
  };
  const entries = [entry(256, 7), entry(257, 5), entry(273, 8 + 2 + 48 + 4), entry(279, 35)];
  return Buffer.concat([
    Buffer.from('II*\0'),
    le32(8),
    Buffer.from([4, 0]),
    ...entries,
    le32(0),
    Buffer.alloc(35),
  ]);
}

function webp(): Buffer {
  const chunk = Buffer.concat([
    Buffer.from('VP8L'),
    le32(20),
    byte(0x2f),
    le32((64 - 1) | ((48 - 1) << 14)),
    Buffer.alloc(15),
  ]);
  return Buffer.concat([Buffer.from('RIFF'), le32(4 + chunk.length), Buffer.from('WEBP'), chunk]);
}

function wav(): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(2, 2);
  format.writeUInt32LE(8000, 4);
  format.writeUInt32LE(32_000, 8);
  format.writeUInt16LE(16, 14);
  const chunks = [
    Buffer.from('fmt '),
    le32(16),
    format,
    Buffer.from('data'),
    le32(16_000),
    Buffer.alloc(16_000),
  ];
  return Buffer.concat([Buffer.from('RIFF'), le32(16_036), Buffer.from('WAVE'), ...chunks]);
}

const WHOLE: [string, GrantType, Buffer, object][] = [
  [
    'MP4',
    'video',
    mp4(),
    { mimeType: 'video/mp4', width: 64, height: 48, fps: 10, duration: 2, frameCount: 20 },
  ],
  [
    'WebM',
    'video',
    webm(),
    { mimeType: 'video/webm', width: 64, height: 48, fps: 10, duration: 2, frameCount: 20 },
  ],
  ['PNG', 'image', png(7, 5), { mimeType: 'image/png', width: 7, height: 5 }],
  ['JPEG', 'image', JPEG, { mimeType: 'image/jpeg', width: 64, height: 48 }],
  ['BMP', 'image', bmp(), { mimeType: 'image/bmp', width: 1, height: 3 }],
  ['TIFF', 'image', tiff(), { mimeType: 'image/tiff', width: 7, height: 5 }],
  ['WebP', 'image', webp(), { mimeType: 'image/webp', width: 64, height: 48 }],
  ['WAV', 'audio', wav(), { mimeType: 'audio/x-wav', duration: 0.5, details: { audioNumChannels: 2 } }],
];

describe.each(WHOLE)('%s', (_, type, bytes, known) => {
  it('passes whole, with what is known of it', async () => {
    expect(await inspect(type, bytes)).toMatchObject(known);
  });

  it('fails at whatever point it is cut', async () => {
    for (const share of [0, 0.05, 0.3, 0.5, 0.8, 0.97]) {
      await expect(inspect(type, bytes.subarray(0, Math.floor(bytes.length * share)))).rejects.toThrow(
        NotMedia,
      );
    }
  });

  it('fails as text under its type', async () => {
    await expect(
      inspect(type, Buffer.from('This is text, whatever its name says.\n'.repeat(20))),
    ).rejects.toThrow(NotMedia);
  });
});

describe('a large padded MP4', () => {
  it('is judged by its boxes', async () => {
    const free = Buffer.alloc(3 * 1024 * 1024);
    free.writeUInt32BE(free.length);
    free.write('free', 4, 'latin1');
    const padded = Buffer.concat([mp4(), free]);
    expect(await inspect('video', padded)).toMatchObject({ width: 64, frameCount: 20 });
    await expect(inspect('video', padded.subarray(0, padded.length - 1))).rejects.toThrow('truncated');
  });
});

describe('a type', () => {
  it('is not taken for another', async () => {
    await expect(inspect('image', mp4())).rejects.toThrow('not a supported image');
    await expect(inspect('video', png())).rejects.toThrow('not a supported video');
    await expect(inspect('pdf', png())).rejects.toThrow('PDF');
    await expect(inspect('nifti', png())).rejects.toThrow('NIfTI');
    await expect(inspect('dicomFile', png())).rejects.toThrow('DICOM');
    await expect(inspect('plainText', png())).rejects.toThrow('text');
    expect(await inspect('pdf', Buffer.from('%PDF-1.7\n…\n%%EOF\n'))).toMatchObject({
      mimeType: 'application/pdf',
    });
    expect(await inspect('plainText', Buffer.from('{"ä": 1}'))).toMatchObject({
      mimeType: 'application/json',
    });
  });
});

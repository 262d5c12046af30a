/** Files for the tests of containers: the real media, bytes written by hand, and a reader that counts. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completenessOf } from '../../../main/core/watch/containers/index.ts';
import type { Completeness } from '../../../main/core/watch/readiness.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'media');
export const MEDIA = readdirSync(FOLDER).map((name) => ({ name, bytes: readFileSync(join(FOLDER, name)) }));
export const MOVIES = MEDIA.filter(({ name }) => /\.(mp4|mov)$/.test(name));

export function medium(name: string): Buffer {
  return Buffer.from(readFileSync(join(FOLDER, name)));
}

/** A file that may be large and mostly zeros, and counts what is read of it. */
export function fileOf(bytes: Uint8Array, size = bytes.length) {
  const counted = { reads: 0, bytes: 0 };
  return {
    counted,
    size,
    read: async (offset: number, length: number): Promise<Uint8Array> => {
      counted.reads++;
      counted.bytes += length;
      const read = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      read.set(bytes.subarray(offset, offset + length));
      return read;
    },
  };
}

export async function judged(bytes: Uint8Array, size?: number): Promise<Completeness> {
  const file = fileOf(bytes, size);
  return completenessOf(file.read, file.size);
}

export async function kindOf(bytes: Uint8Array, size?: number): Promise<Completeness['kind']> {
  return (await judged(bytes, size)).kind;
}

export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export function number(value: number, bytes: number, little = false): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) little ? buffer.writeBigUInt64LE(BigInt(value)) : buffer.writeBigUInt64BE(BigInt(value));
  else little ? buffer.writeUIntLE(value, 0, bytes) : buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** Bytes that are no zeros and no markers. */
export function payload(length: number): Buffer {
  return Buffer.alloc(length, 0x55);
}

export const box = (type: string, ...content: Buffer[]) => {
  const data = Buffer.concat(content);
  return Buffer.concat([number(data.length + 8, 4), ascii(type), data]);
};
export const FTYP = box('ftyp', ascii('isom'), number(512, 4), ascii('isommp42'));
export const MOOV = box('moov', payload(40));
export const MDAT = box('mdat', payload(100));
export const MOOF = box('moof', payload(20));

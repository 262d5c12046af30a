/** Random access to a stored file for the format checks of `media/`, and the error that they throw. */

import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { MediaFacts } from '../store/items.ts';

/** The stored bytes are not what they were registered as. Its message is what the client reads. */
export class NotMedia extends Error {}

/** Bytes fetched at once, so that walking small structures does not read the disk for each of them. */
const WINDOW = 64 * 1024;
/** Files up to this size are read whole, which costs one call instead of four. */
const WHOLE_BYTES = 1024 * 1024;

export class MediaFile {
  readonly size: number;
  readonly #handle: FileHandle | null;
  #window: Buffer;
  #windowAt = 0;

  private constructor(handle: FileHandle | null, size: number, window: Buffer) {
    this.#handle = handle;
    this.size = size;
    this.#window = window;
  }

  /** Opens the file, of `size` bytes, for the time of `look`. */
  static async with<T>(path: string, size: number, look: (file: MediaFile) => Promise<T>): Promise<T> {
    if (size <= WHOLE_BYTES) {
      const bytes = readFileSync(path);
      return look(new MediaFile(null, bytes.length, bytes));
    }
    const handle = await open(path, 'r');
    try {
      return await look(new MediaFile(handle, size, Buffer.alloc(0)));
    } finally {
      await handle.close();
    }
  }

  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) return Buffer.alloc(0);
    if (this.#handle && (offset < this.#windowAt || end > this.#windowAt + this.#window.length)) {
      const wanted = Buffer.alloc(Math.min(Math.max(length, WINDOW), this.size - offset));
      let got = 0;
      while (got < wanted.length) {
        const { bytesRead } = await this.#handle.read(wanted, got, wanted.length - got, offset + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
      this.#window = wanted.subarray(0, got);
      this.#windowAt = offset;
    }
    return this.#window.subarray(offset - this.#windowAt, end - this.#windowAt);
  }

  /** Exactly `length` bytes. @throws NotMedia at the end of the file */
  async exactly(offset: number, length: number): Promise<Buffer> {
    const bytes = await this.read(offset, length);
    if (bytes.length < length) throw new NotMedia('The file ends early: it is truncated.');
    return bytes;
  }
}

/** Facts of a medium; what is not named is null. */
export function facts(mimeType: string, known: Partial<MediaFacts> = {}): MediaFacts {
  return {
    mimeType,
    width: null,
    height: null,
    fps: null,
    duration: null,
    frameCount: null,
    details: {},
    ...known,
  };
}

/** Facts of a still image. @throws NotMedia when a side is zero */
export function imageFacts(mimeType: string, width: number, height: number): MediaFacts {
  if (width < 1 || height < 1) throw new NotMedia('The image has no size.');
  return facts(mimeType, { width, height });
}

/**
 * How the formats of this folder read: a few bytes here and there, through a window, within a budget, so that no file,
 * however large or hostile, costs more than a glance. Used by this folder alone.
 */

import type { Completeness } from '../readiness.ts';

/** Reads at most `length` bytes from an offset; fewer where the file ends. May throw what disks do. */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>;

/** One read at least fetches so many bytes, where the file has them: the next thing is often close by. */
const WINDOW = 4_096;
/** No single request is larger. */
export const MOST_AT_ONCE = 65_536;
export const MOST_READS = 4_096;
export const MOST_BYTES = 32 * 1024 * 1024;
const MOST_REQUESTS = 65_536;

/** More would have to be read than a glance allows: what the file is stays unknown. */
export class OutOfBudget extends Error {}

export class Source {
  /** As the file system says, bytes. */
  readonly size: number;
  private readonly read: ReadBytes;
  private window: { readonly start: number; readonly bytes: Uint8Array } = {
    start: 0,
    bytes: new Uint8Array(),
  };
  private reads = 0;
  private bytesRead = 0;
  private requests = 0;

  constructor(read: ReadBytes, size: number) {
    this.read = read;
    this.size = size;
  }

  /** Exactly so many bytes (at most `MOST_AT_ONCE`); null where the file ends before. Throws `OutOfBudget`. */
  async bytes(offset: number, length: number): Promise<Uint8Array | null> {
    if (!(offset >= 0 && offset + length <= this.size)) return null;
    if (++this.requests > MOST_REQUESTS) throw new OutOfBudget();
    if (!this.holds(offset, length)) await this.fill(offset, length);
    const from = offset - this.window.start;
    return this.holds(offset, length) ? this.window.bytes.subarray(from, from + length) : null;
  }

  /** The same as numbers. */
  async view(offset: number, length: number): Promise<DataView | null> {
    const bytes = await this.bytes(offset, length);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private holds(offset: number, length: number): boolean {
    const { start, bytes } = this.window;
    return offset >= start && offset + length <= start + bytes.length;
  }

  private async fill(offset: number, length: number): Promise<void> {
    const wanted = Math.min(Math.max(length, WINDOW), this.size - offset);
    this.bytesRead += wanted;
    if (++this.reads > MOST_READS || this.bytesRead > MOST_BYTES) throw new OutOfBudget();
    this.window = { start: offset, bytes: await this.read(offset, wanted) };
  }
}

export const COMPLETE: Completeness = { kind: 'complete' };
export const UNKNOWN: Completeness = { kind: 'unknown' };

/** `what` is a clause: `its moov box is missing, which cameras write last`. */
export function incomplete(what: string): Completeness {
  return { kind: 'incomplete', missing: what };
}

/** `what` needs so many bytes more than the file has. */
export function bytesShort(what: string, count: number): Completeness {
  const bytes = count === 1 ? '1 byte' : `${Math.ceil(count).toLocaleString('en')} bytes`;
  return incomplete(`${what} reaches ${bytes} beyond the end of the file`);
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

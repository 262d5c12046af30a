/**
 * Buffers that file bytes pass through on their way to a socket, kept between uploads: made anew for each file, their
 * fresh pages would cost a small file more than its reading does. Used by the senders (`put-body.ts`, `prefix.ts`).
 */

export const BUFFER_BYTES = 512 * 1024;
/** Most images fit in one. */
const SMALL_BYTES = 64 * 1024;
/** Of either size: for as many files as are ever sent at once. Memory that no file has reached is not taken up. */
const KEPT = 64;

/** Buffers between two uploads. Those of an upload that was broken off come back when the socket lets go of them. */
export class BufferPool {
  private readonly idle: Buffer[] = [];
  private readonly idleSmall: Buffer[] = [];

  /** One with room for so many bytes, at most `BUFFER_BYTES`. */
  take(bytes: number = BUFFER_BYTES): Buffer {
    // Shared, so that threads can hash what the socket sends, without a copy.
    if (bytes > SMALL_BYTES) return this.idle.pop() ?? Buffer.from(new SharedArrayBuffer(BUFFER_BYTES));
    return this.idleSmall.pop() ?? Buffer.from(new SharedArrayBuffer(SMALL_BYTES));
  }

  give(buffer: Buffer): void {
    const idle = buffer.length > SMALL_BYTES ? this.idle : this.idleSmall;
    if (idle.length < KEPT) idle.push(buffer);
  }
}

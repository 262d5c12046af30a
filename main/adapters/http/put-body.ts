/**
 * Sends a part of a file, or all of it, as the body of a request: byte-exact, with constant memory, reading ahead
 * while the socket writes, hashing as the bytes pass. Called by `exchange.ts`.
 *
 * A buffer is used again only after the socket is done with it, which is when the callback of its write comes: until
 * then the system may still read from it, and whatever is put into it would be sent. Nor before it is hashed.
 */

import { stat } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import type { FileIdentity } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import { fileChanged, fileProblem, systemCode } from '../files/problems.ts';
import { BUFFER_BYTES, type BufferPool } from './buffers.ts';
import type { Hasher } from './hasher.ts';
import { OpenFile } from './open-file.ts';
import type { Throttle } from './throttle.ts';

/**
 * The socket tells of a write only when all of it is gone. On a slow line the writes are therefore cut small, so that
 * bytes are seen to move: 64 KiB in half a minute is two kilobytes a second.
 */
const SMALLEST_WRITE = 64 * 1024;
/** Writes grow while they are done faster than this, in milliseconds, and are cut small when slower than a second. */
const QUICK_MS = 100;
const SLOW_MS = 1_000;
/** One that is written, one that is read into, and some that wait between them for a thread that hashes or reads late. */
const BUFFERS = 6;

/** Bytes of a file, as it was when it was planned. */
export interface FilePart {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Takes each byte of the file once: those before its position were hashed when they went out earlier. */
  readonly hasher: Hasher | null;
}

export interface BodyOptions {
  readonly part: FilePart;
  readonly pool: BufferPool;
  readonly throttle: Throttle;
  readonly outgoing: ClientRequest;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Bytes that the socket took; called for each write. */
  readonly onMoved: (bytes: number) => void;
  /** Whether the file is being waited for, rather than the socket. */
  readonly onReading: (reading: boolean) => void;
  /** Whether the limit is being waited for, rather than anybody. */
  readonly onHeld: (held: boolean) => void;
}

/** The body of one request. When `send` rejects, the request must be destroyed: it is short of its last bytes. */
export class Body {
  /** True once the last byte was handed over: only then can an answer mean that all is stored. */
  complete = false;
  private readonly options: BodyOptions;
  private step = SMALLEST_WRITE;
  private movedAt = 0;
  private owned = 0;
  /** Writes that the socket is not done with. */
  private unwritten = 0;
  private readonly free: Buffer[] = [];
  private wake: (() => void) | null = null;
  private stopped = false;

  constructor(options: BodyOptions) {
    this.options = options;
  }

  /** Hands over all bytes, or throws a `file-…` error before the last of them. Ends quietly when stopped. */
  async send(): Promise<void> {
    const { part, onReading } = this.options;
    let file: OpenFile | null = null;
    try {
      onReading(true);
      file = await OpenFile.open(part.path);
      const small = part.to === part.identity.size && part.to - part.from <= BUFFER_BYTES;
      if (small) await this.sendSmall(file);
      else await this.sendLarge(file);
    } catch (thrown) {
      throw fileProblem(thrown);
    } finally {
      onReading(false);
      this.release();
      file?.close();
    }
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** One read, one look, one write: for a small file every system call counts. */
  private async sendSmall(file: OpenFile): Promise<void> {
    const { identity, from, to } = this.options.part;
    const buffer = this.options.pool.take(to - from);
    this.owned++;
    let filled = 0;
    try {
      filled = await file.fill(buffer, to - from, from);
      // Read first: what is unchanged after the reading was unchanged during it.
      if (filled < to - from || !isSame(await file.stat(), identity)) throw fileChanged();
    } catch (thrown) {
      this.put(buffer);
      throw thrown;
    }
    await this.write(buffer, filled, from, true);
  }

  private async sendLarge(file: OpenFile): Promise<void> {
    const { part, onReading } = this.options;
    const { identity, from, to } = part;
    if (!isSame(await file.stat(), identity)) throw fileChanged();
    for (let offset = from; offset < to; ) {
      onReading(false);
      const buffer = await this.take();
      if (!buffer) return;
      onReading(true);
      const length = Math.min(BUFFER_BYTES, to - offset);
      const last = offset + length === to;
      try {
        const filled = await file.fill(buffer, length, offset);
        if (filled < length) throw fileChanged();
        if (last) await this.verify(file);
      } catch (thrown) {
        this.put(buffer);
        throw thrown;
      }
      if (this.stopped) {
        this.put(buffer);
        return;
      }
      await this.write(buffer, length, offset, last);
      offset += length;
    }
  }

  /**
   * The open file must be as planned, or the object would be a mixture. Its path too, as far as there is still one: a
   * newer file in its place is to be planned anew. A file that was deleted meanwhile is whole and goes through.
   */
  private async verify(file: OpenFile): Promise<void> {
    const { path, identity } = this.options.part;
    if (!isSame(await file.stat(), identity)) throw fileChanged();
    try {
      if (!isSame(await stat(path), identity)) throw fileChanged();
    } catch (thrown) {
      if (systemCode(thrown) !== 'ENOENT') throw thrown;
    }
  }

  /** Hands it all over, at once unless there is a limit. */
  private async write(buffer: Buffer, length: number, offset: number, last: boolean): Promise<void> {
    const { outgoing, throttle } = this.options;
    const chunk = buffer.subarray(0, length);
    // The handing over, each write that the socket is not done with, and the hashing.
    let users = 1;
    const done = (): void => {
      users--;
      if (users === 0) this.put(buffer);
    };
    for (let from = 0; from < length; ) {
      // Small writes go one by one: several that wait become one for the socket, and are told of as one.
      if (this.step < BUFFER_BYTES && this.unwritten > 0) await this.written();
      if (this.stopped) break;
      const room = Math.min(this.step, length - from);
      const size = throttle.limit === null ? room : await this.allowed(room);
      if (size === 0) break;
      const slice = chunk.subarray(from, from + size);
      from += size;
      users++;
      this.unwritten++;
      outgoing.write(slice, (error) => {
        this.unwritten--;
        done();
        if (!error) this.moved(slice.length);
        this.wake?.();
      });
    }
    // Nobody waits any more for the hash of what is broken off.
    if (this.stopped) return done();
    users++;
    done();
    // While the system sends the bytes, they are hashed; neither changes them.
    this.hash(chunk, offset, done);
    if (!last) return;
    this.complete = true;
    outgoing.end();
  }

  /** Until the socket is done with all that it was given, or the upload is broken off. */
  private async written(): Promise<void> {
    this.options.onReading(false);
    while (this.unwritten > 0 && !this.stopped) await this.woken();
  }

  /** How much of the next bytes may go now, under a limit; none where the upload is broken off meanwhile. */
  private async allowed(most: number): Promise<number> {
    const { throttle, onHeld } = this.options;
    // A file whose socket takes nothing would use up the share of the others.
    await this.written();
    if (this.stopped) return 0;
    let granted = 0;
    const takeBack = throttle.ask(most, (bytes) => {
      granted = bytes;
      this.wake?.();
    });
    if (granted > 0) return granted;
    onHeld(true);
    while (granted === 0 && !this.stopped) await this.woken();
    takeBack();
    onHeld(false);
    return this.stopped ? 0 : granted;
  }

  private hash(chunk: Buffer, offset: number, done: () => void): void {
    const { hasher } = this.options.part;
    const known = hasher ? hasher.position - offset : chunk.length;
    if (!hasher || known >= chunk.length) done();
    else hasher.update(chunk.subarray(known), done);
  }

  private moved(bytes: number): void {
    const now = this.options.clock.monotonic();
    const took = now - this.movedAt;
    this.movedAt = now;
    if (took < QUICK_MS) this.step = Math.min(this.step * 2, BUFFER_BYTES);
    else if (took > SLOW_MS) this.step = SMALLEST_WRITE;
    this.options.onMoved(bytes);
  }

  private async take(): Promise<Buffer | null> {
    while (!this.stopped) {
      const buffer = this.free.pop();
      if (buffer) return buffer;
      if (this.owned < BUFFERS) {
        this.owned++;
        return this.options.pool.take();
      }
      await this.woken();
    }
    return null;
  }

  /** Until something may have changed. */
  private async woken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = null;
  }

  private put(buffer: Buffer): void {
    if (this.stopped || this.complete) {
      this.options.pool.give(buffer);
      return;
    }
    this.free.push(buffer);
    this.wake?.();
  }

  /** From here on buffers that come back go to the pool. */
  private release(): void {
    if (!this.complete) this.stopped = true;
    for (const buffer of this.free.splice(0)) this.options.pool.give(buffer);
  }
}

/** Whether the file is as it was planned, as far as its size and time tell. */
export function isSame(stats: FileIdentity, identity: FileIdentity): boolean {
  return stats.size === identity.size && stats.mtimeMs === identity.mtimeMs;
}

/** A line that is slow but alive: its bytes must be seen to move, however many of them wait. */

import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { fileOf, HandClock, MIB, requestOf, senderWith } from './support.ts';

const LARGEST = 64 * 1024;

/**
 * A connection that takes what it is given in one go, and each time so slowly as it is told; answers 200 to a whole
 * body. What waits for it meanwhile it is given at once, as a socket is.
 */
class Line extends Duplex {
  readonly taken: number[] = [];
  readonly hash = createHash('sha256');
  private readonly delay: () => Promise<void>;
  private left: number;

  constructor(bytes: number, delay: () => Promise<void>) {
    super();
    this.left = bytes;
    this.delay = delay;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this._writev([{ chunk }], done);
  }

  override _writev(pieces: readonly { readonly chunk: Buffer }[], done: () => void): void {
    void this.delay().then(() => {
      let bytes = 0;
      for (const { chunk } of pieces) {
        const head = chunk.indexOf('\r\n\r\n');
        const body = this.taken.length === 0 && head >= 0 ? chunk.subarray(head + 4) : chunk;
        this.hash.update(body);
        bytes += body.length;
      }
      this.taken.push(bytes);
      this.left -= bytes;
      done();
      if (this.left === 0) this.push('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  }

  // What an agent asks of a socket.
  setKeepAlive(): void {}
  setNoDelay(): void {}
  setTimeout(): void {}
  ref(): void {}
  unref(): void {}
}

function over(line: Line) {
  const http = new Agent();
  http.createConnection = () => line;
  const agents = createAgents();
  onTestFinished(() => agents.close());
  agents.for = () => http;
  return agents;
}

it('that was fast before is no stall, and is told of in small steps', async () => {
  const { path, content, sha256 } = fileOf(8 * MIB);
  const clock = new HandClock();
  let passed = 0;
  const line = new Line(content.length, async () => {
    await turn();
    passed++;
    // Fast enough at first for large writes, then 64 KiB in some seconds.
    if (passed > 12) clock.pass(4_000);
  });
  const outcome = await senderWith({ agents: over(line), clock, stallMs: 5_000 }).put(
    requestOf('http://storage.example/object', path),
  );
  expect(outcome).toMatchObject({ kind: 'stored', bytes: content.length, sha256 });
  expect(line.hash.digest('hex')).toBe(sha256);
  expect(Math.max(...line.taken.slice(0, 13))).toBeGreaterThan(LARGEST);
  // After what was already on its way when it grew slow.
  expect(Math.max(...line.taken.slice(15))).toBeLessThanOrEqual(LARGEST);
});

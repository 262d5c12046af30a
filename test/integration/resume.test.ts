/**
 * Where the signed URL opens a session, a file goes on where the storage is: killed at nine tenths of it, the command
 * line sends next to nothing twice, and what it stores and remembers is the file. Of 512 MiB, or of 2 GiB with
 * `ENCORD_TEST_LONG=1`.
 */

import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statfsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Lab } from '../fixtures/lab.ts';
import { padMp4 } from '../fixtures/sample.ts';

const MIB = 1024 ** 2;
const SIZE = (process.env.ENCORD_TEST_LONG ? 2048 : 512) * MIB;
const VIDEO = join(import.meta.dirname, '..', 'fixtures', 'media', 'video.mp4');

/** Stands before the emulator and counts what goes to it. */
class Counter {
  bytes = 0;
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer((incoming) => {
      const outgoing = connect(port, '127.0.0.1');
      incoming.on('data', (chunk: Buffer) => {
        this.bytes += chunk.length;
      });
      incoming.pipe(outgoing).pipe(incoming);
      for (const socket of [incoming, outgoing]) {
        socket.on('error', () => {
          incoming.destroy();
          outgoing.destroy();
        });
      }
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // A listening TCP server has an address of this kind.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

/** Numbers through the whole file: bytes in a wrong place would show. */
async function mark(path: string): Promise<void> {
  const file = await open(path, 'r+');
  for (let at = MIB; at < SIZE; at += MIB) await file.write(Buffer.from(`here ${at}`), 0, null, at);
  await file.close();
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash);
  return hash.digest('hex');
}

/** The file of this size in the emulator's storage. */
function storedFile(folder: string): string {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const found = paths.find((path) => statSync(path).isFile() && statSync(path).size === SIZE);
  if (!found) throw new Error('The storage has no such object.');
  return found;
}

it('a killed upload goes on where the storage is, with the SHA-256 of the whole', async (context) => {
  const lab = await Lab.open({ hashes: false, resumable: true });
  onTestFinished(() => lab.close());
  const { bavail, bsize } = statfsSync(lab.folder);
  if (bavail * bsize < 2 * SIZE)
    context.skip('the emulator stores the file, and there is no room on the disk for two of them');
  const counter = new Counter(Number(new URL(lab.emulator.url).port));
  onTestFinished(() => counter.close());
  const env = { ENCORD_DOMAIN: await counter.listen() };
  await lab.dataset('Large');
  const path = join(lab.folder, 'large.mp4');
  await padMp4(VIDEO, path, SIZE);
  await mark(path);
  const args = ['upload', path, '--dataset', 'Large', '--size-limit', '5GB', '--json'];

  const first = lab.start(args, env);
  await vi.waitFor(() => expect(counter.bytes).toBeGreaterThan(0.9 * SIZE), {
    timeout: 120_000,
    interval: 5,
  });
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await lab.run(args, env);
  expect(second.summary).toMatchObject({ done: 1, failed: 0 });
  expect(counter.bytes).toBeGreaterThanOrEqual(SIZE);
  // Headers and the calls to the API are among them.
  expect(counter.bytes).toBeLessThan(SIZE + 8 * MIB);
  const expected = await sha256(path);
  expect(await sha256(storedFile(join(lab.folder, 'emulator')))).toBe(expected);
  const database = new DatabaseSync(join(lab.home, 'uploader.db'), { readOnly: true });
  onTestFinished(() => database.close());
  expect(database.prepare('SELECT sha256 FROM ledger_item').all()).toEqual([{ sha256: expected }]);
}, 300_000);

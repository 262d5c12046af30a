/** What the storage answers is compared with what was sent, without false alarms; and who does the hashing. */

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { crc32c } from '../../../main/adapters/http/crc32c.ts';
import { HashWorkers } from '../../../main/adapters/http/hash-workers.ts';
import type { PutOutcome } from '../../../main/core/ports.ts';
import { crc32c as bytewise } from '../../emulator/storage/hashes.ts';
import { answer, Receiver } from './receiver.ts';
import { fileOf, MIB, requestOf, senderWith } from './support.ts';

const GOOGLE = '?X-Goog-Signature=1';
const AMAZON = '?X-Amz-Signature=1';

/** A storage that answers with these headers, and an address of it. */
async function storage(headers: () => string): Promise<(query: string) => string> {
  const receiver = new Receiver({ answer: () => answer(200, '', headers()) });
  const url = await receiver.listen();
  onTestFinished(() => receiver.close());
  return (query) => url.replace(/\?.*/, query);
}

function base64(content: Buffer) {
  const crc = (value: number): string =>
    Buffer.from(value.toString(16).padStart(8, '0'), 'hex').toString('base64');
  return {
    crc32c: crc(bytewise(content)),
    crc32: crc(crc32(content)),
    md5: createHash('md5').update(content).digest('base64'),
    sha256: createHash('sha256').update(content).digest('base64'),
    etag: createHash('md5').update(content).digest('hex'),
  };
}

function told(outcome: PutOutcome): string {
  return 'error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;
}

describe('CRC-32C', () => {
  it('has the check value of its definition', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('is the same whatever the pieces and wherever they lie in memory', () => {
    const memory = Buffer.from(new SharedArrayBuffer(4096));
    randomBytes(4096).copy(memory);
    for (let from = 0; from < 9; from++) {
      for (const length of [0, 1, 3, 4, 15, 16, 17, 33, 64, 1000]) {
        const piece = memory.subarray(from, from + length);
        expect(crc32c(piece, 12345)).toBe(bytewise(piece, 12345));
      }
    }
    expect(crc32c(memory.subarray(777), crc32c(memory.subarray(0, 777)))).toBe(crc32c(memory));
  });
});

describe.each([1_000, 3 * MIB + 7])('a storage that answers with a hash of %i bytes', (size) => {
  const file = () => {
    const made = fileOf(size);
    return {
      ...made,
      right: base64(made.content),
      wrong: base64(Buffer.concat([made.content, made.content])),
    };
  };

  it.each<
    [string, string, (right: ReturnType<typeof base64>, wrong: ReturnType<typeof base64>) => string, boolean]
  >([
    ['x-goog-hash', GOOGLE, (r) => `x-goog-hash: crc32c=${r.crc32c}\r\nx-goog-hash: md5=${r.md5}\r\n`, true],
    ['x-goog-hash in one line', GOOGLE, (r) => `x-goog-hash: crc32c=${r.crc32c},md5=${r.md5}\r\n`, true],
    [
      'x-goog-hash of other bytes',
      GOOGLE,
      (r, w) => `x-goog-hash: crc32c=${w.crc32c}, md5=${r.md5}\r\n`,
      false,
    ],
    ['x-goog-hash that is none', GOOGLE, () => 'x-goog-hash: crc32c=AAAA, md5=, sha=AAAA\r\n', true],
    [
      'x-goog-hash beside an ETag',
      GOOGLE,
      (r, w) => `x-goog-hash: crc32c=${r.crc32c}\r\nETag: "${w.etag}"\r\n`,
      true,
    ],
    ['x-amz-checksum-sha256', AMAZON, (r) => `x-amz-checksum-sha256: ${r.sha256}\r\n`, true],
    [
      'x-amz-checksum-sha256 of other bytes',
      AMAZON,
      (_, w) => `x-amz-checksum-sha256: ${w.sha256}\r\n`,
      false,
    ],
    ['x-amz-checksum-sha256 of parts', AMAZON, (_, w) => `x-amz-checksum-sha256: ${w.sha256}-2\r\n`, true],
    [
      'x-amz-checksum-sha256 of parts, said otherwise',
      AMAZON,
      (_, w) => `x-amz-checksum-type: COMPOSITE\r\nx-amz-checksum-sha256: ${w.sha256}\r\n`,
      true,
    ],
    ['ETag of S3', AMAZON, (r) => `x-amz-request-id: 1\r\nETag: "${r.etag}"\r\n`, true],
    ['ETag of S3 of other bytes', AMAZON, (_, w) => `x-amz-request-id: 1\r\nETag: "${w.etag}"\r\n`, false],
    ['ETag of S3 of parts', AMAZON, (_, w) => `x-amz-request-id: 1\r\nETag: "${w.etag}-2"\r\n`, true],
    ['weak ETag', AMAZON, (_, w) => `x-amz-request-id: 1\r\nETag: W/"${w.etag}"\r\n`, true],
    ['ETag of who knows what', AMAZON, (_, w) => `ETag: "${w.etag}"\r\n`, true],
    [
      "ETag under the customer's key",
      AMAZON,
      (_, w) => `x-amz-request-id: 1\r\nx-amz-server-side-encryption: aws:kms\r\nETag: "${w.etag}"\r\n`,
      true,
    ],
    [
      "ETag under the storage's key",
      AMAZON,
      (_, w) => `x-amz-request-id: 1\r\nx-amz-server-side-encryption: AES256\r\nETag: "${w.etag}"\r\n`,
      false,
    ],
  ])('%s', async (_name, query, headers, agrees) => {
    const { path, sha256, right, wrong } = file();
    const address = await storage(() => headers(right, wrong));
    const outcome = await senderWith().put(requestOf(address(query), path));
    if (agrees) expect(outcome).toEqual({ kind: 'stored', bytes: size, sha256 });
    else expect(told(outcome)).toBe('transient hash-mismatch');
  });

  it.each(['crc32', 'crc32c'] as const)(
    'is compared by %s as soon as it is known to answer so',
    async (name) => {
      const { path, right, wrong } = file();
      let say = right;
      const address = await storage(() => `x-amz-checksum-${name}: ${say[name]}\r\n`);
      const sender = senderWith();
      const put = (): Promise<PutOutcome> => sender.put(requestOf(address('?key=1'), path));
      expect(told(await put())).toBe('stored');
      expect(told(await put())).toBe('stored');
      say = wrong;
      expect(told(await put())).toBe('transient hash-mismatch');
    },
  );

  it('is believed where hashing is off', async () => {
    const { path, wrong } = file();
    const address = await storage(() => `x-goog-hash: crc32c=${wrong.crc32c}\r\n`);
    expect(told(await senderWith({ hash: false }).put(requestOf(address(GOOGLE), path)))).toBe('stored');
  });
});

describe('threads that hash', () => {
  function script(text: string): URL {
    const folder = mkdtempSync(join(tmpdir(), 'worker-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'script.mjs');
    writeFileSync(path, text);
    return pathToFileURL(path);
  }

  it('start for large files alone, and end when there is nothing to do', async () => {
    const workers = new HashWorkers({ idleMs: 1 });
    const sender = senderWith({ workers });
    const address = await storage(() => '');
    expect(told(await sender.put(requestOf(address(GOOGLE), fileOf(512 * 1024).path)))).toBe('stored');
    expect(workers.size).toBe(0);
    let seen = 0;
    const onProgress = (): void => {
      seen = Math.max(seen, workers.size);
    };
    for (let round = 0; round < 2; round++) {
      const { path, sha256 } = fileOf(4 * MIB);
      expect(await sender.put(requestOf(address(GOOGLE), path, { onProgress }))).toMatchObject({ sha256 });
      await expect.poll(() => workers.size).toBe(0);
    }
    expect(seen).toBeGreaterThan(0);
  });

  it.each([
    ['is missing', () => new URL('file:///nowhere/at-all.js')],
    ['ends at once', () => script('process.exit()')],
    ['throws at once', () => script('throw new Error("no")')],
  ])('are done without where the script %s', async (_name, made) => {
    const sender = senderWith({ workers: new HashWorkers({ script: made() }) });
    const { path, sha256 } = fileOf(3 * MIB);
    const address = await storage(() => '');
    expect(await sender.put(requestOf(address(GOOGLE), path))).toMatchObject({ kind: 'stored', sha256 });
    expect(await sender.put(requestOf(address(GOOGLE), path))).toMatchObject({ kind: 'stored', sha256 });
  });

  it('that break down cost a try, and in the end are done without', async () => {
    const breaking = script(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ to }) => { if (to === 'update') throw new Error('out of order'); });
      parentPort.postMessage({ is: 'ready' });
    `);
    const sender = senderWith({ workers: new HashWorkers({ script: breaking }) });
    const { path, sha256 } = fileOf(3 * MIB);
    const address = await storage(() => '');
    expect(told(await sender.put(requestOf(address(''), path)))).toBe('transient internal');
    const outcomes: PutOutcome[] = [];
    while (outcomes.at(-1)?.kind !== 'stored' && outcomes.length < 4) {
      outcomes.push(await sender.put(requestOf(address(''), path)));
    }
    expect(outcomes.at(-1)).toEqual({ kind: 'stored', bytes: 3 * MIB, sha256 });
    expect(outcomes.length).toBeLessThanOrEqual(3);
  });

  it('do not keep a process from ending, nor end it too early', async () => {
    const { path, sha256 } = fileOf(5 * MIB);
    const address = await storage(() => '');
    const here = (name: string): string =>
      JSON.stringify(new URL(`../../../main/adapters/${name}`, import.meta.url));
    const program = script(`
      import { statSync } from 'node:fs';
      const { createSender } = await import(${here('http/put.ts')});
      const { createAgents } = await import(${here('http/agents.ts')});
      const { createClock } = await import(${here('clock.ts')});
      const silent = () => undefined;
      const sender = createSender({ agents: createAgents(), clock: createClock(), stallMs: 30_000, hash: true,
        log: { debug: silent, info: silent, warn: silent, error: silent } });
      const { size, mtimeMs } = statSync(process.argv[2]);
      const outcome = await sender.put({ url: process.argv[3], headers: {}, path: process.argv[2],
        identity: { size, mtimeMs }, signal: new AbortController().signal, onProgress: silent });
      console.log(outcome.sha256);
    `);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    execFile(
      process.execPath,
      [program.pathname, path, address(GOOGLE)],
      { timeout: 15_000 },
      (error, out) => (error ? reject(error) : resolve(out)),
    );
    expect((await promise).trim()).toBe(sha256);
  });
});

/** Uploads into resumable sessions: what was stored is not sent again, and the storage's word alone counts. */

import { appendFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Throttle } from '../../../main/adapters/http/throttle.ts';
import type { PutOutcome, PutRequest } from '../../../main/core/ports.ts';
import { Client, Key, SEED_A, started, temporaryFolder, urlObject } from '../emulator/support.ts';
import { answer, type Behaviour, Receiver } from './receiver.ts';
import { fileOf, HandClock, MIB, passUntil, requestOf, senderWith } from './support.ts';

const QUERY = '?X-Goog-SignedHeaders=content-type%3Bhost%3Bx-goog-resumable&X-Goog-Signature=VERYSECRET';

function told(outcome: PutOutcome): string {
  if (!('error' in outcome)) return outcome.kind;
  const { code, message, details, stack } = outcome.error;
  expect(JSON.stringify([message, details, stack])).not.toMatch(/VERYSECRET|upload_id/);
  return `${outcome.kind} ${code}`;
}

/** Keeps the session as the engine does, from one call to the next. */
function keeping(request: PutRequest): { request: () => PutRequest; told: (string | null)[] } {
  const told: (string | null)[] = [];
  const onSession = (session: string | null): void => void told.push(session);
  return { told, request: () => ({ ...request, session: told.at(-1) ?? null, onSession }) };
}

describe('with the emulator', () => {
  async function granted(dataDir = temporaryFolder()) {
    const emulator = await started({ resumable: true, dataDir });
    const client = new Client(emulator.url, new Key(SEED_A));
    const { dataset } = await client.dataset('D', true);
    const [grant] = await client.ok(z.array(urlObject), 'signedimagesurl', 'GET', 'a.png', null, dataset);
    if (!grant) throw new Error('no grant');
    return { emulator, client, url: grant.signed_url };
  }

  it.each([0, 1, 300_000, 8 * MIB, 8 * MIB + 1, 20 * MIB + 5])('sends %i bytes', async (size) => {
    const { client, url } = await granted();
    const { path, sha256 } = fileOf(size);
    const seen: number[] = [];
    const { request } = keeping(requestOf(url, path, { onProgress: (bytes) => seen.push(bytes) }));
    expect(await senderWith().put(request())).toEqual({ kind: 'stored', bytes: size, sha256 });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(size);
    expect(await client.state()).toMatchObject({ puts: 1 });
  });

  it('goes on after a break where the storage is, in another process of either side', async () => {
    const dataDir = temporaryFolder();
    const { emulator, client, url } = await granted(dataDir);
    const { path, sha256 } = fileOf(30 * MIB);
    const kept = keeping(requestOf(url, path));
    // The opening, two chunks, and three megabytes of the third.
    await client.control('POST', 'faults', {
      match: { kind: 'put', nth: 4 },
      do: { resetAfterBytes: 3 * MIB },
    });
    expect(told(await senderWith().put(kept.request()))).toBe('transient connection-lost');
    expect(kept.told).toHaveLength(1);
    await emulator.close();
    const again = await started({ dataDir, port: emulator.port });
    const seen: number[] = [];
    const onProgress = (bytes: number): void => void seen.push(bytes);
    const outcome = await senderWith().put({ ...kept.request(), onProgress });
    expect(outcome).toEqual({ kind: 'stored', bytes: 30 * MIB, sha256 });
    expect(seen[0]).toBeGreaterThanOrEqual(16 * MIB);
    expect(kept.told).toHaveLength(1);
    expect(await new Client(again.url, new Key(SEED_A)).state()).toMatchObject({ puts: 1, objects: 1 });
  });

  it('keeps to the bandwidth limit in each of its chunks', async () => {
    const { url } = await granted();
    const { path, sha256 } = fileOf(20 * MIB);
    const clock = new HandClock();
    const throttle = new Throttle(clock);
    throttle.setLimit(10 * MIB);
    let outcome: PutOutcome | null = null;
    void senderWith({ clock, throttle })
      .put(keeping(requestOf(url, path)).request())
      .then((ended) => {
        outcome = ended;
      });
    await passUntil(clock, () => outcome !== null);
    expect(outcome).toEqual({ kind: 'stored', bytes: 20 * MIB, sha256 });
    expect(clock.now()).toBeGreaterThan(1_700);
  });

  it('learns of an end whose answer was lost, without sending anything', async () => {
    const { client, url } = await granted();
    const { path, sha256 } = fileOf(3 * MIB);
    const kept = keeping(requestOf(url, path));
    await client.control('POST', 'faults', { match: { kind: 'put', nth: 2 }, do: { dropResponse: true } });
    expect(told(await senderWith().put(kept.request()))).toBe('transient connection-lost');
    const seen: number[] = [];
    const onProgress = (bytes: number): void => void seen.push(bytes);
    const outcome = await senderWith().put({ ...kept.request(), onProgress });
    expect(outcome).toEqual({ kind: 'stored', bytes: 3 * MIB, sha256 });
    expect(seen).toEqual([3 * MIB]);
    expect((await client.state()).puts).toBe(1);
  });

  it('opens a new session where the old one has expired', async () => {
    const { client, url } = await granted();
    const { path, sha256 } = fileOf(9 * MIB);
    const kept = keeping(requestOf(url, path));
    await client.control('POST', 'faults', {
      match: { kind: 'put', nth: 3 },
      do: { status: 503, retryAfter: 7 },
    });
    expect(await senderWith().put(kept.request())).toMatchObject({ kind: 'transient', retryAfterMs: 7_000 });
    await client.control('POST', 'faults', { match: { kind: 'put' }, do: { status: 410 } });
    expect(await senderWith().put(kept.request())).toEqual({ kind: 'stored', bytes: 9 * MIB, sha256 });
    const [first, none, second] = kept.told;
    expect([none, kept.told.length]).toEqual([null, 3]);
    expect(second).not.toBe(first);
  });

  it('sends a file that changed in between no further', async () => {
    const { client, url } = await granted();
    const { path } = fileOf(20 * MIB);
    const kept = keeping(requestOf(url, path));
    await client.control('POST', 'faults', {
      match: { kind: 'put', nth: 3 },
      do: { resetAfterBytes: 3 * MIB },
    });
    expect(told(await senderWith().put(kept.request()))).toBe('transient connection-lost');
    appendFileSync(path, 'more');
    expect(told(await senderWith().put(kept.request()))).toBe('file file-changed');
    rmSync(path);
    expect(told(await senderWith().put(kept.request()))).toBe('file file-missing');
    expect((await client.state()).puts).toBe(0);
  });
});

describe('with a storage that answers as it likes', () => {
  /** The first request opens a session; `behaviour` says the rest. */
  async function storage(behaviour: Behaviour, opening?: string) {
    const receiver = new Receiver({
      ...behaviour,
      answer: (received, nth) =>
        received.requestLine.startsWith('POST')
          ? (opening ?? answer(201, '', `Location: /session?upload_id=${nth}\r\n`))
          : (behaviour.answer?.(received, nth) ?? null),
    });
    const address = await receiver.listen();
    onTestFinished(() => receiver.close());
    return { receiver, url: address.replace(/\?.*/, QUERY) };
  }

  const ranges = (receiver: Receiver): (string | undefined)[] =>
    receiver.received.map((one) => one.headers.get('content-range'));

  it('goes on from what was stored, not from what was sent', async () => {
    const size = 10 * MIB;
    const said = [`Range: bytes=0-${MIB - 1}\r\n`, '', `Range: bytes=0-${2 * MIB - 1}\r\n`];
    const { receiver, url } = await storage({
      answer: () => {
        const range = said.shift();
        return range === undefined ? answer(200) : answer(308, '', range);
      },
    });
    const { path, sha256 } = fileOf(size);
    expect(await senderWith().put(requestOf(url, path))).toEqual({ kind: 'stored', bytes: size, sha256 });
    expect(ranges(receiver)).toEqual([
      undefined,
      `bytes 0-${8 * MIB - 1}/${size}`,
      `bytes ${MIB}-${9 * MIB - 1}/${size}`,
      `bytes 0-${8 * MIB - 1}/${size}`,
      `bytes ${2 * MIB}-${size - 1}/${size}`,
    ]);
    const [start, chunk] = receiver.received;
    expect(start?.requestLine).toBe(`POST /bucket/object${QUERY} HTTP/1.1`);
    expect(start?.headers.get('x-goog-resumable')).toBe('start');
    expect(start?.headers.get('content-type')).toBe('video/mp4');
    expect(start?.headers.get('content-length')).toBe('0');
    expect(chunk?.requestLine).toBe('PUT /session?upload_id=1 HTTP/1.1');
  });

  it.each<[string, (nth: number) => string, string, boolean]>([
    ['takes chunks and keeps nothing', () => answer(308), 'transient bad-answer', true],
    [
      'has more than there is',
      () => answer(308, '', 'Range: bytes=0-99999999999\r\n'),
      'transient bad-answer',
      true,
    ],
    ['makes no sense', () => answer(308, '', 'Range: bytes=5-9\r\n'), 'transient bad-answer', true],
    ['confirms half a file', () => answer(200), 'transient bad-answer', false],
    ['forgets again and again', () => answer(404), 'transient bad-answer', false],
    ['was told to stop again and again', () => answer(499), 'transient bad-answer', false],
    ['has trouble', () => answer(500), 'transient server-error', true],
    ['is busy', () => answer(429), 'transient rate-limited', true],
    ['refuses', () => answer(403), 'expired url-expired', true],
    ['sends it elsewhere', () => answer(302), 'transient bad-answer', true],
  ])('that %s', async (_name, said, expected, keeps) => {
    const { url } = await storage({ answer: (_received, nth) => said(nth) });
    const kept = keeping(requestOf(url, fileOf(9 * MIB).path));
    expect(told(await senderWith().put(kept.request()))).toBe(expected);
    expect(kept.told.at(-1) !== null).toBe(keeps);
  });

  it.each([
    ['no address', answer(201), 'transient bad-answer'],
    ['an address of another kind', answer(201, '', 'Location: ftp://x/\r\n'), 'transient bad-answer'],
    ['a refusal', answer(403), 'expired url-expired'],
    ['a plain 200', answer(200), 'transient bad-answer'],
  ])('that opens with %s', async (_name, opening, expected) => {
    const { receiver, url } = await storage({}, opening);
    const kept = keeping(requestOf(url, fileOf(1000).path));
    expect(told(await senderWith().put(kept.request()))).toBe(expected);
    expect([receiver.received.length, kept.told]).toEqual([1, []]);
  });

  it('whose hash is of other bytes: the session is given up', async () => {
    const { url } = await storage({ answer: () => answer(200, '', 'x-goog-hash: crc32c=AAAAAA==\r\n') });
    const kept = keeping(requestOf(url, fileOf(1000).path));
    expect(told(await senderWith().put(kept.request()))).toBe('transient hash-mismatch');
    expect(kept.told).toEqual([expect.stringContaining('upload_id'), null]);
  });

  it('that closed a kept connection is asked, on a new one', async () => {
    let dropped = 0;
    const onHead = (socket: Socket, nth: number): null => {
      if (nth !== 3) return null;
      dropped++;
      socket.resetAndDestroy();
      return null;
    };
    const size = 9 * MIB;
    const first = answer(308, '', `Range: bytes=0-${8 * MIB - 1}\r\n`);
    const { receiver, url } = await storage({
      onHead,
      answer: (received) => (received.bytes === MIB ? answer(200) : first),
    });
    const { path, sha256 } = fileOf(size);
    expect(await senderWith().put(requestOf(url, path))).toEqual({ kind: 'stored', bytes: size, sha256 });
    expect([dropped, ranges(receiver)[3]]).toEqual([1, `bytes */${size}`]);
  });

  it('cancelled, the session is still good', async () => {
    const abort = new AbortController();
    const { url } = await storage({ onData: () => abort.abort(), answer: () => answer(308) });
    const kept = keeping(requestOf(url, fileOf(9 * MIB).path, { signal: abort.signal }));
    expect(told(await senderWith().put(kept.request()))).toBe('cancelled');
    expect(kept.told).toEqual([expect.stringContaining('upload_id')]);
  });

  it('is sent nothing before the session could be stored', async () => {
    const { receiver, url } = await storage({ answer: () => answer(200) });
    const onSession = (): Promise<void> => Promise.reject(new Error('disk full'));
    const outcome = await senderWith().put(requestOf(url, fileOf(1000).path, { onSession }));
    expect(told(outcome)).toBe('transient internal');
    expect(receiver.received).toHaveLength(1);
  });
});

/** Downloads against a real HTTP server: what breaks off goes on, what is wrong is not kept, and nothing is overwritten. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createDownloads } from '../../../main/adapters/http/download.ts';
import type { DownloadRequest, Downloads } from '../../../main/core/manage/downloads.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { HandClock } from '../put/support.ts';

const CONTENT = randomBytes(300_000);
const MD5 = createHash('md5').update(CONTENT).digest('base64');
const OTHER_MD5 = createHash('md5').update('other').digest('base64');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A storage whose requests are answered one after another as told; the last answer stands for all further ones. */
async function storage(
  ...answers: readonly Answer[]
): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)];
    ranges.push(request.headers.range);
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/bucket/object?X-Goog-Signature=VERYSECRET`, ranges };
}

/** The object as a storage gives it, with ranges; broken off after `cutAfter` bytes. */
function object(
  more: { headers?: Record<string, string>; cutAfter?: number; content?: Buffer } = {},
): Answer {
  return (request, response) => {
    const { content = CONTENT, cutAfter, headers = { ETag: '"one"', 'x-goog-hash': `md5=${MD5}` } } = more;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = request.headers.range !== undefined;
    response.writeHead(range ? 206 : 200, {
      ...headers,
      'Content-Length': content.length - from,
      ...(range ? { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    if (cutAfter === undefined) response.end(content.subarray(from));
    // Bytes that the other side has not read yet are lost with a reset connection: a busy machine gets time to read them.
    else
      response.write(content.subarray(from, from + cutAfter), () =>
        setTimeout(() => response.destroy(), 300),
      );
  };
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end('<Code>ExpiredToken</Code>');

function downloads(): Downloads {
  const agents = createAgents();
  onTestFinished(() => agents.close());
  return createDownloads({ agents, clock: createClock(), stallMs: 30_000 });
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'download-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return join(made, 'into');
}

function requestOf(url: string, into: string, more: Partial<DownloadRequest> = {}): DownloadRequest {
  return {
    url,
    folder: into,
    name: 'a.mp4',
    isTaken: () => false,
    size: CONTENT.length,
    signal: new AbortController().signal,
    ...more,
  };
}

test('a file is fetched into a folder that is made, checked, and nothing else is left there', async () => {
  const { url } = await storage(object());
  const into = folder();
  expect(await downloads().fetch(requestOf(url, into))).toEqual({
    kind: 'saved',
    name: 'a.mp4',
    bytes: CONTENT.length,
    checked: true,
  });
  expect(readdirSync(into)).toEqual(['a.mp4']);
  expect(readFileSync(join(into, 'a.mp4')).equals(CONTENT)).toBe(true);
});

test('what is cut off goes on where it stopped, in one call', async () => {
  const { url, ranges } = await storage(object({ cutAfter: 100_000 }), object());
  const into = folder();
  expect(await downloads().fetch(requestOf(url, into))).toMatchObject({ kind: 'saved', checked: true });
  expect(ranges[0]).toBeUndefined();
  expect(Number(/^bytes=(\d+)-$/.exec(ranges[1] ?? '')?.[1])).toBeGreaterThan(0);
  expect(readFileSync(join(into, 'a.mp4')).equals(CONTENT)).toBe(true);
});

test('after a restart it goes on where the storage tells a hash of the whole, and else begins anew', async () => {
  for (const headers of [{ 'x-goog-hash': `md5=${MD5}` }, {}]) {
    const { url, ranges } = await storage(object({ headers }));
    const into = folder();
    await downloads().fetch(requestOf(url, into, { name: 'other' }));
    writeFileSync(join(into, 'a.mp4.part'), CONTENT.subarray(0, 200_000));
    expect(await downloads().fetch(requestOf(url, into))).toMatchObject({ kind: 'saved' });
    expect(readFileSync(join(into, 'a.mp4')).equals(CONTENT)).toBe(true);
    const known = 'x-goog-hash' in headers;
    expect(ranges.slice(1)).toEqual(known ? ['bytes=199999-'] : ['bytes=199999-', undefined]);
  }
});

test('a whole file that was not put in its place yet is, and a part of something else is found out', async () => {
  const { url } = await storage(object());
  const into = folder();
  await downloads().fetch(requestOf(url, into, { name: 'other' }));
  writeFileSync(join(into, 'a.mp4.part'), CONTENT);
  expect(await downloads().fetch(requestOf(url, into))).toMatchObject({ kind: 'saved', name: 'a.mp4' });
  writeFileSync(join(into, 'b.mp4.part'), randomBytes(1_000));
  const foreign = await downloads().fetch(requestOf(url, into, { name: 'b.mp4' }));
  expect(foreign).toMatchObject({ kind: 'transient', error: { code: 'hash-mismatch' } });
  expect(readdirSync(into).sort()).toEqual(['a.mp4', 'other']);
});

test('an object that became another one meanwhile is fetched from its beginning', async () => {
  const other = randomBytes(250_000);
  const hash = `md5=${createHash('md5').update(other).digest('base64')}`;
  const { url } = await storage(
    object({ cutAfter: 100_000 }),
    object({ content: other, headers: { ETag: '"two"', 'x-goog-hash': hash } }),
  );
  const into = folder();
  expect(await downloads().fetch(requestOf(url, into, { size: null }))).toMatchObject({ kind: 'saved' });
  expect(readFileSync(join(into, 'a.mp4')).equals(other)).toBe(true);
});

test.each([
  [
    'another size than Encord says, and no hash',
    { size: CONTENT.length + 1 },
    object({ headers: {} }),
    'refused',
    'hash-mismatch',
  ],
  [
    'other bytes than the hash',
    {},
    object({ headers: { 'x-goog-hash': `md5=${OTHER_MD5}` } }),
    'transient',
    'hash-mismatch',
  ],
  ['403', {}, status(403), 'expired', 'url-expired'],
  ['404', {}, status(404), 'refused', 'not-found'],
  ['503', {}, status(503, { 'Retry-After': '7' }), 'transient', 'server-error'],
  ['a redirection', {}, status(302, { Location: 'http://elsewhere.example/' }), 'transient', 'bad-answer'],
  ['413', {}, status(413), 'refused', 'storage-refused'],
] as const)('%s: nothing is kept, and no secret is told', async (_name, more, answer, kind, code) => {
  const { url } = await storage(answer);
  const into = folder();
  const outcome = await downloads().fetch(requestOf(url, into, more));
  expect(outcome).toMatchObject({ kind, error: { code } });
  expect(readdirSync(into)).toEqual([]);
  const error = 'error' in outcome ? outcome.error : null;
  expect(`${error?.message} ${JSON.stringify(error?.details)}`).not.toMatch(/VERYSECRET|bucket/);
});

test('a video that was encoded anew has another size than its row: the hash of the storage says that it is whole', async () => {
  const { url } = await storage(object());
  const into = folder();
  const outcome = await downloads().fetch(requestOf(url, into, { size: CONTENT.length + 1 }));
  expect(outcome).toMatchObject({ kind: 'saved', bytes: CONTENT.length, checked: true });
});

test('the same file is not fetched again, and another of its name stays as it is', async () => {
  const { url } = await storage(object());
  const into = folder();
  const files = downloads();
  await files.fetch(requestOf(url, into));
  expect(await files.fetch(requestOf(url, into))).toMatchObject({
    kind: 'present',
    name: 'a.mp4',
    checked: true,
  });
  writeFileSync(join(into, 'a.mp4'), 'mine');
  // A name that is meant for another file is left to it.
  const isTaken = (name: string) => name === 'a (2).mp4';
  expect(await files.fetch(requestOf(url, into, { isTaken }))).toMatchObject({
    kind: 'saved',
    name: 'a (3).mp4',
  });
  expect(await files.fetch(requestOf(url, into, { isTaken }))).toMatchObject({
    kind: 'present',
    name: 'a (3).mp4',
  });
  expect(readFileSync(join(into, 'a.mp4'), 'utf8')).toBe('mine');
});

test('without a hash a file of the same size is compared byte by byte', async () => {
  const { url } = await storage(object({ headers: {} }));
  const into = folder();
  const files = downloads();
  await files.fetch(requestOf(url, into));
  expect(await files.fetch(requestOf(url, into))).toMatchObject({ kind: 'present', checked: false });
  writeFileSync(join(into, 'a.mp4'), randomBytes(CONTENT.length));
  expect(await files.fetch(requestOf(url, into))).toMatchObject({ kind: 'saved', name: 'a (2).mp4' });
  expect(readdirSync(into).sort()).toEqual(['a (2).mp4', 'a.mp4']);
});

test('two downloads of one name do not write into one file', async () => {
  const { url } = await storage(object());
  const into = folder();
  const files = downloads();
  const both = await Promise.all([1, 2].map(() => files.fetch(requestOf(url, into))));
  expect(both.map(({ kind }) => kind)).toEqual(['saved', 'present']);
});

test('a folder that cannot be written is told as such, and a cancelled download leaves its part', async () => {
  const { url } = await storage(object({ cutAfter: 1 }), (_request, response) => {
    response.writeHead(206, {
      ETag: '"one"',
      'Content-Range': `bytes 0-${CONTENT.length - 1}/${CONTENT.length}`,
    });
    response.write(CONTENT.subarray(0, 10));
  });
  const into = folder();
  const blocked = join(into, 'file');
  expect(await downloads().fetch(requestOf('http://127.0.0.1:1/', '/dev/null/x'))).toMatchObject({
    kind: 'disk',
    error: { code: 'invalid-input' },
  });
  const abort = new AbortController();
  const running = downloads().fetch(requestOf(url, blocked, { signal: abort.signal }));
  await eventually(() => expect(readdirSync(blocked)).toEqual(['a.mp4.part']));
  abort.abort();
  expect(await running).toEqual({ kind: 'cancelled' });
});

test('a storage that falls silent is given up', async () => {
  const { url } = await storage((_request, response) => {
    response.writeHead(200, { 'Content-Length': CONTENT.length }).flushHeaders();
  });
  const clock = new HandClock();
  const agents = createAgents();
  onTestFinished(() => agents.close());
  const running = createDownloads({ agents, clock, stallMs: 30_000 }).fetch(requestOf(url, folder()));
  const outcome = eventually(() => {
    clock.pass(10_000);
    return expect(settled).toBe(true);
  });
  let settled = false;
  void running.then(() => {
    settled = true;
  });
  await outcome;
  expect(await running).toMatchObject({ kind: 'transient', error: { code: 'stalled' } });
});

/** Resumable uploads of the emulator's storage: opening, chunks, questions, breaks, ends, restarts. */

import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  Client,
  http,
  Key,
  png,
  put,
  SEED_A,
  sha256,
  started,
  temporaryFolder,
  urlObject,
} from './support.ts';

const UNIT = 256 * 1024;

async function granted(options: Parameters<typeof started>[0] = {}) {
  const emulator = await started({ resumable: true, ...options });
  const client = new Client(emulator.url, new Key(SEED_A));
  const { dataset } = await client.dataset('D', true);
  const [grant] = await client.ok(z.array(urlObject), 'signedimagesurl', 'GET', 'a.png', null, dataset);
  if (!grant) throw new Error('no grant');
  return { emulator, client, dataset, grant };
}

async function opened(url: string): Promise<string> {
  const answer = await http('POST', url, { 'x-goog-resumable': 'start', 'Content-Type': 'image/png' });
  expect(answer.status).toBe(201);
  return z.string().parse(answer.headers.location);
}

/** A chunk; its end is exclusive. */
const send = (
  session: string,
  content: Buffer,
  from: number,
  to: number,
  total: number | '*' = content.length,
) =>
  http(
    'PUT',
    session,
    { 'Content-Range': `bytes ${from}-${to - 1}/${total}`, 'Content-Length': String(to - from) },
    content.subarray(from, to),
  );

const ask = (session: string, total: number | '*' = '*') =>
  put(session, Buffer.alloc(0), { 'Content-Range': `bytes */${total}` });

/** Sends a part of a chunk, then ends the connection. */
function broken(session: string, content: Buffer, from: number, to: number, sent: number): Promise<void> {
  return new Promise((resolve) => {
    const headers = {
      'Content-Range': `bytes ${from}-${to - 1}/${content.length}`,
      'Content-Length': String(to - from),
    };
    const outgoing = request(session, { method: 'PUT', headers });
    outgoing.on('error', () => resolve());
    outgoing.write(content.subarray(from, from + sent), () => outgoing.destroy(new Error('gone')));
  });
}

it('takes an object in chunks, and answers as for one PUT', async () => {
  const { client, grant, dataset } = await granted();
  const content = Buffer.concat([png(), randomBytes(5 * UNIT)]);
  const session = await opened(grant.signed_url);
  expect(new URL(session).searchParams.has('X-Goog-Signature')).toBe(false);
  const none = await ask(session, content.length);
  expect(none.status).toBe(308);
  expect(none.headers).not.toHaveProperty('range');
  const first = await send(session, content, 0, 2 * UNIT);
  expect(first).toMatchObject({ status: 308, headers: { range: `bytes=0-${2 * UNIT - 1}` } });
  expect(await ask(session)).toMatchObject({ status: 308, headers: { range: `bytes=0-${2 * UNIT - 1}` } });
  expect((await client.state()).puts).toBe(0);
  const last = await send(session, content, 2 * UNIT, content.length);
  expect(last).toMatchObject({
    status: 200,
    headers: {
      'x-goog-hash': expect.stringContaining('crc32c='),
      'x-goog-stored-content-length': `${content.length}`,
    },
  });
  expect((await ask(session)).headers.etag).toBe(last.headers.etag);
  expect(await client.state()).toMatchObject({ puts: 1, objects: 1 });
  await client.ok(z.unknown(), 'singleimage', 'POST', grant.data_hash, grant, dataset);
  expect((await client.state()).datasets[0]?.rows[0]?.sha256).toBe(sha256(content));
});

it('opens nothing without the header, for a plain grant, or when the URL is old', async () => {
  const { client, grant, dataset } = await granted({ urlLifetimeSeconds: 60 });
  const start = { 'x-goog-resumable': 'start' };
  expect((await http('POST', grant.signed_url)).status).toBe(400);
  expect((await put(grant.signed_url, randomBytes(10))).status).toBe(403);
  await client.control('POST', 'settings', { resumable: false });
  const [plain] = await client.ok(z.array(urlObject), 'signedimagesurl', 'GET', 'b.png', null, dataset);
  expect((await http('POST', plain?.signed_url ?? '', start)).status).toBe(403);
  expect((await put(plain?.signed_url ?? '', randomBytes(10))).status).toBe(200);
  await client.control('POST', 'clock', { shiftSeconds: 61 });
  expect((await http('POST', grant.signed_url, start)).text).toContain('<Code>ExpiredToken</Code>');
});

it('keeps whole units of what broke off, and of chunks of odd sizes', async () => {
  const { grant } = await granted();
  const content = randomBytes(6 * UNIT);
  const session = await opened(grant.signed_url);
  await broken(session, content, 0, 4 * UNIT, UNIT + 1000);
  await expect.poll(async () => (await ask(session)).headers.range).toBe(`bytes=0-${UNIT - 1}`);
  const odd = await send(session, content, UNIT, 3 * UNIT + 5);
  expect(odd).toMatchObject({ status: 308, headers: { range: `bytes=0-${3 * UNIT - 1}` } });
  expect((await send(session, content, 3 * UNIT + 5, 4 * UNIT)).status).toBe(503);
  const overlapping = await send(session, content, 0, 4 * UNIT, '*');
  expect(overlapping.headers.range).toBe(`bytes=0-${4 * UNIT - 1}`);
  expect((await http('PUT', session, { 'Content-Range': 'bytes 5-9/20' }, 'abc')).status).toBe(400);
  const done = await send(session, content, 4 * UNIT, 6 * UNIT);
  expect(done.headers['x-goog-stored-content-length']).toBe(String(6 * UNIT));
});

it('remembers over a restart', async () => {
  const dataDir = temporaryFolder();
  const { emulator, grant } = await granted({ dataDir });
  const content = randomBytes(3 * UNIT + 1);
  const session = await opened(grant.signed_url);
  await send(session, content, 0, 2 * UNIT);
  await emulator.close();
  const again = await started({ dataDir });
  const moved = session.replace(emulator.url, again.url);
  expect((await ask(moved)).headers.range).toBe(`bytes=0-${2 * UNIT - 1}`);
  const done = await send(moved, content, 2 * UNIT, content.length);
  const whole = await put((await grantOn(again.url)).signed_url, content);
  expect(done.headers['x-goog-hash']).toBe(whole.headers['x-goog-hash']);
});

async function grantOn(url: string): Promise<z.output<typeof urlObject>> {
  const client = new Client(url, new Key(SEED_A));
  const { dataset } = await client.dataset('E', true);
  const [grant] = await client.ok(z.array(urlObject), 'signedimagesurl', 'GET', 'e.png', null, dataset);
  if (!grant) throw new Error('no grant');
  return grant;
}

it('forgets sessions after a week, and those that were cancelled', async () => {
  const { client, grant } = await granted();
  expect((await ask(`${new URL(grant.signed_url).href.split('?')[0]}?upload_id=none`)).status).toBe(404);
  const one = await opened(grant.signed_url);
  const two = await opened(grant.signed_url);
  expect((await http('DELETE', one, { 'Content-Length': '0' })).status).toBe(499);
  expect((await ask(one)).status).toBe(499);
  await client.control('POST', 'clock', { shiftSeconds: 7 * 24 * 3600 });
  expect((await ask(two)).status).toBe(404);
});

it('obeys faults at each request', async () => {
  const { client, grant } = await granted();
  const content = randomBytes(2 * UNIT);
  await client.control('POST', 'faults', [
    { match: { kind: 'put', nth: 1 }, do: { status: 503 } },
    { match: { kind: 'put', nth: 3 }, do: { resetAfterBytes: UNIT + 1 } },
    { match: { kind: 'put', nth: 4 }, do: { dropResponse: true } },
  ]);
  const start = { 'x-goog-resumable': 'start' };
  expect((await http('POST', grant.signed_url, start)).status).toBe(503);
  const session = await opened(grant.signed_url);
  await expect(send(session, content, 0, content.length)).rejects.toThrow();
  await expect(send(session, content, 0, content.length)).rejects.toThrow();
  expect((await ask(session)).status).toBe(200);
});

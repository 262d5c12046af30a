/** Browser mode: the bytes of dropped files. */

import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { App } from '../../../main/app/types.ts';
import { parseDrop } from '../../../main/web/drops.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { ask, openRequest, pageOf, site } from './harness.ts';

const MIB = 1024 * 1024;

test('a file arrives whole, with its path, size and time', async () => {
  const at = await site();
  const path = 'Traffic/日本語 🎬\n2.mp4';
  const got = await ask(at, {
    method: 'PUT',
    path: `/drops/d-1?path=${encodeURIComponent(path)}&size=5&mtime=1732150000123`,
    headers: pageOf(at, 5),
    body: 'bytes',
  });
  expect([got.status, JSON.parse(got.body)]).toEqual([200, { ok: true, value: null }]);
  expect(at.app.received).toEqual([
    { dropId: 'd-1', path, size: 5, mtimeMs: 1732150000123, bytes: 5, outcome: 'whole' },
  ]);
});

test('an empty file is a file, and its time may be unknown', async () => {
  const at = await site();
  const got = await ask(at, { method: 'PUT', path: '/drops/d?path=a&size=0', headers: pageOf(at, 0) });
  expect(got.status).toBe(200);
  expect(at.app.received).toMatchObject([{ path: 'a', size: 0, mtimeMs: null, outcome: 'whole' }]);
});

test.each([
  ['no token', { authorization: '' }, 401],
  ['a wrong token', { authorization: `Bearer ${'A'.repeat(43)}` }, 401],
  ['another origin', { origin: 'http://evil.example' }, 403],
  ['no origin', { origin: '' }, 403],
  ['another host', { host: 'evil.example' }, 421],
] as const)('bytes with %s are refused before the program sees one', async (_what, headers, status) => {
  const at = await site();
  const got = await ask(at, {
    method: 'PUT',
    path: '/drops/d?path=a&size=5',
    headers: { ...pageOf(at, 5), ...headers },
    body: 'bytes',
  });
  expect(got.status).toBe(status);
  expect(at.app.received).toEqual([]);
});

test.each([
  ['/drops/d?path=../a&size=1', 400],
  ['/drops/d?path=a/../../b&size=1', 400],
  ['/drops/d?path=/etc/passwd&size=1', 400],
  ['/drops/d?path=a//b&size=1', 400],
  ['/drops/d?path=a/./b&size=1', 400],
  ['/drops/d?path=a/&size=1', 400],
  ['/drops/d?path=a%00b&size=1', 400],
  ['/drops/d?path=&size=1', 400],
  ['/drops/d?size=1', 400],
  ['/drops/d', 400],
  ['/drops/?path=a&size=1', 404],
  ['/drops/../d?path=a&size=1', 404],
  ['/drops/a%2fb?path=a&size=1', 404],
  ['/drops/d?path=a&size=2', 400],
  ['/drops/d?path=a&size=-1', 400],
  ['/drops/d?path=a&size=1e3', 400],
  ['/drops/d?path=a&size=9999999999999999', 400],
  ['/drops/d?path=a&size=1&mtime=soon', 400],
] as const)('%s is refused', (url, status) => {
  expect(parseDrop(url, '1')).toMatchObject({ ok: false, status });
});

test('a body of unsaid length is refused', async () => {
  const at = await site();
  const got = await ask(at, {
    method: 'PUT',
    path: '/drops/d?path=a&size=5',
    headers: { origin: at.origin, authorization: `Bearer ${at.token}`, 'transfer-encoding': 'chunked' },
    body: 'bytes',
  });
  expect(got.status).toBe(411);
  expect(JSON.parse(got.body)).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(at.app.received).toEqual([]);
});

test('a sender that breaks off makes the partial file be discarded', async () => {
  const at = await site();
  const outgoing = openRequest(at, {
    method: 'PUT',
    path: '/drops/d?path=a&size=1000',
    headers: pageOf(at, 1000),
  });
  outgoing.on('error', () => {});
  outgoing.write('part');
  await eventually(() => expect(at.app.received[0]?.bytes).toBe(4));
  outgoing.destroy();
  await eventually(() => expect(at.app.received[0]?.outcome).toBe('discarded'));
});

test('a sender that goes silent is cut off; a slow one is not', async () => {
  const at = await site({ limits: { stallMs: 300 } });
  const slow = openRequest(at, { method: 'PUT', path: '/drops/d?path=slow&size=8', headers: pageOf(at, 8) });
  const silent = openRequest(at, {
    method: 'PUT',
    path: '/drops/d?path=silent&size=8',
    headers: pageOf(at, 8),
  });
  silent.on('error', () => {});
  silent.write('part');
  const answered = once(slow, 'response');
  const outcome = (path: string) => at.app.received.find((one) => one.path === path)?.outcome;
  // One byte at a time, for longer than the silent one is borne with.
  for (let n = 0; n < 8; n++) {
    slow.write('x');
    await eventually(() =>
      expect(at.app.received.find((one) => one.path === 'slow')?.bytes).toBeGreaterThan(n),
    );
    if (n === 0) await eventually(() => expect(outcome('silent')).toBe('open'));
    if (n < 7) await new Promise((resolve) => setTimeout(resolve, 60));
  }
  slow.end();
  await answered;
  expect(outcome('slow')).toBe('whole');
  await eventually(() => expect(outcome('silent')).toBe('discarded'));
});

test('the program may refuse a file without reading it, and the sender hears why', async () => {
  const at = await site();
  const receive: App['receive'] = async () => ({
    ok: false,
    error: { code: 'disk-full', message: 'The disk is full.', details: {} },
  });
  at.app.receiveInstead = receive;
  const got = await ask(at, {
    method: 'PUT',
    path: `/drops/d?path=a&size=${8 * MIB}`,
    headers: pageOf(at, 8 * MIB),
    body: new Uint8Array(8 * MIB),
  });
  expect(got.status).toBe(422);
  expect(JSON.parse(got.body)).toMatchObject({ ok: false, error: { code: 'disk-full' } });
});

test('a file that the program stops reading half-way is answered too', async () => {
  const at = await site();
  at.app.receiveInstead = async (_id, _path, _facts, body) => {
    for await (const _chunk of body) break;
    return { ok: false, error: { code: 'disk-full', message: 'The disk is full.', details: {} } };
  };
  const got = await ask(at, {
    method: 'PUT',
    path: `/drops/d?path=a&size=${8 * MIB}`,
    headers: pageOf(at, 8 * MIB),
    body: new Uint8Array(8 * MIB),
  });
  expect(got.status).toBe(422);
});

test('a reader that does not read holds the sender back, and memory stays where it was', async () => {
  const at = await site();
  const size = 4 * 1024 * MIB;
  let reading = () => {};
  const mayRead = new Promise<void>((resolve) => {
    reading = resolve;
  });
  let bytes = 0;
  at.app.receiveInstead = async (_id, _path, _facts, body) => {
    for await (const chunk of body) {
      if (bytes === 0) await mayRead;
      bytes += chunk.byteLength;
    }
    return { ok: true, value: null };
  };
  const outgoing = openRequest(at, {
    method: 'PUT',
    path: `/drops/d?path=big&size=${size}`,
    headers: pageOf(at, size),
  });
  const answered = once(outgoing, 'response');
  const chunk = new Uint8Array(MIB);
  let sent = 0;
  const write = () => {
    sent += MIB;
    return outgoing.write(chunk);
  };
  // Until the kernel's buffers are full and nothing drains any more.
  while (write() || (await Promise.race([once(outgoing, 'drain').then(() => true), quiet(200)])));
  expect(sent).toBeLessThan(64 * MIB);
  // Both ends live in this process, and what the collector has not fetched yet counts: so the first gibibyte is
  // the measure for the rest.
  let first = 0;
  let rest = 0;
  reading();
  while (sent < size) {
    if (outgoing.writableNeedDrain) await once(outgoing, 'drain');
    write();
    if (sent % (16 * MIB) !== 0) continue;
    if (sent <= 1024 * MIB) first = Math.max(first, process.memoryUsage.rss());
    else rest = Math.max(rest, process.memoryUsage.rss());
  }
  outgoing.end();
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  expect(bytes).toBe(size);
  expect(rest - first).toBeLessThan(64 * MIB);
}, 60_000);

/** Resolves with false when nothing else happened for a while. */
function quiet(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}

test('closing the program ends a file on its way, and it is discarded', async () => {
  const at = await site();
  const outgoing = openRequest(at, {
    method: 'PUT',
    path: '/drops/d?path=a&size=1000',
    headers: pageOf(at, 1000),
  });
  const broken = once(outgoing, 'error');
  outgoing.write('part');
  await eventually(() => expect(at.app.received[0]?.bytes).toBe(4));
  await at.close();
  await broken.catch(() => {});
  await eventually(() => expect(at.app.received[0]?.outcome).toBe('discarded'));
});

/** Browser mode: texts that people keep come whole, to whom they were promised, and never faster than they are read. */

import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { ask, type Site, site } from './harness.ts';

function promised(at: Site, id: string, pieces: () => AsyncIterable<string>): void {
  at.app.downloads.set(id, { name: 'receipt.json', pieces });
}

const withToken = (at: Site) => ({ Authorization: `Bearer ${at.token}` });

test('a promised text comes whole, and nobody keeps it on the way', async () => {
  const at = await site();
  promised(at, 'one', async function* () {
    yield 'µ first,';
    yield ' second';
  });
  const got = await ask(at, { path: '/downloads/one', headers: withToken(at) });
  expect(got).toMatchObject({ status: 200, body: 'µ first, second' });
  expect(got.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});

test('without the token, under a foreign name, or by another method nothing is made', async () => {
  const at = await site();
  let made = 0;
  promised(at, 'one', async function* () {
    made += 1;
    yield 'secret';
  });
  const path = '/downloads/one';
  expect((await ask(at, { path })).status).toBe(401);
  const wrong = await ask(at, { path, headers: { Authorization: `Bearer ${'x'.repeat(43)}` } });
  expect(wrong.status).toBe(401);
  expect(JSON.parse(wrong.body)).toMatchObject({ ok: false });
  const foreign = await ask(at, { path, headers: { ...withToken(at), Host: 'evil.example' } });
  expect(foreign.status).toBe(421);
  expect((await ask(at, { path, method: 'POST', headers: withToken(at) })).status).toBe(405);
  expect(made).toBe(0);
});

test('what was not promised, or cannot be made, is answered in words', async () => {
  const at = await site();
  const unknown = await ask(at, { path: '/downloads/other', headers: withToken(at) });
  expect(unknown.status).toBe(404);
  expect(JSON.parse(unknown.body)).toMatchObject({ ok: false, error: { code: 'not-found' } });
  promised(at, 'cleared', () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new UploaderError('not-found', 'Batch 7 was cleared.')),
    }),
  }));
  const cleared = await ask(at, { path: '/downloads/cleared', headers: withToken(at) });
  expect(cleared.status).toBe(422);
  expect(JSON.parse(cleared.body)).toMatchObject({ ok: false, error: { message: 'Batch 7 was cleared.' } });
});

test('a text that breaks off does not pass for a whole one', async () => {
  const at = await site();
  promised(at, 'half', async function* () {
    yield 'a beginning';
    throw new UploaderError('not-found', 'It was cleared.');
  });
  await expect(ask(at, { path: '/downloads/half', headers: withToken(at) })).rejects.toThrow();
});

test('who reads slowly is not run over, and who goes away ends it', async () => {
  const at = await site();
  let made = 0;
  let ended = false;
  promised(at, 'long', async function* () {
    try {
      for (; made < 10_000; made += 1) yield 'x'.repeat(64 * 1024);
    } finally {
      ended = true;
    }
  });
  const socket = connect(at.port, '127.0.0.1');
  socket.pause();
  socket.write(
    `GET /downloads/long HTTP/1.1\r\nHost: ${at.host}\r\nAuthorization: Bearer ${at.token}\r\n\r\n`,
  );
  await eventually(() => expect(made).toBeGreaterThan(4));
  let before = -1;
  // It stands still when the buffers on the way are full: some megabytes, of 640.
  await eventually(() => {
    const still = made === before;
    before = made;
    expect(still).toBe(true);
  });
  expect(made).toBeLessThan(500);
  socket.destroy();
  await eventually(() => expect(ended).toBe(true));
});

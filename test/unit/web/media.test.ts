/** Browser mode: what pages show of Encord comes in ranges, to the program's own pages alone, and stops with them. */

import { expect, test } from 'vitest';
import { ask, site } from './harness.ts';

async function* bytes(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield new TextEncoder().encode(piece);
}

test('a range goes through, and what it is the program says', async () => {
  const at = await site();
  const answer = { kind: 'bytes', mime: 'video/mp4', status: 206, length: 4, range: 'bytes 2-5/9' } as const;
  at.app.shown.set('one', { ...answer, body: bytes('ab', 'cd') });
  const got = await ask(at, { path: '/media/one', headers: { Range: 'bytes=2-5' } });
  expect(got).toMatchObject({ status: 206, body: 'abcd' });
  expect(got.headers).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': '4',
    'content-range': 'bytes 2-5/9',
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  expect(at.app.ranges).toEqual(['bytes=2-5']);
});

test('a range beyond the end, an unknown id and a foreign page are answered in words', async () => {
  const at = await site();
  at.app.shown.set('short', { kind: 'beyond', size: 9 });
  const beyond = await ask(at, { path: '/media/short', headers: { Range: 'bytes=99-' } });
  expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */9']);
  const unknown = await ask(at, { path: '/media/other' });
  expect(unknown).toMatchObject({ status: 404, body: 'No such picture.\n' });
  const asked = at.app.ranges.length;
  for (const where of ['cross-site', 'same-site']) {
    const foreign = await ask(at, { path: '/media/short', headers: { 'Sec-Fetch-Site': where } });
    expect(foreign.status).toBe(403);
  }
  expect((await ask(at, { path: '/media/short', headers: { Host: 'evil.example' } })).status).toBe(421);
  expect((await ask(at, { path: '/media/short', method: 'POST' })).status).toBe(405);
  expect(at.app.ranges).toHaveLength(asked);
});

test('a storage that breaks off breaks the connection: half a picture must not pass for a whole one', async () => {
  const at = await site();
  const body = (async function* () {
    yield new TextEncoder().encode('ab');
    throw new Error('cut');
  })();
  at.app.shown.set('cut', { kind: 'bytes', mime: 'image/png', status: 200, length: 4, range: null, body });
  await expect(ask(at, { path: '/media/cut' })).rejects.toThrow();
});

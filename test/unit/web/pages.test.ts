/** Browser mode: the pages, their headers, and everything that must not be served. */

import { symlink, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveApp } from '../../../main/web/server.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeApp } from './fake-app.ts';
import { ask, INDEX, raw, SECRET, site } from './harness.ts';

test('the address carries 256 bits of token in its fragment and the pages are served under the policy', async () => {
  const at = await site();
  expect(at.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${at.port}/#token=[\\w-]{43}$`));
  const got = await ask(at, { path: '/' });
  expect(got.status).toBe(200);
  expect(got.body).toBe(INDEX);
  expect(got.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; " +
      `connect-src 'self' ws://${at.host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  const script = await ask(at, { path: '/assets/index-B4x9_kQz.js' });
  expect(script.body).toBe('export {};');
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(script.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  const head = await ask(at, { path: '/index.html', method: 'HEAD' });
  expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', String(INDEX.length)]);
});

test('two servers never share a token, and a weak one is refused', async () => {
  const [one, two] = [await site(), await site()];
  expect(one.token).not.toBe(two.token);
  await expect(
    serveApp({ app: new FakeApp(), pagesFolder: one.pagesFolder, port: 0, token: 'guess' }),
  ).rejects.toThrow(/token/);
});

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/..%5c..%5csecret.txt',
  '//secret.txt',
  '/%00',
  '/assets',
  '/assets/',
  'http://127.0.0.1/index.html',
  '/link.txt',
])('there is nothing at %s', async (path) => {
  const at = await site();
  const got = await ask(at, { path });
  expect(got.status).toBe(404);
  expect(got.body).not.toContain(SECRET);
  expect(got.headers['content-security-policy']).toContain("default-src 'none'");
});

test('a link inside the pages leads nowhere', async () => {
  const at = await site();
  await symlink(join(at.pagesFolder, '..', 'secret.txt'), join(at.pagesFolder, 'link.txt'));
  const again = await serveApp({ app: at.app, pagesFolder: at.pagesFolder, port: 0 });
  try {
    const got = await ask(
      { ...at, port: again.port, host: `127.0.0.1:${again.port}` },
      { path: '/link.txt' },
    );
    expect(got.status).toBe(404);
  } finally {
    await again.close();
  }
});

test('a page that vanished after the start is said to be gone', async () => {
  const at = await site();
  await unlink(join(at.pagesFolder, 'index.html'));
  expect((await ask(at, { path: '/' })).status).toBe(404);
});

test('without built pages a browser is told what to do', async () => {
  const at = await site({ pagesFolder: '/nonexistent/pages' });
  const got = await ask(at, { path: '/' });
  expect(got.status).toBe(503);
  expect(got.body).toContain('npm start');
});

test.each([
  'evil.example',
  'evil.example:80',
  '127.0.0.1',
  '127.0.0.1:1',
  'localhost',
  '127.0.0.1.evil.example',
])('a request for the host %s is misdirected', async (host) => {
  const at = await site();
  const got = await ask(at, { path: '/', headers: { host } });
  expect(got.status).toBe(421);
  expect(got.body).not.toContain(INDEX);
});

test('every loopback name of the port is served, with its own socket in the policy', async () => {
  const at = await site();
  for (const host of [`localhost:${at.port}`, `[::1]:${at.port}`, `LOCALHOST:${at.port}`]) {
    const got = await ask(at, { path: '/', headers: { host } });
    expect(got.status).toBe(200);
    expect(got.headers['content-security-policy']).toContain(`ws://${host.toLowerCase()};`);
  }
});

test('a request without Host is refused', async () => {
  const at = await site();
  expect(await raw(at, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  expect(await raw(at, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
});

test.each(['POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH'])('%s of a page is not allowed', async (method) => {
  const at = await site();
  const got = await ask(at, { path: '/', method });
  expect(got.status).toBe(405);
  expect(got.headers.allow).toBe('GET, HEAD');
  expect(got.headers['access-control-allow-origin']).toBeUndefined();
});

test('a body that nobody asked for ends the connection instead of holding it', async () => {
  const at = await site();
  const got = await raw(at, `GET / HTTP/1.1\r\nHost: ${at.host}\r\nContent-Length: 100\r\n\r\n`);
  expect(got).toMatch(/^HTTP\/1\.1 200 /);
  expect(got.toLowerCase()).toContain('connection: close');
});

test('connections that dawdle with their headers, or send none, are closed', async () => {
  const at = await site({ limits: { headersMs: 200 } });
  const slow = raw(at, `GET / HTTP/1.1\r\nHost: ${at.host}\r\nX-Slow: `);
  const silent = raw(at, '');
  expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
  expect(await silent).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('headers beyond 64 KiB are refused', async () => {
  const at = await site();
  const got = await raw(at, `GET / HTTP/1.1\r\nHost: ${at.host}\r\nX-Long: ${'a'.repeat(70_000)}\r\n\r\n`);
  expect(got).toMatch(/^HTTP\/1\.1 431 /);
});

test('more connections than the cap are dropped, and places come free again', async () => {
  const at = await site({ limits: { connections: 2 } });
  const open = [connect(at.port, '127.0.0.1'), connect(at.port, '127.0.0.1')];
  await Promise.all(
    open.map((socket) => new Promise<void>((resolve) => socket.once('connect', () => resolve()))),
  );
  await expect(ask(at, { path: '/' })).rejects.toThrow();
  for (const socket of open) socket.destroy();
  await eventually(async () => expect((await ask(at, { path: '/' })).status).toBe(200));
});

test('a taken port is said in a sentence', async () => {
  const at = await site();
  await expect(serveApp({ app: new FakeApp(), pagesFolder: at.pagesFolder, port: at.port })).rejects.toThrow(
    `Browser mode cannot listen on 127.0.0.1:${at.port}: another program uses it.`,
  );
});

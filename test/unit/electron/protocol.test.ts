/** The private scheme: what is served, under which headers, and that nothing else is. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { App } from '../../../main/app/types.ts';
import { privilegedScheme, servePages } from '../../../main/electron/protocol.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/** Serves a small folder of pages; asks as the engine would. */
async function pages(
  folder?: string,
  media: App['media'] | null = null,
): Promise<(url: string, method?: string, headers?: Record<string, string>) => Promise<Response>> {
  const root = await mkdtemp(join(tmpdir(), 'encord-pages-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const inside = join(root, 'renderer');
  await mkdir(join(inside, 'assets'), { recursive: true });
  await writeFile(join(inside, 'index.html'), '<!doctype html>');
  await writeFile(join(inside, 'assets', 'index-B4x9_kQz.css'), 'a{}');
  await writeFile(join(root, 'secret.txt'), 'outside');
  await symlink(join(root, 'secret.txt'), join(inside, 'link.txt'));
  let handler: Handler | null = null;
  await servePages(
    {
      handle(scheme, one) {
        expect(scheme).toBe('app');
        handler = one;
      },
    },
    folder ?? inside,
    () => media,
  );
  return async (url, method = 'GET', headers = {}) => {
    if (handler === null) throw new Error('Nothing was registered.');
    return handler(new Request(url, { method, headers }));
  };
}

test('pages come with their type and the policy that lets them connect to nothing', async () => {
  const ask = await pages();
  for (const url of ['app://encord-uploader/', 'app://encord-uploader/index.html?x#y']) {
    const response = await ask(url);
    expect([response.status, await response.text()]).toEqual([200, '<!doctype html>']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; " +
        "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  }
  const style = await ask('app://encord-uploader/assets/index-B4x9_kQz.css');
  expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
  const head = await ask('app://encord-uploader/', 'HEAD');
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test.each([
  ['app://encord-uploader/../secret.txt', 404],
  ['app://encord-uploader/assets/%2e%2e/%2e%2e/secret.txt', 404],
  ['app://encord-uploader/..%2fsecret.txt', 404],
  ['app://encord-uploader/link.txt', 404],
  ['app://encord-uploader/assets', 404],
  ['app://encord-uploader//etc/passwd', 404],
  ['app://elsewhere/index.html', 421],
  ['https://encord-uploader/index.html', 421],
])('%s is answered with %i', async (url, status) => {
  const response = await (await pages())(url);
  expect(response.status).toBe(status);
  expect(await response.text()).not.toContain('outside');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('pages are read, never written to', async () => {
  expect((await (await pages())('app://encord-uploader/', 'POST')).status).toBe(405);
});

test('without built pages the window says what to do', async () => {
  const response = await (await pages('/nonexistent/pages'))('app://encord-uploader/');
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('npm start');
});

test('what Encord has comes in ranges, under a type that the program says, and in a sandbox', async () => {
  const asked: [string, string | null][] = [];
  const ask = await pages(undefined, async (id, range) => {
    asked.push([id, range]);
    const body = (async function* () {
      yield new TextEncoder().encode('89');
    })();
    return { kind: 'bytes', mime: 'video/mp4', status: 206, length: 2, range: 'bytes 8-9/10', body };
  });
  const got = await ask('app://encord-uploader/media/one', 'GET', { Range: 'bytes=8-' });
  expect([got.status, await got.text()]).toEqual([206, '89']);
  expect(Object.fromEntries(got.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-range': 'bytes 8-9/10',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  // Several ranges, or another unit, count as none.
  await ask('app://encord-uploader/media/one', 'GET', { Range: 'bytes=0-1,3-4' });
  expect(asked).toEqual([
    ['one', 'bytes=8-'],
    ['one', null],
  ]);
  expect((await ask('app://elsewhere/media/one')).status).toBe(421);
  expect((await ask('app://encord-uploader/media/one', 'POST')).status).toBe(405);
  expect((await (await pages())('app://encord-uploader/media/one')).status).toBe(503);
});

test('the scheme is standard and secure, and bypasses nothing', () => {
  expect(privilegedScheme).toEqual({
    scheme: 'app',
    privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
  });
});

/**
 * electron-updater itself, as far as it runs without Electron: against a feed on loopback it finds a newer version,
 * keeps a download whose hash is right, and refuses one whose hash is not.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Updater, updateSentence, wrapUpdater } from '../../main/electron/update-feed.ts';

const PROGRAM = Buffer.from('the next program');

let folder: string;
let server: Server;
/** What the feed has, by path. */
let files: Map<string, Buffer>;
/** Downloads that began; while `held`, they get their first byte and no more. */
let begun: number;
let held: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encord-uploader-updates-'));
  files = new Map();
  begun = 0;
  held = false;
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://feed');
    const body = files.get(pathname);
    response.writeHead(body ? 200 : 404);
    if (body && pathname.endsWith('.exe')) {
      begun += 1;
      if (held) return void response.write(body.subarray(0, 1));
    }
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Version 1.0.0 of the program, whose time to quit the result can make come. */
function installed(): { updater: Updater; inner: AppUpdater; quit(code: number): void } {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The feed does not listen.');
  const onQuit: ((code: number) => void)[] = [];
  const inner = new electronUpdater.NsisUpdater(null, {
    version: '1.0.0',
    name: 'encord-uploader',
    isPackaged: true,
    appUpdateConfigPath: join(folder, 'app-update.yml'),
    userDataPath: join(folder, 'profile'),
    baseCachePath: join(folder, 'cache'),
    whenReady: async () => undefined,
    relaunch: () => undefined,
    quit: () => undefined,
    onQuit: (handler) => void onQuit.push(handler),
  });
  writeFileSync(
    join(folder, 'app-update.yml'),
    `provider: generic\nurl: http://127.0.0.1:${address.port}/\nupdaterCacheDirName: updates\n`,
  );
  Object.assign(inner, { httpExecutor: executor() });
  return {
    inner,
    updater: wrapUpdater(inner, async () => undefined),
    quit: (code) => {
      for (const handler of onQuit) handler(code);
    },
  };
}

/** How electron-updater fetches, with Node's requests (electron-builder has them) in place of Electron's. */
function executor(): object {
  const nearBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
  const { NodeHttpExecutor } = nearBuilder('builder-util/out/nodeHttpExecutor');
  const nearUpdater = createRequire(import.meta.url);
  const { ElectronHttpExecutor } = nearUpdater('electron-updater/out/electronHttpExecutor');
  return Object.assign(new NodeHttpExecutor(), { download: ElectronHttpExecutor.prototype.download });
}

/** Publishes a version; what its description says of the program may be wrong. */
function publish(version: string, { channel = 'latest', program = PROGRAM } = {}): void {
  const suffix = { darwin: '-mac', linux: '-linux', win32: '' }[process.platform as string] ?? '';
  const sha512 = createHash('sha512').update(PROGRAM).digest('base64');
  const name = `encord-uploader-${version}.exe`;
  files.set(`/${name}`, program);
  files.set(
    `/${channel}${suffix}.yml`,
    Buffer.from(
      `version: ${version}\nfiles:\n  - url: ${name}\n    sha512: ${sha512}\n    size: ${program.length}\npath: ${name}\nsha512: ${sha512}\n`,
    ),
  );
}

const always = new AbortController().signal;

test('finds a newer version of its channel, and only that', async () => {
  const { updater } = installed();
  publish('1.1.0');
  publish('2.0.0-beta.1', { channel: 'beta' });
  await updater.configure({ channel: 'latest', proxy: { kind: 'system' } });
  expect(await updater.check()).toBe('1.1.0');
  await updater.configure({ channel: 'beta', proxy: { kind: 'system' } });
  expect(await updater.check()).toBe('2.0.0-beta.1');
});

test('never goes back to an older one, on no channel', async () => {
  const { updater } = installed();
  publish('0.9.0');
  publish('1.0.0', { channel: 'beta' });
  for (const channel of ['latest', 'beta'] as const) {
    await updater.configure({ channel, proxy: { kind: 'system' } });
    expect(await updater.check()).toBe(null);
  }
});

test('keeps what it downloaded until the program is quit, and installs it only then', async () => {
  const { inner, updater, quit } = installed();
  publish('1.1.0');
  const installs: unknown[] = [];
  Object.assign(inner, { doInstall: (options: unknown) => installs.push(options) });
  await updater.configure({ channel: 'latest', proxy: { kind: 'system' } });
  await updater.check();
  updater.installAtQuit(true);
  await updater.download(() => undefined, always);
  const kept = join(folder, 'cache', 'updates', 'pending', 'encord-uploader-1.1.0.exe');
  expect(readFileSync(kept)).toEqual(PROGRAM);
  expect(installs).toEqual([]);
  updater.installAtQuit(false);
  quit(0);
  expect(installs).toEqual([]);
  updater.installAtQuit(true);
  quit(0);
  expect(installs).toEqual([expect.objectContaining({ isSilent: true, isForceRunAfter: false })]);
});

test('refuses a download that is not the announced one, and keeps nothing of it', async () => {
  const { updater, inner, quit } = installed();
  publish('1.1.0', { program: Buffer.from('another program!') });
  const installs: unknown[] = [];
  Object.assign(inner, { doInstall: (options: unknown) => installs.push(options) });
  await updater.configure({ channel: 'latest', proxy: { kind: 'system' } });
  await updater.check();
  updater.installAtQuit(true);
  const refusal: unknown = await updater.download(() => undefined, always).catch((thrown: unknown) => thrown);
  expect(updateSentence(refusal)).toContain('not the one that was announced');
  const pending = join(folder, 'cache', 'updates', 'pending');
  expect(existsSync(pending) ? readdirSync(pending) : []).toEqual([]);
  quit(0);
  expect(installs).toEqual([]);
});

test('a download that is told to stop leaves nothing', async () => {
  const { updater } = installed();
  publish('1.1.0');
  await updater.configure({ channel: 'latest', proxy: { kind: 'system' } });
  await updater.check();
  held = true;
  const stop = new AbortController();
  const ended = updater
    .download(() => undefined, stop.signal)
    .then(
      () => 'downloaded',
      () => 'stopped',
    );
  await expect.poll(() => begun).toBe(1);
  stop.abort();
  expect(await ended).toBe('stopped');
  const pending = join(folder, 'cache', 'updates', 'pending');
  expect(existsSync(pending) ? readdirSync(pending) : []).toEqual([]);
});

test('a feed without word on a channel is a sentence', async () => {
  const { updater } = installed();
  await updater.configure({ channel: 'latest', proxy: { kind: 'system' } });
  const refusal: unknown = await updater.check().catch((thrown: unknown) => thrown);
  expect(updateSentence(refusal)).toContain('no usable word on new versions');
});

test('nothing of it is loaded before it is needed', () => {
  const source = readFileSync(
    fileURLToPath(new URL('../../main/electron/update-feed.ts', import.meta.url)),
    'utf8',
  );
  expect(source.match(/^import (?!type).*electron-updater/gm)).toBe(null);
  expect(source).toContain("await import('electron-updater')");
});

/**
 * electron-updater itself, as far as it runs without Electron: against a feed on loopback, reached over TLS by the
 * program's own connections, it finds a newer version, keeps a download whose hash is right, and refuses one whose hash is
 * not; also through a proxy with a login. Of a version whose predecessor is at hand it fetches what differs.
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type AgentsOptions, type Connections, createAgents } from '../../main/adapters/http/agents.ts';
import { readManualProxy } from '../../main/adapters/http/proxy-way.ts';
import { type Updater, updateSentence, wrapUpdater } from '../../main/electron/update-feed.ts';
import { HAS_OPENSSL, makeCertificates } from '../fixtures/certificates.ts';
import { WebProxy } from '../fixtures/lab-proxies.ts';
import { blockmap, sendParts } from '../fixtures/ranges.ts';

const FEED = 'feed.lab';
const PROGRAM = Buffer.from('the next program');

describe.skipIf(!HAS_OPENSSL)('updates (skipped where openssl is not installed)', () => {
  let certificates: ReturnType<typeof makeCertificates>;
  let folder: string;
  let server: Server;
  /** What the feed has, by path. */
  let files: Map<string, Buffer>;
  /** Paths of the feed that lead to others. */
  let moved: Map<string, string>;
  /** Every path that was asked for. */
  let asked: string[];
  /** How many bytes of files went out in parts. */
  let inParts: number;
  let connections: number;
  /** While it is set, programs are sent their first byte and no more. */
  let held: boolean;

  beforeAll(() => {
    certificates = makeCertificates('Feed CA', [FEED]);
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'encord-uploader-updates-'));
    files = new Map();
    moved = new Map();
    asked = [];
    inParts = 0;
    connections = 0;
    held = false;
    server = createServer(certificates.pair, (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'https://feed');
      asked.push(pathname);
      const location = moved.get(pathname);
      const body = files.get(pathname);
      const { range } = request.headers;
      if (body && range !== undefined) {
        inParts += sendParts(response, body, range);
        return;
      }
      if (location !== undefined) response.writeHead(302, { location });
      else response.writeHead(body ? 200 : 404);
      if (held && body && pathname.endsWith('.exe')) return void response.write(body.subarray(0, 1));
      response.end(body);
    });
    server.on('secureConnection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  // A server that listens on loopback has an address of this kind.
  const port = (): number => (server.address() as AddressInfo).port;
  const pending = (): string[] => {
    const place = join(folder, 'cache', 'updates', 'pending');
    return existsSync(place) ? readdirSync(place) : [];
  };

  /** Version 1.0.0 of the program, whose time to quit the result can make come. */
  function installed(
    by: Connections = connected(),
    more = '',
  ): {
    updater: Updater;
    inner: AppUpdater;
    /** As before each look. */
    configure(channel?: 'latest' | 'beta'): void;
    quit(code: number): void;
  } {
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
      `provider: generic\nurl: https://${FEED}:${port()}/\nupdaterCacheDirName: updates\n${more}`,
    );
    // As it is in Electron; whatever of it were not replaced would ask for Electron, which is not here.
    const near = createRequire(import.meta.url);
    const { ElectronHttpExecutor } = near('electron-updater/out/electronHttpExecutor');
    Object.assign(inner, { httpExecutor: new ElectronHttpExecutor(() => undefined) });
    const makeToken = () => new electronUpdater.CancellationToken();
    const updater = wrapUpdater(inner, { makeToken, squirrel: null });
    return {
      inner,
      updater,
      configure: (channel = 'latest') => updater.configure({ channel, agent: () => by.forOthers() }),
      quit: (code) => {
        for (const handler of onQuit) handler(code);
      },
    };
  }

  function connected(options: AgentsOptions = { extraCa: [certificates.ca] }): Connections {
    const made = createAgents({ lookup: toLoopback, ...options });
    onTestFinished(() => made.close());
    return made;
  }

  /** Publishes a version; what its description says of the program may be wrong. */
  function publish(
    version: string,
    { channel = 'latest', program = PROGRAM, announced = PROGRAM } = {},
  ): void {
    const sha512 = createHash('sha512').update(announced).digest('base64');
    const name = `encord-uploader-${version}.exe`;
    files.set(`/${name}`, program);
    files.set(
      description(channel),
      Buffer.from(
        `version: ${version}\nfiles:\n  - url: ${name}\n    sha512: ${sha512}\n    size: ${program.length}\npath: ${name}\nsha512: ${sha512}\n`,
      ),
    );
  }

  const always = new AbortController().signal;

  test('finds a newer version of its channel, and only that', async () => {
    const { updater, configure } = installed();
    publish('1.1.0');
    publish('2.0.0-beta.1', { channel: 'beta' });
    configure();
    expect(await updater.check()).toBe('1.1.0');
    configure('beta');
    expect(await updater.check()).toBe('2.0.0-beta.1');
  });

  test('never goes back to an older one, on no channel', async () => {
    const { updater, configure } = installed();
    publish('0.9.0');
    publish('1.0.0', { channel: 'beta' });
    for (const channel of ['latest', 'beta'] as const) {
      configure(channel);
      expect(await updater.check()).toBe(null);
    }
  });

  test('keeps what it downloaded until the program is quit, and installs it only then', async () => {
    const { inner, updater, configure, quit } = installed();
    publish('1.1.0');
    const installs: unknown[] = [];
    Object.assign(inner, { doInstall: (options: unknown) => installs.push(options) });
    configure();
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
    const { updater, inner, configure, quit } = installed();
    publish('1.1.0', { program: Buffer.from('another program!') });
    const installs: unknown[] = [];
    Object.assign(inner, { doInstall: (options: unknown) => installs.push(options) });
    configure();
    await updater.check();
    updater.installAtQuit(true);
    const refusal = await reasonOf(updater.download(() => undefined, always));
    expect(updateSentence(refusal)).toContain('not the one that was announced');
    expect(pending()).toEqual([]);
    quit(0);
    expect(installs).toEqual([]);
  });

  test('a download that is told to stop leaves nothing, and can be done again without a look', async () => {
    const { updater, configure } = installed();
    publish('1.1.0');
    configure();
    await updater.check();
    held = true;
    const stop = new AbortController();
    const stopped = reasonOf(updater.download(() => undefined, stop.signal));
    await expect.poll(() => asked).toContain('/encord-uploader-1.1.0.exe');
    stop.abort();
    expect(await stopped).toBeInstanceOf(Error);
    expect(pending()).toEqual([]);
    held = false;
    await updater.download(() => undefined, always);
    expect(pending()).toContain('encord-uploader-1.1.0.exe');
  });

  test('a feed without word on a channel is a sentence', async () => {
    const { updater, configure } = installed();
    configure();
    expect(updateSentence(await reasonOf(updater.check()))).toContain('no usable word on new versions');
  });

  test('a feed that leads round in a circle is left', async () => {
    const { updater, configure } = installed();
    moved.set(description('latest'), description('latest'));
    configure();
    expect(updateSentence(await reasonOf(updater.check()))).toContain('could not be reached');
    expect(asked.length).toBeLessThan(15);
  });

  test.each(['https://', 'file:///etc/passwd'])('a feed that leads to %s is left', async (location) => {
    const { updater, configure } = installed();
    moved.set(description('latest'), location);
    configure();
    expect(updateSentence(await reasonOf(updater.check()))).toContain('could not be reached');
    expect(asked).toEqual([description('latest')]);
  });

  test.each([
    ['all at once', ''],
    ['one by one', 'useMultipleRangeRequest: false\n'],
  ])(
    'of a new version only the parts that differ are fetched, %s, where the feed leads on',
    async (_how, more) => {
      const SIZE = 400;
      const before = randomBytes(60 * SIZE);
      const after = Buffer.from(before);
      // More parts than redirects are followed.
      const changes = 15;
      for (let part = 0; part < changes; part += 1) randomBytes(SIZE).copy(after, (4 * part + 1) * SIZE);
      // As the installer of a version leaves itself behind.
      mkdirSync(join(folder, 'cache', 'updates'), { recursive: true });
      writeFileSync(join(folder, 'cache', 'updates', 'installer.exe'), before);
      publish('1.1.0', { program: after, announced: after });
      const [program, ...maps] = ['1.1.0.exe', '1.1.0.exe.blockmap', '1.0.0.exe.blockmap'].map(
        (name) => `/encord-uploader-${name}`,
      ) as [string, ...string[]];
      for (const path of [program, ...maps]) moved.set(path, `https://${FEED}:${port()}/elsewhere${path}`);
      files.delete(program);
      files.set(`/elsewhere${program}`, after);
      files.set(`/elsewhere${maps[0]}`, blockmap(after, SIZE));
      files.set(`/elsewhere${maps[1]}`, blockmap(before, SIZE));

      const { updater, configure } = installed(connected(), more);
      configure();
      await updater.check();
      await updater.download(() => undefined, always);
      const kept = join(folder, 'cache', 'updates', 'pending', 'encord-uploader-1.1.0.exe');
      expect(readFileSync(kept).equals(after)).toBe(true);
      expect(inParts).toBe(changes * SIZE);
      // The way there is asked for once, and no part has a connection of its own.
      expect(asked.filter((path) => path === program)).toHaveLength(1);
      expect(asked.filter((path) => path === `/elsewhere${program}`)).toHaveLength(more === '' ? 1 : changes);
      expect(connections).toBeLessThan(5);
    },
  );

  test('a feed that nobody vouches for is not believed', async () => {
    const { updater, configure } = installed(connected({ extraCa: [] }));
    publish('1.1.0');
    configure();
    expect(updateSentence(await reasonOf(updater.check()))).toContain('could not be reached');
    expect(asked).toEqual([]);
  });

  test('through a proxy with a login: at once a sentence without it, each wrong one tried once, then all of it', async () => {
    const proxy = await WebProxy.open({ names: { [FEED]: port() }, login: 'ada:right' });
    onTestFinished(() => proxy.close());
    // Without a name of its own the feed is reached by the proxy alone.
    const by = connected({ lookup: undefined });
    const use = (password: string | null, ca: readonly string[]): void =>
      by.use({
        proxy: readManualProxy(proxy.url),
        login: password === null ? null : { user: 'ada', password },
        loginFor: [proxy.url],
        ca,
      });
    publish('1.1.0');
    moved.set('/encord-uploader-1.1.0.exe', `https://${FEED}:${port()}/elsewhere/program.exe`);
    files.set('/elsewhere/program.exe', PROGRAM);
    const { updater, configure } = installed(by);
    configure();
    const look = async () => updateSentence(await reasonOf(updater.check()));

    use(null, [certificates.ca]);
    expect(await look()).toContain('The proxy of this network does not let updates through');
    use('wrong', [certificates.ca]);
    for (const _time of [1, 2]) expect(await look()).toContain('The proxy of this network');
    expect(proxy.refused.filter((given) => given === 'ada:wrong')).toHaveLength(1);
    use('right', []);
    expect(await look()).toContain('could not be reached');
    expect(asked).toEqual([]);
    // The connections changed: nothing else has to be told of it.
    use('right', [certificates.ca]);
    expect(await updater.check()).toBe('1.1.0');
    await updater.download(() => undefined, always);
    expect(pending()).toContain('encord-uploader-1.1.0.exe');
    expect(asked.at(-1)).toBe('/elsewhere/program.exe');
  });
});

test('nothing of it is loaded before it is needed', () => {
  const source = readFileSync(
    fileURLToPath(new URL('../../main/electron/update-feed.ts', import.meta.url)),
    'utf8',
  );
  expect(source.match(/^import (?!type).*electron-updater/gm)).toBe(null);
  expect(source).toContain("await import('electron-updater')");
});

/** The path of what the feed says of a channel's newest version. */
function description(channel: string): string {
  const suffix = { darwin: '-mac', linux: '-linux', win32: '' }[process.platform as string] ?? '';
  return `/${channel}${suffix}.yml`;
}

/** Why it failed; it does fail. */
async function reasonOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('It did not fail.');
    },
    (reason: unknown) => reason,
  );
}

const toLoopback: AgentsOptions['lookup'] = (_host, options, take) =>
  options.all ? take(null, [{ address: '127.0.0.1', family: 4 }]) : take(null, '127.0.0.1', 4);

/**
 * The package as `npm run package` makes it, on a machine without Electron's binary: a folder of dummies stands for that.
 * What is in the archive, how large it is, that it lacks nothing that main imports, that it is what the tests ran, and
 * that it starts.
 */

import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { extractAll, listPackage, statFile } from '@electron/asar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../.setup/find.mjs';
import type { Answer, Order } from '../electron-standin/orders.ts';
import { eventually } from '../fixtures/eventually.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MB = 1_000_000;
/** Measured: 6.9 MB of files in the archive. What makes it grow beyond this is to be looked at. */
const SIZE_LIMIT = 8.5 * MB;
const FEED = 'https://updates.example.invalid/uploader';
const REGISTER = join(ROOT, 'test/electron-standin/register.ts');

/** What marks the fuses in Electron's binary; behind it a version, a count, and a character for each. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
];
/** As Electron comes. */
const FUSES_BEFORE = '10110001';

let folder: string;
let app: string;
let archive: string;
/** Where the archive was unpacked. */
let inside: string;
/** All that is in the archive, with `/` between folders. */
let files: { path: string; size: number; unpacked: boolean }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encord-uploader-package-'));
  const dummies = join(folder, 'electron');
  makeDummies(dummies);
  const packages = join(folder, 'packages');
  const { code, output } = await run(
    [
      process.execPath,
      join(ROOT, '.setup/run.mjs'),
      ...['package', '--linux', '--dir', '--x64', '-c.npmRebuild=false'],
      ...[`-c.electronDist=${dummies}`, `-c.directories.output=${packages}`],
    ],
    { ...process.env, ENCORD_UPLOADER_FEED: FEED },
  );
  if (code !== 0) throw new Error(`Packaging failed:\n${output}`);
  app = join(packages, 'linux-unpacked');
  archive = join(app, 'resources', 'app.asar');
  inside = join(folder, 'inside');
  extractAll(archive, inside);
  files = listPackage(archive, { isPack: false }).flatMap((name) => {
    const entry = statFile(archive, name.slice(1));
    if (!('size' in entry)) return [];
    return [
      { path: name.slice(1).replaceAll('\\', '/'), size: entry.size, unpacked: entry.unpacked === true },
    ];
  });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('holds what runs, within bounds, and nothing that only its makers need', () => {
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'package.json',
      'LICENSE',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/main/index.js',
      'dist/main/hash.worker.js',
      'dist/main/keychain.host.js',
      'dist/preload/index.cjs',
      'dist/renderer/index.html',
    ]),
  );
  const total = files.reduce((sum, { size }) => sum + size, 0);
  expect(total).toBeLessThan(SIZE_LIMIT);
  expect(total).toBeGreaterThan(3 * MB);

  const folders = new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')));
  const own = [...folders].filter((path) => !path.startsWith('node_modules/')).sort();
  const expected = ['LICENSE', 'dist/THIRD-PARTY-LICENSES.txt', 'dist/main', 'dist/preload', 'dist/renderer'];
  expect(own.filter((path) => path !== 'assets/tray')).toEqual([...expected, 'package.json']);
  expect(
    paths.filter((path) => path.startsWith('assets/') && !/^assets\/tray\/[^/]+\.png$/.test(path)),
  ).toEqual([]);

  const unwanted =
    /\.(map|[cm]?ts|tsx|md|markdown|pem|key|env|log|db|sqlite)$|(^|\/)(tests?|__tests__|docs|examples?|\.[^/]+)(\/|$)/;
  expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const packages = new Set(paths.map(packageOf));
  expect(
    [...Object.keys(devDependencies), 'node', 'prebuild-install'].filter((name) => packages.has(name)),
  ).toEqual([]);
});

test('every tray image goes with it', () => {
  const folderOfTray = join(ROOT, 'assets/tray');
  const drawn = existsSync(folderOfTray)
    ? readdirSync(folderOfTray).filter((name) => name.endsWith('.png'))
    : [];
  const packed = files
    .filter(({ path }) => path.startsWith('assets/tray/'))
    .map(({ path }) => path.slice(12));
  expect(packed.sort()).toEqual(drawn.sort());
});

test('no secret of the machine that packed is in it', () => {
  const secret =
    /-----BEGIN (OPENSSH|RSA|EC) PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}|ghp_[A-Za-z0-9]{30}|AKIA[A-Z0-9]{16}/;
  const texts = files.filter(({ path }) => !path.endsWith('.node'));
  const holding = texts.filter(({ path }) => {
    const text = readFileSync(join(inside, path), 'utf8');
    return secret.test(text) || (path.startsWith('dist/') && text.includes(ROOT));
  });
  expect(holding.map(({ path }) => path)).toEqual([]);
});

test('lacks nothing that its main process imports, nor what that imports in turn', () => {
  const wanted = new Set(['electron-updater']);
  for (const name of readdirSync(join(inside, 'dist/main'))) {
    const source = readFileSync(join(inside, 'dist/main', name), 'utf8');
    for (const [, specifier = ''] of source.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["']/gm)) {
      if (!specifier.startsWith('.') && !isBuiltin(specifier) && specifier !== 'electron') {
        wanted.add(packageOf(`node_modules/${specifier}`));
      }
    }
  }
  expect(wanted.size).toBeGreaterThan(4);
  const seen = new Set<string>();
  const missing: string[] = [];
  const visit = (name: string, from: string) => {
    const found = folderOf(name, from);
    if (found === null) return void missing.push(`${name}, for ${relative(inside, from) || 'main'}`);
    if (seen.has(found)) return;
    seen.add(found);
    const { dependencies = {} } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) visit(dependency, found);
  };
  for (const name of wanted) visit(name, inside);
  expect(missing).toEqual([]);
  expect(seen.size).toBeGreaterThan(20);
});

test('electron-updater loads from what is inside', async () => {
  const script = "import('electron-updater').then((it) => console.log(typeof it.default.NsisUpdater))";
  const { code, output } = await run(
    [process.execPath, '--input-type=module', '-e', script],
    process.env,
    inside,
  );
  expect([code, output.trim()]).toEqual([0, 'function']);
});

test('the native module lies outside of the archive, and loads from there', async (context) => {
  const built = existsSync(join(ROOT, 'node_modules/keytar/build/Release/keytar.node'));
  if (!built) context.skip('keytar is not built on this machine');
  const native = files.filter(({ path }) => path.endsWith('.node'));
  expect(native.map(({ path, unpacked }) => [path, unpacked])).toEqual([
    ['node_modules/keytar/build/Release/keytar.node', true],
  ]);
  const keytar = join(app, 'resources', 'app.asar.unpacked', 'node_modules', 'keytar');
  const script = `console.log(typeof require(${JSON.stringify(keytar)}).getPassword)`;
  const { code, output } = await run([process.execPath, '-e', script], process.env);
  expect([code, output.trim()]).toEqual([0, 'function']);
});

test('every fuse is as it was decided', () => {
  const binary = readFileSync(join(app, 'encord-uploader'));
  const at = binary.indexOf(SENTINEL) + SENTINEL.length;
  const wire = binary.toString('latin1', at + 2, at + 2 + FUSES.length);
  expect(Object.fromEntries(FUSES.map((name, index) => [name, wire[index] === '1']))).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
  expect(wire).not.toBe(FUSES_BEFORE);
});

test('it knows where its updates are, and the licences of Electron and Chromium lie beside it', () => {
  const feed = readFileSync(join(app, 'resources', 'app-update.yml'), 'utf8');
  expect(feed).toContain('provider: generic');
  expect(feed).toContain(`url: ${FEED}`);
  expect(feed).toContain('useMultipleRangeRequest: false');
  expect(readdirSync(app)).toEqual(
    expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html', 'encord-uploader']),
  );
});

test('an address for updates that is not https is refused before anything is packed', async () => {
  const { code, output } = await run([process.execPath, join(ROOT, '.setup/run.mjs'), 'package'], {
    ...process.env,
    ENCORD_UPLOADER_FEED: 'http://updates.example.invalid',
  });
  expect([code, output]).toEqual([1, expect.stringContaining('ENCORD_UPLOADER_FEED is an https address')]);
});

test('what it holds is what the tests ran, byte for byte', () => {
  for (const part of ['main', 'preload', 'renderer']) {
    const built = filesUnder(join(ROOT, 'dist', part));
    expect(built.length).toBeGreaterThan(0);
    expect(filesUnder(join(inside, 'dist', part))).toEqual(built);
    for (const path of built) {
      const same = readFileSync(join(inside, 'dist', part, path)).equals(
        readFileSync(join(ROOT, 'dist', part, path)),
      );
      expect([part, path, same]).toEqual([part, path, true]);
    }
  }
});

test('it starts, shows its window, and ends when it is told to', async (context) => {
  if (findChromium() === null) context.skip('there is no Chromium for the windows of the stand-in');
  const home = join(folder, 'home');
  mkdirSync(home);
  const main = join(inside, 'dist/main/index.js');
  const child = spawn(process.execPath, ['--import', pathToFileURL(REGISTER).href, main], {
    cwd: folder,
    env: { ...process.env, ENCORD_UPLOADER_HOME: home, ENCORD_UPLOADER_UPDATES: 'off', HOME: home },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output += data;
    });
  }
  let windows: { visible: boolean; url: string }[] = [];
  child.on('message', (answer: Answer) => {
    if (answer.ok) windows = answer.value as typeof windows;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  try {
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${output}`);
      const order: Order = { standinOrder: 1, name: 'windows', args: [] };
      child.send(order);
      expect(windows).toMatchObject([
        { visible: true, url: expect.stringMatching(/^app:\/\/encord-uploader\//) },
      ]);
    });
    expect(readdirSync(home)).toContain('uploader.db');
    child.kill('SIGTERM');
    expect([await ended, output]).toEqual([0, expect.not.stringContaining('Error')]);
  } finally {
    child.kill('SIGKILL');
  }
});

/** What electron-builder takes for Electron. */
function makeDummies(path: string): void {
  mkdirSync(join(path, 'locales'), { recursive: true });
  mkdirSync(join(path, 'resources'));
  const fuses = Buffer.concat([
    Buffer.from(SENTINEL),
    Buffer.from([1, FUSES.length]),
    Buffer.from(FUSES_BEFORE),
  ]);
  writeFileSync(join(path, 'electron'), Buffer.concat([Buffer.alloc(512), fuses, Buffer.alloc(64)]), {
    mode: 0o755,
  });
  const { version } = createRequire(import.meta.url)('electron/package.json');
  writeFileSync(join(path, 'version'), version);
  for (const name of ['chrome-sandbox', 'chrome_crashpad_handler']) {
    writeFileSync(join(path, name), 'dummy', { mode: 0o755 });
  }
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak']) {
    writeFileSync(join(path, name), 'dummy');
  }
}

function run(
  [program = '', ...args]: string[],
  env: NodeJS.ProcessEnv,
  cwd = ROOT,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** The package that a path inside `node_modules` belongs to; empty for others. */
function packageOf(path: string): string {
  const [, name = ''] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name;
}

/** Where Node would find a package, without looking outside of the archive. */
function folderOf(name: string, from: string): string | null {
  for (let at = from; at.startsWith(inside); at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return null;
}

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort();
}

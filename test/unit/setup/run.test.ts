/**
 * The set-up script as people meet it: a checkout with nothing installed, npm and apt-get replaced by programs that
 * note how they were called.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SETUP = fileURLToPath(new URL('../../../.setup', import.meta.url));
const LOCK = { packages: { '': {}, 'node_modules/ws': { version: '1.0.0' } } };

/** Notes its arguments in LOG and, asked for `ci`, leaves the tree that npm would. */
const NPM = `
  const { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs');
  const args = process.argv.slice(2);
  appendFileSync(process.env.LOG, 'npm ' + args.join(' ') + '\\n');
  console.log('npm speaks');
  if (args[0] === 'config') console.log('undefined');
  if (args[0] === 'ci') {
    if (process.env.NPM_FAILS) { console.error('npm error code E404'); process.exit(1); }
    mkdirSync('node_modules/node/bin', { recursive: true });
    symlinkSync(process.execPath, 'node_modules/node/bin/node');
    writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'));
  }`;

/** Notes its arguments in LOG and fails as apt-get does without a network. */
const APT = `
  require('node:fs').appendFileSync(process.env.LOG, 'apt-get ' + process.argv.slice(2).join(' ') + '\\n');
  console.error('E: Unable to locate package');
  process.exit(100);`;

const SUDO = `
  const [first, second, ...args] = process.argv.slice(2);
  if (second === 'true') process.exit(0);
  process.exit(require('node:child_process').spawnSync(second, args, { stdio: 'inherit' }).status);`;

const PROGRAM = `
  if (process.argv.includes('--wait')) {
    let asked = 0;
    process.on('SIGINT', () => {
      asked += 1;
      setTimeout(() => { console.log('asked', asked); process.exit(130); }, 200);
    });
    setInterval(() => undefined, 1000);
  } else process.exitCode = 7;
  console.log(JSON.stringify({ args: process.argv.slice(2), major: process.versions.node.split('.')[0], cwd: process.cwd() }));`;

// Its programs are scripts that name their interpreter, which Windows does not know.
describe.skipIf(process.platform === 'win32')('node .setup/run.mjs', () => {
  let root = '';
  let log = '';
  let env: NodeJS.ProcessEnv = {};

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'encord-uploader-setup-'));
    log = join(root, 'calls.log');
    cpSync(SETUP, join(root, '.setup'), { recursive: true });
    writeFileSync(join(root, 'package.json'), JSON.stringify({ optionalDependencies: { keytar: '7.9.0' } }));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(LOCK));
    mkdirSync(join(root, 'test', 'emulator'), { recursive: true });
    writeFileSync(join(root, 'test', 'emulator', 'index.ts'), PROGRAM);
    writeFileSync(log, '');
    const bin = join(root, 'bin');
    mkdirSync(bin);
    for (const [name, code] of Object.entries({ npm: NPM, 'apt-get': APT, sudo: SUDO })) {
      writeFileSync(join(bin, name), `#!${process.execPath}\n${code}`);
      chmodSync(join(bin, name), 0o755);
    }
    env = { PATH: bin, LOG: log, HOME: root, ENCORD_UPLOADER_CHROMIUM: join(root, 'none') };
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const run = (...args: string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [join(root, '.setup', 'run.mjs'), ...args], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
  const calls = () => readFileSync(log, 'utf8').split('\n').filter(Boolean);

  it('installs once, then starts without a word; standard output is the program’s alone', () => {
    const first = run('emulator', '--port', '0');
    expect(first.status).toBe(7);
    expect(JSON.parse(first.stdout)).toMatchObject({ args: ['--port', '0'], major: '24', cwd: root });
    expect(first.stderr).toContain('npm packages');
    expect(first.stderr).not.toContain('npm speaks');
    expect(calls().filter((call) => call.startsWith('npm ci'))).toHaveLength(1);

    const second = run('emulator');
    expect(second.status).toBe(7);
    expect(second.stderr).toBe('');
    expect(calls().filter((call) => call.startsWith('npm ci'))).toHaveLength(1);
    expect(existsSync(join(root, 'dist', '.setup-lock'))).toBe(false);
  });

  it('installs again when the lock file asks for something else, not when npm was run by hand', () => {
    run('emulator');
    const changed = JSON.stringify({ packages: { '': {}, 'node_modules/ws': { version: '2.0.0' } } });
    writeFileSync(join(root, 'package-lock.json'), changed);
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), changed);
    expect(run('emulator').stderr).toBe('');

    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify(LOCK));
    rmSync(join(root, 'node_modules', '.encord-uploader.json'));
    rmSync(join(root, 'node_modules', 'node'), { recursive: true });
    expect(run('emulator').stderr).toContain('npm packages');
  });

  it('says what npm said when it fails, and runs nothing', () => {
    env = { ...env, NPM_FAILS: '1' };
    const { status, stdout, stderr } = run('emulator');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm error code E404');
  });

  it('takes over the lock of a set-up that died', () => {
    mkdirSync(join(root, 'dist'));
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(join(root, 'dist', '.setup-lock'), String(dead));
    expect(run('emulator').status).toBe(7);
  });

  it('refuses an unknown name', () => {
    expect(run('deploy').status).toBe(2);
  });

  it.skipIf(process.platform !== 'linux')(
    'names each system package that it could not install, and does not try it again until asked',
    () => {
      const first = run('setup');
      expect(first.status).toBe(0);
      const tried = calls().filter((call) => call.startsWith('apt-get'));
      expect(tried.some((call) => call.includes(' update'))).toBe(true);
      expect(tried.some((call) => / install .*chromium gnome-keyring dbus/.test(call))).toBe(true);
      expect(first.stderr).toMatch(
        /The system package chromium is missing; it is needed for the browser tests\. .*Unable to locate package/,
      );
      expect(first.stderr).toContain('The system keychain cannot be used');

      writeFileSync(log, '');
      const tests = run('test', 'no-such-test');
      expect(tests.status).toBe(1);
      expect(calls()).toEqual([]);

      run('setup');
      expect(calls().some((call) => call.startsWith('apt-get'))).toBe(true);
    },
  );

  it('passes one Ctrl-C of the whole group on once, and the exit code back', async () => {
    run('emulator');
    const child = spawn(process.execPath, [join(root, '.setup', 'run.mjs'), 'emulator', '--wait'], {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error('not started');
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      // The program prints its first line once it listens for signals.
      if (output === '') process.kill(-pid, 'SIGINT');
      output += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(output).toContain('asked 1\n');
    expect(() => process.kill(-pid, 0)).toThrow(/ESRCH/);
  });

  it('puts the project’s tools first on the program’s PATH', () => {
    writeFileSync(join(root, 'test', 'emulator', 'index.ts'), 'console.log(process.env.PATH)');
    const [first] = run('emulator').stdout.split(delimiter);
    expect(first).toBe(join(root, 'node_modules', '.bin'));
  });
});

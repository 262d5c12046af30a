/** The decisions of set-up: what is needed, missing, allowed, and what the reports of the test tools come to. */
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  chooseTests,
  chromiumCandidates,
  countPlaywright,
  countVitest,
  exitCodeOf,
  installCommand,
  majorOf,
  needsOf,
  nodeHeaders,
  noWindowReason,
  packageInstaller,
  packagesMissing,
  sumCounts,
  systemPackages,
  testVerdict,
} from '../../../.setup/decide.mjs';

describe('what a command needs', () => {
  it('leaves the emulator and the benchmarks without a keychain', () => {
    for (const name of ['emulator', 'bench', 'crash', 'fuzz']) {
      expect(needsOf(name, [])).toEqual({ keychain: false, pages: false, electron: false, tests: false });
    }
  });

  it('builds the pages for the command line only when it serves them', () => {
    expect(needsOf('cli', ['upload', 'a.mp4']).pages).toBe(false);
    expect(needsOf('cli', ['--verbose', 'serve', '--port', '0']).pages).toBe(true);
  });

  it('asks for Electron where a window may open', () => {
    expect(needsOf('start', []).electron).toBe(true);
    expect(needsOf('setup', []).electron).toBe(true);
    expect(needsOf('demo', []).electron).toBe(true);
    expect(needsOf('demo', ['--headless']).electron).toBe(false);
    expect(needsOf('demo', ['--no-open']).electron).toBe(false);
    expect(needsOf('cli', ['serve']).electron).toBe(false);
  });
});

describe('installed packages', () => {
  const lock = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0' },
      'node_modules/c-linux': { version: '1.0.0', optional: true },
    },
  };

  it('finds another version and a missing package, and forgives an optional one', () => {
    const installed = { packages: { 'node_modules/a': { version: '1.0.1' } } };
    expect(packagesMissing(lock, installed)).toEqual(['node_modules/a', 'node_modules/b']);
  });

  it('is content when all are there', () => {
    const installed = {
      packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } },
    };
    expect(packagesMissing(lock, installed)).toEqual([]);
  });
});

describe('Node', () => {
  it.each([
    ['v24.21.0', 24],
    ['20.20.2', 20],
    ['', 0],
    ['sh: not found', 0],
  ])('reads the version %j', (version, major) => {
    expect(majorOf(version)).toBe(major);
  });

  it('compiles against its own headers only where nothing else is configured', () => {
    expect(nodeHeaders({ configured: 'undefined', prefixes: ['/usr', '/opt/node'] })).toBe('/usr');
    expect(nodeHeaders({ configured: '/opt/node', prefixes: ['/usr'] })).toBeNull();
    expect(nodeHeaders({ configured: '', prefixes: [] })).toBeNull();
  });

  it('does not empty the folder of the Node that runs, where Windows would refuse', () => {
    expect(installCommand('linux', '/a/node_modules/node/bin/node', '/a')).toEqual(['ci']);
    expect(installCommand('win32', 'C:\\Program Files\\nodejs\\node.exe', 'C:\\a')).toEqual(['ci']);
    expect(installCommand('win32', 'c:\\A\\node_modules\\node\\bin\\node.exe', 'C:\\a')[0]).toBe('install');
  });
});

describe('system packages', () => {
  const nothing = {
    platform: 'linux',
    keychain: true,
    libsecret: false,
    compile: false,
    toolchain: false,
    python: false,
    tests: true,
    chromium: false,
    keyring: false,
    dbus: false,
  };
  const names = (on: typeof nothing) => systemPackages(on).map(({ name }) => name);

  it('wants a compiler only once it is known that keytar must be compiled', () => {
    expect(names(nothing)).toEqual(['libsecret-1-dev', 'chromium', 'gnome-keyring', 'dbus']);
    expect(names({ ...nothing, compile: true, tests: false })).toEqual([
      'libsecret-1-dev',
      'build-essential',
      'python3',
    ]);
  });

  it('wants nothing on macOS and Windows, and nothing that is there', () => {
    expect(names({ ...nothing, platform: 'darwin' })).toEqual([]);
    expect(names({ ...nothing, keychain: false, tests: false })).toEqual([]);
  });

  it('installs as root, else by sudo without a password, else says why not', () => {
    const on = { platform: 'linux', apt: true, uid: 1000, sudo: false };
    expect(packageInstaller({ ...on, uid: 0 })).toEqual({ command: ['apt-get'] });
    expect(packageInstaller({ ...on, sudo: true })).toEqual({ command: ['sudo', '-n', 'apt-get'] });
    expect(packageInstaller(on).refused).toMatch(/only root/);
    expect(packageInstaller({ ...on, apt: false, uid: 0 }).refused).toMatch(/no apt-get/);
    expect(packageInstaller({ ...on, platform: 'darwin' }).refused).toMatch(/darwin/);
  });
});

describe('a browser and a window', () => {
  it('takes the chosen browser and no other', () => {
    expect(chromiumCandidates('linux', { ENCORD_UPLOADER_CHROMIUM: '/x/chrome' })).toEqual(['/x/chrome']);
  });

  it('looks for Chrome and Edge where macOS and Windows keep them', () => {
    const mac = chromiumCandidates('darwin', { HOME: '/Users/a' });
    expect(mac).toContain('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    expect(mac).toContain('/Users/a/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge');
    expect(chromiumCandidates('win32', { ProgramFiles: 'C:\\Program Files' })).toEqual([
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    ]);
  });

  it('opens no Electron window without a display or as root on Linux', () => {
    expect(noWindowReason({ platform: 'linux', uid: 1000, env: {} })).toMatch(/no display/);
    expect(noWindowReason({ platform: 'linux', uid: 0, env: { DISPLAY: ':0' } })).toMatch(/root/);
    expect(
      noWindowReason({ platform: 'linux', uid: 1000, env: { WAYLAND_DISPLAY: 'wayland-0' } }),
    ).toBeNull();
    expect(noWindowReason({ platform: 'darwin', uid: 501, env: {} })).toBeNull();
  });
});

describe('which tests', () => {
  it('runs all without arguments, and under options alone', () => {
    const all = { typecheck: true, lint: true, vitest: [], e2e: [] };
    expect(chooseTests([])).toEqual(all);
    expect(chooseTests(['--'])).toEqual(all);
  });

  it('takes kinds and file filters', () => {
    const none = { typecheck: false, lint: false, vitest: null, e2e: null };
    expect(chooseTests(['unit'])).toEqual({ ...none, vitest: ['test/unit/'] });
    expect(chooseTests(['e2e'])).toEqual({ ...none, e2e: [] });
    expect(chooseTests(['test/e2e/drop.spec.ts', 'planner'])).toEqual({
      ...none,
      vitest: ['planner'],
      e2e: ['test/e2e/drop.spec.ts'],
    });
    expect(chooseTests(['typecheck', 'lint'])).toEqual({ ...none, typecheck: true, lint: true });
  });
});

describe('counts', () => {
  it('reads a Playwright report: a second try passes, a fixme is skipped, a broken file fails', () => {
    const report = {
      errors: [{ message: 'cannot load' }],
      suites: [
        {
          title: 'drop.spec.ts',
          specs: [
            { title: 'works', tests: [{ status: 'expected' }] },
            { title: 'at a second try', tests: [{ status: 'flaky' }] },
          ],
          suites: [
            {
              title: 'folders',
              specs: [
                { title: 'breaks', tests: [{ status: 'unexpected' }] },
                {
                  title: 'later',
                  tests: [{ status: 'skipped', annotations: [{ type: 'skip', description: 'no keyring' }] }],
                },
              ],
            },
          ],
        },
      ],
    };
    expect(countPlaywright(report)).toEqual({
      passed: 2,
      failed: 2,
      skipped: [{ name: 'drop.spec.ts › folders › later', why: 'no keyring' }],
    });
  });

  it('reads the Vitest report: pending tests and stray errors are failures', () => {
    const tests = [
      { name: 'a', state: 'passed' },
      { name: 'b', state: 'pending' },
      { name: 'c', state: 'skipped', note: 'no bus' },
      { name: 'd', state: 'skipped' },
    ];
    expect(countVitest({ tests, errors: 1 })).toEqual({
      passed: 1,
      failed: 2,
      skipped: [
        { name: 'c', why: 'no bus' },
        { name: 'd', why: 'no reason given' },
      ],
    });
  });

  it('ends in one line of counts, after the skipped by reason', () => {
    const one = { passed: 2, failed: 0, skipped: [{ name: 'c', why: 'no bus' }] };
    const verdict = testVerdict(sumCounts([one, { ...one, skipped: [{ name: 'e', why: 'no bus' }] }]));
    expect(verdict).toEqual({
      lines: ['Skipped (no bus):', '  c', '  e', '4 passed, 0 failed, 2 skipped'],
      code: 0,
    });
  });

  it('fails when something failed and when nothing ran', () => {
    expect(testVerdict({ passed: 3, failed: 1, skipped: [] }).code).toBe(1);
    expect(testVerdict({ passed: 0, failed: 0, skipped: [{ name: 'a', why: 'b' }] }).code).toBe(1);
  });

  it('passes an exit code on, and names a signal', () => {
    expect(exitCodeOf(3, null, constants.signals)).toBe(3);
    expect(exitCodeOf(0, null, constants.signals)).toBe(0);
    expect(exitCodeOf(null, 'SIGINT', constants.signals)).toBe(130);
    expect(exitCodeOf(null, 'SIGKILL', constants.signals)).toBe(137);
  });
});

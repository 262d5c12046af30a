/**
 * The decisions of set-up, without side effects: what is needed, what is missing, what may be installed, what a test
 * report says. Plain JavaScript for Node 20, as nothing is installed yet when it runs. Used by the scripts beside it;
 * types for the tests are in `decide.d.mts`.
 */

/** The commands that `package.json` maps to `run.mjs`, and `setup`, which does set-up alone and forgets old failures. */
export const NAMES = [
  'start',
  'demo',
  'test',
  'cli',
  'emulator',
  'bench',
  'crash',
  'fuzz',
  'package',
  'setup',
];

/** The oldest major version of Node that runs the sources as they are and has `node:sqlite`. */
export const NODE_MAJOR = 24;

/** How to make set-up try again what failed before. */
export const RETRY = 'node .setup/run.mjs setup';

/**
 * What a command needs beyond npm packages and Node 24.
 *
 * @param {string} name one of NAMES
 * @param {string[]} args what follows it
 * @returns {{keychain: boolean, pages: boolean, electron: boolean, tests: boolean}}
 */
export function needsOf(name, args) {
  const e2e = name === 'test' && chooseTests(args).e2e !== null;
  return {
    keychain: !['emulator', 'bench', 'crash', 'fuzz'].includes(name),
    pages: name === 'start' || name === 'demo' || e2e || (name === 'cli' && args.includes('serve')),
    electron:
      name === 'start' ||
      name === 'setup' ||
      (name === 'demo' && !args.some((a) => a === '--headless' || a === '--no-open')),
    tests: name === 'test' || name === 'setup',
  };
}

/**
 * The packages of the lock file that the installed tree lacks or has in another version. Optional packages are left
 * out: npm drops what a platform cannot have.
 *
 * @param {{packages?: Record<string, {version?: string, optional?: boolean, link?: boolean}>}} lock package-lock.json
 * @param {{packages?: Record<string, {version?: string}>}} installed node_modules/.package-lock.json
 * @returns {string[]} their paths
 */
export function packagesMissing(lock, installed) {
  const have = installed.packages ?? {};
  return Object.entries(lock.packages ?? {})
    .filter(([path, entry]) => path !== '' && !entry.optional && !entry.link)
    .filter(([path, entry]) => have[path]?.version !== entry.version)
    .map(([path]) => path);
}

/** The major number of a version such as `v24.21.0` or `24.21.0`; 0 where it is none. */
export function majorOf(version) {
  const found = /^v?(\d+)\./.exec(version);
  return found ? Number(found[1]) : 0;
}

/**
 * Which way system packages can be installed here.
 *
 * @param {{platform: string, apt: boolean, uid: number, sudo: boolean}} on `sudo`: it works without a password
 * @returns {{command: string[]} | {refused: string}} the words before `apt-get`'s own arguments, or why not
 */
export function packageInstaller({ platform, apt, uid, sudo }) {
  if (platform !== 'linux') return { refused: `set-up installs no system packages on ${platform}` };
  if (!apt) return { refused: 'there is no apt-get here' };
  if (uid === 0) return { command: ['apt-get'] };
  if (sudo) return { command: ['sudo', '-n', 'apt-get'] };
  return { refused: 'only root may install it, and sudo asks for a password or is missing' };
}

/**
 * The system packages that would help, each with its reason in words that follow "is needed".
 *
 * @param {{platform: string, keychain: boolean, libsecret: boolean, compile: boolean, toolchain: boolean,
 *   python: boolean, tests: boolean, chromium: boolean, keyring: boolean, dbus: boolean}} on
 *   `keychain`: keytar is wanted and is not built; `compile`: it has to be compiled here, for no built one was found;
 *   the others: what is present, or, for `tests`, wanted
 * @returns {{name: string, why: string}[]} names as Debian has them
 */
export function systemPackages(on) {
  if (on.platform !== 'linux') return [];
  const wanted = [];
  const keep = 'to keep keys in the system keychain (keytar)';
  if (on.keychain && !on.libsecret) wanted.push({ name: 'libsecret-1-dev', why: keep });
  if (on.keychain && on.compile && !on.toolchain) wanted.push({ name: 'build-essential', why: keep });
  if (on.keychain && on.compile && !on.python) wanted.push({ name: 'python3', why: keep });
  if (on.tests && !on.chromium) wanted.push({ name: 'chromium', why: 'for the browser tests' });
  if (on.tests && !on.keyring) wanted.push({ name: 'gnome-keyring', why: 'for the keychain tests' });
  if (on.tests && !on.dbus) wanted.push({ name: 'dbus', why: 'for the keychain tests' });
  return wanted;
}

/**
 * Where a Chromium, Chrome or Edge may be. Names without a separator are looked for on PATH.
 *
 * @param {string} platform
 * @param {Record<string, string | undefined>} env
 * @returns {string[]} best first; `ENCORD_UPLOADER_CHROMIUM` alone when it is set
 */
export function chromiumCandidates(platform, env) {
  const chosen = env.ENCORD_UPLOADER_CHROMIUM;
  if (chosen) return [chosen];
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return ['', env.HOME ?? ''].flatMap((home) =>
      apps.map((app) => `${home}/Applications/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (platform === 'win32') {
    const inside = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => inside.map((path) => `${folder}\\${path}`));
  }
  return [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    '/usr/lib/chromium/chromium',
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
  ];
}

/**
 * Why an Electron window cannot open here, whether or not its binary is present; null when it can.
 *
 * @param {{platform: string, uid: number, env: Record<string, string | undefined>}} on
 * @returns {string | null} a clause for "Electron is not used: …"
 */
export function noWindowReason({ platform, uid, env }) {
  if (platform !== 'linux') return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'this machine has no display';
  if (uid === 0) return 'its sandbox refuses to run as root';
  return null;
}

/**
 * The prefix whose headers a native module is compiled against, for `npm_config_nodedir`; null to leave node-gyp its
 * own ways (a configured prefix, or a download).
 *
 * @param {{configured: string, prefixes: string[]}} on `configured`: what npm answers; `prefixes`: those with headers
 * @returns {string | null}
 */
export function nodeHeaders({ configured, prefixes }) {
  const unset = configured === '' || configured === 'undefined' || configured === 'null';
  return (unset && prefixes[0]) || null;
}

/**
 * npm's words for installing what the lock file says. `npm ci` empties node_modules first, which Windows refuses while
 * the Node that is in there runs; then the changed packages alone are installed.
 *
 * @param {string} platform
 * @param {string} running the Node that runs this
 * @param {string} root the checkout
 * @returns {string[]}
 */
export function installCommand(platform, running, root) {
  const inside = running.toLowerCase().startsWith(`${root.toLowerCase()}\\`);
  return platform === 'win32' && inside ? ['install', '--no-save'] : ['ci'];
}

/**
 * Which tests the arguments of `npm test` ask for. No argument: all. A word names a kind; anything else is a filter
 * on file names, which goes to the browser tests when it points into `e2e`, and to the others when it does not.
 *
 * @param {string[]} args
 * @returns {{typecheck: boolean, lint: boolean, vitest: string[] | null, e2e: string[] | null}} null: not asked for;
 *   an empty list: all of them
 */
export function chooseTests(args) {
  const words = args.filter((arg) => !arg.startsWith('-'));
  if (words.length === 0) return { typecheck: true, lint: true, vitest: [], e2e: [] };
  const kinds = ['unit', 'contract', 'integration', 'crash', 'fuzz'];
  const chosen = { typecheck: false, lint: false, vitest: null, e2e: null };
  for (const word of words) {
    if (word === 'typecheck' || word === 'lint') chosen[word] = true;
    else if (word === 'e2e') chosen.e2e ??= [];
    else if (/(^|[\\/])e2e[\\/]|\.spec\.ts/.test(word)) chosen.e2e = [...(chosen.e2e ?? []), word];
    else chosen.vitest = [...(chosen.vitest ?? []), kinds.includes(word) ? `test/${word}/` : word];
  }
  return chosen;
}

/**
 * @typedef {{passed: number, failed: number, skipped: {name: string, why: string}[]}} Counts
 */

/**
 * Counts of a Playwright JSON report. A test that passed at a second try counts as passed.
 *
 * @param {object} report
 * @returns {Counts}
 */
export function countPlaywright(report) {
  const counts = { passed: 0, failed: report.errors?.length ?? 0, skipped: [] };
  const visit = (suite, path) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === 'skipped') {
          const note = test.annotations?.find((a) => a.type === 'skip' || a.type === 'fixme');
          const name = [...path, spec.title].filter(Boolean).join(' › ');
          counts.skipped.push({ name, why: note?.description ?? 'no reason given' });
        } else if (test.status === 'unexpected') counts.failed += 1;
        else counts.passed += 1;
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, [...path, inner.title]);
  };
  for (const suite of report.suites ?? []) visit(suite, [suite.title]);
  return counts;
}

/**
 * Counts of the report that `vitest-reporter.mjs` writes. A file that cannot be loaded, and an error outside every
 * test, counts as one failure.
 *
 * @param {{tests: {name: string, state: string, note?: string}[], errors: number}} report
 * @returns {Counts}
 */
export function countVitest(report) {
  const counts = { passed: 0, failed: report.errors, skipped: [] };
  for (const test of report.tests) {
    if (test.state === 'passed') counts.passed += 1;
    else if (test.state === 'skipped')
      counts.skipped.push({ name: test.name, why: test.note ?? 'no reason given' });
    else counts.failed += 1;
  }
  return counts;
}

/** The sum of several counts. */
export function sumCounts(all) {
  return all.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: [...sum.skipped, ...one.skipped],
    }),
    { passed: 0, failed: 0, skipped: [] },
  );
}

/**
 * What `npm test` prints last and exits with: the skipped tests by reason, then the one line of counts. Fails when
 * anything failed or nothing ran.
 *
 * @param {Counts} counts
 * @returns {{lines: string[], code: number}}
 */
export function testVerdict(counts) {
  const byReason = new Map();
  for (const { name, why } of counts.skipped) byReason.set(why, [...(byReason.get(why) ?? []), name]);
  const lines = [];
  for (const [why, names] of byReason) {
    lines.push(`Skipped (${why}):`, ...names.map((name) => `  ${name}`));
  }
  lines.push(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`);
  return { lines, code: counts.failed > 0 || counts.passed === 0 ? 1 : 0 };
}

/** The exit code that says how a child ended: its own, or 128 and the number of the signal that ended it. */
export function exitCodeOf(code, signal, numbers) {
  if (code !== null) return code;
  return 128 + (numbers[signal] ?? 0);
}

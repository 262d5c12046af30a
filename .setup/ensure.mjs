/**
 * Sees to it that what a command needs is there: npm packages, Node 24, keytar's native module, a browser for the
 * tests, Electron's binary. Silent when nothing is missing; what failed once is remembered, not tried at every start.
 * Used by `run.mjs`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runFolded } from './child.mjs';
import {
  installCommand,
  majorOf,
  NODE_MAJOR,
  nodeHeaders,
  noWindowReason,
  packageInstaller,
  packagesMissing,
  RETRY,
  systemPackages,
} from './decide.mjs';
import {
  allOnPath,
  at,
  findChromium,
  findElectron,
  findKeytar,
  findPackagedNode,
  hasLibsecret,
  hasToolchain,
  onPath,
  ROOT,
  readJson,
  stampOf,
} from './find.mjs';
import { withLock } from './lock.mjs';
import { say, task } from './say.mjs';

/** What set-up found out; inside `node_modules`, so that a new installation starts with nothing remembered. */
const STATE = at('node_modules', '.encord-uploader.json');

const MINUTE = 60_000;

/**
 * @typedef {{lock?: string, node?: {path: string, stamp: string}, keytar?: string,
 *   failed: Record<string, {when: string, why: string}>}} State
 *   `lock`: hash of the lock file that is installed; `node`, `keytar`: what was tried and runs; `failed`: by what was
 *   wanted; `when` holds the circumstances: other ones are a reason to try again
 */

/** @returns {State} */
function readState() {
  const found = readJson(STATE);
  return { ...found, failed: found?.failed ?? {} };
}

function writeState(state) {
  try {
    mkdirSync(dirname(STATE), { recursive: true });
    writeFileSync(STATE, `${JSON.stringify(state, null, 2)}\n`);
  } catch {
    // A checkout that this user may not write to: the next start looks again.
  }
}

const uid = () => process.getuid?.() ?? -1;
const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/**
 * Brings everything that `needs` asks for, as far as this machine allows.
 *
 * @param {{keychain: boolean, electron: boolean, tests: boolean}} needs
 * @param {{again?: boolean}} options `again`: forget what failed before
 * @returns {Promise<{node: string, chromium: string | null, noChromium: string, electron: string | null,
 *   noElectron: string}>} paths, and the reasons where there is none
 * @throws where the command cannot run at all; the message says what to do
 */
export async function ensure(needs, { again = false } = {}) {
  let state = readState();
  if (again) state.failed = {};
  if (again || isMissing(needs, state)) {
    await withLock(async () => {
      // Another process may have done it while this one waited.
      state = readState();
      if (again) state.failed = {};
      if (again || isMissing(needs, state)) await bring(needs, state);
      writeState(state);
    });
  }
  const noWindow = noWindowReason({ platform: process.platform, uid: uid(), env: process.env });
  const electron = noWindow ? null : findElectron();
  return {
    node: state.node.path,
    chromium: findChromium(),
    noChromium: state.failed.chromium?.why ?? 'no Chromium, Chrome or Edge was found',
    electron,
    noElectron: noWindow ?? state.failed.electron?.why ?? 'its binary is not installed',
  };
}

/** Whether anything is to be done; reads a few files and starts nothing. */
function isMissing(needs, state) {
  return (
    packagesStale(state) ||
    knownNode(state) === null ||
    (needs.keychain && keytarOpen(state)) ||
    wantedPackages(needs, state).length > 0 ||
    (needs.electron && electronOpen(state))
  );
}

function packagesStale(state) {
  const lockFile = at('package-lock.json');
  const lock = hashOf(lockFile);
  if (state.lock === lock) return false;
  const installed = readJson(at('node_modules', '.package-lock.json'));
  if (installed === null || packagesMissing(readJson(lockFile), installed).length > 0) return true;
  // Somebody ran npm: what it left is what the lock file says.
  state.lock = lock;
  writeState(state);
  return false;
}

function knownNode(state) {
  const { node } = state;
  return node && stampOf(node.path) === node.stamp ? node.path : null;
}

const isBuilt = (state) => state.keytar !== undefined && state.keytar === stampOf(findKeytar() ?? '');

/** What a failed attempt at keytar depended on: when one of these changes, another attempt makes sense. */
const keytarWhen = () =>
  `uid ${uid()}, libsecret ${hasLibsecret()}, compiler ${hasToolchain()}, built ${findKeytar() !== null}`;

const keytarOpen = (state) => !isBuilt(state) && state.failed.keytar?.when !== keytarWhen();

const electronOpen = (state) =>
  noWindowReason({ platform: process.platform, uid: uid(), env: process.env }) === null &&
  findElectron() === null &&
  state.failed.electron?.when !== 'once';

/** System packages that would help and were not refused before. */
function wantedPackages(needs, state, compile = false) {
  const when = `uid ${uid()}`;
  return systemPackages({
    platform: process.platform,
    keychain: needs.keychain && keytarOpen(state),
    libsecret: process.platform !== 'linux' || hasLibsecret(),
    compile,
    toolchain: hasToolchain(),
    python: onPath('python3') !== null,
    tests: needs.tests,
    chromium: findChromium() !== null,
    keyring: onPath('gnome-keyring-daemon') !== null,
    dbus: onPath('dbus-run-session') !== null,
  }).filter(({ name }) => state.failed[name]?.when !== when);
}

async function bring(needs, state) {
  const stale = packagesStale(state);
  // Before npm, so that it finds the headers that keytar is compiled against.
  await installSystemPackages(() => wantedPackages(needs, state), state);
  if (stale) {
    await installPackages(state);
  }
  await findNode(state);
  if (needs.keychain && keytarOpen(state)) await bringKeytar(needs, state);
  if (needs.electron && electronOpen(state)) await bringElectron(state);
}

/** Runs npm: the one that runs this script, where npm does, else the one on PATH. */
function npm(args, options) {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.[cm]?js$/.test(script))
    return runFolded([process.execPath, script, ...args], options);
  return runFolded(['npm', ...args], { ...options, shell: process.platform === 'win32' });
}

/** The environment for installations: Node's own headers where nothing else is configured. */
async function buildEnvironment() {
  const { lines } = await npm(['config', 'get', 'nodedir', '--loglevel=error'], { cwd: ROOT });
  const headers = nodeHeaders({
    configured: process.env.npm_config_nodedir ?? lines.at(-1)?.trim() ?? '',
    // Under npm this may be the Node of the npm package, which has no headers; a native module of ours loads in any.
    prefixes: [process.execPath, ...allOnPath('node')]
      .map((path) => dirname(dirname(realpathSync(path))))
      .filter((prefix) => existsSync(join(prefix, 'include', 'node', 'node.h'))),
  });
  return headers ? { ...process.env, npm_config_nodedir: headers } : process.env;
}

async function installPackages(state) {
  const progress = task('npm packages');
  let fetched = 0;
  const { ok, why, lines } = await npm(
    [
      ...installCommand(process.platform, process.execPath, ROOT),
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--loglevel=http',
    ],
    {
      cwd: ROOT,
      env: await buildEnvironment(),
      onLine: (line) => {
        if (!/^npm http (fetch|cache)/.test(line)) return;
        fetched += 1;
        progress.note(`${fetched} fetched`);
      },
    },
  );
  progress.end(ok ? 'done' : 'failed');
  if (!ok) {
    const errors = lines.filter((line) => !/^npm (http|notice)/.test(line)).slice(-30);
    throw new Error(
      `The npm packages could not be installed: ${why}.\n${errors.join('\n')}\n` +
        'Check that this machine reaches the npm registry, then run the same command again.',
    );
  }
  // npm emptied node_modules: what was known of the old packages is void, what the system refused is not.
  delete state.node;
  delete state.keytar;
  delete state.failed.keytar;
  delete state.failed.electron;
  state.lock = hashOf(at('package-lock.json'));
  writeState(state);
}

/** Finds a Node that runs the sources, and remembers it. */
async function findNode(state) {
  if (knownNode(state)) return;
  const candidates = [findPackagedNode(), process.execPath, ...allOnPath('node')];
  for (const path of candidates) {
    if (path === null) continue;
    const { ok, lines } = await runFolded([path, '--version'], { limitMs: MINUTE });
    if (ok && majorOf(lines[0] ?? '') >= NODE_MAJOR) {
      state.node = { path, stamp: stampOf(path) };
      writeState(state);
      return;
    }
  }
  throw new Error(
    `Node ${NODE_MAJOR} or newer is needed and was not found. The npm package "node" brings it, but npm installed no ` +
      `binary of it for this platform (${process.platform} ${process.arch}), or the binary does not run, or install ` +
      'scripts are switched off.\n' +
      `Either let npm run install scripts (npm config get ignore-scripts) and delete the folder node_modules, or ` +
      `install Node ${NODE_MAJOR} from https://nodejs.org so that "node" is that version; then run the same command again.`,
  );
}

/** keytar: tried as it is, then built, then built with a compiler that had to be installed first. */
async function bringKeytar(needs, state) {
  if (await keytarLoads(state)) return;
  const hopeless = process.platform === 'linux' && !hasLibsecret();
  const progress = task('keytar, for the system keychain');
  let failure = hopeless ? '' : await buildKeytar();
  if (!hopeless && !(await keytarLoads(state))) {
    const tools = () => wantedPackages(needs, state, true);
    if (tools().length > 0) {
      progress.note('a compiler is missing');
      if (await installSystemPackages(tools, state)) failure = await buildKeytar();
    }
  }
  if (await keytarLoads(state)) {
    progress.end();
    return;
  }
  progress.end('not possible');
  const why = keytarHint(state, failure);
  state.failed.keytar = { when: keytarWhen(), why };
  writeState(state);
  say(
    `The system keychain cannot be used: ${why}\nThe program goes on without it: it takes the key from ` +
      `ENCORD_SSH_KEY_FILE or ENCORD_SSH_KEY, or asks for it at each start. Once that is put right, this tries again: ${RETRY}`,
  );
}

async function keytarLoads(state) {
  const path = findKeytar();
  if (path === null) return false;
  const { ok } = await runFolded([state.node.path, '-e', 'require(process.argv[1])', path], {
    limitMs: MINUTE,
  });
  if (ok) {
    state.keytar = stampOf(path);
    delete state.failed.keytar;
    writeState(state);
  }
  return ok;
}

/** @returns {Promise<string>} the end of what npm said, for the reason of a failure */
async function buildKeytar() {
  const { optionalDependencies } = readJson(at('package.json'));
  const args = existsSync(at('node_modules', 'keytar', 'package.json'))
    ? ['rebuild', 'keytar']
    : // npm takes an optional package away when it cannot be built; this puts it back and leaves the lock file as it is.
      ['install', '--no-save', `keytar@${optionalDependencies.keytar}`];
  const { lines } = await npm([...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    env: await buildEnvironment(),
    limitMs: 10 * MINUTE,
  });
  return (
    lines.filter((line) => /error|ERR!|not found/i.test(line)).at(-1) ?? lines.at(-1) ?? 'npm left it out'
  );
}

function keytarHint(state, failure) {
  if (process.platform === 'darwin')
    return `keytar was not built (${failure}). Run xcode-select --install to get a compiler.`;
  if (process.platform === 'win32')
    return `keytar was not built (${failure}). Install the Visual Studio Build Tools with "Desktop development with C++".`;
  const refused = ['libsecret-1-dev', 'build-essential', 'python3'].filter((name) => state.failed[name]);
  if (refused.length > 0) return `${refused.map((name) => state.failed[name].why).join('; ')}.`;
  if (!hasLibsecret())
    return 'the headers of libsecret are missing (libsecret-1-dev on Debian, libsecret-devel on Fedora, libsecret on Arch).';
  return `keytar was not built (${failure}).`;
}

/**
 * @param {() => {name: string, why: string}[]} list what is wanted and missing, to be asked before and after
 * @param {State} state
 * @returns {Promise<boolean>} whether all of them are installed now; says which is not, and why
 */
async function installSystemPackages(list, state) {
  const wanted = list();
  if (wanted.length === 0) return true;
  const apt = onPath('apt-get') !== null;
  const sudo = uid() !== 0 && onPath('sudo') !== null && (await runFolded(['sudo', '-n', 'true'])).ok;
  const installer = packageInstaller({ platform: process.platform, apt, uid: uid(), sudo });
  if (installer.refused) {
    for (const { name, why } of wanted) refuse(state, name, why, installer.refused, apt);
    writeState(state);
    return false;
  }
  const progress = task(`system packages ${wanted.map(({ name }) => name).join(', ')}`);
  const names = wanted.map(({ name }) => name);
  let result = hasPackageLists() ? await aptInstall(installer.command, names, progress) : { ok: false };
  if (!result.ok) {
    progress.note('updating the lists of packages');
    await runFolded([...installer.command, '-q', 'update'], { limitMs: 10 * MINUTE });
    result = await aptInstall(installer.command, names, progress);
  }
  const failed = new Map();
  if (!result.ok && names.length > 1) {
    // One name that this system lacks must not cost the others.
    for (const name of names) {
      const one = await aptInstall(installer.command, [name], progress);
      if (!one.ok) failed.set(name, one);
    }
  } else if (!result.ok) failed.set(names[0], result);
  progress.end(failed.size === 0 ? 'done' : `failed for ${[...failed.keys()].join(', ')}`);
  for (const { name, why } of wanted) {
    const bad = failed.get(name);
    const last = bad?.lines?.filter((line) => /^E:/.test(line)).at(-1) ?? bad?.why;
    if (bad) refuse(state, name, why, `apt-get could not install it: ${last}`, apt);
    else delete state.failed[name];
  }
  // What an installation does not bring must not be installed again at every start.
  for (const { name, why } of list()) refuse(state, name, why, 'it is installed, yet it was not found', apt);
  writeState(state);
  return failed.size === 0;
}

function aptInstall(command, names, progress) {
  const options = ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
  return runFolded([...command, 'install', ...options, ...names], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    limitMs: 20 * MINUTE,
    onLine: (line) => {
      const found = /^(Get:\d+|Unpacking|Setting up) .*/.exec(line);
      if (found) progress.note(found[0].slice(0, 60));
    },
  });
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}

function refuse(state, name, why, reason, apt) {
  state.failed[name] = { when: `uid ${uid()}`, why: `the package ${name} is not installed: ${reason}` };
  const how = apt ? `To add it: apt-get install ${name} (as root), then` : 'Once it is there:';
  say(
    `The system package ${name} is missing; it is needed ${why}. It was not installed: ${reason}. ${how} ${RETRY}`,
  );
}

async function bringElectron(state) {
  const progress = task("Electron's binary");
  const { ok, why, lines } = await runFolded(
    [process.execPath, at('node_modules', 'electron', 'install.js')],
    {
      cwd: ROOT,
      limitMs: 3 * MINUTE,
    },
  );
  if (ok && findElectron()) {
    progress.end();
    return;
  }
  progress.end('not possible');
  const cause = lines.find((line) => /ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|EPROTO|CERT/.test(line));
  const said = (cause ?? lines.find((line) => /error/i.test(line)))?.replace(
    /^[\s[]*(cause\S*|code:)?\s*/,
    '',
  );
  state.failed.electron = {
    when: 'once',
    why: `its binary could not be fetched (${said ?? why}); ${RETRY} tries again`,
  };
  writeState(state);
}

/**
 * Looks for what a command needs on this machine; changes nothing and starts nothing. Used by the scripts beside it
 * and by the configuration of the browser tests; types for those are in `find.d.mts`.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumCandidates } from './decide.mjs';

/** The checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A path inside the checkout. */
export const at = (...parts) => join(ROOT, ...parts);

/** A program on PATH, or null. */
export function onPath(name, env = process.env) {
  const path = env.PATH ?? env.Path ?? '';
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of path.split(delimiter)) {
    for (const file of names) {
      const found = join(folder || '.', file);
      if (isExecutable(found)) return found;
    }
  }
  return null;
}

/** Every file of that name on PATH, in its order. */
export function allOnPath(name, env = process.env) {
  const path = env.PATH ?? env.Path ?? '';
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, file))
    .filter(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A file's identity for "has it changed since it was checked?"; null where there is none. */
export function stampOf(path) {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${path}:${size}:${Math.round(mtimeMs)}`;
  } catch {
    return null;
  }
}

/** Parsed JSON of a file, or null where there is none or it is damaged. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** A browser for the tests and where it was found, or null. */
export function findChromium(env = process.env) {
  for (const candidate of chromiumCandidates(process.platform, env)) {
    const found = isAbsolute(candidate)
      ? isExecutable(candidate)
        ? candidate
        : null
      : onPath(candidate, env);
    if (found) return found;
  }
  return null;
}

/** The Node 24 that the npm package `node` brings, if its platform's binary is there. */
export function findPackagedNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = at('node_modules', 'node', 'bin', file);
  return isExecutable(path) ? path : null;
}

/** keytar's native module, built or downloaded, or null. */
export function findKeytar() {
  const path = at('node_modules', 'keytar', 'build', 'Release', 'keytar.node');
  return existsSync(path) ? path : null;
}

/** Whether libsecret's headers are installed (Linux). */
export function hasLibsecret() {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/share', '/usr/local/lib'];
  for (const folder of folders) {
    if (existsSync(join(folder, 'pkgconfig', 'libsecret-1.pc'))) return true;
  }
  try {
    return readdirSync('/usr/lib').some((name) => existsSync(`/usr/lib/${name}/pkgconfig/libsecret-1.pc`));
  } catch {
    return false;
  }
}

/** Whether C++ can be compiled here. */
export const hasToolchain = () =>
  (onPath('c++') ?? onPath('g++') ?? onPath('clang++')) !== null && onPath('make') !== null;

/** Electron's binary, or null while it has not been fetched. */
export function findElectron() {
  const folder = at('node_modules', 'electron');
  try {
    const file = readFileSync(join(folder, 'path.txt'), 'utf8').trim();
    const found = join(folder, 'dist', file);
    return isExecutable(found) ? found : null;
  } catch {
    return null;
  }
}

/**
 * Electron's binary for the tests of the desktop program, or null: the one in the folder that
 * `ELECTRON_OVERRIDE_DIST_PATH` names, as Electron itself has it, else the fetched one.
 */
export function findElectronForTests(env = process.env) {
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!folder) return findElectron();
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  const path = join(folder, names[process.platform] ?? 'electron');
  return isExecutable(path) ? path : null;
}

/** The script behind a tool of `node_modules`, to be run by Node itself: no shell, on Windows either. */
export function toolScript(name, path) {
  return join(dirname(createRequire(at('package.json')).resolve(`${name}/package.json`)), path);
}

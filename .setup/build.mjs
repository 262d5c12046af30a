/**
 * Builds the pages, and for Electron main and preload, when their sources have changed since the last time. Used by
 * `run.mjs` and `test.mjs`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolded } from './child.mjs';
import { at, ROOT, readJson, toolScript } from './find.mjs';
import { withLock } from './lock.mjs';
import { task } from './say.mjs';

const STAMP = at('dist', '.stamp');

/** What is built: its configuration, its entry, what it is made from, and a file that it leaves. */
const TARGETS = {
  renderer: { entry: 'renderer/index.html', from: ['renderer', 'preload', 'assets'], leaves: 'index.html' },
  main: { entry: 'main/index.ts', from: ['main', 'preload', 'assets'], leaves: 'index.js' },
  preload: { entry: 'preload/index.ts', from: ['preload'], leaves: 'index.cjs' },
};

/**
 * Brings the builds up to date.
 *
 * @param {string} node a Node that runs the sources
 * @param {{electron: boolean}} options `electron`: main and preload too
 * @throws where a build fails; the message holds what the builder said
 */
export async function build(node, { electron }) {
  const names = electron ? ['renderer', 'main', 'preload'] : ['renderer'];
  if (names.every(isFresh)) return;
  await withLock(async () => {
    for (const name of names) {
      if (!isFresh(name)) await buildOne(node, name);
    }
  });
}

function isFresh(name) {
  const { leaves } = TARGETS[name];
  return existsSync(at('dist', name, leaves)) && readJson(STAMP)?.[name] === sourcesOf(name);
}

async function buildOne(node, name) {
  const { entry, leaves } = TARGETS[name];
  if (!existsSync(at(entry))) throw new Error(`${name} cannot be built: ${entry} is missing.`);
  const stamp = sourcesOf(name);
  // Half a build must not pass for one.
  writeStamp(name, null);
  const progress = task(`building ${name === 'renderer' ? 'the pages' : name}`);
  const vite = toolScript('vite', 'bin/vite.js');
  const { ok, why, lines } = await runFolded(
    [node, vite, 'build', '-c', `${name}/vite.config.ts`, '--logLevel', 'warn'],
    {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  const done = ok && existsSync(at('dist', name, leaves));
  progress.end(done ? 'done' : 'failed');
  if (!done) throw new Error(`${name} could not be built: ${why}.\n${lines.slice(-40).join('\n')}`);
  writeStamp(name, stamp);
}

function writeStamp(name, value) {
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ ...readJson(STAMP), [name]: value }));
}

/** A hash of everything that a build is made from: contents, not times, which git changes. */
function sourcesOf(name) {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    hash.update(readFileSync(at(file)));
  const visit = (folder) => {
    if (!existsSync(at(folder))) return;
    const entries = readdirSync(at(folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile())
        hash
          .update(`${path}\0`)
          .update(readFileSync(at(path)))
          .update('\0');
    }
  };
  for (const folder of TARGETS[name].from) visit(folder);
  return hash.digest('hex');
}

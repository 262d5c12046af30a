/**
 * Writes `dist/THIRD-PARTY-LICENSES.txt`: every package that ships, with its licence's text. electron-builder calls it
 * before it packs (`beforePack` in `electron-builder.yml`); tests read its list. Electron's own licence and Chromium's
 * are put beside the program by electron-builder. Types for the tests are in `licences.d.mts`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, ROOT, readJson } from './find.mjs';

/** Where the file lies, inside the package too. */
export const LICENCES_FILE = at('dist', 'THIRD-PARTY-LICENSES.txt');

/** Licences under which a package may ship: each allows that with its text beside it, and asks nothing of our own code. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
];

/** Imported by pages or preload, and yet not in what is built of them: Electron is the program around it. */
const AROUND = new Set(['electron']);

/**
 * The packages of which something ships: what main imports lies in the archive, what the pages and the preload import
 * is in their bundles. Of optional packages, those that are installed.
 *
 * @returns {{name: string, version: string, licence: string, where: 'archive' | 'bundle', folder: string,
 *   texts: string[]}[]} by name; `texts`: paths of its licence and notice files
 */
export function shippedPackages() {
  const found = new Map();
  const add = (name, from, where) => {
    const folder = folderOf(name, from);
    if (folder === null || found.has(folder)) return;
    const manifest = readJson(join(folder, 'package.json'));
    found.set(folder, {
      name,
      version: manifest.version,
      licence: typeof manifest.license === 'string' ? manifest.license : 'unknown',
      where,
      folder,
      texts: readdirSync(folder)
        .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
        .sort()
        .map((file) => join(folder, file)),
    });
    for (const dependency of Object.keys(manifest.dependencies ?? {})) add(dependency, folder, where);
  };
  const { dependencies } = readJson(at('package.json'));
  for (const name of Object.keys(dependencies)) add(name, ROOT, 'archive');
  // Its dependencies are its installer's alone, and are left out of the archive.
  const keytar = readJson(at('node_modules', 'keytar', 'package.json'));
  if (keytar !== null) {
    const folder = at('node_modules', 'keytar');
    const texts = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
    found.set(folder, {
      name: 'keytar',
      version: keytar.version,
      licence: keytar.license,
      where: 'archive',
      folder,
      texts: texts.map((file) => join(folder, file)),
    });
  }
  for (const name of importedByPages()) add(name, ROOT, 'bundle');
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/**
 * Writes the file.
 *
 * @throws where a package has a licence that is not in ALLOWED; the message names it
 */
export function writeLicences() {
  const packages = shippedPackages();
  const others = packages.filter(({ licence }) => !ALLOWED.includes(licence));
  if (others.length > 0) {
    const names = others.map(({ name, version, licence }) => `${name} ${version} (${licence})`).join(', ');
    throw new Error(`These packages may not ship, or their licence is to be looked at: ${names}.`);
  }
  const head =
    'Encord Uploader contains the work of others. Each package is named with its version and licence, followed\n' +
    'by the text that its authors give. The licences of Electron and of Chromium lie beside this program as\n' +
    'LICENSE.electron.txt and LICENSES.chromium.html.\n';
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(LICENCES_FILE, [head, ...packages.map(sectionOf)].join(`\n${'-'.repeat(100)}\n`));
}

/** What electron-builder calls before it packs. */
export default async function beforePack() {
  writeLicences();
}

function sectionOf({ name, version, licence, folder, texts }) {
  const { author, repository } = readJson(join(folder, 'package.json'));
  const by = typeof author === 'string' ? author : author?.name;
  const source = typeof repository === 'string' ? repository : repository?.url;
  const text =
    texts.length > 0
      ? texts.map((path) => readFileSync(path, 'utf8').trim()).join('\n\n')
      : `Its package has no text of its licence, and says: ${licence}${by ? `, by ${by}` : ''}${source ? `, ${source}` : ''}.`;
  return `${name} ${version}\nLicence: ${licence}\n\n${text.replaceAll('\r\n', '\n')}\n`;
}

/** Where Node would find a package from a folder: the nearest `node_modules` that has it; null where none does. */
function folderOf(name, from) {
  for (let folder = from; folder.startsWith(ROOT); folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return null;
}

/** The packages that the sources of pages, preload and contract name. */
function importedByPages() {
  const names = new Set();
  for (const folder of ['renderer', 'preload']) {
    for (const file of readdirSync(at(folder), { recursive: true }).map(String)) {
      if (!/\.tsx?$/.test(file) || file.endsWith('vite.config.ts')) continue;
      const source = readFileSync(at(folder, file), 'utf8');
      for (const [, specifier] of source.matchAll(/(?:from|import)\s*\(?'([^.'][^']*)'/g)) {
        if (specifier.startsWith('node:')) continue;
        const parts = specifier.split('/');
        names.add(parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/'));
      }
    }
  }
  return [...names].filter((name) => !AROUND.has(name)).sort();
}

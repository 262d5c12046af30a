/** The packaging configuration: valid by electron-builder's own schema, and naming things that are there. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
// The validator and the YAML reader that electron-builder brings for exactly this.
const builder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib/package.json'));

interface Validate {
  (value: unknown): boolean;
  errors?: unknown;
}
const { default: Ajv }: { default: new (options: object) => { compile(schema: object): Validate } } =
  builder('ajv');
const { load }: { load(text: string): unknown } = builder('js-yaml');

const text = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8');
const validate = new Ajv({ strict: false, allErrors: true }).compile(builder('./scheme.json'));

const configuration = z
  .object({
    appId: z.string(),
    directories: z.object({ buildResources: z.string() }),
    files: z.array(z.string()),
    asar: z.literal(true),
    asarUnpack: z.array(z.string()),
    linux: z.object({ icon: z.string(), target: z.array(z.string()) }),
    mac: z.object({ icon: z.string(), target: z.array(z.string()) }),
    win: z.object({ icon: z.string(), target: z.array(z.string()) }),
  })
  .parse(load(text));

test('electron-builder takes it', () => {
  expect([validate(load(text)), validate.errors]).toEqual([true, null]);
});

test('the schema would object to a slip', () => {
  expect(validate({ appId: 'x', asarUnpak: [] })).toBe(false);
  expect(validate({ appId: 'x', linux: { target: ['floppy'], categories: 'Utility' } })).toBe(false);
});

test('what is built is inside, the entry too, and the native module outside of the archive', () => {
  const { main } = z
    .object({ main: z.string() })
    .parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')));
  expect(main).toBe('dist/main/index.js');
  expect(configuration.files).toEqual(
    expect.arrayContaining(['package.json', 'dist/main/**', 'dist/preload/**', 'dist/renderer/**']),
  );
  expect(configuration.files).toContain('!node_modules/node/**');
  expect(configuration.asarUnpack).toEqual(['node_modules/keytar/**']);
});

test('nothing that runs is left out', () => {
  const manifest = z.object({
    dependencies: z.record(z.string(), z.string()).default({}),
    optionalDependencies: z.record(z.string(), z.string()).default({}),
  });
  const dependenciesOf = (folder: string) =>
    manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const runs = new Set<string>();
  const add = (name: string) => {
    if (runs.has(name)) return;
    runs.add(name);
    // npm keeps these at the top: each is there in one version.
    Object.keys(dependenciesOf(join(ROOT, 'node_modules', name)).dependencies).forEach(add);
  };
  Object.keys(dependenciesOf(ROOT).dependencies).forEach(add);

  const leftOut = configuration.files.flatMap((pattern) => {
    const [, one, several] = /^!node_modules\/(?:([\w-]+)|\{([\w,-]+)\})\/\*\*$/.exec(pattern) ?? [];
    return several?.split(',') ?? (one === undefined ? [] : [one]);
  });
  expect(leftOut).toEqual(expect.arrayContaining(['node', 'prebuild-install', 'wrappy']));
  expect(leftOut.filter((name) => runs.has(name))).toEqual([]);
  expect(leftOut).not.toContain('keytar');
});

test('every system has its icons and its kinds of package', () => {
  const assets = join(ROOT, configuration.directories.buildResources);
  const { linux, mac, win } = configuration;
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
    const png = readFileSync(join(assets, linux.icon, `${size}x${size}.png`));
    // Width and height stand at the start of a PNG's header.
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      'PNG',
      size,
      size,
    ]);
  }
  expect(existsSync(join(assets, 'icon.svg'))).toBe(true);
  expect(readFileSync(join(assets, mac.icon)).toString('latin1', 0, 4)).toBe('icns');
  expect(readFileSync(join(assets, win.icon)).readUInt32LE(0)).toBe(0x10000);
  expect([linux.target, mac.target, win.target]).toEqual([
    ['AppImage', 'deb', 'rpm'],
    ['dmg', 'zip'],
    ['nsis'],
  ]);
});

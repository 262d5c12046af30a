/**
 * The packaging configuration: valid by electron-builder's own schema, every decision in it made, and naming things that
 * are there. What is made of it is tested in `test/integration/packaging.test.ts`.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ALLOWED, LICENCES_FILE, shippedPackages, writeLicences } from '../../../.setup/licences.mjs';

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
const scheme = builder('./scheme.json');
const validate = new Ajv({ strict: false, allErrors: true }).compile(scheme);

const configuration = z
  .object({
    appId: z.string(),
    directories: z.object({ buildResources: z.string() }),
    files: z.array(z.string()),
    asar: z.literal(true),
    asarUnpack: z.array(z.string()),
    beforePack: z.string(),
    electronFuses: z.record(z.string(), z.boolean()),
    extraMetadata: z.object({ desktopName: z.string() }),
    protocols: z.array(z.object({ schemes: z.array(z.string()) })),
    publish: z.null(),
    linux: z.object({
      icon: z.string(),
      target: z.array(z.string()),
      desktop: z.object({ entry: z.record(z.string(), z.string()) }),
    }),
    appImage: z.object({ executableArgs: z.array(z.string()) }),
    mac: z.object({
      icon: z.string(),
      target: z.array(z.object({ target: z.string(), arch: z.string() })),
      hardenedRuntime: z.literal(true),
      entitlements: z.string(),
      entitlementsInherit: z.string(),
      extendInfo: z.object({
        CFBundleDocumentTypes: z.array(
          z.object({
            CFBundleTypeRole: z.literal('Viewer'),
            LSHandlerRank: z.literal('Alternate'),
            LSItemContentTypes: z.array(z.string()),
          }),
        ),
      }),
    }),
    win: z.object({
      icon: z.string(),
      target: z.array(z.object({ target: z.string(), arch: z.string() })),
      verifyUpdateCodeSignature: z.literal(true),
    }),
    nsis: z.object({
      oneClick: z.literal(false),
      perMachine: z.literal(false),
      allowElevation: z.literal(true),
    }),
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

test('nothing that runs is left out, but for what only the command line and browser mode need', () => {
  const leftOut = configuration.files.flatMap((pattern) => {
    const [, one, several] = /^!node_modules\/(?:([\w-]+)|\{([\w,-]+)\})\/\*\*$/.exec(pattern) ?? [];
    return several?.split(',') ?? (one === undefined ? [] : [one]);
  });
  expect(leftOut).toEqual(expect.arrayContaining(['node', 'prebuild-install', 'wrappy']));
  const runs = new Set(
    shippedPackages()
      .filter(({ where }) => where === 'archive')
      .map(({ folder }) => folder),
  );
  const missed = leftOut.filter((name) => runs.has(join(ROOT, 'node_modules', name)));
  expect(missed).toEqual(['commander', 'ws', 'yaml']);
});

test('every fuse that electron-builder knows is decided, each to the safe side', () => {
  const known = Object.keys(scheme.definitions.FuseOptionsV1.properties).sort();
  expect(known.length).toBeGreaterThan(7);
  expect(Object.keys(configuration.electronFuses).sort()).toEqual(known);
  expect(configuration.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    // No fuse, but what makes macOS start the program after they were set, where no certificate signs over it.
    resetAdHocDarwinSignature: true,
  });
});

test('the AppImage starts in Chromium’s sandbox, which electron-builder would leave out if nothing were said', async () => {
  const { appImage } = configuration;
  expect(appImage.executableArgs).toEqual([]);
  expect(await startOfAppImage({ appImage })).toBe('AppRun %U');
  expect(await startOfAppImage({})).toBe('AppRun --no-sandbox %U');
  expect(text).not.toMatch(/^[^#\n]*--no-sandbox/m);
});

test('the hardened runtime leaves one thing open, and the file that says so is a property list', () => {
  const { entitlements, entitlementsInherit } = configuration.mac;
  expect(entitlementsInherit).toBe(entitlements);
  const { parse }: { parse(text: string): unknown } = createRequire(
    createRequire(import.meta.url).resolve('app-builder-lib/package.json'),
  )('plist');
  expect(parse(readFileSync(join(ROOT, entitlements), 'utf8'))).toEqual({
    'com.apple.security.cs.allow-jit': true,
  });
});

test('links and dropped files reach the program, and it is nobody’s default program', () => {
  expect(configuration.protocols.flatMap(({ schemes }) => schemes)).toEqual(['encord-uploader']);
  const types = configuration.mac.extendInfo.CFBundleDocumentTypes.flatMap((one) => one.LSItemContentTypes);
  expect(types).toEqual(expect.arrayContaining(['public.movie', 'public.image', 'public.folder']));
  const { entry } = configuration.linux.desktop;
  expect(`${entry.StartupWMClass}.desktop`).toBe(configuration.extraMetadata.desktopName);
  expect(entry.Keywords).toMatch(/^([a-z]+;)+$/);
});

test('no address for updates and no secret stands in it', () => {
  expect(configuration.publish).toBe(null);
  expect(text).not.toMatch(/^[^#\n]*(password|token|secret|apple_?id)\w*\s*:/im);
  expect(text).not.toMatch(/https?:\/\//);
});

test('the licences of all that ships go with it', () => {
  expect(existsSync(join(ROOT, configuration.beforePack))).toBe(true);
  expect(configuration.files).toContain('dist/THIRD-PARTY-LICENSES.txt');
  const shipped = shippedPackages();
  expect(shipped.filter(({ licence }) => !ALLOWED.includes(licence))).toEqual([]);
  writeLicences();
  const written = readFileSync(LICENCES_FILE, 'utf8');
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')));
  const needed = [...Object.keys(dependencies), 'react', 'react-dom', 'zustand', 'radix-ui', 'semver'];
  expect(shipped.map(({ name }) => name)).toEqual(expect.arrayContaining(needed));
  for (const { name, version, licence } of shipped) {
    expect(written).toContain(`\n${name} ${version}\nLicence: ${licence}\n`);
  }
  // Most have a text of their own, which is what their licences ask for.
  expect(shipped.filter(({ texts }) => texts.length === 0).map(({ name }) => name)).toEqual([
    'assert-plus',
    'lazy-val',
    'react-remove-scroll-bar',
  ]);
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
    [
      { target: 'dmg', arch: 'universal' },
      { target: 'zip', arch: 'universal' },
    ],
    [{ target: 'nsis', arch: 'x64' }],
  ]);
});

/** How the desktop entry of an AppImage starts it: what electron-builder makes of a configuration. */
async function startOfAppImage(config: object): Promise<string> {
  const { default: AppImageTarget }: { default: new (...parts: unknown[]) => MadeAppImage } = builder(
    './out/targets/appimage/AppImageTarget.js',
  );
  const packager = {
    config,
    platformSpecificBuildOptions: configuration.linux,
    appInfo: { buildVersion: '1' },
  };
  const helper = { computeDesktopEntry: async (_options: object, start: string) => start };
  return new AppImageTarget('', packager, helper, '').desktopEntry.value;
}

interface MadeAppImage {
  desktopEntry: { value: Promise<string> };
}

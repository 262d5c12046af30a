/**
 * What hostile messages are sent to: a lab with a dataset, rows and files, a program on it, and the places that nothing may
 * be written to. Used by `contract.ts`.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../main/app/program.ts';
import { makeKey } from '../fixtures/keys.ts';
import type { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { type Traces, tracesOfKey } from '../fixtures/traces.ts';
import type { Host } from './hosts.ts';
import { Pools } from './inputs.ts';

export const PASSPHRASE = 'correct horse battery staple';
const API_KEY = 'hush-api-key-2f1c0e8b7a6f5e4d3c2b1a77';
const INTEGRATION = '11111111-2222-4333-8444-555555555577';

export interface World {
  readonly cwd: string;
  readonly home: string;
  readonly pages: string;
  readonly files: string;
  readonly datasetId: string;
  readonly pools: Pools;
  readonly secrets: Traces;
  readonly key: { readonly privateKey: string };
}

export async function makeWorld(lab: Lab): Promise<World> {
  const key = makeKey('fuzz@example.com', PASSPHRASE);
  await lab.control('POST', 'keys', { publicKey: key.publicKey, email: 'fuzz@example.com' });
  const users = [
    { email: 'fuzz@example.com', role: 'admin' },
    { email: 'lab@example.com', role: 'admin' },
  ];
  await lab.control('POST', 'seed', {
    groups: [{ name: 'Readers', uuid: '11111111-2222-4333-8444-5555555555aa' }],
    projects: [{ title: 'Cells', uuid: '11111111-2222-4333-8444-5555555555bb', owner: 'fuzz@example.com' }],
    integrations: [{ title: 'Bucket', uuid: INTEGRATION, owner: 'fuzz@example.com', objects: [] }],
  });
  const datasetId = await lab.dataset('Fuzzed', {
    users,
    mirrored: false,
    rows: [
      { count: 20, title: 'film', itemType: 'video', mimeType: 'video/mp4' },
      { count: 20, title: 'still', itemType: 'image', mimeType: 'image/png', width: 64, height: 48 },
      { title: 'frames', itemType: 'imageGroup' },
    ],
  });
  const keyed = await lab.dataset('Keyed', { users, mirrored: false, apiKeys: [{ key: API_KEY }] });
  const at = (...parts: string[]) => join(lab.folder, ...parts);
  const files = at('files');
  for (const folder of [
    at('cwd', 'a', 'b', 'c'),
    at('person'),
    at('pages'),
    at('saved'),
    join(files, 'turn'),
    at('watched', 'in'),
  ])
    mkdirSync(folder, { recursive: true });
  for (const [index, name] of [
    'one.png',
    'two.png',
    'turn/f1.png',
    'turn/f2.png',
    '../watched/in/w.png',
  ].entries())
    writeFileSync(join(files, name), makePng({ seed: index }));
  writeFileSync(join(files, 'rows.csv'), 'title,colour\none.png,red\n');
  writeFileSync(join(files, 'id_ed25519'), lab.privateKey);
  writeFileSync(join(files, 'cloud.json'), '{"videos":[{"objectUrl":"gs://lab/a.mp4"}]}');
  // Whoever opens it waits for ever, unless it is looked at first.
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(files, 'pipe.csv')]);
  const paths = ['one.png', 'turn', '', 'rows.csv', 'id_ed25519', 'cloud.json', 'pipe.csv', 'gone.png'].map(
    (name) => join(files, name),
  );
  const pools = new Pools({
    path: paths,
    root: [at('watched'), at('watched', 'in'), at('files', 'gone'), join(files, 'one.png')],
    into: [at('downloads'), at('downloads', 'deep', 'er')],
    nextDataFolder: [at('next')],
    caFile: [join(files, 'rows.csv'), join(files, 'id_ed25519'), join(files, 'gone.pem')],
    address: ['http://127.0.0.1:1', 'socks5://127.0.0.1:1', 'http://me:hunter22@127.0.0.1:1'],
    domain: [lab.emulator.url, 'http://127.0.0.1:1', 'ftp://x', 'https://nowhere.invalid'],
    key: [key.privateKey, lab.privateKey, makeKey('stranger').privateKey, 'no key'],
    passphrase: [PASSPHRASE, 'wrong'],
    password: ['hunter22hunter22'],
    apiKey: [API_KEY, 'no such key'],
    datasetId: [datasetId, datasetId, keyed],
    integrationId: [INTEGRATION],
    bandwidth: ['', 'off', '100M', 'Mon-00:00,10M', 'soon'],
    email: ['fuzz@example.com', 'nobody@example.com'],
    heading: ['title', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    text: [
      '{"colour":"red"}',
      '{"a":',
      'title,colour\none.png,red',
      '{"videos":[{"objectUrl":"gs://lab/b.mp4"}]}',
    ],
    url: ['gs://lab/scan.dcm', 'https://127.0.0.1:1/x'],
    include: ['*.png', '**/*.{png,jpg}', '['],
    pattern: ['{name}_{n}', '(?<group>.+)_(?<number>\\d+)'],
  });
  const secrets = new Map([
    // Its armour stands in sentences on how a key begins.
    ...[...tracesOfKey(lab.privateKey)].filter(([name]) => name !== 'armour of the key'),
    ['API key', API_KEY],
    ['passphrase', PASSPHRASE],
    ['proxy password', 'hunter22'],
    ['signed URL', 'X-Goog-Signature'],
  ]);
  return {
    cwd: at('cwd', 'a', 'b', 'c'),
    home: at('person'),
    pages: at('pages'),
    files,
    datasetId,
    pools,
    secrets,
    key,
  };
}

export function openProgramOf(lab: Lab, host: Host['kind'], world: World): Promise<Program> {
  const { host: browser } = lab.options();
  const saved = join(lab.folder, 'saved');
  return lab.program(
    { HOME: world.home },
    {
      host:
        host === 'browser'
          ? browser
          : {
              ...browser,
              host: 'electron',
              chooseFiles: async () => [join(world.files, 'one.png')],
              chooseSavePath: async (name) => join(saved, createHash('sha1').update(name).digest('hex')),
              async openFolder(path) {
                if (!path.endsWith('logs'))
                  throw new Error('The system cannot show this folder: nobody is there');
              },
              trashItem: async () => undefined,
            },
      around: {
        // Names of the world outside are nobody's business here.
        lookup: (name, _options, callback) =>
          name === 'localhost'
            ? callback(null, [{ address: '127.0.0.1', family: 4 }])
            : callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []),
      },
    },
  );
}

/** Every path that nobody may touch, with what is there. */
export function whatIsThere(folder: string, { files, cwd }: World): Map<string, string> {
  const seen = new Map<string, string>();
  const top = readdirSync(folder).map((name) => join(folder, name));
  // The program's own, the emulator's, and the places that the messages name to be written to.
  const written = ['home', 'emulator', 'downloads', 'next', 'saved', 'watched', 'person'];
  for (const path of top) if (!written.includes(path.slice(folder.length + 1))) seen.set(path, 'there');
  for (const part of [files, join(cwd, '..', '..', '..')]) {
    for (const entry of readdirSync(part, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : 'there';
      seen.set(path, content);
    }
  }
  return seen;
}

/**
 * Diagnostics say what a maintainer needs and nothing that is anybody's business: secrets, names and titles are planted
 * wherever the program keeps or logs them, and none is found in the text.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import { DEFAULT_RULES } from '../../main/core/watch/rules.ts';
import { eventually } from '../fixtures/eventually.ts';
import { makeKey } from '../fixtures/keys.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { tracesIn, tracesOfKey } from '../fixtures/traces.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const API_KEY = 'hush-api-key-7d1c0e8b7a6f5e4d3c2b1a55';
const key = makeKey('Grace Hopper@example.org');

/** What nobody may read in the text; the names are of the kinds that people give. */
const PLANTED = {
  account: 'Grace Hopper',
  email: 'grace.private@example.org',
  dataset: 'Patients of Ward Seven',
  other: 'Zebrafish (embargoed)',
  folder: 'Müller, Anna 1971',
  file: 'scan of anna mueller.png',
  broken: 'secret prototype.mp4',
  watched: 'Night Shift Cameras',
  secretPath: '/mnt/Clinic Share/Anna/mri.dcm',
};

let lab: Lab;
let program: Program;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.control('POST', 'keys', { publicKey: key.publicKey, email: PLANTED.email });
  program = await lab.program({ ENCORD_UPLOADER_LOG: 'debug', HTTPS_PROXY: '' });
  await program.start({ watch: true });
});

afterAll(async () => {
  await program?.close();
  await lab?.close();
});

async function call(name: string, input: unknown): Promise<Record<string, unknown>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return typeof answer.value === 'object' && answer.value !== null ? { ...answer.value } : {};
}

test('a text without a secret, a name or a title, however they were planted', async () => {
  const users = [{ email: PLANTED.email, role: 'admin' }];
  const datasetId = await lab.dataset(PLANTED.dataset, { users });
  const otherId = await lab.dataset(PLANTED.other, { users, mirrored: false, apiKeys: [{ key: API_KEY }] });
  const common = { domain: lab.emulator.url, forThisRunOnly: true };
  await call('accounts.signIn', {
    ...{ method: 'api-key', apiKey: API_KEY, datasetId: otherId, name: `${PLANTED.other} key`, ...common },
  });
  await call('accounts.signIn', {
    ...{ method: 'ssh', key: key.privateKey, passphrase: null, rememberPassphrase: true, ...common },
    name: PLANTED.account,
  });

  const folder = join(lab.folder, PLANTED.folder);
  mkdirSync(folder);
  writeFileSync(join(folder, PLANTED.file), makePng({ seed: 1 }));
  writeFileSync(join(folder, PLANTED.broken), 'nothing that plays');
  await lab.fault({ kind: 'put' }, { status: 413 }, 10);
  const { planId } = await call('plan.start', { source: { kind: 'paths', paths: [folder] }, datasetId });
  await eventually(async () => expect((await call('plan.get', { planId })).phase).toBe('ready'));
  await call('plan.commit', { planId });
  await eventually(() => expect(program.queue.totals({ kind: 'all' }).units.failed).toBe(1));

  const root = join(lab.folder, PLANTED.watched);
  mkdirSync(root);
  const accountId = program.deps.store.activeAccountId();
  const draft = { root, accountId, datasetId, folderId: null, rules: DEFAULT_RULES, existing: 'review' };
  await call('watch.add', { ...draft, on: true });

  const { log } = program.deps;
  const signature = 'S1GN4TURE'.repeat(9);
  log.error(`The file ${PLANTED.secretPath} is gone.`, {
    reason: `Error: ENOENT: no such file or directory, open '${PLANTED.secretPath}'`,
    path: PLANTED.secretPath,
    code: 'file-missing',
    units: 3,
    [PLANTED.account]: 1,
    nested: { title: PLANTED.dataset, list: [PLANTED.file], deep: { deeper: { deepest: PLANTED.file } } },
    url: `https://storage.example/bucket/${encodeURIComponent(PLANTED.file)}?X-Goog-Signature=${signature}`,
    key: key.privateKey,
  });
  log.error('A call failed in a way that was not foreseen.', {
    message: `No ${PLANTED.file}`,
    level: PLANTED.dataset,
    cause: new RangeError(`Not in ${PLANTED.secretPath}`, { cause: new Error(PLANTED.folder) }),
  });
  log.warn(`“${PLANTED.dataset}” of ${PLANTED.account} <${PLANTED.email}> at ${root} again`);
  log.warn(`Not taken: ${PLANTED.broken}`);

  const { text } = await call('app.diagnostics', null);
  if (typeof text !== 'string') throw new Error('It is no text.');
  // What is there to be found.
  expect(text).toMatch(/version \d+\.\d+\.\d+, browser, /);
  expect(text).toMatch(/node 24\./);
  expect(text).toMatch(/accounts: 3/);
  expect(text).toMatch(/ssh, [\w+/]{8}…, 127\.0\.0\.1:\d+, route auto, secret in run, active/);
  expect(text).toMatch(/1 failed/);
  expect(text).toMatch(/1 × payload-too-large, image failed/);
  expect(text).toMatch(/1 × \S+, refused/);
  expect(text).toMatch(/- on, (watching|starting|polling), on \w+/);
  expect(text).toMatch(/database: schema \d+, [\d.]+ MB/);
  expect(text).toMatch(/"code":"file-missing","units":3/);
  expect(text).toMatch(/Error ENOENT ‹name \d+›/);
  expect(text).toMatch(/"stack":"RangeError ‹name \d+›","cause":\{/);
  expect(text).toMatch(/"fields":\{"message":"‹name \d+›","level":"‹name \d+›"\}/);
  expect(text).toMatch(/debug Encord call \{"call":"[\w /-]+","trace":"[0-9a-f]+","ms":\d+,"http":200/);
  expect(text.match(/Z info Signed in\./g)).toHaveLength(2);
  expect(text).not.toContain('could not be found out');
  // And what is not.
  const names = Object.values(PLANTED).flatMap((name) => [
    name,
    encodeURIComponent(name),
    ...name.split(/[\s/,.@()]+/),
  ]);
  const hidden = names.filter((name) => name.length > 3 && !COMMON.has(name.toLowerCase()));
  expect(hidden.filter((name) => text.toLowerCase().includes(name.toLowerCase()))).toEqual([]);
  const traces = new Map([
    ...tracesOfKey(key.privateKey),
    ...[...tracesOfKey(lab.privateKey)].map(([name, trace]) => [`environment's ${name}`, trace] as const),
    ['API key', API_KEY],
    ['signature', signature],
    ['home', lab.folder],
  ]);
  expect(tracesIn(text, traces)).toEqual([]);
});

/** Words of the planted names that the text has for reasons of its own. */
const COMMON: ReadonlySet<string> = new Set([
  'night',
  'example',
  'secret',
  'private',
  'scan',
  'shift',
  'share',
]);

test('what is logged is said in words of the program, with names beside it as fields', () => {
  const found: string[] = [];
  for (const file of readdirSync(join(ROOT, 'main'), { recursive: true }).map(String)) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(ROOT, 'main', file), 'utf8');
    for (const [call] of source.matchAll(/\blog\.(?:debug|info|warn|error)\(\s*[^'\s][^\n]*/g))
      found.push(`${file}: ${call}`);
  }
  // The name of a media type, and sentences of their callers.
  expect(found.map((line) => line.split(':')[0]).toSorted()).toEqual([
    'adapters/encord/route-documented.ts',
    'app/unless-blind.ts',
    'core/work.ts',
  ]);
});

test('a part that cannot be found out leaves the others', async () => {
  const view = program.network.view.bind(program.network);
  program.network.view = () => {
    throw new Error(PLANTED.dataset);
  };
  try {
    const text = await program.diagnostics();
    expect(text).toMatch(/Network\n {2}could not be found out: internal\n/);
    expect(text).toContain('keychain: ');
    expect(text).not.toContain(PLANTED.dataset);
  } finally {
    program.network.view = view;
  }
});

test('the command line prints it', async () => {
  // A data folder of its own: the other is in use.
  const env = { ENCORD_UPLOADER_HOME: join(lab.folder, 'another home') };
  const run = await lab.run(['diagnostics'], env);
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(run.stdout).toMatch(/^Program\n {2}version /);
  expect(tracesIn(run.stdout, new Map([...tracesOfKey(lab.privateKey), ['home', lab.folder]]))).toEqual([]);
  const json = await lab.run(['diagnostics', '--json'], env);
  expect(json.lines).toEqual([{ diagnostics: expect.stringContaining('keychain: ') }]);
});

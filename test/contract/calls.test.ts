/**
 * Every call of the contract on a running program against the emulator: bad input is answered and never thrown, each
 * answer has exactly the declared shape, so has each event, and no call gives a secret back.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Program } from '../../main/app/program.ts';
import { DEFAULT_RULES } from '../../main/core/watch/rules.ts';
import { CALLS, type CallInput, type CallOutput } from '../../preload/contract/calls.ts';
import type { PlaceView, UpdateView } from '../../preload/contract/desktop.ts';
import { failureView } from '../../preload/contract/errors.ts';
import { EVENTS, type Events } from '../../preload/contract/events.ts';
import { CALL_NAMES, type CallName, EVENT_NAMES, type EventName } from '../../preload/contract/names.ts';
import { watchRules } from '../../preload/contract/watch.ts';
import { eventually } from '../fixtures/eventually.ts';
import { makeKey } from '../fixtures/keys.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { tracesIn, tracesOfKey } from '../fixtures/traces.ts';
import { makeKeyCalls, makeManageCalls } from './manage-calls.ts';

const FIRST = { offset: 0, limit: 10 };
const NOBODY = '00000000-0000-4000-8000-000000000000';
const API_KEY = 'an-api-key-of-a-dataset-0123456789';
const PASSPHRASE = 'correct horse battery staple';
const errorShape = failureView.omit({ at: true });

let lab: Lab;
let program: Program;
const events: { name: EventName; payload: unknown }[] = [];
/** All that ever came back from the program, as pages would get it. */
const traffic: string[] = [];
const called = new Set<CallName>();
const chosen: string[] = [];
const opened: string[] = [];
/** Where the person saves; null where they change their mind. */
let saveTo: string | null = null;

/** What the host says of a newer version. */
let update: UpdateView = { kind: 'current', checkedAt: null };
/** By what the host is to fetch it. */
let updateAgent: (() => object) | null = null;

beforeAll(async () => {
  lab = await Lab.open();
  program = await lab.program(
    {},
    {
      host: {
        host: 'electron',
        chooseFiles: async () => chosen,
        chooseSavePath: async () => saveTo,
        openFolder: async (path) => void opened.push(path),
        dropsArePaths: false,
        serverChooser: true,
        updates: {
          connectBy: (agent) => {
            updateAgent = agent;
          },
          view: () => update,
          check: async () => update,
          install: async () => update,
          listen: () => () => undefined,
        },
      },
    },
  );
  program.listen((name, payload) => {
    events.push({ name, payload: structuredClone(payload) });
    traffic.push(JSON.stringify(payload));
  });
  await program.start();
});

afterAll(async () => {
  await program?.close();
  await lab?.close();
});

/** Calls, and holds the answer against the declared shape: nothing missing, nothing more. */
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  traffic.push(JSON.stringify(answer));
  called.add(name);
  if (!answer.ok) throw new Error(`${name} answered ${answer.error.code}: ${answer.error.message}`);
  const parsed = CALLS[name].output.parse(answer.value);
  expect(parsed, name).toEqual(answer.value);
  // The schema of this very name read it.
  return parsed as CallOutput<N>;
}

async function refused(name: CallName, input: unknown): Promise<z.infer<typeof errorShape>> {
  const answer = await program.handle(name, input);
  traffic.push(JSON.stringify(answer));
  if (answer.ok) throw new Error(`${name} took ${JSON.stringify(input)}.`);
  const parsed = errorShape.parse(answer.error);
  expect(parsed, name).toEqual(answer.error);
  expect(parsed.message, name).toMatch(/^\S.*\S$/s);
  return parsed;
}

describe('bad input', () => {
  const BAD = [
    ...[
      undefined,
      17,
      'text',
      [],
      true,
      () => null,
      Symbol('s'),
      10n,
      Number.NaN,
      new Map([['planId', 'x']]),
    ],
    ...[{ planId: 1 }, { accountId: '' }, { limit: -1 }, { scope: { kind: 'planet' } }, { theme: 'pink' }],
  ];

  it.each(CALL_NAMES)('%s answers invalid-input and does not throw', async (name) => {
    const bad = BAD.filter((input) => !CALLS[name].input.safeParse(input).success);
    // `settings.set` may be called with nothing to set; the others refuse every one.
    expect(bad.length).toBeGreaterThanOrEqual(name === 'settings.set' ? BAD.length - 7 : BAD.length);
    for (const input of bad) expect((await refused(name, input)).code).toBe('invalid-input');
  });

  it.each(['', 'nonsense', 'toString', '__proto__', 'constructor', 'app.snapshot ', 'x'.repeat(100_000)])(
    'there is no call %j',
    async (name) => {
      const answer = await program.handle(name, null);
      expect(answer).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
      expect(JSON.stringify(answer).length).toBeLessThan(300);
    },
  );

  it.each([
    ['watch.inspect', { root: { length: { toString: '-0' } } }],
    ['plan.get', { planId: { length: { valueOf: 1, toString: 1 } } }],
    ['plan.start', { source: { kind: 'paths', paths: { length: { toString: 1 } } }, datasetId: null }],
  ] as const)('%s is not thrown off by what only pretends to have a length', async (name, input) => {
    expect((await refused(name, input)).code).toBe('invalid-input');
  });

  it.each([
    ['settings.set', { nextDataFolder: 'elsewhere' }],
    ['rows.download', { datasetId: NOBODY, rows: { kind: 'rows', dataHashes: ['x'] }, into: '../there' }],
    [
      'watch.add',
      {
        ...{ root: 'here', accountId: 'x', datasetId: NOBODY, folderId: null },
        ...{ rules: DEFAULT_RULES, existing: 'review', on: true },
      },
    ],
  ] as const)('%s writes nowhere that counts from where the program was started', async (name, input) => {
    const error = await refused(name, input);
    expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('whole path') });
  });

  it('does not repeat a secret that came in the wrong shape', async () => {
    const { privateKey } = makeKey('wrong@example.com');
    const error = await refused('accounts.signIn', { method: privateKey, key: privateKey });
    expect(tracesIn(JSON.stringify(error), tracesOfKey(privateKey))).toEqual([]);
    const whole = await refused('accounts.inspectKey', { key: privateKey.slice(0, 200) });
    expect(tracesIn(JSON.stringify(whole), tracesOfKey(privateKey))).toEqual([]);
  });
});

describe('datasets and what belongs to them', () => {
  const tools = () => ({
    lab,
    call,
    refused,
    saveTo: (path: string | null) => {
      saveTo = path;
    },
  });

  it('rows, storage, cloud data, people, projects and long work', () => makeManageCalls(tools()));

  it('keys, told once and masked ever after', async () => {
    const before = traffic.length;
    const key = await makeKeyCalls(tools());
    const told = traffic.slice(before).filter((text) => text.includes(key));
    expect(told).toHaveLength(1);
  });
});

describe('a session that makes every call', () => {
  let datasetId = '';
  let otherId = '';
  let folder = '';
  const key = makeKey('pages@example.com', PASSPHRASE);
  const page = { offset: 0, limit: 100 };
  const all = { kind: 'all' } as const;

  beforeAll(async () => {
    await lab.control('POST', 'keys', { publicKey: key.publicKey, email: 'pages@example.com' });
    const users = [{ email: 'pages@example.com', role: 'admin' }];
    datasetId = await lab.dataset('Pages', { users });
    otherId = await lab.dataset('Keyed', { users, mirrored: false, apiKeys: [{ key: API_KEY }] });
    folder = join(lab.folder, 'pages');
    mkdirSync(join(folder, 'frames'), { recursive: true });
    for (let index = 0; index < 3; index += 1) {
      writeFileSync(join(folder, `single${index}.png`), makePng({ seed: index }));
      writeFileSync(join(folder, 'frames', `frame${index}.png`), makePng({ seed: 10 + index }));
    }
    writeFileSync(join(folder, 'empty.png'), '');
    writeFileSync(join(folder, 'broken.mp4'), 'nothing that plays');
  });

  it('accounts', async () => {
    const looked = await call('accounts.inspectKey', { key: key.privateKey });
    expect(looked.passphraseNeeded).toBe(true);
    const ssh = {
      method: 'ssh',
      key: key.privateKey,
      passphrase: PASSPHRASE,
      rememberPassphrase: true,
      domain: lab.emulator.url,
      name: null,
      forThisRunOnly: true,
    } as const;
    expect((await refused('accounts.signIn', { ...ssh, passphrase: null })).code).toBe('passphrase-needed');
    expect((await refused('accounts.signIn', { ...ssh, passphrase: 'wrong' })).code).toBe('passphrase-wrong');
    expect((await refused('accounts.signIn', { ...ssh, domain: 'ftp://x' })).code).toBe('invalid-input');
    const stranger = { ...ssh, key: makeKey('stranger').privateKey, passphrase: null };
    expect((await refused('accounts.signIn', stranger)).code).toBe('unauthenticated');
    const signedIn = await call('accounts.signIn', ssh);
    expect(signedIn).toMatchObject({ kind: 'ssh', secretIn: 'run', email: 'pages@example.com' });
    const keyed = await call('accounts.signIn', {
      method: 'api-key',
      apiKey: API_KEY,
      datasetId: otherId,
      domain: lab.emulator.url,
      name: 'Keyed',
      forThisRunOnly: true,
    });
    expect(keyed).toMatchObject({ kind: 'api-key', datasetId: otherId, fingerprint: null });
    expect((await refused('accounts.setRoute', { accountId: keyed.id, route: 'storage' })).code).toBe(
      'not-available',
    );
    expect((await refused('datasets.create', { title: 'x', description: '', mirrored: true })).code).toBe(
      'not-available',
    );
    expect((await call('datasets.list', { search: '', refresh: true, ...page })).total).toBe(1);
    await call('accounts.signOut', { accountId: keyed.id, cancelUnfinished: false });
    await call('accounts.switch', { accountId: signedIn.id });
    expect(await call('accounts.setRoute', { accountId: signedIn.id, route: 'storage' })).toMatchObject({
      route: 'storage',
    });
    await call('accounts.check', { accountId: signedIn.id });
    for (const name of ['accounts.switch', 'accounts.check'] as const)
      expect((await refused(name, { accountId: 'nobody' })).code).toBe('account-unknown');
    const snapshot = await call('app.snapshot', null);
    expect(snapshot.activeAccountId).toBe(signedIn.id);
    expect(snapshot.accounts).toHaveLength(2);
    const made = await call('accounts.makeKey', { comment: 'calls', forThisRunOnly: true });
    expect(await call('accounts.madeKeys', null)).toEqual([made]);
    await call('accounts.dropKey', { keyId: made.keyId });
    expect((await refused('accounts.dropKey', { keyId: made.keyId })).code).toBe('invalid-input');
    // A key that is kept locked needs a keychain: the tests of one see what it answers then.
    const unlock = { accountId: signedIn.id, passphrase: PASSPHRASE, remember: false };
    expect((await refused('accounts.unlock', unlock)).code).toBe('not-available');
    called.add('accounts.unlock');
    await call('app.openFolder', { folder: 'logs' });
    expect(opened).toEqual([join(lab.home, 'logs')]);
    // What it answers while the database is damaged, the tests of faults see.
    expect((await refused('app.setDatabaseAside', null)).code).toBe('not-available');
    called.add('app.setDatabaseAside');
  });

  it('the network', async () => {
    const login = { user: 'ada', password: 'hush-proxy-password', forThisRunOnly: true };
    expect(await call('network.setProxyLogin', login)).toMatchObject({
      proxyUser: 'ada',
      proxyPasswordIn: 'run',
    });
    expect((await refused('network.setProxyLogin', { ...login, user: ' ' })).code).toBe('invalid-input');
    expect(await call('network.setProxyLogin', { ...login, password: null })).toMatchObject({
      proxyUser: null,
    });
    expect(traffic.filter((text) => text.includes(login.password))).toEqual([]);
    const { network } = (await call('app.snapshot', null)).settings;
    const caFile = join(lab.folder, 'no-such-file.pem');
    expect((await refused('settings.set', { network: { ...network, caFile } })).code).toBe('invalid-input');
    const begun = await call('network.check', { accountId: null });
    expect(begun).toMatchObject({ domain: lab.emulator.url, finishedAt: null });
    await eventually(async () => {
      const { check } = await call('network.view', null);
      expect(check?.checkId).toBe(begun.checkId);
      expect(check?.steps.find(({ id }) => id === 'api')?.state).toBe('ok');
    });
    expect((await refused('network.check', { accountId: 'nobody' })).code).toBe('account-unknown');
  });

  it('datasets', async () => {
    const made = await call('datasets.create', { title: 'Made', description: 'd', mirrored: true });
    expect((await call('datasets.list', { search: 'mad', refresh: false, ...page })).rows).toEqual([
      expect.objectContaining({ id: made.id, title: 'Made', mirrored: true }),
    ]);
    expect(await call('datasets.rows', { datasetId: made.id, search: '', refresh: true, ...page })).toEqual({
      total: 0,
      rows: [],
    });
    expect(await call('datasets.folders', { search: '' })).not.toEqual([]);
    const none = { datasetId: NOBODY, search: '', refresh: true, ...page };
    expect(['not-found', 'dataset-unknown', 'forbidden']).toContain(
      (await refused('datasets.rows', none)).code,
    );
  });

  it('a review, its upload and its queue', async () => {
    const browsed = await call('files.browse', { path: folder, ...page });
    expect(browsed.entries.map((entry) => entry.name)).toContain('frames');
    expect((await refused('files.browse', { path: join(folder, 'gone'), ...page })).code).toBe(
      'file-missing',
    );
    await call('files.browse', { path: null, ...page });
    chosen.push(folder);
    expect(await call('files.choose', { what: 'folders' })).toEqual([folder]);

    const started = await call('plan.start', { source: { kind: 'paths', paths: [folder] }, datasetId: null });
    const { planId } = started;
    await eventually(async () => expect((await call('plan.get', { planId })).phase).toBe('ready'));
    expect((await refused('plan.commit', { planId })).code).toBe('invalid-input');
    const gone = await call('plan.setDataset', { planId, datasetId: NOBODY, folderId: null });
    expect(gone.destinationProblem).not.toBeNull();
    await call('plan.setDataset', { planId, datasetId, folderId: null });
    const folders = await call('plan.folders', { planId, ...page });
    const frames = folders.rows.find((row) => row.name === 'frames');
    expect(frames?.images).toBe(3);
    await call('plan.setFolder', { planId, path: join(folder, 'frames'), as: 'group' });
    await eventually(async () => expect((await call('plan.get', { planId })).phase).toBe('ready'));
    expect((await call('plan.units', { planId, ...page })).rows).toHaveLength(4);
    expect((await call('plan.turnedAway', { planId, ...page })).rows).toHaveLength(2);
    expect((await call('plan.warnings', { planId, ...page })).rows).toEqual([]);
    expect(await call('plan.takeText', { planId, take: true })).toMatchObject({ takeText: true });

    await call('queue.pause', { scope: all });
    const { batchId } = await call('plan.commit', { planId });
    if (batchId === null) throw new Error('Nothing was queued.');
    expect((await refused('plan.get', { planId })).code).toBe('invalid-input');
    const rows = async () =>
      (
        await call('queue.rows', {
          filter: 'all',
          search: '',
          expandedBatches: [batchId],
          expandedUnits: await unitIds(batchId),
          ...page,
        })
      ).rows;
    expect(new Set((await rows()).map((row) => row.kind))).toEqual(
      new Set(['batch', 'unit', 'item', 'turned-away']),
    );
    expect((await call('app.snapshot', null)).paused).toBe(true);
    const [first] = await unitIds(batchId);
    if (first === undefined) throw new Error('There is no unit.');
    expect(await call('queue.cancel', { scope: { kind: 'unit', id: first } })).toEqual({ units: 1 });
    expect(await call('queue.retry', { scope: { kind: 'unit', id: first } })).toEqual({ units: 1 });
    for (const filter of ['active', 'waiting', 'attention', 'done', 'turned-away'] as const)
      await call('queue.rows', { filter, search: 'e', expandedBatches: [], expandedUnits: [], ...page });
    await call('queue.moveToTop', { scope: { kind: 'unit', id: first } });
    await call('queue.moveToTop', { scope: { kind: 'batch', id: batchId } });
    await call('queue.setOrder', { order: 'largest' });
    expect((await call('app.snapshot', null)).order).toBe('largest');
    await call('queue.resume', { scope: all });
    await eventually(async () => expect((await call('queue.totals', { scope: all })).units.done).toBe(4));
    expect(
      (await call('datasets.rows', { datasetId, search: '', refresh: true, ...page })).rows,
    ).toHaveLength(4);
    for (const name of ['queue.checkAgain', 'queue.registerAnyway'] as const)
      expect((await refused(name, { unitId: first })).code).toBe('invalid-input');
    saveTo = null;
    expect(await call('receipts.save', { batchId, format: 'json' })).toEqual({ kind: 'cancelled' });
    saveTo = join(lab.folder, 'receipt.json');
    expect(await call('receipts.save', { batchId, format: 'json' })).toEqual({ kind: 'saved', path: saveTo });
    expect(JSON.parse(readFileSync(saveTo, 'utf8'))).toMatchObject({ batch: { id: batchId } });
    traffic.push(readFileSync(saveTo, 'utf8'));
    expect(await call('queue.clear', { batchId })).toEqual({ batches: 1 });
    expect(await rows()).toEqual([]);
    expect((await refused('receipts.save', { batchId, format: 'csv' })).code).toBe('not-found');
  });

  it('a comparison of the dataset, and a review of what is missing', async () => {
    const compared = await call('reconcile.start', { datasetId });
    const { reconcileId } = compared;
    expect(compared).toMatchObject({ datasetId, missing: 0, extra: 0 });
    for (const name of ['reconcile.missing', 'reconcile.extra', 'reconcile.different'] as const)
      expect(await call(name, { reconcileId, ...page })).toEqual({ total: 0, rows: [] });
    expect((await refused('reconcile.again', { reconcileId })).code).toBe('invalid-input');
    expect((await refused('reconcile.extra', { reconcileId: NOBODY, ...page })).code).toBe('not-found');
    expect((await refused('reconcile.start', { datasetId: NOBODY })).code).toBe('dataset-unknown');
    saveTo = join(lab.folder, 'reconcile.csv');
    expect(await call('reconcile.save', { reconcileId })).toEqual({ kind: 'saved', path: saveTo });
    expect(readFileSync(saveTo, 'utf8')).toMatch(/^result,title,/);

    await lab.removeRows(datasetId, 1);
    // What was uploaded a moment ago may not be listed yet.
    const lacking = await eventually(async () => {
      const again = await call('reconcile.start', { datasetId });
      expect(again).toMatchObject({ missing: 1, extra: 0, recent: 0 });
      return again;
    });
    const { rows } = await call('reconcile.missing', { reconcileId: lacking.reconcileId, ...page });
    expect(rows).toHaveLength(1);
    const { planId } = await call('reconcile.again', { reconcileId: lacking.reconcileId });
    await eventually(async () => expect((await call('plan.get', { planId })).phase).toBe('ready'));
    expect((await call('plan.units', { planId, ...page })).rows).toHaveLength(1);
    await call('plan.discard', { planId });
  });

  it('a unit in doubt', async () => {
    const group = join(lab.folder, 'doubt');
    mkdirSync(group);
    for (let index = 0; index < 3; index += 1)
      writeFileSync(join(group, `f${index}.png`), makePng({ seed: 50 + index }));
    const { planId } = await call('plan.start', { source: { kind: 'paths', paths: [group] }, datasetId });
    await eventually(async () => expect((await call('plan.get', { planId })).phase).toBe('ready'));
    await call('plan.setFolder', { planId, path: group, as: 'group' });
    // The request is lost on its way, so nobody knows whether it arrived.
    await lab.fault({ kind: 'register' }, { reset: true }, 1);
    const { batchId } = await call('plan.commit', { planId });
    if (batchId === null) throw new Error('Nothing was queued.');
    const scope = { kind: 'batch', id: batchId } as const;
    const inDoubt = () =>
      eventually(async () => expect((await call('queue.totals', { scope })).units.uncertain).toBe(1));
    await inDoubt();
    const [unitId] = await unitIds(batchId);
    if (unitId === undefined) throw new Error('There is no unit.');
    await call('queue.checkAgain', { unitId });
    await inDoubt();
    await call('queue.registerAnyway', { unitId });
    await eventually(async () => expect((await call('queue.totals', { scope })).units.done).toBe(1));
  });

  it('drops', async () => {
    const bytes = makePng({ seed: 77 });
    const drop = await call('drops.open', { files: 1, bytes: bytes.length });
    expect(
      await program.receive(drop.dropId, 'a/b.png', { size: bytes.length, mtimeMs: 1e12 }, once(bytes)),
    ).toEqual({ ok: true, value: null });
    const source = { kind: 'drop', dropId: drop.dropId } as const;
    const { planId } = await call('plan.start', { source, datasetId });
    expect((await refused('plan.start', { source, datasetId })).code).toBe('invalid-input');
    expect(
      await program.receive(drop.dropId, 'late.png', { size: 1, mtimeMs: null }, once(bytes)),
    ).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
    await call('plan.discard', { planId });
    expect((await refused('plan.get', { planId })).code).toBe('invalid-input');

    const given = await call('drops.open', { files: 1, bytes: bytes.length });
    await program.receive(given.dropId, 'c.png', { size: bytes.length, mtimeMs: null }, once(bytes));
    expect(existsSync(join(program.deps.dataFolder, 'drops', given.dropId))).toBe(true);
    await call('drops.discard', { dropId: given.dropId });
    expect(existsSync(join(program.deps.dataFolder, 'drops', given.dropId))).toBe(false);
    expect(
      (await refused('plan.start', { source: { kind: 'drop', dropId: given.dropId }, datasetId })).code,
    ).toBe('invalid-input');
  });

  it('watch folders', async () => {
    const root = join(lab.folder, 'watched');
    mkdirSync(join(root, 'inner'), { recursive: true });
    writeFileSync(join(root, 'before.png'), makePng({ seed: 501 }));
    const { activeAccountId } = await call('app.snapshot', null);
    const rules = watchRules.parse({ ...DEFAULT_RULES, after: { kind: 'move' } });
    rules.readiness.quietSeconds = 0.05;
    rules.readiness.quietSecondsPerGB = 0;
    const draft = {
      root,
      accountId: activeAccountId ?? '',
      datasetId,
      folderId: null,
      rules,
      existing: 'review',
    } as const;
    expect(await call('watch.inspect', { root })).toEqual({ root, problem: null, notes: [] });
    expect((await call('watch.inspect', { root: join(root, 'nowhere') })).problem).toContain('nowhere');
    expect(await call('watch.match', { root, rules, limit: 10 })).toMatchObject({ taken: 1, problems: [] });
    const { dryRunId } = await call('watch.dryRun', draft);
    await eventually(async () =>
      expect(await call('watch.dryRunView', { dryRunId })).toMatchObject({ phase: 'ready', units: 1 }),
    );
    expect((await call('watch.dryRunUnits', { dryRunId, ...FIRST })).rows).toHaveLength(1);
    expect((await call('watch.dryRunLeft', { dryRunId, ...FIRST })).rows).toEqual([]);
    await call('watch.dryRunEnd', { dryRunId });
    expect((await refused('watch.dryRunView', { dryRunId })).code).toBe('invalid-input');

    const { id: watchId } = await call('watch.add', { ...draft, on: false });
    const inside = { ...draft, root: join(root, 'inner'), on: true };
    expect((await refused('watch.add', inside)).code).toBe('watch-nested');
    await call('watch.change', { watchId, rules: { ...rules, exclude: ['*.tmp'] } });
    await program.watch.start();
    await call('watch.switch', { watchId, on: true });
    await eventually(async () => expect((await call('watch.list', null))[0]).toMatchObject({ held: 1 }));
    expect((await call('watch.files', { watchId, which: 'held', ...FIRST })).rows).toHaveLength(1);
    expect(await call('watch.review', { watchId, paths: null, decision: 'upload' })).toEqual({ files: 1 });
    await call('watch.scan', { watchId });
    const moved = async () => (await call('watch.actions', { watchId, ...FIRST })).rows[0];
    await eventually(async () => expect(await moved()).toMatchObject({ state: 'done', undoable: true }));
    await call('watch.undo', { actionId: (await moved())?.id ?? 0 });
    expect(existsSync(join(root, 'before.png'))).toBe(true);
    const { sentences } = await call('watch.explain', { path: join(root, 'before.png') });
    expect(sentences.at(-1)).toMatch(/^It was uploaded on/);

    writeFileSync(join(root, 'being written.png.part'), 'half');
    await call('watch.scan', { watchId });
    await eventually(async () =>
      expect((await call('watch.waiting', { watchId, ...FIRST })).rows).toMatchObject([
        { key: 'being written.png.part', reason: expect.stringContaining('still being written') },
      ]),
    );
    await call('watch.decide', { watchId, keys: ['being written.png.part'], decision: 'ignore' });
    expect((await call('watch.waiting', { watchId, ...FIRST })).rows).toEqual([]);
    await call('watch.openFolder', { watchId });
    expect(opened.at(-1)).toBe(root);
    await call('watch.remove', { watchId });
    expect((await refused('watch.scan', { watchId })).code).toBe('watch-unknown');
  });

  it('the desktop: a glance, places, the network’s return, updates, diagnostics', async () => {
    expect(await call('app.glance', null)).toMatchObject({ paused: false, moving: false });
    await call('app.takePlaces', null);
    const places: PlaceView[] = [
      { kind: 'watch', watchId: 7 },
      { kind: 'files', paths: [folder] },
    ];
    for (const place of places) await call('app.goTo', { place });
    expect(await call('app.takePlaces', null)).toEqual(places);
    expect(await call('app.takePlaces', null)).toEqual([]);
    const nowhere = { place: { kind: 'dataset', datasetId: '../etc' } };
    expect((await refused('app.goTo', nowhere)).code).toBe('invalid-input');
    await call('app.networkBack', null);

    expect(await call('updates.view', null)).toEqual({ kind: 'current', checkedAt: null });
    update = { kind: 'ready', version: '2.0.0' };
    expect(await call('updates.check', null)).toEqual(update);
    expect(await call('updates.install', null)).toEqual(update);
    // The program's own connections: the host has none that know its proxies and authorities.
    expect(updateAgent?.()).toBe(program.deps.network.connections.forOthers());

    const { text } = await call('app.diagnostics', null);
    expect(text).toMatch(/^Program\n {2}version \S+, electron, /);
    expect(text).toContain('update: ready');
    expect(text).not.toContain(lab.folder);
    expect(text).not.toContain('single0');
  });

  it('settings, and signing out', async () => {
    const before = await call('settings.get', null);
    expect(await call('settings.set', { theme: 'dark', concurrency: 8 })).toEqual({
      ...before,
      theme: 'dark',
      concurrency: 8,
    });
    expect((await refused('settings.set', { concurrency: 0 })).code).toBe('invalid-input');
    expect((await refused('settings.set', { bandwidth: 'fast' })).code).toBe('invalid-input');
    expect(await call('settings.readBandwidth', { text: '10M' })).toMatchObject({ problem: null });
    expect(await call('settings.readBandwidth', { text: 'fast' })).toMatchObject({
      problem: expect.stringContaining('“fast” is not a limit'),
    });
    const { activeAccountId } = await call('app.snapshot', null);
    if (activeAccountId === null) throw new Error('Nobody is signed in.');
    await call('accounts.signOut', { accountId: activeAccountId, cancelUnfinished: true });
    const after = await call('app.snapshot', null);
    expect(after.accounts.map((account) => account.secretIn)).toEqual(['environment']);
  });

  it('has made them all', () => {
    expect(CALL_NAMES.filter((name) => !called.has(name))).toEqual([]);
  });

  it('got every event in its declared shape, and each tick with the next number', async () => {
    // News is gathered for a while before it is told.
    await eventually(() => expect(events.map(({ name }) => name)).toContain('news'));
    for (const { name, payload } of events) {
      const parsed: unknown = EVENTS[name].parse(payload);
      expect(parsed, name).toEqual(payload);
    }
    expect(EVENT_NAMES.filter((name) => !events.some((event) => event.name === name))).toEqual([]);
    const seqs = events
      .filter((event): event is { name: 'changed'; payload: Events['changed'] } => event.name === 'changed')
      .map((event) => event.payload.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('got no secret back by any call or event', () => {
    const traces = new Map([
      ...tracesOfKey(lab.privateKey),
      ...[...tracesOfKey(makeReadable(key.privateKey))].map(
        ([name, trace]) => [`own ${name}`, trace] as const,
      ),
      ['API key', API_KEY],
      ['passphrase', PASSPHRASE],
      ['signed URL', 'X-Goog-'],
    ]);
    expect(tracesIn(traffic.join('\n'), traces)).toEqual([]);
    // The search finds what is there: a control.
    expect(tracesIn(lab.privateKey, traces).length).toBeGreaterThan(0);
  });

  async function unitIds(batchId: number): Promise<number[]> {
    const answer = await call('queue.rows', {
      filter: 'all',
      search: '',
      expandedBatches: [batchId],
      expandedUnits: [],
      ...page,
    });
    return answer.rows.flatMap((row) => (row.kind === 'unit' ? [row.id] : []));
  }

  function makeReadable(privateKey: string): string {
    return sshpk.parsePrivateKey(privateKey, 'openssh', { passphrase: PASSPHRASE }).toString('openssh');
  }
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Client metadata from a planned unit to its row, through store, engine and routes, against the emulator. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { type Agents, createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import { createSender } from '../../../main/adapters/http/put.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { Engine } from '../../../main/core/engine.ts';
import { mediaType } from '../../../main/core/media/index.ts';
import { routeTakesMetadata } from '../../../main/core/metadata.ts';
import type { MediaId, PlannedUnit, RouteName } from '../../../main/core/model.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { EmulatorControl } from '../../fixtures/emulator-control.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { png, VIDEO } from './media.ts';
import { memoryLog, random } from './support.ts';

const EMAIL = 'lab@example.com';
const ACCOUNT = 'lab';
const { privateKey, publicKey } = makeKey(EMAIL);

let folder: string;
let emulator: Emulator;
let control: EmulatorControl;
let store: Store;
let engine: Engine;
let agents: Agents;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encord-metadata-'));
  emulator = await startEmulator({
    dataDir: join(folder, 'emulator'),
    publicKeys: [publicKey],
    jobDelayMs: 5,
  });
  control = new EmulatorControl(() => emulator.url);
  agents = createAgents();
  const clock = createClock();
  const log = memoryLog();
  store = openStore(join(folder, 'data'), { clock });
  store.addAccount({
    id: ACCOUNT,
    name: 'Lab',
    kind: 'ssh',
    fingerprint: 'SHA256:test',
    domain: emulator.url,
    routeChoice: 'auto',
    fallbackNotice: null,
    datasetId: null,
    email: null,
    addedAt: 0,
    secretIn: 'run',
  });
  const services = { http: createHttpClient({ agents, clock }), clock, random, log, version: '0.0.0' };
  const session = connect({ kind: 'ssh', key: parsePrivateKey(privateKey), domain: emulator.url }, services);
  engine = new Engine({
    store,
    clock,
    random,
    log,
    sender: createSender({ agents, clock, log, stallMs: 10_000, hash: true }),
    session: async () => session,
    inspect: async (_, path) => identityOf(path),
    media: mediaType,
    concurrency: () => ({ least: 2, most: 4 }),
    listener: { changed: () => undefined, routeNotice: () => undefined, sent: () => undefined },
    settleMs: 100,
    backoff: { baseMs: 5, capMs: 50 },
  });
});

afterEach(async () => {
  await engine.stop();
  store.close();
  agents.close();
  await emulator.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function identityOf(path: string): { size: number; mtimeMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { size, mtimeMs };
}

function unit(
  media: MediaId,
  title: string,
  files: readonly Buffer[],
  clientMetadata?: string | null,
): PlannedUnit {
  return {
    media,
    title,
    ...(clientMetadata === undefined ? {} : { clientMetadata }),
    items: files.map((bytes, index) => {
      const name = `${title}-${index}`;
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const mime = media === 'video' ? 'video/webm' : 'image/png';
      return { path, name, identity: identityOf(path), mime, sha256: null };
    }),
  };
}

/** Uploads until nothing goes on; answers the units by title. */
async function upload(
  datasetId: string,
  route: RouteName,
  units: readonly PlannedUnit[],
): Promise<Record<string, { state: string; code: string | null }>> {
  const batch = store.addBatch(
    {
      accountId: ACCOUNT,
      name: 'batch',
      datasetId,
      datasetTitle: 'Cells',
      routeChoice: route,
      folderChoice: null,
      addedAt: 1,
    },
    units,
    [],
  );
  engine.start();
  engine.wake();
  await eventually(() => expect(store.batchView(batch)?.finishedAt).not.toBeNull());
  const ended = [
    ...store.unitsIn({ kind: 'batch', id: batch }, ['done', 'failed', 'uncertain', 'cancelled']),
  ];
  return Object.fromEntries(
    ended.map((id) => {
      const view = store.unitView(id);
      return [view?.title, { state: view?.state ?? '', code: view?.failure?.code ?? null }];
    }),
  );
}

const METADATA = { host: 'rig-7', path: 'run 1/ü"\\.png', captured: { at: '2026-01-02', n: [1, null] } };
const TEXT = JSON.stringify(METADATA);

describe('the storage route', () => {
  it.each([true, false])(
    'gives it with every unit that has some (mirrored dataset: %s)',
    async (mirrored) => {
      expect(routeTakesMetadata('storage')).toBe(true);
      const dataset = await control.dataset('Cells', EMAIL, { mirrored });
      const units = [
        unit('video', 'v', [VIDEO], TEXT),
        unit('image', 'i', [png(1)], TEXT),
        unit('image-group', 'g', [png(2), png(3)], TEXT),
        unit('image', 'empty', [png(4)], '{}'),
        unit('image', 'null', [png(5)], null),
        unit('image', 'none', [png(6)]),
      ];
      const ended = await upload(dataset, 'storage', units);
      for (const { title } of units) expect([title, ended[title]?.state]).toEqual([title, 'done']);
      const state = await control.state();
      const rows = state.datasets.flatMap((each) => each.rows);
      expect(Object.fromEntries(rows.map((row) => [row.title, row.client_metadata]))).toEqual({
        v: METADATA,
        i: METADATA,
        g: METADATA,
        empty: {},
        null: {},
        none: {},
      });
    },
  );

  it('is not asked twice for it when the answer of a registration is lost', async () => {
    const dataset = await control.dataset('Cells', EMAIL);
    await control.call('POST', 'faults', { match: { kind: 'register' }, do: { dropResponse: true } });
    const ended = await upload(dataset, 'storage', [unit('image', 'i', [png(1)], TEXT)]);
    expect(ended.i?.state).toBe('done');
    const { datasets, registrations } = await control.state();
    expect(datasets.flatMap(({ rows }) => rows.map((row) => row.client_metadata))).toEqual([METADATA]);
    expect(registrations).toBe(1);
  });
});

describe('the documented route', () => {
  it('refuses units that have some before they are registered, and takes the others', async () => {
    expect(routeTakesMetadata('documented')).toBe(false);
    const dataset = await control.dataset('Cells', EMAIL);
    const units = [
      unit('image', 'with', [png(1)], TEXT),
      unit('image-group', 'group', [png(2), png(3)], TEXT),
      unit('image', 'without', [png(4)]),
      unit('video', 'video', [VIDEO], null),
    ];
    expect(await upload(dataset, 'documented', units)).toEqual({
      with: { state: 'failed', code: 'not-available' },
      group: { state: 'failed', code: 'not-available' },
      without: { state: 'done', code: null },
      video: { state: 'done', code: null },
    });
    const { datasets, items } = await control.state();
    expect(datasets.flatMap(({ rows }) => rows.map((row) => row.title)).sort()).toEqual(['video', 'without']);
    expect(items).toHaveLength(2);
  });
});

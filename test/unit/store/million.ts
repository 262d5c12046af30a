/**
 * Measures the store at a million units, on this machine, in a temporary folder, and prints one JSON object a line:
 * adding, each query of the engine and of the pages (the slowest of several), commits, and memory. Run by hand:
 * `node --expose-gc test/unit/store/million.ts [UNITS]`; not part of the tests.
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DATABASE_FILE,
  openStore,
  type Store,
  type WindowQuery,
} from '../../../main/adapters/sqlite/index.ts';
import type { PlannedUnit, UnitId } from '../../../main/core/model.ts';
import type { Change, Clock } from '../../../main/core/ports.ts';

const COUNT = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'encord-uploader-million-'));

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
};

function say(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Math.round(value * 100) / 100, unit })}\n`);
}

function residentMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}

/** The slowest of a few calls, the first one included. */
function slowest(name: string, work: () => unknown, times = 5): void {
  let worst = 0;
  for (let turn = 0; turn < times; turn += 1) {
    const start = performance.now();
    work();
    worst = Math.max(worst, performance.now() - start);
  }
  say(name, worst, 'ms');
}

function* planned(count: number): Generator<PlannedUnit> {
  for (let index = 0; index < count; index += 1) {
    const name = `frame_${String(index).padStart(7, '0')}.png`;
    yield {
      media: 'image',
      title: name,
      items: [
        {
          path: `/data/acquisition/2026-05-01/run-${Math.floor(index / 5000)}/${name}`,
          name,
          identity: { size: 50_000 + (index % 977), mtimeMs: 1_750_000_000_000.25 + index },
          mime: 'image/png',
          sha256: null,
        },
      ],
    };
  }
}

function settle(store: Store, ids: readonly UnitId[]): void {
  const changes: Change[] = [];
  for (const id of ids) {
    const hash = id.toString(16).padStart(64, '0');
    changes.push(
      {
        kind: 'item',
        id,
        event: {
          on: 'granted',
          grant: {
            url: `https://storage.example/${id}?signature=${'x'.repeat(400)}`,
            id: `grant-${id}`,
            objectKey: `object-${id}`,
            echo: '{}',
            grantedAt: 1,
          },
        },
      },
      { kind: 'item', id, event: { on: 'stored', sha256: hash } },
      { kind: 'unit', id, event: { on: 'intent', intent: { id: 'intent', at: 1 } } },
      {
        kind: 'unit',
        id,
        event: { on: 'registered', itemUuid: `item-${id}`, dataHash: `row-${id}`, linked: true, at: 2 },
      },
    );
  }
  store.commit(changes);
}

function windows(store: Store, when: string, batch: number): void {
  const base: WindowQuery = {
    filter: 'all',
    search: '',
    expandedBatches: new Set([batch]),
    expandedUnits: new Set(),
    offset: 0,
    limit: 100,
  };
  const total = store.rowsWindow(base).total;
  slowest(`${when}: window at 0`, () => store.rowsWindow(base));
  slowest(`${when}: window at 94%`, () => store.rowsWindow({ ...base, offset: Math.floor(total * 0.94) }));
  for (const filter of ['waiting', 'active', 'attention', 'done'] as const) {
    const filtered = store.rowsWindow({ ...base, filter }).total;
    slowest(`${when}: ${filter} (${filtered}) at 94%`, () =>
      store.rowsWindow({ ...base, filter, offset: Math.floor(filtered * 0.94) }),
    );
  }
  for (const search of ['frame', '99999', 'nothing like it']) {
    let calls = 0;
    let worst = 0;
    for (;;) {
      const start = performance.now();
      const { complete } = store.rowsWindow({ ...base, search, offset: 500 });
      worst = Math.max(worst, performance.now() - start);
      calls += 1;
      if (complete) break;
    }
    say(`${when}: search "${search}", slowest of ${calls} calls until complete`, worst, 'ms');
    const found = store.rowsWindow({ ...base, search }).total;
    slowest(`${when}: search "${search}" (${found}) and waiting at 94%`, () =>
      store.rowsWindow({ ...base, search, filter: 'waiting', offset: Math.floor(found * 0.94) }),
    );
  }
}

function engine(store: Store, when: string, batch: number): void {
  slowest(`${when}: workingBatches`, () => store.workingBatches());
  slowest(`${when}: dueItems(64)`, () => store.dueItems(batch, Date.now(), 64));
  slowest(`${when}: dueUnits(ready, 100)`, () => store.dueUnits(batch, 'ready', Date.now(), 100));
  slowest(`${when}: nextDue`, () => store.nextDue(Date.now()));
  slowest(`${when}: openIntents`, () => store.openIntents());
  slowest(`${when}: totals`, () => store.totals({ kind: 'all' }));
}

let store = openStore(folder, { clock });
store.addAccount({
  id: 'account',
  name: 'Lab',
  kind: 'ssh',
  fingerprint: 'SHA256:example',
  domain: 'https://api.encord.com',
  routeChoice: 'auto',
  fallbackNotice: null,
  datasetId: null,
  email: null,
  addedAt: 1,
  secretIn: 'keychain',
});
const before = residentMiB();
say('resident, empty', before, 'MiB');
const start = performance.now();
const batch = store.addBatch(
  {
    accountId: 'account',
    name: 'run',
    datasetId: 'dataset',
    datasetTitle: 'Dataset',
    routeChoice: 'auto',
    folderChoice: null,
    addedAt: Date.now(),
  },
  planned(COUNT),
  [],
);
const seconds = (performance.now() - start) / 1000;
say('added', COUNT / seconds, 'units/s');
say('resident growth after adding', residentMiB() - before, 'MiB');
engine(store, 'waiting', batch);
windows(store, 'waiting', batch);

store.close();
const opening = performance.now();
store = openStore(folder, { clock });
const first = store.dueItems(batch, Date.now(), 1)[0];
say('open to first due item', performance.now() - opening, 'ms');
if (first === undefined) throw new Error('nothing is due');

const half = Math.floor(COUNT / 2);
const settling = performance.now();
for (let from = 0; from < half; from += 1000) {
  settle(
    store,
    Array.from({ length: Math.min(1000, half - from) }, (_, index) => first.unitId + from + index),
  );
}
say('granted to done, 1,000 units a commit', half / ((performance.now() - settling) / 1000), 'units/s');
slowest('one unit, granted to done, in one commit', () => {
  const next = store.dueItems(batch, Date.now(), 1)[0];
  if (next !== undefined) settle(store, [next.unitId]);
});

const failure = { code: 'file-missing', message: 'It is gone.', details: {}, at: 1 } as const;
const notBefore = Date.now() + 3_600_000;
for (let turn = 0; turn < 100; turn += 1) {
  const due = store.dueItems(batch, Date.now(), 1000);
  store.commit(
    due.map(
      ({ id }, index): Change => ({
        kind: 'item',
        id,
        event: index % 50 === 0 ? { on: 'failed', failure } : { on: 'transient', failure, notBefore },
      }),
    ),
  );
}
engine(store, 'half done', batch);
windows(store, 'half done', batch);
slowest('activeTwin', () =>
  store.activeTwin('dataset', 'image', [
    { path: '/data/nowhere.png', identity: { size: 50_000, mtimeMs: 1_750_000_000_000.25 } },
  ]),
);
slowest('knownHash', () => store.knownHash('/data/nowhere.png', { size: 1, mtimeMs: 1 }));
slowest('sizeKnown', () => store.sizeKnown('dataset', 1));
slowest('uploaded', () => store.uploaded('dataset', 'image', ['0'.repeat(64)]));
say('resident growth at the end', residentMiB() - before, 'MiB');
say('database', statSync(join(folder, DATABASE_FILE)).size / 2 ** 20, 'MiB');
store.close();
rmSync(folder, { recursive: true });

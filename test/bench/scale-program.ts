/**
 * The program with a long queue, in a process of its own, one step of the benchmark at a time. Started by `scale.ts` with
 * the account in the environment and one JSON argument (`ScaleStep`); prints JSON lines.
 */

import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Program } from '../../main/app/program.ts';
import { openProgram } from '../../main/compose.ts';
import type { PlannedUnit } from '../../main/core/model.ts';
import type { Change } from '../../main/core/store-port.ts';
import type { CallInput } from '../../preload/contract/calls.ts';
import { fileAt } from './scale-files.ts';

export type ScaleStep =
  /** Adds one batch of images, of which only the first have files. */
  | { readonly step: 'add'; readonly units: number; readonly folder: string; readonly files: number }
  /** Brings a share of it to its end, without sending anything. */
  | { readonly step: 'settle'; readonly units: number }
  /** Asks what pages ask. */
  | { readonly step: 'ask' }
  /** Pauses the queue. */
  | { readonly step: 'pause' }
  /** Works on the queue until it is told to stop. */
  | { readonly step: 'work' };

export type ScaleAnswer =
  | { readonly rate: number; readonly perCpuSecond: number; readonly longestStop: number }
  /** Milliseconds; `cpu` is the most processor time that any one took. */
  | { readonly name: string; readonly median: number; readonly worst: number; readonly cpu: number }
  | { readonly working: true };

const TIMES = 5;
const LIMIT = 100;
/** Units in one transaction while settling. */
const AT_ONCE = 1_000;

const say = (answer: ScaleAnswer): void => console.log(JSON.stringify(answer));

const step: ScaleStep = JSON.parse(process.argv[2] ?? '');
const program = await openProgram({
  dataFolder: null,
  host: {
    host: 'browser',
    chooseFiles: null,
    openFolder: null,
    dropsArePaths: false,
    serverChooser: true,
    chooseSavePath: null,
  },
  env: process.env,
});
// The program's own timers keep no process alive.
const alive = setInterval(() => undefined, 1_000);
try {
  switch (step.step) {
    case 'add':
      await add(program, step.units, planned(step.units, step.folder, step.files));
      break;
    case 'settle':
      settle(program, step.units);
      break;
    case 'ask':
      await ask(program);
      break;
    case 'pause':
      program.queue.pause({ kind: 'all' });
      break;
    case 'work': {
      const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
      await program.start();
      say({ working: true });
      await told;
      break;
    }
  }
} finally {
  await program.close();
  clearInterval(alive);
}

function* planned(count: number, folder: string, files: number): Generator<PlannedUnit> {
  for (let index = 0; index < count; index += 1) {
    const path = fileAt(folder, index);
    const name = basename(path);
    const { size, mtimeMs } = index < files ? statSync(path) : { size: 50_000, mtimeMs: 1_750_000_000_000 };
    const identity = { size, mtimeMs };
    yield { media: 'image', title: name, items: [{ path, name, identity, mime: 'image/png', sha256: null }] };
  }
}

async function add(program: Program, units: number, images: Iterable<PlannedUnit>): Promise<void> {
  const account = program.accounts.active();
  const dataset = await program.datasets.create(account.id, {
    title: 'Scale',
    description: '',
    mirrored: true,
  });
  let [last, longestStop] = [performance.now(), 0];
  const watch = setInterval(() => {
    const now = performance.now();
    longestStop = Math.max(longestStop, now - last);
    last = now;
  }, 1);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await program.deps.store.addLargeBatch(
    {
      accountId: account.id,
      name: 'scale',
      datasetId: dataset.id,
      datasetTitle: dataset.title,
      routeChoice: 'auto',
      folderChoice: null,
      addedAt: Date.now(),
    },
    images,
    [],
    { onTwin: () => undefined },
  );
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(watch);
  say({ rate: units / seconds, perCpuSecond: units / ((user + system) / 1e6), longestStop });
}

function settle(program: Program, units: number): void {
  const { store } = program.deps;
  const batch = store.batches(0, 1)[0]?.id ?? 0;
  for (let settled = 0; settled < units; settled += AT_ONCE) {
    const changes: Change[] = [];
    for (const { id, unitId } of store.dueItems(batch, Date.now(), Math.min(AT_ONCE, units - settled))) {
      const grant = { url: 'https://storage.example/', id: `g${id}`, objectKey: `o${id}`, echo: '{}' };
      if (id % 50 === 0) {
        const failure = { code: 'file-missing', message: 'It is gone.', details: {}, at: 1 } as const;
        changes.push({ kind: 'item', id, event: { on: 'failed', failure } });
        continue;
      }
      const hash = id.toString(16).padStart(64, '0');
      changes.push(
        { kind: 'item', id, event: { on: 'granted', grant: { ...grant, grantedAt: 1 } } },
        { kind: 'item', id, event: { on: 'stored', sha256: hash } },
        { kind: 'unit', id: unitId, event: { on: 'intent', intent: { id: 'intent', at: 1 } } },
        {
          kind: 'unit',
          id: unitId,
          event: { on: 'registered', itemUuid: `i${id}`, dataHash: `d${id}`, linked: true, at: 2 },
        },
      );
    }
    store.commit(changes);
  }
}

async function ask(program: Program): Promise<void> {
  const batch = program.deps.store.batches(0, 1)[0];
  if (!batch) throw new Error('There is no batch.');
  const rows: CallInput<'queue.rows'> = {
    filter: 'all',
    search: '',
    expandedBatches: [batch.id],
    expandedUnits: [],
    offset: 0,
    limit: LIMIT,
  };
  for (const filter of ['all', 'waiting', 'active', 'attention', 'done', 'turned-away'] as const) {
    const { total } = program.queue.rows({ ...rows, filter });
    for (const [where, share] of [
      ['the top', 0],
      ['the middle', 0.5],
      ['the end', 1],
    ] as const) {
      const offset = Math.max(0, Math.floor(total * share) - (share === 1 ? LIMIT : 0));
      await timed(`window of ${filter} at ${where}`, () => call('queue.rows', { ...rows, filter, offset }));
    }
  }
  await timed('window of batches', () => call('queue.rows', { ...rows, expandedBatches: [] }));
  await timed('totals', () => call('queue.totals', { scope: { kind: 'all' } }));
  await timed('totals of a batch', () => call('queue.totals', { scope: { kind: 'batch', id: batch.id } }));
  // Beside the queries it asks the keychain's process, which holds up nobody.
  await call('app.snapshot', null);
  await timed('snapshot', () => call('app.snapshot', null));
  for (const search of ['frame', '99999', 'nothing like it']) await searched(rows, search);
}

/** All calls until everything was searched, and what goes on between them. */
async function searched(rows: CallInput<'queue.rows'>, search: string): Promise<void> {
  const window = {
    ...rows,
    search,
    expandedBatches: new Set<number>(),
    expandedUnits: new Set<number>(),
  };
  const times: Time[] = [];
  let longestStop = 0;
  do {
    times.push(await timeOf(() => call('queue.rows', { ...rows, search, offset: 500 })));
    const ended = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1));
    longestStop = Math.max(longestStop, performance.now() - ended);
  } while (!program.deps.store.rowsWindow(window).complete);
  say({ name: `search for "${search}", each slice`, ...summary(times) });
  say({ name: `search for "${search}", between its slices`, median: 0, worst: longestStop, cpu: 0 });
  const { total } = program.queue.rows({ ...rows, search });
  const waiting = { ...rows, search, filter: 'waiting', offset: Math.floor(total * 0.7) } as const;
  await timed(`search for "${search}" and waiting`, () => call('queue.rows', waiting));
}

async function call(name: string, input: unknown): Promise<void> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(answer.error.message);
}

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const times: Time[] = [];
  for (let turn = 0; turn < TIMES; turn += 1) times.push(await timeOf(work));
  say({ name, ...summary(times) });
}

/** Milliseconds by the clock, and of this thread's processor time. */
interface Time {
  readonly wall: number;
  readonly cpu: number;
}

async function timeOf(work: () => Promise<void>): Promise<Time> {
  const cpu = process.threadCpuUsage();
  const begun = performance.now();
  await work();
  const wall = performance.now() - begun;
  const { user, system } = process.threadCpuUsage(cpu);
  return { wall, cpu: (user + system) / 1000 };
}

function summary(times: readonly Time[]): { median: number; worst: number; cpu: number } {
  const sorted = times.map(({ wall }) => wall).sort((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    worst: sorted.at(-1) ?? 0,
    cpu: Math.max(...times.map((time) => time.cpu)),
  };
}

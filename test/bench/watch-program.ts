/**
 * The program with its watch folders, in a process of its own, one step of the benchmark at a time. Started by `watch.ts`
 * with the account in the environment and one JSON argument (`WatchStep`); prints JSON lines.
 */

import { join } from 'node:path';
import type { Program } from '../../main/app/program.ts';
import { openProgram } from '../../main/compose.ts';
import type { PlannedUnit } from '../../main/core/model.ts';
import type { Change } from '../../main/core/store-port.ts';
import { DEFAULT_RULES, type Existing } from '../../main/core/watch/rules.ts';
import type { Noted } from '../../main/core/watch/store-port.ts';
import type { WatchFolderView, WatchRulesView } from '../../preload/contract/watch.ts';
import { FILES, pathAt } from './watch-files.ts';

export type WatchStep =
  /** Adds the folder, waits until it is watched, and looks through it again. */
  | {
      readonly step: 'add';
      readonly root: string;
      readonly existing: Existing;
      readonly quietSeconds: number;
    }
  /** Asks what pages ask, with `waiting` being a folder of files that wait, and `tree` one of which much is known. */
  | { readonly step: 'ask'; readonly tree: string; readonly waiting: string }
  /** Watches what was added before until it is told to stop. */
  | { readonly step: 'watch' };

export type WatchAnswer =
  | {
      /** Seconds from the first look at a file to the state `watching`. */
      readonly scan: number;
      /** Processor time of all threads in it. */
      readonly cpu: number;
      /** Seconds from being switched on: with the choice of a watcher and its test. */
      readonly whole: number;
      /** Milliseconds for which nothing else had its turn, meanwhile. */
      readonly longestStop: number;
      readonly peakMiB: number;
      readonly how: string;
    }
  | { readonly rescan: number; readonly cpu: number; readonly longestStop: number }
  /** Milliseconds; `cpu` is the most processor time that any one took. */
  | { readonly name: string; readonly median: number; readonly worst: number; readonly cpu: number }
  | { readonly watching: true };

const TIMES = 5;
const RESCANS = 5;
const LIMIT = 100;
/** Units and files in one transaction, as the program adds what it finds. */
const AT_ONCE = 1_000;

const say = (answer: WatchAnswer): void => console.log(JSON.stringify(answer));

/** The newest scan. */
let scan = { begun: 0, cpu: process.cpuUsage() };
const step: WatchStep = JSON.parse(process.argv[2] ?? '');
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
  around: {
    watch: (watch) => ({
      ...watch,
      disk(root) {
        const disk = watch.disk(root);
        return {
          ...disk,
          scan(...order) {
            scan = { begun: performance.now(), cpu: process.cpuUsage() };
            return disk.scan(...order);
          },
        };
      },
    }),
  },
});
// The program's own timers keep no process alive.
const alive = setInterval(() => undefined, 1_000);
try {
  await program.start({ watch: true });
  switch (step.step) {
    case 'add':
      await add(program, step);
      break;
    case 'ask':
      await ask(program, step);
      break;
    case 'watch': {
      const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
      for (const { id } of program.watch.list()) await watching(program, id);
      say({ watching: true });
      await told;
      break;
    }
  }
} finally {
  await program.close();
  clearInterval(alive);
}

async function add(program: Program, { root, existing, quietSeconds }: Extract<WatchStep, { step: 'add' }>) {
  const account = program.accounts.active();
  const dataset = await program.datasets.create(account.id, {
    title: 'Watched',
    description: '',
    mirrored: true,
  });
  const stops = watchStops();
  const begun = performance.now();
  const { id } = await addFolder(program, dataset.id, root, existing, quietSeconds);
  const how = await watching(program, id);
  const ended = performance.now();
  const { user, system } = process.cpuUsage(scan.cpu);
  say({
    scan: (ended - scan.begun) / 1000,
    cpu: (user + system) / 1e6,
    whole: (ended - begun) / 1000,
    longestStop: stops(),
    peakMiB: process.resourceUsage().maxRSS / 1024,
    how,
  });
  for (let turn = 0; turn < RESCANS; turn += 1) {
    const cpu = process.cpuUsage();
    const again = watchStops();
    const rescanBegun = performance.now();
    await program.watch.scan(id);
    const rescan = (performance.now() - rescanBegun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    say({ rescan, cpu: (user + system) / 1e6, longestStop: again() });
  }
}

function addFolder(
  { watch, accounts }: Program,
  datasetId: string,
  root: string,
  existing: Existing,
  quietSeconds: number,
): Promise<WatchFolderView> {
  const rules = structuredClone(DEFAULT_RULES) as WatchRulesView;
  rules.readiness.quietSeconds = quietSeconds;
  const accountId = accounts.active().id;
  return watch.add({ root, accountId, datasetId, folderId: null, rules, existing }, true);
}

/** Fulfilled with how it is watched, as soon as pages are told. */
function watching({ watch }: Program, id: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const state = watch.list().find((folder) => folder.id === id)?.state;
      if (state?.kind === 'watching') resolve(state.how);
      else if (state?.kind !== 'starting') reject(new Error(`The folder is ${JSON.stringify(state)}.`));
    };
    watch.listen((event) => {
      if (event.kind === 'state' && event.watchId === id) look();
    });
    look();
  });
}

// ---------------------------------------------------------------------------------------------- pages

async function ask(program: Program, { tree, waiting }: Extract<WatchStep, { step: 'ask' }>): Promise<void> {
  const account = program.accounts.active();
  const dataset = await program.datasets.create(account.id, {
    title: 'Pages',
    description: '',
    mirrored: true,
  });
  // Nothing of what is made up is to be sent.
  await call(program, 'queue.pause', { scope: { kind: 'all' } });
  const known = await addFolder(program, dataset.id, tree, 'review', 60);
  const slow = await addFolder(program, dataset.id, waiting, 'all', 3_600);
  for (const { id } of [known, slow]) await watching(program, id);
  makeUp(program, known.id);

  await timed('the list of folders', () => call(program, 'watch.list', null));
  const inWaiting = program.watch.waiting(slow.id, 0, 1).total;
  for (const [where, offset] of places(inWaiting)) {
    const input = { watchId: slow.id, offset, limit: LIMIT };
    await timed(`waiting files, ${where} of ${inWaiting}`, () => call(program, 'watch.waiting', input));
  }
  for (const which of ['uploads', 'skipped', 'held'] as const) {
    const { total } = program.watch.files(known.id, which, 0, 1);
    for (const [where, offset] of places(total)) {
      const input = { watchId: known.id, which, offset, limit: LIMIT };
      await timed(`${which}, ${where} of ${total}`, () => call(program, 'watch.files', input));
    }
  }
}

function places(total: number): (readonly [string, number])[] {
  return [
    ['the top', 0],
    ['the middle', Math.floor(total / 2)],
    ['the end', Math.max(0, total - LIMIT)],
  ];
}

/** As many files that were uploaded, of which half are done, and as many that were not wanted. */
function makeUp({ deps: { store } }: Program, watchId: number): void {
  const folder = store.watchFolder(watchId);
  if (!folder) throw new Error('The folder is gone.');
  const { root, ledger, accountId, datasetId, datasetTitle } = folder;
  const identity = { size: 100, mtimeMs: 1_750_000_000_000 };
  for (let first = 0; first < FILES; first += AT_ONCE) {
    const paths = Array.from({ length: AT_ONCE }, (_, index) => pathAt(first + index));
    const at = Date.now();
    const failure = { code: 'cancelled', message: 'Somebody chose to leave it.', details: {}, at } as const;
    const left = paths.map((path): Noted => {
      const rest = { identity, inode: '1:2', group: null, unitId: null };
      return { path: `left/${path}`, state: 'ignored', reason: failure, ...rest };
    });
    store.note(ledger, left, at);
    const units = paths.map((path): PlannedUnit => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const item = { path: join(root, 'sent', path), name, identity, mime: 'image/png', sha256: null };
      return { media: 'image', title: name, items: [item], watched: { group: null, inodes: ['1:3'] } };
    });
    const watch = { folder: watchId, ledger, root };
    const choices = { routeChoice: 'auto', folderChoice: null } as const;
    const batch = { accountId, name: 'made up', datasetId, datasetTitle, ...choices, addedAt: at, watch };
    const batchId = store.addBatch(batch, units, []);
    if (first < FILES / 2) store.commit(done(store.dueItems(batchId, at, AT_ONCE)));
  }
}

function done(items: readonly { readonly id: number; readonly unitId: number }[]): Change[] {
  return items.flatMap(({ id, unitId }): Change[] => {
    const grant = {
      url: 'https://storage.example/',
      id: `g${id}`,
      objectKey: `o${id}`,
      echo: '{}',
      grantedAt: 1,
    };
    const registered = { itemUuid: `i${id}`, dataHash: `d${id}`, linked: true, at: Date.now() };
    return [
      { kind: 'item', id, event: { on: 'granted', grant } },
      { kind: 'item', id, event: { on: 'stored', sha256: id.toString(16).padStart(64, '0') } },
      { kind: 'unit', id: unitId, event: { on: 'intent', intent: { id: 'intent', at: 1 } } },
      { kind: 'unit', id: unitId, event: { on: 'registered', ...registered } },
    ];
  });
}

async function call(program: Program, name: string, input: unknown): Promise<void> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(answer.error.message);
}

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const walls: number[] = [];
  let most = 0;
  for (let turn = 0; turn < TIMES; turn += 1) {
    const cpu = process.threadCpuUsage();
    const begun = performance.now();
    await work();
    walls.push(performance.now() - begun);
    const { user, system } = process.threadCpuUsage(cpu);
    most = Math.max(most, (user + system) / 1000);
  }
  walls.sort((a, b) => a - b);
  say({ name, median: walls[Math.floor(TIMES / 2)] ?? 0, worst: walls.at(-1) ?? 0, cpu: most });
}

/** Notices for how long nothing had its turn, until it is asked. */
function watchStops(): () => number {
  let [last, longest] = [performance.now(), 0];
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return () => {
    look();
    clearInterval(timer);
    return longest;
  };
}

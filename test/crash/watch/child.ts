/**
 * The program that the crash harness of watch folders starts and kills: the real one, with a watcher around it. What it is to
 * do comes as JSON in `CRASH_LIFE`; names of passed boundaries go to file descriptor 3, its results as lines of JSON to
 * standard output.
 */

import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { Program } from '../../../main/app/program.ts';
import { openProgram } from '../../../main/compose.ts';
import { UNIT_STATES } from '../../../main/core/model.ts';
import { watchRules } from '../../../preload/contract/watch.ts';
import { Watcher } from '../watcher.ts';
import { aroundLedger, aroundPutAway, watchDisk } from './boundaries.ts';
import { type LifeEnd, lifeSchema } from './life.ts';

const OPEN = ['collecting', 'ready', 'registering', 'processing', 'linking'] as const;
/** At rest for so long: something may be between two rounds. */
const RESTS_MS = 500;
const STUCK_MS = 60_000;

const life = lifeSchema.parse(JSON.parse(process.env.CRASH_LIFE ?? ''));

async function live(): Promise<void> {
  const watcher = new Watcher(life.kill, 3);
  const around = watcher.around();
  watchDisk(watcher, [...life.folders.map(({ root }) => root), life.trash]);
  // The program's own timers keep no process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  const program = await openProgram({
    dataFolder: null,
    host: {
      host: 'browser',
      chooseFiles: null,
      chooseSavePath: null,
      openFolder: null,
      dropsArePaths: false,
      serverChooser: true,
    },
    env: process.env,
    forkChild: () => {
      throw new Error('There is no keychain here.');
    },
    around: {
      ...around,
      store: (store) => sabotaged(aroundLedger(watcher, around.store?.(store) ?? store)),
      watch: (watch) => aroundPutAway(watcher, watch),
      backoff: { baseMs: 100, capMs: 2_000 },
    },
  });
  say({ opened: true });
  await addMissing(program);
  if (life.until !== 'add') {
    await program.start({ watch: true });
    answer(program);
    say({ end: await rest(program, life.until === 'run') });
  }
  await program.close();
  clearInterval(alive);
  process.exit();
}

async function addMissing(on: Program): Promise<void> {
  const accountId = on.deps.store.activeAccountId() ?? '';
  if (on.deps.store.account(accountId)?.routeChoice !== life.route)
    on.accounts.setRoute(accountId, life.route);
  const there = new Set(on.watch.list().map(({ root }) => root));
  for (const { root, dataset, rules, existing } of life.folders) {
    if (there.has(root)) continue;
    await on.watch.add(
      { root, accountId, datasetId: dataset, folderId: null, rules: watchRules.parse(rules), existing },
      true,
    );
  }
}

/** Gives the answer of a person to each doubt. */
function answer(on: Program): void {
  for (const id of life.settle?.units ?? []) {
    if (on.deps.store.unit(id)?.state.at !== 'uncertain') continue;
    if (life.settle?.how === 'check-again') on.queue.checkAgain(id);
    else on.queue.registerAnyway(id);
  }
}

/** Fulfilled when nothing is left to do, or when that does not come; never where it is to work for ever. */
async function rest(on: Program, forever: boolean): Promise<LifeEnd> {
  const { store, clock } = on.deps;
  const begun = clock.monotonic();
  let since: number | null = null;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (forever) continue;
    const now = clock.monotonic();
    const busy = whatIsLeft(on);
    if (busy.length > 0) since = null;
    else since ??= now;
    const stuck = now - begun > STUCK_MS ? busy.join('; ') : null;
    if (stuck === null && (since === null || now - since < RESTS_MS)) continue;
    return { stuck, uncertain: [...store.unitsIn({ kind: 'all' }, ['uncertain'])], told: describe(on) };
  }
}

function whatIsLeft(on: Program): string[] {
  const { store } = on.deps;
  const open = [...store.unitsIn({ kind: 'all' }, OPEN)];
  const due = store.dueActions(Number.MAX_SAFE_INTEGER, 10);
  return [
    ...(on.watch.idle() ? [] : ['the watch folders are not idle']),
    ...open.map((id) => `unit ${id} is ${store.unit(id)?.state.at}`),
    ...due.map(({ kind, path, state }) => `${kind} of ${path} is ${state}`),
  ];
}

function describe(on: Program): string[] {
  const { store } = on.deps;
  const units = [...store.unitsIn({ kind: 'all' }, UNIT_STATES)].flatMap((id) => store.unitView(id) ?? []);
  return [
    ...units.map(
      ({ id, title, state, failure }) => `unit ${id} ${title} is ${state} ${failure?.message ?? ''}`,
    ),
    ...on.watch.list().flatMap(({ id, root, state }) => [
      `${root} is ${state.kind}`,
      ...on.watch.waiting(id, 0, 50).rows.map(({ name, reason }) => `  waits: ${name}: ${reason}`),
      ...on.watch.files(id, 'skipped', 0, 50).rows.map(({ path, reason }) => `  left: ${path}: ${reason}`),
      ...on.watch
        .actions(id, 0, 50)
        .rows.filter((each) => each.state !== 'done')
        .map(({ path, state, reason }) => `  not put away: ${path} ${state}: ${reason}`),
    ]),
  ];
}

function sabotaged(store: Store): Store {
  switch (life.sabotage) {
    case null:
      return store;
    case 'resend':
      // As a program would be that trusts that an unanswered call never arrived.
      return {
        ...store,
        commit: (changes) =>
          store.commit(
            changes.map((change) =>
              change.kind === 'unit' && change.event.on === 'in-doubt'
                ? { ...change, event: { on: 'not-registered', failure: change.event.failure, notBefore: 0 } }
                : change,
            ),
          ),
      };
    case 'hasty':
      // As a program would be that puts files away when it takes them.
      return {
        ...store,
        addBatch: (batch, units, turnedAway, onTwin) => {
          const all = [...units];
          const id = store.addBatch(batch, all, turnedAway, onTwin);
          for (const { items } of all) for (const { path } of items) putAway(batch.watch?.root ?? '', path);
          return id;
        },
      };
  }
}

function putAway(root: string, path: string): void {
  const to = join(root, 'uploaded', '2020-02-02', relative(root, path));
  mkdirSync(dirname(to), { recursive: true });
  renameSync(path, to);
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// Awaited by nothing: a bundle in CommonJS has no top-level await, and a rejection ends the process all the same.
void live();

/**
 * The program that the crash harness starts and kills: the real one, opened as the command line opens it, with a
 * watcher around it. What it is to do comes as JSON in `CRASH_LIFE`; names of passed boundaries go to file descriptor 3,
 * its results as lines of JSON to standard output.
 */

import { z } from 'zod';
import { createClock } from '../../main/adapters/clock.ts';
import type { Store } from '../../main/adapters/sqlite/index.ts';
import type { Program } from '../../main/app/program.ts';
import { createTerminal } from '../../main/cli/terminal.ts';
import { upload } from '../../main/cli/upload.ts';
import { openProgram } from '../../main/compose.ts';
import type { Scope, Unit } from '../../main/core/model.ts';
import type { Clock } from '../../main/core/ports.ts';
import { UNIT_ORDERS } from '../../main/core/store-port.ts';
import { Chance } from './random.ts';
import { Watcher } from './watcher.ts';

const lifeSchema = z.object({
  folder: z.string(),
  dataset: z.string(),
  route: z.enum(['storage', 'documented']),
  kill: z.object({ name: z.string(), nth: z.number(), part: z.number() }).nullable(),
  concurrency: z.number().nullable(),
  /** Null: upload the folder. Else settle these units in doubt, by number. */
  settle: z
    .object({ units: z.array(z.number()), how: z.enum(['check-again', 'register-anyway']) })
    .nullable(),
  /** Commands of a restless person while it works: a seed, or null for none. */
  meddle: z.number().nullable(),
  /** The clock jumps by `ms` when this much time has passed. */
  jump: z.object({ afterMs: z.number(), ms: z.number() }).nullable(),
  /** Breaks the program on purpose, to show that the harness would notice. */
  sabotage: z.enum(['resend']).nullable(),
});
export type Life = z.infer<typeof lifeSchema>;

const OPEN: ReadonlySet<string> = new Set(['collecting', 'ready', 'registering', 'processing', 'linking']);

const ALL = { kind: 'all' } as const;

const life = lifeSchema.parse(JSON.parse(process.env.CRASH_LIFE ?? ''));
const terminal = createTerminal(true);

async function live(): Promise<void> {
  const around = new Watcher(life.kill, 3).around();
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
    // The key is in the environment. A second process in each life would cost as much as all the rest.
    forkChild: () => {
      throw new Error('There is no keychain here.');
    },
    defaults: life.concurrency === null ? {} : { concurrency: life.concurrency },
    clock: jumping(createClock()),
    around: {
      ...around,
      store: (store) => sabotaged(around.store?.(store) ?? store),
      backoff: { baseMs: 100, capMs: 2_000 },
    },
  });
  terminal.object({ opened: true });
  // A life before this one may have been killed in a pause.
  program.queue.resume({ kind: 'all' });
  if (life.meddle !== null) meddle(program, new Chance(life.meddle));
  process.exitCode = life.settle ? await settle(program, life.settle) : await uploadAll(program);
  await program.close();
  clearInterval(alive);
  process.exit();
}

/** As a program would be that trusts that an unanswered call never arrived. */
function sabotaged(store: Store): Store {
  if (life.sabotage !== 'resend') return store;
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
}

function uploadAll(on: Program): Promise<number> {
  const [account] = on.deps.environment.keys();
  if (account === undefined) throw new Error('The environment holds no key.');
  return upload(
    on,
    {
      paths: [life.folder],
      dataset: life.dataset,
      create: false,
      as: 'auto',
      title: null,
      route: life.route,
      folder: null,
      account: on.accounts.record(account),
      groupFolders: true,
    },
    terminal,
    new AbortController().signal,
  );
}

/** Gives the answer of a person to each doubt, and waits for what comes of it. */
async function settle(on: Program, { units, how }: NonNullable<Life['settle']>): Promise<number> {
  await on.start();
  for (const id of units) {
    // A life before this one may have been killed after it gave the answer.
    if (on.deps.store.unit(id)?.state.at !== 'uncertain') continue;
    if (how === 'check-again') on.queue.checkAgain(id);
    else on.queue.registerAnyway(id);
  }
  const states = (): { id: number; state: string }[] =>
    units.map((id) => ({ id, state: on.deps.store.unit(id)?.state.at ?? 'gone' }));
  while (states().some(({ state }) => OPEN.has(state))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  terminal.object({ settled: states() });
  return 0;
}

/** Gives the commands of a person at moments that the seed gives; leaves nothing paused. */
function meddle(on: Program, chance: Chance): void {
  const { store } = on.deps;
  const act = (): void => {
    const waiting = [...store.unitsIn({ kind: 'all' }, ['collecting', 'ready'])];
    const unit = waiting.length === 0 ? null : store.unit(chance.pick(waiting));
    const soon = (command: () => void): void => {
      setTimeout(command, chance.between(0, 30));
    };
    switch (unit ? chance.between(0, 4) : null) {
      case 0:
      case 1: {
        const scope = unit ? chance.pick(scopesOf(on, unit)) : ALL;
        on.queue.pause(scope);
        soon(() => on.queue.resume(scope));
        break;
      }
      case 2: {
        const scope: Scope = { kind: 'unit', id: unit?.id ?? 0 };
        void on.queue.cancel(scope);
        soon(() => void on.queue.retry(scope));
        break;
      }
      case 3:
        on.queue.setOrder(chance.pick(UNIT_ORDERS));
        if (unit)
          on.queue.moveToTop(
            chance.pick([
              { kind: 'unit', id: unit.id },
              { kind: 'batch', id: unit.batchId },
            ]),
          );
        break;
      default:
        on.engine.tryNow();
    }
    setTimeout(act, chance.between(5, 80)).unref();
  };
  setTimeout(act, chance.between(5, 80)).unref();
}

/** What the unit can be paused with. */
function scopesOf(on: Program, unit: Unit): readonly Scope[] {
  const { store } = on.deps;
  const accountId = store.batch(unit.batchId)?.accountId;
  return [
    ALL,
    ...(accountId === undefined ? [] : [{ kind: 'account', id: accountId } as const]),
    { kind: 'batch', id: unit.batchId },
    { kind: 'unit', id: unit.id },
    ...store
      .itemsOf(unit.id)
      .slice(0, 1)
      .map(({ id }) => ({ kind: 'item', id }) as const),
  ];
}

function jumping(clock: Clock): Clock {
  const { jump } = life;
  if (jump === null) return clock;
  const begun = clock.monotonic();
  return { ...clock, now: () => clock.now() + (clock.monotonic() - begun >= jump.afterMs ? jump.ms : 0) };
}

// Awaited by nothing: a bundle in CommonJS has no top-level await, and a rejection ends the process all the same.
void live();

/**
 * The whole program while its store cannot be read for a while, against the emulator: no timer and no call of the system
 * throws, pages hear of it, and afterwards everything goes on by itself.
 */

import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Store } from '../../main/adapters/sqlite/index.ts';
import type { Program } from '../../main/app/program.ts';
import { openForPages } from '../../main/compose.ts';
import { UploaderError } from '../../main/core/errors.ts';
import { DEFAULT_RULES } from '../../main/core/watch/rules.ts';
import type { Events } from '../../preload/contract/events.ts';
import { watchRules } from '../../preload/contract/watch.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { LeapingClock } from '../fixtures/leaping-clock.ts';
import { makePng } from '../fixtures/png.ts';
import { newAccount } from '../unit/store/support.ts';

const machine = vi.hoisted(() => ({ addresses: 'eth0 10.0.0.7' }));
vi.mock('../../main/adapters/addresses.ts', () => ({ ownAddresses: () => machine.addresses }));

/** Longer than any wait that the program has while its store cannot be read. */
const MINUTE_MS = 60_000;

const clock = new LeapingClock();
let lab: Lab;
let datasetId: string;
let program: Program | null;
let blind: boolean;
let offline: boolean;
/** What nobody caught. */
let thrown: unknown[];
const note = (reason: unknown): void => void thrown.push(reason);

beforeEach(async () => {
  [program, blind, offline, thrown] = [null, false, false, []];
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  lab = await Lab.open({ clock: () => clock.now(), jobDelayMs: 1 });
  datasetId = await lab.dataset('D');
});
afterEach(async () => {
  blind = false;
  await program?.close();
  await lab?.close();
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
});

/** A store of which no call gets through while it is blind. */
function blinking(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (blind) throw new UploaderError('data-folder-unusable', `It cannot be read (${String(name)}).`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

async function open(): Promise<Program> {
  const opened = await lab.program(
    {},
    {
      clock,
      host: { ...lab.options().host, host: 'electron' },
      around: {
        store: blinking,
        // Whoever only waits does so for half a minute at least.
        backoff: { baseMs: 300_000, capMs: 300_000 },
        sender: ({ put }) => ({
          put: async (request) =>
            offline
              ? { kind: 'transient', error: new UploaderError('offline', 'No network.'), retryAfterMs: null }
              : put(request),
        }),
      },
    },
  );
  program = opened;
  return opened;
}

/** Time passes until it is so; while something is on its way it is left its own time. */
async function until(holds: () => void | Promise<void>): Promise<void> {
  await eventually(async () => {
    if (!program?.engine.busy) clock.leap(200);
    await holds();
  });
}

/** So much time passes, with a moment for what it brings about. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.leap(500);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function add({ reviews, accounts, engine }: Program, name: string): Promise<void> {
  const path = join(lab.folder, name);
  writeFileSync(path, makePng({ seed: name.length, bytes: 900 }));
  const review = reviews.start({ paths: [path], as: 'auto', account: accounts.active(), dropId: null });
  await reviews.setDataset(review, datasetId, null);
  await reviews.commit(review);
  engine.wake();
}

async function titles(): Promise<readonly string[]> {
  return (await lab.rows('D')).map(({ title }) => title).sort();
}

async function watchFolder({ watch, accounts }: Program): Promise<string> {
  const root = join(lab.folder, 'hot');
  mkdirSync(root);
  const readiness = { ...DEFAULT_RULES.readiness, quietSeconds: 0.3, quietSecondsPerGB: 0 };
  const rules = watchRules.parse({ ...DEFAULT_RULES, find: { kind: 'poll', seconds: 10 }, readiness });
  await watch.add(
    { root, accountId: accounts.active().id, datasetId, folderId: null, rules, existing: 'all' },
    true,
  );
  return root;
}

it('lives on while its store cannot be read, over a sleep and another network, and then goes on', async () => {
  const opened = await open();
  const { store } = opened.deps;
  // Asked for again each minute.
  store.addAccount(newAccount('clock', { domain: lab.emulator.url }));
  const wrong = { code: 'clock-wrong', message: 'The clock is wrong.', details: {}, at: 0 } as const;
  store.commit([{ kind: 'account-blocked', id: 'clock', failure: wrong }]);
  const changes: Events['changed'][] = [];
  opened.listen((name, payload) => {
    if (name === 'changed') changes.push(payload as Events['changed']);
  });
  await opened.start({ watch: true });
  const root = await watchFolder(opened);
  writeFileSync(join(root, 'before.png'), makePng({ seed: 90, bytes: 900 }));
  await until(async () => expect(await titles()).toEqual(['before.png']));

  // The next one waits for the network, and what the first one brings about waits for its time.
  offline = true;
  await add(opened, 'a.png');
  await eventually(() => {
    expect(opened.engine.connection().kind).toBe('offline');
    expect(opened.engine.busy).toBe(false);
  });
  blind = true;
  machine.addresses = 'wlan0 192.168.1.4';
  await pass(3_000);
  await eventually(() => expect(opened.connection().kind).toBe('stuck'));
  expect(() => opened.networkBack()).not.toThrow();
  writeFileSync(join(root, 'meanwhile.png'), makePng({ seed: 91, bytes: 900 }));
  await pass(2 * MINUTE_MS);
  await opened.suspend();
  expect(() => opened.wake()).not.toThrow();
  await pass(MINUTE_MS);
  expect(changes.at(-1)).toMatchObject({ connection: { kind: 'stuck' }, topics: ['connection'] });
  expect(await opened.handle('app.glance', null)).toMatchObject({
    ok: false,
    error: { code: 'data-folder-unusable' },
  });
  expect(thrown).toEqual([]);

  offline = false;
  blind = false;
  await until(async () => expect(await titles()).toEqual(['a.png', 'before.png', 'meanwhile.png']));
  await until(() => {
    expect(store.totals({ kind: 'all' }).units.done).toBe(3);
    expect(changes.at(-1)).toMatchObject({ connection: { kind: 'online' }, totals: { units: { done: 3 } } });
  });
  expect(thrown).toEqual([]);
  expect(changes.map(({ seq }) => seq)).toEqual(changes.map((_, index) => index + 1));
});

it('a program that cannot be opened leaves nothing open, and the next one has all of it once', async () => {
  let damaged = true;
  let following = 0;
  const app = await openForPages({
    ...lab.options(),
    followUncaught: () => {
      following += 1;
      return () => {
        following -= 1;
      };
    },
    around: {
      store: (store) => {
        vi.spyOn(store, 'unfinishedBatches').mockImplementationOnce(() => {
          if (damaged) throw new UploaderError('database-corrupt', 'The database is damaged.');
          return [];
        });
        return store;
      },
    },
  });
  expect([following, logsOpen()]).toEqual([0, 0]);
  damaged = false;
  expect(await app.handle('app.snapshot', null)).toMatchObject({ ok: true });
  expect(following).toBe(1);
  await app.close();
  expect([following, logsOpen()]).toEqual([0, 0]);
});

/** How often this process has the lab's log open, where that can be told. */
function logsOpen(): number {
  if (process.platform !== 'linux') return 0;
  const open = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // The one that reads the folder.
      return '';
    }
  });
  return open.filter((path) => path.startsWith(join(lab.home, 'logs'))).length;
}

/**
 * Large folders cost so many questions as they have folders, pieces or files, and no more: the calls of the run of a folder
 * are counted on a tree that only exists in memory.
 */

import { setTimeout as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import { createGlobs } from '../../../main/adapters/watch/globs.ts';
import type { Clock } from '../../../main/core/ports.ts';
import { FolderRun } from '../../../main/core/watch/folder-run.ts';
import type { FinishedUnit, Intake } from '../../../main/core/watch/intake.ts';
import type {
  ScannedFolder,
  StartWatcher,
  WatchDisk,
  WatchListener,
} from '../../../main/core/watch/ports.ts';
import { DEFAULT_RULES, type Existing } from '../../../main/core/watch/rules.ts';
import { openTestStore } from '../store/support.ts';
import { counts } from '../store/watch-support.ts';

const machineClock = createClock();
const globs = createGlobs({ caseSensitive: true });
const identity = { size: 10, mtimeMs: 1_000 };

/** A store of which the calls are counted, by name. */
function countedStore(): { store: Store; calls: Map<string, unknown[][]> } {
  const { store: opened } = openTestStore();
  const calls = new Map<string, unknown[][]>();
  const store = new Proxy(opened, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...input: unknown[]): unknown => {
        const before = calls.get(String(name));
        if (before) before.push(input);
        else calls.set(String(name), [input]);
        return value.apply(target, input);
      };
    },
  });
  return { store, calls };
}

/** Folders with files that never change. */
class Tree {
  readonly counted = { folders: 0, looks: 0, asked: 0 };
  readonly #folders: readonly ScannedFolder[];

  constructor(folders: number, files: number) {
    this.#folders = Array.from({ length: folders }, (_, folder) => ({
      folder: `plate-${folder}`,
      names: Array.from({ length: files }, (_, file) => `${file}.png`),
      sizes: new Float64Array(files).fill(identity.size),
      mtimes: new Float64Array(files).fill(identity.mtimeMs),
      inodes: Array.from({ length: files }, (_, file) => `1:${folder * files + file}`),
      problems: [],
    }));
  }

  disk(): WatchDisk {
    const { counted } = this;
    const folders = this.#folders;
    return {
      root: async () => ({ kind: 'there', mounted: false, readOnly: true }),
      kind: async () => ({ type: 'ext4', events: true }),
      look: async () => {
        counted.looks += 1;
        return { kind: 'file', identity, inode: null };
      },
      async *scan() {
        for (const folder of folders) {
          counted.folders += 1;
          await turn();
          yield folder;
        }
      },
      names: async () => [],
      read: async () => new Uint8Array(),
      hash: async () => '',
      openness: async (paths) => {
        counted.asked += 1;
        return new Map(paths.map((path) => [path, { kind: 'nobody' }]));
      },
    };
  }
}

interface Running {
  readonly run: FolderRun;
  readonly store: Store;
  readonly calls: Map<string, unknown[][]>;
  readonly ledger: number;
  /** What the watcher was started with. */
  readonly files: number;
}

async function watch(
  tree: Tree,
  existing: Existing,
  take: (units: readonly FinishedUnit[], listener: WatchListener) => void = () => undefined,
  { quietSeconds = 0, clock = machineClock } = {},
): Promise<Running> {
  const { store, calls } = countedStore();
  const readiness = { ...DEFAULT_RULES.readiness, quietSeconds, complete: false };
  const folder = store.addWatchFolder({
    root: '/in',
    accountId: 'lab',
    datasetId: 'dataset',
    datasetTitle: 'Cells',
    folderChoice: null,
    rules: { ...DEFAULT_RULES, readiness },
    existing,
    on: true,
    addedAt: 2_000,
  });
  let files = 0;
  let listener: WatchListener | null = null;
  const startWatcher: StartWatcher = async (_root, options) => {
    files = options.files;
    listener = options.listener;
    return { how: 'counted', size: 0, close: async () => undefined };
  };
  const intake: Intake = {
    async take(_folder, units) {
      if (listener) take(units, listener);
      return new Map(units.map((unit) => [unit.key, { kind: 'settled' }]));
    },
  };
  const ignore = (): void => undefined;
  const run = new FolderRun(folder, {
    disk: tree.disk(),
    startWatcher,
    selfTest: async () => ({ kind: 'heard' }),
    store,
    clock,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    tools: { glob: globs.name, path: globs.path },
    intake,
    unitGoesOn: () => false,
    changed: ignore,
  });
  onTestFinished(() => run.stop());
  run.start();
  await expect.poll(() => run.state, { timeout: 20_000 }).toEqual({ kind: 'watching', how: 'counted' });
  return { run, store, calls, ledger: folder.ledger, files };
}

const times = (calls: Map<string, unknown[][]>, name: string): number => calls.get(name)?.length ?? 0;

it('a large tree is counted only until it is known to be large', async () => {
  const tree = new Tree(200, 100);
  const { files } = await watch(tree, 'new');
  expect(files).toBe(5_100);
  expect(tree.counted.folders).toBe(51 + 200);
});

it('a small tree is counted whole', async () => {
  const { files } = await watch(new Tree(3, 100), 'new');
  expect(files).toBe(300);
});

it('what was there before costs a question for each folder, and is written down in pieces', async () => {
  const tree = new Tree(200, 100);
  const { run, store, calls, ledger } = await watch(tree, 'new');
  expect(counts(store, ledger)).toEqual({ before: 20_000 });
  expect(times(calls, 'knownIn')).toBe(200);
  expect(times(calls, 'note')).toBe(20);
  expect(times(calls, 'known')).toBe(0);

  await run.scan();
  expect(times(calls, 'knownIn')).toBe(400);
  expect(times(calls, 'note')).toBe(20);
  expect(times(calls, 'known')).toBe(0);
  expect(tree.counted.looks).toBe(0);
});

it('a large folder is compared in pieces, for no more than which it asks each time', async () => {
  const { run, store, calls, ledger } = await watch(new Tree(1, 20_500), 'review');
  expect(counts(store, ledger)).toEqual({ held: 20_500 });
  const pieces = (calls.get('knownIn') ?? []).map(([, , names]) =>
    Array.isArray(names) ? names.length : null,
  );
  expect(pieces).toEqual([...Array(20).fill(1_000), 500]);

  await run.scan();
  expect(times(calls, 'note')).toBe(21);
  expect(run.waiting.size).toBe(0);
});

it('everything there is taken in pieces, each file looked at once more, and what happens meanwhile is not made to wait', async () => {
  const tree = new Tree(60, 100);
  const taken: number[] = [];
  const looks: number[] = [];
  const { run, calls } = await watch(tree, 'all', (units, listener) => {
    taken.push(units.length);
    looks.push(tree.counted.looks);
    if (taken.length === 1) listener.touched('new.png');
  });
  await expect.poll(() => run.idle, { timeout: 20_000 }).toBe(true);
  // The new file comes last: it is looked at between the first piece and the second, and once more before it is taken.
  expect(taken).toEqual([...Array(6).fill(1_000), 1]);
  expect(looks).toEqual([1_000, 2_001, 3_001, 4_001, 5_001, 6_001, 6_002]);
  expect(tree.counted.asked).toBe(7);
  expect(times(calls, 'knownIn')).toBe(60);
  expect(run.waiting.size).toBe(0);
});

it('while all of it is judged, everything else has its turn again and again', async () => {
  // Each look at the clock takes a while on it, and files are judged by it.
  let elapsed = 0;
  const clock: Clock = {
    ...machineClock,
    monotonic: () => {
      elapsed += 0.002;
      return elapsed;
    },
  };
  let [last, longest] = [0, 0];
  const turns = setInterval(() => {
    longest = Math.max(longest, elapsed - last);
    last = elapsed;
  }, 0);
  onTestFinished(() => clearInterval(turns));
  const { run } = await watch(new Tree(200, 100), 'all', undefined, { quietSeconds: 3_600, clock });
  // Until then nothing of it has a time when it is due.
  await expect.poll(() => run.waiting.nextDueAt).toBeGreaterThan(3_000_000);
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(15);
  expect(run.waiting.size).toBe(20_000);
});

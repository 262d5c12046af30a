/** The run of one folder where something goes wrong while it is armed, or looked through for the first time. */

import { expect, it, onTestFinished } from 'vitest';
import { createGlobs } from '../../../main/adapters/watch/globs.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import { FolderRun, type FolderRunPorts } from '../../../main/core/watch/folder-run.ts';
import type { RootState, ScannedFolder, WatchDisk, WatchListener } from '../../../main/core/watch/ports.ts';
import { DEFAULT_RULES } from '../../../main/core/watch/rules.ts';
import { LeapingClock } from '../../fixtures/leaping-clock.ts';
import { openTestStore } from '../store/support.ts';
import { newFolder } from '../store/watch-support.ts';

const globs = createGlobs();

interface Running {
  readonly run: FolderRun;
  readonly clock: LeapingClock;
  readonly store: FolderRunPorts['store'];
  readonly folder: number;
  readonly ledger: number;
  /** Of the watchers that were started, in their order: what hears them, and whether they are open. */
  readonly watchers: { readonly listener: WatchListener; open: boolean }[];
}

/** A disk with one file, unless it is told otherwise. */
function diskWith(more: Partial<WatchDisk>): WatchDisk {
  return {
    root: async () => ({ kind: 'there', mounted: false, readOnly: false }),
    kind: async () => ({ type: 'test', events: true }),
    look: async () => ({ kind: 'file', identity: { size: 1, mtimeMs: 1_000 }, inode: null }),
    async *scan(): AsyncGenerator<ScannedFolder> {
      yield scanned('a.png');
    },
    names: async () => [],
    read: async () => new Uint8Array(),
    hash: async () => '',
    openness: async () => new Map(),
    ...more,
  };
}

function scanned(...names: string[]): ScannedFolder {
  return {
    folder: '',
    names,
    sizes: Float64Array.from(names, () => 1),
    mtimes: Float64Array.from(names, () => 1_000),
    inodes: names.map(() => ''),
    problems: [],
  };
}

function start(disk: WatchDisk, more: Partial<FolderRunPorts> = {}): Running {
  const { store } = openTestStore();
  const { id, ledger } = store.addWatchFolder(newFolder({ existing: 'new', addedAt: 2_000 }, DEFAULT_RULES));
  const folder = store.watchFolder(id);
  if (!folder) throw new Error('It was not added.');
  const clock = new LeapingClock();
  const watchers: Running['watchers'] = [];
  const ignore = (): void => undefined;
  const run = new FolderRun(folder, {
    disk,
    startWatcher: async (_root, { listener }) => {
      const watcher = { listener, open: true };
      watchers.push(watcher);
      return {
        how: 'test',
        size: 1,
        close: async () => {
          watcher.open = false;
        },
      };
    },
    selfTest: async () => ({ kind: 'heard' }),
    store,
    clock,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    tools: { glob: globs.name, path: globs.path },
    intake: { take: async () => new Map() },
    unitGoesOn: () => false,
    changed: ignore,
    ...more,
  });
  onTestFinished(() => run.stop());
  run.start();
  return { run, clock, store, folder: id, ledger, watchers };
}

it('a watcher that fails while it is tested gives the reason for polling', async () => {
  const tested = Promise.withResolvers<void>();
  const { run, watchers } = start(diskWith({}), {
    selfTest: async () => {
      await tested.promise;
      return { kind: 'silent' };
    },
  });
  await expect.poll(() => watchers.length).toBe(1);
  watchers[0]?.listener.failed(new UploaderError('watch-limit', 'Raise the limit of watches.'));
  tested.resolve();
  await expect.poll(() => run.state).toMatchObject({ kind: 'polling', why: 'Raise the limit of watches.' });
});

it('a watcher that is only silent is not used either', async () => {
  const { run, watchers } = start(diskWith({}), { selfTest: async () => ({ kind: 'silent' }) });
  await expect
    .poll(() => run.state)
    .toMatchObject({ kind: 'polling', why: expect.stringMatching(/No event/) });
  expect(watchers).toMatchObject([{ open: false }]);
});

it('trouble that was not foreseen closes the watcher, and the folder is armed anew later', async () => {
  let broken = false;
  const { run, clock, watchers } = start(
    diskWith({
      look: async () => {
        if (broken) throw new Error('not foreseen');
        return { kind: 'gone' };
      },
    }),
  );
  await expect.poll(() => run.state.kind).toBe('watching');
  broken = true;
  watchers[0]?.listener.touched('b.png');
  await expect
    .poll(() => {
      clock.leap(100);
      return run.state.kind;
    })
    .toBe('suspended');
  await expect.poll(() => watchers).toMatchObject([{ open: false }]);
  broken = false;
  await expect
    .poll(() => {
      clock.leap(1_000);
      return run.state.kind;
    })
    .toBe('watching');
  expect(watchers).toMatchObject([{ open: false }, { open: true }]);
});

it('a disk that is unmounted just before it is looked through for the first time is not taken for an empty one', async () => {
  let mounted = true;
  let asked = 0;
  const there = (): RootState => ({ kind: 'there', mounted, readOnly: false });
  const { run, clock, store, folder, ledger } = start(
    diskWith({
      root: async () => {
        const state = there();
        asked += 1;
        // Between the question whether it is there and everything else.
        if (asked === 1) mounted = false;
        return state;
      },
      async *scan(): AsyncGenerator<ScannedFolder> {
        yield mounted ? scanned('a.png', 'b.png') : scanned();
      },
    }),
  );
  const asksFor = run.scan();
  await expect
    .poll(() => run.state)
    .toMatchObject({ kind: 'suspended', failure: { message: expect.stringMatching(/Nothing is mounted/) } });
  await asksFor;
  expect(store.watchFolder(folder)?.begun).toBe(false);
  mounted = true;
  await expect
    .poll(() => {
      clock.leap(1_000);
      return run.state.kind;
    })
    .toBe('watching');
  expect(store.watchFolder(folder)?.begun).toBe(true);
  // All of it was there before, so nothing of it is uploaded.
  expect([...store.knownIn(ledger, '')].map(([name, { state }]) => `${name} ${state}`)).toEqual([
    'a.png before',
    'b.png before',
  ]);
});

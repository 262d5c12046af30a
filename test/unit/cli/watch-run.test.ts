/** `watch run`: when it ends, with which exit code, and what it refuses. The clock is the test's own. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Program } from '../../../main/app/program.ts';
import type { WatchEvent } from '../../../main/app/watch/watching.ts';
import { createTerminal } from '../../../main/cli/terminal.ts';
import { runFolders } from '../../../main/cli/watch-run.ts';
import type { WorkingBatch } from '../../../main/core/store-port.ts';
import type { WatchFolderView } from '../../../preload/contract/watch.ts';
import { FakeQueue, folderView } from './watch-fakes.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** A program whose watch folders and queue do what the test says. */
class World {
  readonly queue = new FakeQueue();
  readonly abort = new AbortController();
  folders: readonly WatchFolderView[] = [folderView()];
  idle = true;
  /** Whether what is open in the queue goes on by itself. */
  working = true;
  started: unknown = null;
  out = '';
  err = '';
  exit: number | null = null;
  #time = 0;
  #hear: (event: WatchEvent) => void = () => undefined;

  run(untilIdleSeconds: number | null, folders: readonly string[] = []): Promise<void> {
    const terminal = createTerminal(
      true,
      { write: (text) => (this.out += text) },
      { write: (text) => (this.err += text) },
      () => this.#time,
    );
    return runFolders(this.#program(), terminal, { folders, untilIdleSeconds }, this.abort.signal).then(
      (exit) => {
        this.exit = exit;
      },
    );
  }

  /** Lets time pass, as the program and its timers see it. */
  async pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 4; step += 1) {
      this.#time += 250;
      await vi.advanceTimersByTimeAsync(250);
    }
  }

  add(batch: number): void {
    this.queue.put(batch, ['collecting']);
    this.#hear({ kind: 'added', watchId: 1, batchId: batch, twins: [], turnedAway: [] });
  }

  get summary(): unknown {
    return JSON.parse(this.out.split('\n').filter(Boolean).at(-1) ?? '');
  }

  #program(): Program {
    const { queue } = this;
    const store = Object.assign(queue, {
      isPaused: () => false,
      account: () => null,
      batch: () => null,
      workingBatches: () => (this.working ? queue.batches(0, 100).map(({ id }) => working(id)) : []),
      dueItems: (id: number) => queue.unitsIn({ kind: 'batch', id }, ['collecting']),
      dueUnits: () => [],
    });
    const program = {
      deps: { store, clock: { monotonic: () => this.#time }, watch: { resolve: (path: string) => path } },
      watch: {
        list: () => this.folders,
        listen: (listener: (event: WatchEvent) => void) => {
          this.#hear = listener;
          return () => undefined;
        },
        idle: () => this.idle,
      },
      start: async (options: unknown) => {
        this.started = options;
      },
      connection: () => ({ kind: 'online' }),
      dataHashes: { complete: async () => undefined },
      speed: 0,
    };
    return program as unknown as Program; // As far as the command asks for it.
  }
}

function working(id: number): WorkingBatch {
  const open = { collecting: 1, ready: 0, registering: 0, processing: 0, linking: 0 };
  return { id, open } as WorkingBatch; // No more is asked of it.
}

describe('until idle', () => {
  it('ends so long after the last thing that happened, and not before', async () => {
    const world = new World();
    world.idle = false;
    const ended = world.run(10);
    await world.pass(60);
    world.idle = true;
    await world.pass(8);
    world.add(1);
    await world.pass(30);
    expect(world.exit).toBeNull();
    for (const id of world.queue.ids(1)) world.queue.set(id, 'done');
    await world.pass(9);
    expect(world.exit).toBeNull();
    await world.pass(2);
    expect(world.exit).toBe(0);
    await ended;
    expect(world.started).toEqual({ watch: [1] });
    expect(world.summary).toMatchObject({ summary: { done: 1, units: [{ earlier: false }] } });
  });

  it('waits for what an earlier run left in the queue, and names it', async () => {
    const world = new World();
    world.queue.put(1, ['done', 'collecting']);
    const ended = world.run(5);
    await world.pass(30);
    expect(world.exit).toBeNull();
    for (const id of world.queue.ids(1)) world.queue.set(id, 'done');
    await world.pass(6);
    await ended;
    expect(world.summary).toMatchObject({
      summary: { done: 1, units: [{ earlier: true, title: 'unit 2' }] },
    });
  });

  it('does not wait for what is paused', async () => {
    const world = new World();
    world.queue.put(1, ['collecting']);
    world.working = false;
    const ended = world.run(5);
    await world.pass(6);
    await ended;
    expect(world.exit).toBe(0);
  });

  it('ends at once where no time is given to it', async () => {
    const world = new World();
    await world.run(0);
    expect(world.exit).toBe(0);
  });

  it('says that a folder cannot be seen, and exits with 1', async () => {
    const world = new World();
    const failure = { code: 'file-missing' as const, message: 'It is not there.', details: {}, at: 0 };
    world.folders = [folderView({ state: { kind: 'suspended', failure }, attention: 2 })];
    const ended = world.run(1);
    await world.pass(2);
    await ended;
    expect(world.exit).toBe(1);
    expect(world.err).toContain('/data/a cannot be seen: It is not there.');
    expect(world.err).toContain('2 files or groups need a decision');
  });
});

it('runs on without an end, until it is interrupted: exit code 130', async () => {
  const world = new World();
  const ended = world.run(null);
  await world.pass(1);
  world.add(1);
  await world.pass(1_000);
  expect(world.exit).toBeNull();
  world.abort.abort();
  await ended;
  expect(world.exit).toBe(130);
  expect(world.summary).toMatchObject({ summary: { units: [{ state: 'waiting' }] } });
});

describe('which folders', () => {
  it('are those that are on, or those that are named', async () => {
    const world = new World();
    world.folders = [
      folderView(),
      folderView({ id: 2, root: '/data/b', on: false }),
      folderView({ id: 3, root: '/c' }),
    ];
    await world.run(0);
    expect(world.started).toEqual({ watch: [1, 3] });
    await world.run(0, ['/c', '3']);
    expect(world.started).toEqual({ watch: [3] });
  });

  it.each([
    [[], /No watch folder is on/],
    [['/data/b'], /\/data\/b is paused. Switch it on with `watch resume 2`/],
    [['7'], /There is no watch folder "7"/],
  ])('%j is refused', async (names, sentence) => {
    const world = new World();
    world.folders = [folderView({ id: 2, root: '/data/b', on: false })];
    await expect(world.run(0, names)).rejects.toThrow(sentence);
    expect(world.started).toBeNull();
  });
});

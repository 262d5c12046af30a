/**
 * What stands in the way of moving files after their upload: a file that is locked, a full disk, a root that breaks off, a
 * database that is busy, the end of the program. None of it is the end of the matter before it was tried again.
 */

import { cpSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { WatchDeps } from '../../../main/app/deps.ts';
import { type ErrorCode, UploaderError } from '../../../main/core/errors.ts';
import type { PutAway } from '../../../main/core/watch/ports.ts';
import { HotFolder, SOON } from './hot-folder.ts';
import { Rig, type RuleChanges, sha256Of } from './rig.ts';

const MOVE: RuleChanges = { ...SOON, after: { kind: 'move' } };

/** What a test does at the moment when a file is to be moved. */
let move: (real: PutAway, ...args: Parameters<PutAway['move']>) => Promise<string>;
/** How often the database is still busy: for a note that something is done, and for the question what is next. */
let busy: { done: number; next: number };
/** Whether time jumps between the question what is due and the one what is next. */
let slow: boolean;
let moves: string[];
let rig: Rig;
let hot: HotFolder;

beforeEach(async () => {
  move = (real, ...args) => real.move(...args);
  busy = { done: 0, next: 0 };
  slow = false;
  moves = [];
  rig = await Rig.open({ around: { watch: besideMoves, store: busyStore } });
  hot = new HotFolder(rig);
});
afterEach(() => rig?.close());

function besideMoves(deps: WatchDeps): WatchDeps {
  const beside: PutAway['move'] = (from, ...args) => {
    moves.push(from.slice(hot.root.length + 1));
    return move(deps.putAway, from, ...args);
  };
  return { ...deps, putAway: { ...deps.putAway, move: beside } };
}

function busyStore(store: Store): Store {
  const isBusy = (): never => {
    throw new UploaderError('data-folder-unusable', 'The database is busy.');
  };
  return {
    ...store,
    setAction: (id, change) =>
      change.state === 'done' && busy.done-- > 0 ? isBusy() : store.setAction(id, change),
    nextAction: (now) => (busy.next-- > 0 ? isBusy() : store.nextAction(now)),
    dueActions: (now, ...rest) => {
      const due = store.dueActions(now, ...rest);
      // Once, the next action becomes due right after nothing was.
      const next = slow && due.length === 0 ? store.nextAction(now) : null;
      if (next !== null) rig.clock.sleep(next - now + 1);
      slow &&= next === null;
      return due;
    },
  };
}

const troubled = (code: ErrorCode, times: number): typeof move => {
  let left = times;
  return async (real, ...args) => {
    if (left-- > 0) throw new UploaderError(code, `Trouble: ${code}.`);
    return real.move(...args);
  };
};

const action = (path: string) => hot.actions().find((each) => each.path === path);
const untilState = (path: string, state: string): Promise<void> =>
  rig.until(() => action(path)?.state === state);
const isPutAway = (path: string, hash: string): boolean => {
  const to = action(path)?.to;
  return !existsSync(hot.path(path)) && typeof to === 'string' && sha256Of(readFileSync(to)) === hash;
};

it('what becomes due between two questions to the database is done all the same', async () => {
  await hot.watch({ ...SOON, after: { kind: 'trash', graceSeconds: 3_600 } });
  slow = true;
  hot.put('a.png');
  await untilState('a.png', 'done');
  expect(slow).toBe(false);
  expect(existsSync(hot.path('a.png'))).toBe(false);
});

it('a file that is locked is tried again and again, and holds up no other', async () => {
  await hot.watch(MOVE);
  const locked = troubled('file-unreadable', 3);
  move = (real, from, ...args) =>
    from.endsWith('a.png') ? locked(real, from, ...args) : real.move(from, ...args);
  const a = hot.put('a.png');
  await rig.until(() => moves.length === 1);
  await rig.until(() => action('a.png')?.state === 'due');
  expect(action('a.png')).toMatchObject({ to: null, reason: 'Trouble: file-unreadable.', undoable: true });
  const b = hot.put('b.png');
  await untilState('b.png', 'done');
  expect(moves).toEqual(['a.png', 'b.png']);
  await untilState('a.png', 'done');
  expect(moves).toEqual(['a.png', 'b.png', 'a.png', 'a.png', 'a.png']);
  expect([isPutAway('a.png', a), isPutAway('b.png', b)]).toEqual([true, true]);
  expect(action('a.png')?.reason).toBeNull();
});

it('one that stays locked stays where it is, and it is said what to do', async () => {
  await hot.watch(MOVE);
  move = troubled('file-unreadable', Number.POSITIVE_INFINITY);
  hot.put('a.png');
  await rig.until(() => moves.length === 1);
  // Long steps: it takes most of an hour.
  await rig.pass(3_000_000);
  await untilState('a.png', 'failed');
  expect(moves).toHaveLength(5);
  expect(action('a.png')?.reason).toBe(
    'It could not be moved in 5 tries, so it stays where it is. Close what keeps it open, or give your user the right to change it; then move it yourself.',
  );
  expect(existsSync(hot.path('a.png'))).toBe(true);
});

it('a full disk is tried again until there is room', async () => {
  await hot.watch(MOVE);
  move = troubled('disk-full', 8);
  const a = hot.put('a.png');
  await untilState('a.png', 'done');
  expect(moves).toHaveLength(9);
  expect(isPutAway('a.png', a)).toBe(true);
});

it.each<ErrorCode>(['file-unreadable', 'file-missing', 'disk-full'])(
  'a root that breaks off meanwhile is waited for (%s)',
  async (code) => {
    await hot.watch(MOVE);
    const away = `${hot.root}-away`;
    move = async () => {
      renameSync(hot.root, away);
      throw new UploaderError(code, 'The share is gone.');
    };
    const a = hot.put('a.png');
    await rig.until(() => moves.length > 0);
    // A file that is locked would be tried again meanwhile.
    await rig.pass(300_000);
    expect(moves).toHaveLength(1);
    expect(action('a.png')).toMatchObject({ state: 'due', to: null });
    move = (real, ...args) => real.move(...args);
    renameSync(away, hot.root);
    await untilState('a.png', 'done');
    expect(isPutAway('a.png', a)).toBe(true);
  },
);

it('what waits to be tried again is called off with its folder, also in the middle of a try', async () => {
  await hot.watch(MOVE);
  const tried = Promise.withResolvers<void>();
  const removed = Promise.withResolvers<void>();
  move = async () => {
    tried.resolve();
    await removed.promise;
    throw new UploaderError('file-unreadable', 'It is locked.');
  };
  hot.put('a.png');
  await rig.until(() => moves.length === 1);
  await tried.promise;
  const { store } = rig.program.deps;
  const id = action('a.png')?.id ?? -1;
  await rig.program.watch.remove(hot.id);
  removed.resolve();
  await rig.until(() => store.action(id)?.state === 'undone');
  await rig.pass(120_000);
  expect(moves).toHaveLength(1);
  expect(existsSync(hot.path('a.png'))).toBe(true);
});

it('what was moved is done, though that could not be written at once', async () => {
  await hot.watch(MOVE);
  busy.done = 1;
  const a = hot.put('a.png');
  await rig.until(() => busy.done === 0);
  expect(action('a.png')?.state).toBe('under-way');
  await untilState('a.png', 'done');
  expect(moves).toEqual(['a.png']);
  expect(isPutAway('a.png', a)).toBe(true);
});

it('a database that is busy when it is asked what is next is asked again', async () => {
  await hot.watch(MOVE);
  busy.next = 1;
  const a = hot.put('a.png');
  await untilState('a.png', 'done');
  const b = hot.put('b.png');
  await untilState('b.png', 'done');
  expect([isPutAway('a.png', a), isPutAway('b.png', b)]).toEqual([true, true]);
  expect(busy.next).toBeLessThan(0);
});

it('the end of the program breaks it off, and the next program does it', async () => {
  await hot.watch(MOVE);
  move = async (real, from, to, uploaded, signal) => {
    // As long as a file that takes hours to read.
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
    return real.move(from, to, uploaded, signal);
  };
  const a = hot.put('a.png');
  await rig.until(() => moves.length === 1);
  const { store } = rig.program.deps;
  const before: unknown[] = [];
  const { setAction } = store;
  Object.assign(store, {
    setAction: (...args: Parameters<typeof setAction>) => {
      before.push(args[1]);
      setAction(...args);
    },
  });
  move = (real, ...args) => real.move(...args);
  await rig.restart();
  expect(before).toEqual([{ state: 'due', to: null, failure: null }]);
  await untilState('a.png', 'done');
  expect(isPutAway('a.png', a)).toBe(true);
});

it('killed between the move and its note, before a new file of the same name: the old one is where it went, the new one stays', async () => {
  await hot.watch(MOVE);
  const copy = join(rig.lab.folder, 'snapshot');
  move = async (real, from, ...args) => {
    const to = await real.move(from, ...args);
    // No image, so that it is not uploaded itself.
    hot.put('a.png', 'another file');
    cpSync(rig.lab.home, copy, { recursive: true });
    return to;
  };
  const a = hot.put('a.png');
  await untilState('a.png', 'done');
  const to = String(action('a.png')?.to);
  const program = await rig.lab.program(
    { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' },
    { clock: rig.clock, dataFolder: copy },
  );
  try {
    await program.start({ watch: true });
    const row = () => program.watch.actions(hot.id, 0, 10).rows[0];
    await rig.until(() => row()?.state !== 'under-way');
    expect(row()).toMatchObject({ state: 'done', to });
    expect(sha256Of(readFileSync(to))).toBe(a);
    expect(readFileSync(hot.path('a.png'), 'utf8')).toBe('another file');
  } finally {
    await program.close();
  }
});

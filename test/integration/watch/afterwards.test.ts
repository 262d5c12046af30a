/** What happens to local files after their upload: only to the very bytes that were registered, and so that it can be undone. */

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { WatchDeps } from '../../../main/app/deps.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { PutAway } from '../../../main/core/watch/ports.ts';
import type { Afterwards } from '../../../main/core/watch/rules.ts';
import { HotFolder, image, SOON } from './hot-folder.ts';
import { Rig, type RuleChanges } from './rig.ts';

const MOVE: RuleChanges = { ...SOON, after: { kind: 'move' } };
const GRACE_SECONDS = 120;
const TRASH: RuleChanges = { ...SOON, after: { kind: 'trash', graceSeconds: GRACE_SECONDS } };
const DIRECT = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' };

/** What a test does at the moment when a file is to be moved. */
let move: (real: PutAway, ...args: Parameters<PutAway['move']>) => Promise<string>;
/** Called when a unit is about to be registered: all of it is stored. */
let registering: () => void;
let rig: Rig;
let hot: HotFolder;

beforeEach(async () => {
  move = (real, ...args) => real.move(...args);
  registering = () => undefined;
  rig = await Rig.open({ around: { watch: besideMoves, store: besideRegistrations } });
  hot = new HotFolder(rig);
  // Its trash, not that of whoever runs the tests.
  vi.stubEnv('XDG_DATA_HOME', join(rig.lab.folder, 'data'));
});
afterEach(() => rig?.close());

function besideMoves(deps: WatchDeps): WatchDeps {
  return { ...deps, putAway: { ...deps.putAway, move: (...args) => move(deps.putAway, ...args) } };
}

function besideRegistrations(store: Store): Store {
  return {
    ...store,
    commit(changes) {
      if (changes.some((change) => change.kind === 'unit' && change.event.on === 'intent')) registering();
      store.commit(changes);
    },
  };
}

/** Files below the root, hidden ones too, each with its hash. */
function tree(root = hot.root): Record<string, string> {
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    found.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

function today(): string {
  const at = new Date(rig.clock.now());
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

const states = (): string[] =>
  hot
    .actions()
    .map(({ path, state }) => `${path} ${state}`)
    .sort();

async function untilActions(state: string, count = 1): Promise<void> {
  await rig.until(() => hot.actions().filter((action) => action.state === state).length === count);
}

const undo = (path: string): Promise<void> =>
  rig.program.watch.undo(hot.actions().find((action) => action.path === path)?.id ?? -1);

describe('moving', () => {
  it('keeps the tree below the day, gives a number to a name that is taken, and removes folders that became empty', async () => {
    await hot.watch(MOVE);
    const day = today();
    const earlier = hot.put(`uploaded/${day}/deep/er/a.png`);
    const a = hot.put('deep/er/a.png');
    const b = hot.put('b.png');
    const c = hot.put('kept/c.png');
    const notes = hot.put('kept/notes.txt', 'no image');
    await untilActions('done', 3);
    await hot.settled();
    expect(tree()).toEqual({
      [`uploaded/${day}/deep/er/a.png`]: earlier,
      [`uploaded/${day}/deep/er/a (2).png`]: a,
      [`uploaded/${day}/b.png`]: b,
      [`uploaded/${day}/kept/c.png`]: c,
      'kept/notes.txt': notes,
    });
    expect(existsSync(hot.path('deep'))).toBe(false);
    expect(await rig.rows()).toHaveLength(3);
    expect(hot.states('skipped')).toEqual(['kept/notes.txt refused']);
    await rig.restart();
    await hot.settled();
    expect((await rig.lab.state()).registrations).toBe(3);
  });

  it('a frame that changes before its group is registered stays, and is asked about: no group is made of it alone', async () => {
    await hot.watch({ ...MOVE, becomes: { kind: 'folders', media: 'image-group' }, changed: 'upload' });
    const frames = ['1', '2', '3'].map((name) => hot.put(`run/${name}.png`));
    let newer = '';
    registering = () => {
      registering = () => undefined;
      newer = hot.put('run/2.png');
    };
    await untilActions('done', 2);
    await untilActions('failed');
    const { key, reason } = await hot.untilAsked();
    expect(reason).toBe('2.png came after the group was taken');
    await hot.settled();
    await rig.pass(60_000);
    const images = async () => (await rig.rows()).map((row) => row.images?.map(({ sha256 }) => sha256));
    expect(await images()).toEqual([frames]);
    hot.decide(key, 'upload');
    await rig.untilRows(2);
    await untilActions('done', 3);
    expect(await images()).toEqual([frames, [newer]]);
    expect((await rig.rows()).map(({ title }) => title)).toEqual(['run', 'run (late)']);
  });

  it('all frames of a group', async () => {
    await hot.watch({
      ...MOVE,
      becomes: { kind: 'folders', media: 'image-group' },
      groups: { close: { kind: 'quiet', seconds: 2 } },
    });
    const frames = [1, 2, 3].map((number) => hot.put(`one/f_${number}.png`));
    await untilActions('done', 3);
    const day = today();
    expect(tree()).toEqual(
      Object.fromEntries(frames.map((hash, index) => [`uploaded/${day}/one/f_${index + 1}.png`, hash])),
    );
    expect(existsSync(hot.path('one'))).toBe(false);
    // The next run of the instrument writes the same names.
    const again = [1, 2, 3].map((number) => hot.put(`one/f_${number}.png`));
    await untilActions('done', 6);
    expect((await rig.rows()).map((row) => (row.images ?? []).map((each) => each.sha256))).toEqual([
      frames,
      again,
    ]);
  });

  it('can be undone, and then the file is neither moved nor uploaded again', async () => {
    await hot.watch(MOVE);
    const a = hot.put('deep/a.png');
    await untilActions('done');
    await undo('deep/a.png');
    await hot.settled();
    await rig.restart();
    await hot.settled();
    expect(tree()).toEqual({ 'deep/a.png': a });
    expect(states()).toEqual(['deep/a.png undone']);
    expect((await rig.lab.state()).registrations).toBe(1);
    await expect(undo('deep/a.png')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('is not undone over another file', async () => {
    await hot.watch(MOVE);
    const first = hot.put('a.png');
    await untilActions('done');
    const day = today();
    writeFileSync(hot.path('a.png'), 'another one');
    await expect(undo('a.png')).rejects.toMatchObject({ code: 'already-exists' });
    expect(readFileSync(hot.path('a.png'), 'utf8')).toBe('another one');
    expect(tree()[`uploaded/${day}/a.png`]).toBe(first);
    expect(states()).toEqual(['a.png done']);
  });
});

describe('the trash', () => {
  const trash = (): string => join(rig.lab.folder, 'data', 'Trash', 'files');

  it('takes a file when its time of grace is over, and gives it back', async () => {
    await hot.watch(TRASH);
    const a = hot.put('deep/a.png');
    await rig.untilRows(1);
    await untilActions('due');
    await rig.pass((GRACE_SECONDS - 20) * 1000);
    expect(tree()).toEqual({ 'deep/a.png': a });
    expect(states()).toEqual(['deep/a.png due']);
    await rig.pass(30_000);
    await untilActions('done');
    expect(tree()).toEqual({});
    expect(existsSync(hot.path('deep'))).toBe(false);
    expect(tree(trash())).toEqual({ 'a.png': a });
    await undo('deep/a.png');
    await hot.settled();
    expect(tree()).toEqual({ 'deep/a.png': a });
    expect(tree(trash())).toEqual({});
    expect((await rig.lab.state()).registrations).toBe(1);
  });

  it('is called off where somebody says so, or the folder is removed', async () => {
    await hot.watch(TRASH);
    const [a, b] = [hot.put('a.png'), hot.put('b.png')];
    await untilActions('due', 2);
    await undo('a.png');
    await rig.program.watch.remove(hot.id);
    await rig.pass(GRACE_SECONDS * 2_000);
    expect(tree()).toEqual({ 'a.png': a, 'b.png': b });
    expect(existsSync(trash())).toBe(false);
  });

  it('leaves a file alone that changed meanwhile, and takes its new version in its own time', async () => {
    await hot.watch(TRASH);
    hot.put('a.png');
    await untilActions('due');
    const newer = hot.put('a.png', image(900));
    // Called off as the new version was taken.
    await untilActions('undone');
    await rig.pass((GRACE_SECONDS - 20) * 1000);
    expect(tree()).toEqual({ 'a.png': newer });
    await untilActions('done');
    expect(tree(trash())).toEqual({ 'a.png': newer });
    expect(await rig.rows()).toHaveLength(2);
  });

  it('leaves a file alone that changed just before, and says so', async () => {
    await hot.watch({ ...TRASH, readiness: { quietSeconds: 60 } });
    hot.put('a.png');
    await untilActions('due');
    await rig.pass((GRACE_SECONDS - 20) * 1000);
    const newer = hot.put('a.png', image(900));
    await untilActions('failed');
    expect(tree()).toEqual({ 'a.png': newer });
    expect(hot.actions()[0]?.reason).toMatch(/changed/);
  });

  it('does not take what is in the queue again', async () => {
    await hot.watch({ ...TRASH, becomes: { kind: 'folders', media: 'image-group' } });
    const kept = [hot.put('run/1.png'), hot.put('run/3.png')];
    hot.put('run/2.png');
    await untilActions('due', 3);
    const newer = hot.put('run/2.png');
    const { key } = await hot.untilAsked();
    rig.program.queue.pause({ kind: 'all' });
    hot.decide(key, 'upload');
    await rig.until(() => hot.view().queued === 1);
    await untilActions('done', 2);
    await rig.pass(GRACE_SECONDS * 1_000);
    expect(tree()).toEqual({ 'run/2.png': newer });
    expect(Object.values(tree(trash())).sort()).toEqual(kept.sort());
    rig.program.queue.resume({ kind: 'all' });
    await untilActions('done', 3);
    expect((await rig.rows()).map((row) => row.images?.map(({ sha256 }) => sha256)).at(-1)).toEqual([newer]);
  });

  it('waits while the root is away, and concludes nothing from it', async () => {
    await hot.watch(TRASH);
    const a = hot.put('a.png');
    await untilActions('due');
    renameSync(hot.root, `${hot.root}-away`);
    await rig.pass(GRACE_SECONDS * 2_000);
    expect(states()).toEqual(['a.png due']);
    expect(tree(`${hot.root}-away`)).toEqual({ 'a.png': a });
    renameSync(`${hot.root}-away`, hot.root);
    await untilActions('done');
    expect(tree(trash())).toEqual({ 'a.png': a });
    // What is in the trash is not put into a folder that stands for a root that is away.
    renameSync(hot.root, `${hot.root}-away`);
    await expect(undo('a.png')).rejects.toMatchObject({ code: 'file-missing' });
    expect(existsSync(hot.root)).toBe(false);
    expect(tree(trash())).toEqual({ 'a.png': a });
  });
});

describe('nothing but what was registered', () => {
  it.each<Afterwards>([{ kind: 'move' }, { kind: 'trash', graceSeconds: 0 }])(
    'is touched ($kind)',
    async (after) => {
      const content = image();
      await hot.watch({ ...SOON, after, exclude: ['left.png'] });
      const before = {
        'notes.txt': hot.put('notes.txt', 'text'),
        'left.png': hot.put('left.png'),
        'writing.png.part': hot.put('writing.png.part'),
        'half.png': hot.put('half.png', image(2_000).subarray(0, 900)),
        '.hidden.png': hot.put('.hidden.png'),
      };
      await rig.lab.fault({ kind: 'register', title: 'failing.png' }, { status: 400 }, 100);
      const failing = hot.put('failing.png');
      hot.put('one.png', content);
      await untilActions('done');
      // Its content is in the dataset, but not from this file.
      const copy = hot.put('copy.png', content);
      await hot.settled();
      expect(hot.states('skipped')).toEqual(['copy.png skipped', 'notes.txt refused']);
      const left = tree();
      for (const path of Object.keys(left)) if (path.startsWith('uploaded/')) delete left[path];
      expect(left).toEqual({ ...before, 'failing.png': failing, 'copy.png': copy });
      expect(states()).toEqual(['one.png done']);
      // Once it is registered after all, it goes as well.
      await rig.lab.control('DELETE', 'faults');
      await rig.program.queue.retry({ kind: 'all' });
      await untilActions('done', 2);
      expect(existsSync(hot.path('failing.png'))).toBe(false);
    },
  );

  it('is touched where everything is kept', async () => {
    await hot.watch();
    const a = hot.put('deep/a.png');
    await hot.settled();
    await rig.pass(60_000);
    expect(tree()).toEqual({ 'deep/a.png': a });
    expect(hot.actions()).toEqual([]);
  });

  it('only the very bytes: other content of the same size and time stays where it is', async () => {
    await hot.watch(MOVE);
    let forged = '';
    move = (real, from, to, uploaded) => {
      const { mtime } = statSync(from);
      const other = readFileSync(from);
      other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
      writeFileSync(from, other);
      utimesSync(from, mtime, mtime);
      forged = createHash('sha256').update(other).digest('hex');
      return real.move(from, to, {
        ...uploaded,
        identity: { size: other.length, mtimeMs: statSync(from).mtimeMs },
      });
    };
    hot.put('a.png');
    await untilActions('failed');
    expect(tree()).toEqual({ 'a.png': forged });
    expect(hot.actions()[0]?.reason).toMatch(/changed/);
  });
});

describe('killed', () => {
  /** Another program over the data as it was at that moment. */
  async function survivor(): Promise<Rig['program']> {
    const program = await rig.lab.program(DIRECT, {
      clock: rig.clock,
      dataFolder: join(rig.lab.folder, 'snapshot'),
    });
    await program.start({ watch: true });
    return program;
  }
  const snapshot = (): void => cpSync(rig.lab.home, join(rig.lab.folder, 'snapshot'), { recursive: true });

  it('between the move and its note: it is found where it went, and can be undone', async () => {
    await hot.watch(MOVE);
    move = async (real, ...args) => {
      const to = await real.move(...args);
      snapshot();
      return to;
    };
    const a = hot.put('deep/a.png');
    await untilActions('done');
    const program = await survivor();
    try {
      const actions = () => program.watch.actions(hot.id, 0, 10).rows;
      await rig.until(() => actions()[0]?.state === 'done');
      expect(actions()).toMatchObject([
        { path: 'deep/a.png', to: hot.path(`uploaded/${today()}/deep/a.png`), undoable: true },
      ]);
      await program.watch.undo(actions()[0]?.id ?? -1);
      expect(tree()).toEqual({ 'deep/a.png': a });
    } finally {
      await program.close();
    }
  });

  it('between the note of what is to be done and the move: it is done then', async () => {
    await hot.watch(MOVE);
    move = async () => {
      snapshot();
      throw new UploaderError('not-available', 'This program does not come to it.');
    };
    const a = hot.put('a.png');
    await untilActions('failed');
    move = (real, ...args) => real.move(...args);
    const program = await survivor();
    try {
      await rig.until(() => program.watch.actions(hot.id, 0, 10).rows[0]?.state === 'done');
      expect(tree()).toEqual({ [`uploaded/${today()}/a.png`]: a });
    } finally {
      await program.close();
    }
  });
});

it('what was due is done by the next program', async () => {
  await hot.watch(TRASH);
  hot.put('a.png');
  await untilActions('due');
  await rig.restart();
  mkdirSync(hot.path('empty'));
  await rig.pass(GRACE_SECONDS * 1_000);
  await untilActions('done');
  expect(tree()).toEqual({});
  // Only folders that its files were in are removed.
  expect(existsSync(hot.path('empty'))).toBe(true);
});

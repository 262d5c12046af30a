/** What a watch folder may be, what its rules come to, and how it goes on when its root or its events do not. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WatchDeps } from '../../../main/app/deps.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { WatchDraftView, WatchFolderView } from '../../../preload/contract/watch.ts';
import { makePng } from '../../fixtures/png.ts';
import { HotFolder, SOON } from './hot-folder.ts';
import { Rig, type RuleChanges, rulesOf } from './rig.ts';

/** How a test changes what the program is given of the machine. */
let machine: (deps: WatchDeps) => WatchDeps;
let rig: Rig;
let hot: HotFolder;

beforeEach(async () => {
  machine = (deps) => deps;
  rig = await Rig.open({ around: { watch: (deps) => machine(deps) } });
  hot = new HotFolder(rig);
});
afterEach(() => rig?.close());

function draft(root: string, changes: RuleChanges = SOON): WatchDraftView {
  return {
    root,
    accountId: rig.program.deps.store.activeAccountId() ?? '',
    datasetId: rig.datasetId,
    folderId: null,
    rules: rulesOf(changes),
    existing: 'all',
  };
}

/** Why the folder is refused. */
async function refused(root: string, changes: RuleChanges = SOON): Promise<UploaderError> {
  const thrown = await rig.program.watch.add(draft(root, changes), true).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof UploaderError)) throw new Error(`${root} was not refused.`);
  return thrown;
}

async function titles(): Promise<string[]> {
  return (await rig.rows()).map((row) => row.title).sort();
}

describe('a root', () => {
  it('is refused where it is watched already, lies in a watch folder, or contains one; by whatever path', async () => {
    mkdirSync(hot.path('inner'));
    await hot.watch();
    const link = join(rig.lab.folder, 'link');
    symlinkSync(hot.root, link);
    for (const [root, sentence] of [
      [hot.root, /is a watch folder already/],
      [`${hot.root}/./inner/..`, /is a watch folder already/],
      [hot.path('inner'), /lies in “.*hot-1”, which is watched already/],
      [link, /is a watch folder already/],
      [join(link, 'inner'), /lies in “.*hot-1”/],
    ] as const) {
      const error = await refused(root);
      expect(error.code, root).toBe('watch-nested');
      expect(error.message, root).toMatch(sentence);
      expect((await rig.program.watch.inspect(root)).problem, root).toBe(error.message);
    }
    const outer = new HotFolder(rig, 'outer');
    mkdirSync(outer.path('in'));
    symlinkSync(outer.path('in'), join(rig.lab.folder, 'to-inner'));
    await rig.program.watch.add(draft(join(rig.lab.folder, 'to-inner')), true);
    expect((await refused(outer.root)).message).toMatch(/contains “.*to-inner”, which is watched already/);
    expect(rig.program.watch.list()).toHaveLength(2);
  });

  it('is refused where the program keeps its data, where nothing is, and where no folder is', async () => {
    writeFileSync(hot.path('file.txt'), 'x');
    symlinkSync(rig.lab.home, hot.path('link'));
    expect(await refused(rig.lab.home)).toMatchObject({
      code: 'watch-nested',
      message: expect.stringMatching(/data folder of this program/),
    });
    expect(await refused(rig.lab.folder)).toMatchObject({ code: 'watch-nested' });
    mkdirSync(join(rig.lab.home, 'within'));
    expect(await refused(join(rig.lab.home, 'within'))).toMatchObject({ code: 'watch-nested' });
    expect(await refused(hot.path('link'))).toMatchObject({ code: 'watch-nested' });
    expect(await refused(hot.path('nowhere'))).toMatchObject({ code: 'file-missing' });
    expect((await refused(hot.path('file.txt'))).message).toMatch(/folder/);
    expect(rig.program.watch.list()).toEqual([]);
  });

  it('may be a link to a folder; links in it are not followed', async () => {
    const real = new HotFolder(rig, 'real');
    const outside = new HotFolder(rig, 'outside');
    outside.put('secret.png');
    symlinkSync(outside.root, real.path('out'));
    symlinkSync(real.root, real.path('loop'));
    symlinkSync(outside.path('secret.png'), real.path('link.png'));
    real.put('a.png');
    const link = join(rig.lab.folder, 'link');
    symlinkSync(real.root, link);
    const { id } = await rig.program.watch.add(draft(link, { ...SOON, after: { kind: 'move' } }), true);
    await rig.until(() => rig.view(id).state.kind === 'watching');
    real.put('b.png');
    await rig.untilRows(2);
    await rig.untilIdle();
    expect(await titles()).toEqual(['a.png', 'b.png']);
    const actions = rig.program.watch.actions(id, 0, 10).rows;
    expect(actions.map(({ path, state }) => `${path} ${state}`).sort()).toEqual(['a.png done', 'b.png done']);
  });
});

describe('rules that make no sense', () => {
  const close = (name: string): RuleChanges => ({
    becomes: { kind: 'folders', media: 'image-group' },
    groups: { close: { kind: 'marker', name } },
  });
  const pattern = (text: string): RuleChanges => ({
    becomes: { kind: 'pattern', media: 'image-group', pattern: text },
  });
  it('are refused with a sentence, wherever they are given', async () => {
    const cases: readonly (readonly [changes: RuleChanges, sentence: RegExp])[] = [
      [{ include: ['../*.png'] }, /leads out of the folder/],
      [pattern('frame.png'), /captures nothing/],
      [pattern('{series_1.png'), /without its “}”/],
      [pattern('(?<a>x'), /regular expression/],
      [{ title: '{nme}' }, /“\{nme\}” is not known here/],
      [{ metadata: { key: '{name' } }, /^key: .*without its “}”/],
      [{ readiness: { marker: '{name}' } }, /fits every file/],
      [close('../done'), /slash/],
      [close('{folder}.{done'), /cannot be read/],
    ];
    const outside = new HotFolder(rig);
    await outside.watch();
    for (const [changes, sentence] of cases) {
      const error = await refused(hot.root, changes);
      expect(error).toMatchObject({ code: 'invalid-input' });
      expect(error.message).toMatch(sentence);
      const matches = await rig.program.watch.match(draft(hot.root, changes), 10);
      expect(matches.problems.map(({ text }) => text)).toEqual([error.message]);
      expect(() => rig.program.watch.dryRun(draft(hot.root, changes))).toThrow(error.message);
      const change = rig.program.watch.change(outside.id, { rules: rulesOf(changes) });
      await expect(change).rejects.toMatchObject({ message: error.message });
    }
    expect(outside.view().rules).toEqual(rulesOf(SOON));
    expect(rig.program.watch.list()).toHaveLength(1);
  });

  it('client metadata on the route that cannot bring it', async () => {
    const accountId = rig.program.deps.store.activeAccountId() ?? '';
    rig.program.accounts.setRoute(accountId, 'documented');
    const changes = { ...SOON, metadata: { source: '{source}' } };
    expect((await refused(hot.root, changes)).message).toMatch(
      /Client metadata cannot be given on the route/,
    );
    await hot.watch();
    await expect(rig.program.watch.change(hot.id, { rules: rulesOf(changes) })).rejects.toThrow(
      /Client metadata/,
    );
    hot.put('a.png');
    await hot.settled();
    expect(await titles()).toEqual(['a.png']);
  });
});

describe('titles and client metadata', () => {
  it('by template, for files', async () => {
    const content = makePng({ seed: 4_001, bytes: 400 });
    await hot.watch({
      ...SOON,
      title: '{folder}/{stem} of {size} bytes',
      metadata: {
        source: '{source}',
        host: '{host}',
        hash: '{sha256}',
        plain: 'lab {{7}}',
        taken: '{datetime}',
      },
    });
    const hash = hot.put('day/a.png', content);
    await hot.settled();
    const [row] = await rig.rows();
    expect(row?.title).toBe(`day/a of ${content.length} bytes`);
    expect(row?.client_metadata).toEqual({
      source: hot.path('day/a.png'),
      host: rig.program.deps.watch.host,
      hash,
      plain: 'lab {7}',
      taken: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/),
    });
  });

  it('by template, for groups with captures', async () => {
    await hot.watch({
      ...SOON,
      becomes: { kind: 'pattern', media: 'image-group', pattern: '{plate}_{well}_{frame}.png' },
      groups: { close: { kind: 'quiet', seconds: 2 } },
      title: '{plate} {well}',
      metadata: { well: '{well}', frames: '{frames}', where: '{path}' },
    });
    for (const name of ['p1_A1_1', 'p1_A1_2', 'p1_B1_1']) hot.put(`day/${name}.png`);
    await hot.settled();
    expect((await rig.rows()).map(({ title, client_metadata }) => [title, client_metadata]).sort()).toEqual([
      ['p1 A1', { well: 'A1', frames: '2', where: 'day' }],
      ['p1 B1', { well: 'B1', frames: '1', where: 'day' }],
    ]);
  });
});

describe('before it is switched on', () => {
  async function dryRun(changes: RuleChanges) {
    const { watch } = rig.program;
    const { dryRunId } = watch.dryRun(draft(hot.root, changes));
    await rig.until(() => ['ready', 'failed'].includes(watch.dryRunView(dryRunId).phase));
    const view = watch.dryRunView(dryRunId);
    const answer = {
      view,
      units: watch.dryRunUnits(dryRunId, 0, 100).rows,
      left: Object.fromEntries(watch.dryRunLeft(dryRunId, 0, 100).rows.map(({ path, why }) => [path, why])),
    };
    watch.dryRunEnd(dryRunId);
    expect(() => watch.dryRunView(dryRunId)).toThrow(/over/);
    return answer;
  }

  /** What a dry run said of the units is what rows came of. */
  async function sameAsRows(units: Awaited<ReturnType<typeof dryRun>>['units']): Promise<void> {
    const rows = await rig.rows();
    expect(
      rows
        .map(({ title, images, client_metadata }) => [title, images?.length || 1, client_metadata ?? {}])
        .sort(),
    ).toEqual(units.map(({ title, frames, metadata }) => [title, frames, metadata]).sort());
  }

  it('a dry run shows the files that are then uploaded, and why others stay', async () => {
    const changes: RuleChanges = {
      ...SOON,
      exclude: ['*.bak.png'],
      title: '{dir}/{stem}',
      metadata: { from: '{source}', day: '{date}' },
    };
    hot.put('a.png');
    hot.put('deep/er/b.png');
    hot.put('x.bak.png');
    hot.put('notes.txt', 'text');
    hot.put('empty.png', '');
    hot.put('writing.png.part');
    hot.put('.hidden.png');
    const { view, units, left } = await dryRun(changes);
    expect(view).toMatchObject({ phase: 'ready', units: 2, left: 4 });
    expect(units.map(({ path, title, note }) => [path, title, note])).toEqual([
      ['a.png', '/a', null],
      ['deep/er/b.png', 'deep/er/b', null],
    ]);
    expect(left).toEqual({
      'x.bak.png': expect.stringContaining('it fits the pattern “*.bak.png”'),
      'notes.txt': expect.any(String),
      'empty.png': expect.stringContaining('empty'),
      'writing.png.part': expect.stringContaining('being written'),
    });
    expect(await rig.rows()).toEqual([]);
    await hot.watch(changes);
    await hot.settled();
    await sameAsRows(units);
    // Now that all of it is in the dataset, nothing would be uploaded.
    await rig.program.watch.remove(hot.id);
    const again = await dryRun(changes);
    expect(again.units).toEqual([]);
    expect(again.left['a.png']).toMatch(/has it already/);
  });

  it('a dry run shows the groups that are then uploaded, and what they would be asked', async () => {
    const changes: RuleChanges = {
      ...SOON,
      becomes: { kind: 'folders', media: 'image-sequence' },
      groups: {
        close: { kind: 'quiet', seconds: 2 },
        missing: { waitSeconds: 3, otherwise: 'take' },
        maxFrames: 4,
      },
      metadata: { frames: '{frames}' },
    };
    for (const number of [1, 2, 3]) hot.put(`whole/f_${number}.png`);
    hot.put('whole/notes.txt', 'text');
    for (const number of [1, 2, 4]) hot.put(`holes/f_${number}.png`);
    for (const number of [1, 2, 3, 4, 5]) hot.put(`many/f_${number}.png`);
    hot.put('stray.png');
    const { units, left } = await dryRun(changes);
    expect(units.map(({ title, media, frames, note }) => [title, media, frames, note]).sort()).toEqual([
      ['holes', 'image-sequence', 3, 'f_3 is missing'],
      ['whole', 'image-sequence', 3, null],
    ]);
    expect(Object.keys(left).sort()).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => `many/f_${number}.png`),
      'stray.png',
      'whole/notes.txt',
    ]);
    expect(left['many/f_1.png']).toMatch(/^it has 5 frames, and a group may have 4/);
    await hot.watch(changes);
    await hot.settled();
    await sameAsRows(units);
  });

  it('live matches show captures, units and what is left out', async () => {
    hot.put('s1_0001.png');
    hot.put('s1_0002.png');
    hot.put('other.png');
    hot.put('x.tmp.png');
    const changes: RuleChanges = {
      becomes: { kind: 'pattern', media: 'image-group', pattern: '{series}_{frame}.png' },
      exclude: ['x*'],
      title: 'Series {series}',
      metadata: { series: '{series}' },
    };
    const view = await rig.program.watch.match(draft(hot.root, changes), 50);
    expect(view).toMatchObject({ problems: [], files: 4, taken: 2, more: false });
    const metadata = { series: 's1' };
    expect(view.rows).toEqual([
      {
        path: 's1_0001.png',
        unit: 'Series s1',
        captures: { series: 's1', frame: '0001' },
        metadata,
        why: null,
      },
      {
        path: 's1_0002.png',
        unit: 'Series s1',
        captures: { series: 's1', frame: '0002' },
        metadata,
        why: null,
      },
      {
        path: 'other.png',
        unit: null,
        captures: {},
        metadata: {},
        why: 'it does not fit the pattern “{series}_{frame}.png”',
      },
      {
        path: 'x.tmp.png',
        unit: null,
        captures: {},
        metadata: {},
        why: 'it fits the pattern “x*”, which is left out',
      },
    ]);
  });
});

it('rules that change while it runs hold from then on, for what waits as well', async () => {
  await hot.watch({ ...SOON, include: ['*.png'], readiness: { quietSeconds: 600 } });
  hot.put('a.png');
  hot.put('b.dat', makePng({ seed: 4_002 }));
  await rig.until(() => hot.view().waiting === 1);
  await rig.program.watch.change(hot.id, { rules: rulesOf({ ...SOON, title: 'New {name}' }) });
  await hot.settled();
  expect(await titles()).toEqual(['New a.png', 'New b.dat']);
  const dataset = await rig.lab.dataset('Next');
  await rig.program.watch.change(hot.id, {
    datasetId: dataset,
    rules: rulesOf({ ...SOON, exclude: ['a.png'] }),
  });
  hot.put('c.png');
  await hot.settled();
  expect(hot.view().datasetTitle).toBe('Next');
  expect((await rig.lab.rows('Next')).map((row) => row.title).sort()).toEqual(['b.dat', 'c.png']);
  expect(await titles()).toEqual(['New a.png', 'New b.dat']);
  await rig.program.watch.switchTo(hot.id, false);
  hot.put('d.png');
  await rig.pass(30_000);
  expect(hot.view().state).toEqual({ kind: 'off' });
  await expect(rig.program.watch.scan(hot.id)).rejects.toMatchObject({ code: 'invalid-input' });
  expect(await rig.lab.rows('Next')).toHaveLength(2);
});

describe('a root that goes away', () => {
  it('is suspended, and goes on by itself: nothing is deleted, doubled or lost', async () => {
    await hot.watch({ readiness: { quietSeconds: 30, quietSecondsPerGB: 0 } });
    hot.put('done.png');
    await hot.settled();
    hot.put('waiting.png');
    await rig.until(() => hot.view().waiting === 1);
    renameSync(hot.root, `${hot.root}-away`);
    await rig.until(() => hot.view().state.kind === 'suspended');
    const { state } = hot.view();
    expect(state.kind === 'suspended' && state.failure.message).toContain(hot.root);
    await rig.pass(120_000);
    expect(hot.view()).toMatchObject({ uploaded: 1, waiting: 0, state: { kind: 'suspended' } });
    expect(await hot.explain('waiting.png')).toContain(hot.root);
    writeFileSync(join(`${hot.root}-away`, 'meanwhile.png'), makePng({ seed: 4_003 }));
    renameSync(`${hot.root}-away`, hot.root);
    await rig.until(() => hot.view().state.kind === 'watching');
    await rig.untilRows(3);
    hot.put('afterwards.png');
    await rig.untilRows(4);
    await rig.untilIdle();
    expect(await titles()).toEqual(['afterwards.png', 'done.png', 'meanwhile.png', 'waiting.png']);
    expect((await rig.lab.state()).registrations).toBe(4);
    expect(hot.files('skipped')).toEqual([]);
  });

  it('another folder under its name is the folder from then on', async () => {
    await hot.watch();
    hot.put('a.png');
    await hot.settled();
    renameSync(hot.root, `${hot.root}-away`);
    mkdirSync(hot.root);
    hot.put('b.png');
    await rig.untilRows(2);
    await rig.untilIdle();
    expect(hot.states('uploads')).toEqual(['a.png done', 'b.png done']);
  });

  it('away when the program starts: suspended, and nothing is forgotten', async () => {
    await hot.watch();
    hot.put('a.png');
    await hot.settled();
    renameSync(hot.root, `${hot.root}-away`);
    await rig.restart();
    await rig.until(() => hot.view().state.kind === 'suspended');
    renameSync(`${hot.root}-away`, hot.root);
    hot.put('b.png');
    await rig.untilRows(2);
    await rig.untilIdle();
    expect((await rig.lab.state()).registrations).toBe(2);
  });
});

describe('a file system that is unmounted', () => {
  const mount = (): void => void execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', hot.root], { stdio: 'pipe' });
  const unmount = (): void => void execFileSync('umount', ['-l', hot.root], { stdio: 'pipe' });

  it.for(['keep', 'trash'] as const)(
    'is suspended, and what lies below it is not taken (%s)',
    async (kind, { skip }) => {
      try {
        mount();
      } catch (reason) {
        skip(`Mounting is not allowed here: ${String(reason)}`);
      }
      try {
        const after = kind === 'keep' ? { kind } : ({ kind, graceSeconds: 60 } as const);
        await hot.watch({ ...SOON, after });
        hot.put('a.png');
        await hot.settled();
        unmount();
        // On the disk below, which is not the share.
        hot.put('below.png');
        await rig.until(() => hot.view().state.kind === 'suspended');
        const { state } = hot.view();
        expect(state.kind === 'suspended' && state.failure.message).toMatch(/^Nothing is mounted at /);
        await rig.pass(120_000);
        expect(await titles()).toEqual(['a.png']);
        expect(hot.actions().map((action) => action.state)).toEqual(kind === 'keep' ? [] : ['due']);
        mount();
        hot.put('b.png');
        await rig.untilRows(2);
        await rig.untilIdle();
        expect(await titles()).toEqual(['a.png', 'b.png']);
        expect(hot.view().state.kind).toBe('watching');
      } finally {
        for (let mounted = true; mounted; ) {
          try {
            unmount();
          } catch {
            mounted = false;
          }
        }
      }
    },
  );
});

describe('without events', () => {
  /** Everything arrives: what was there, what is written, what is put into new folders, and what is renamed into place. */
  async function everythingArrives(): Promise<void> {
    hot.put('new/deep/a.png');
    hot.put('b.png.part');
    await rig.until(() => hot.view().waiting === 2);
    renameSync(hot.path('b.png.part'), hot.path('b.png'));
    await rig.untilRows(3);
    await rig.untilIdle();
    expect(await titles()).toEqual(['a.png', 'b.png', 'before.png']);
  }

  const polling = (view: WatchFolderView): { everySeconds: number; why: string } => {
    if (view.state.kind !== 'polling') throw new Error(`It is ${view.state.kind}.`);
    return view.state;
  };

  it('a watcher that never tells anything is found out by the self-test, and the folder is polled', async () => {
    machine = (deps) => ({
      ...deps,
      startWatcher: async () => ({ how: 'nothing', size: 0, close: async () => undefined }),
    });
    await rig.restart();
    hot.put('before.png');
    await hot.watch();
    expect(polling(hot.view()).why).toMatch(/no event came/i);
    await everythingArrives();
  });

  it('a watcher that cannot be had for want of handles: the remedy is told, and the folder is polled', async () => {
    const remedy = 'Raise fs.inotify.max_user_watches, then switch the folder off and on.';
    machine = (deps) => ({
      ...deps,
      startWatcher: async () => {
        throw new UploaderError('watch-limit', remedy);
      },
    });
    await rig.restart();
    hot.put('before.png');
    await hot.watch();
    expect(polling(hot.view()).why).toContain(remedy);
    await everythingArrives();
  });

  it('a watcher that breaks off while it runs', async () => {
    let fail: (error: UploaderError) => void = () => undefined;
    machine = (deps) => ({
      ...deps,
      startWatcher: (root, options) => {
        fail = (error) => options.listener.failed(error);
        return deps.startWatcher(root, options);
      },
    });
    await rig.restart();
    hot.put('before.png');
    await hot.watch();
    expect(hot.view().state.kind).toBe('watching');
    fail(new UploaderError('watch-limit', 'No handles are left.'));
    await rig.until(() => hot.view().state.kind === 'polling');
    expect(polling(hot.view()).why).toContain('No handles are left.');
    await everythingArrives();
  });

  it('by rule, as often as it says', async () => {
    hot.put('before.png');
    await hot.watch({ ...SOON, find: { kind: 'poll', seconds: 7 } });
    expect(polling(hot.view()).everySeconds).toBeGreaterThanOrEqual(7);
    await everythingArrives();
  });

  it('on a file system that has none', async () => {
    machine = (deps) => ({
      ...deps,
      disk: (root) => ({ ...deps.disk(root), kind: async () => ({ type: 'cifs', events: false }) }),
    });
    await rig.restart();
    hot.put('before.png');
    expect((await rig.program.watch.inspect(hot.root)).notes.join(' ')).toContain('cifs');
    await hot.watch();
    expect(polling(hot.view()).why).toContain('cifs');
    await everythingArrives();
  });

  it('events that get lost: the scanner behind them finds what they did not tell', async () => {
    machine = (deps) => ({
      ...deps,
      startWatcher: async (root, options) => {
        let tested = false;
        const touched = (path: string): void => {
          // Of the self-test, and nothing else.
          if (!tested) options.listener.touched(path);
          tested = tested || path.startsWith('.encord-uploader-test-');
        };
        return deps.startWatcher(root, {
          ...options,
          listener: { ...options.listener, touched, unsure: () => undefined },
        });
      },
    });
    await rig.restart();
    await hot.watch();
    expect(hot.view().state.kind).toBe('watching');
    hot.put('lost.png');
    hot.put('deep/lost.png');
    await rig.pass(30_000);
    expect(hot.view().waiting).toBe(0);
    rig.clock.leap(15 * 60_000);
    await rig.untilRows(2);
    expect(await titles()).toEqual(['lost.png', 'lost.png']);
  });
});

it('a folder that vanishes for good keeps what is known of it', async () => {
  await hot.watch();
  hot.put('a.png');
  await hot.settled();
  rmSync(hot.root, { recursive: true });
  await rig.until(() => hot.view().state.kind === 'suspended');
  expect(hot.states('uploads')).toEqual(['a.png done']);
  await rig.program.watch.remove(hot.id);
  expect(rig.program.watch.list()).toEqual([]);
});

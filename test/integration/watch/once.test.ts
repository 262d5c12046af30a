/** Every file becomes a row once: restarts, copies, moves, folders that are added again, and what was there before. */

import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WatchDeps } from '../../../main/app/deps.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { ScannedFolder } from '../../../main/core/watch/ports.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { HotFolder, image, SOON } from './hot-folder.ts';
import { Rig, rulesOf } from './rig.ts';

/** Called when a scan is to stop behind its first folder, where it stays until the program ends. */
let holdAt: (() => void) | null = null;
let rig: Rig;
let hot: HotFolder;

beforeEach(async () => {
  holdAt = null;
  rig = await Rig.open({ around: { watch: holdScans } });
  hot = new HotFolder(rig);
});
afterEach(() => rig?.close());

function holdScans(deps: WatchDeps): WatchDeps {
  return {
    ...deps,
    disk: (root) => {
      const real = deps.disk(root);
      return {
        ...real,
        async *scan(folders, skip, signal): AsyncGenerator<ScannedFolder> {
          for await (const found of real.scan(folders, skip, signal)) {
            yield found;
            if (!holdAt) continue;
            holdAt();
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
            throw new UploaderError('cancelled', 'The scan was held up until it was ended.');
          }
        },
      };
    },
  };
}

async function titles(dataset = 'Watch'): Promise<string[]> {
  return (await rig.lab.rows(dataset)).map((row) => row.title).sort();
}

const pause = (): void => rig.program.queue.pause({ kind: 'all' });
const resume = (): void => rig.program.queue.resume({ kind: 'all' });

describe('restarts', () => {
  it('in the middle: what was in the queue, what waited, and what came meanwhile', async () => {
    await hot.watch({ readiness: { quietSeconds: 20, quietSecondsPerGB: 0 } });
    pause();
    hot.put('queued.png');
    await rig.until(() => hot.view().queued === 1);
    hot.put('waiting.png');
    await rig.until(() => hot.view().waiting === 1);
    await rig.restart();
    hot.put('during.png');
    resume();
    await hot.settled();
    await rig.restart();
    await hot.settled();
    expect(await titles()).toEqual(['during.png', 'queued.png', 'waiting.png']);
    expect((await rig.lab.state()).registrations).toBe(3);
    expect(hot.files('skipped')).toEqual([]);
  });

  it('what was written while the program was away is found', async () => {
    await hot.watch();
    hot.put('a.png');
    await hot.settled();
    await rig.restart();
    await rig.program.watch.switchTo(hot.id, false);
    hot.put('b.png');
    await rig.program.watch.switchTo(hot.id, true);
    await rig.untilRows(2);
    expect(await titles()).toEqual(['a.png', 'b.png']);
  });
});

describe('the same content again', () => {
  it('moved and renamed, a file or its folder: skipped, with the reason', async () => {
    await hot.watch();
    hot.put('day/a.png');
    hot.put('day/b.png');
    hot.put('c.png');
    await hot.settled();
    renameSync(hot.path('day'), hot.path('night'));
    renameSync(hot.path('c.png'), hot.path('see.png'));
    await hot.settled();
    expect(await titles()).toEqual(['a.png', 'b.png', 'c.png']);
    expect(hot.states('skipped')).toEqual(['night/a.png skipped', 'night/b.png skipped', 'see.png skipped']);
    for (const { reason } of hot.files('skipped')) expect(reason).toMatch(/uploaded|dataset/);
    expect(await hot.explain('see.png')).toMatch(/It was skipped\. .*c\.png/);
  });

  it('renamed while it was waiting: one row, by the new name', async () => {
    await hot.watch();
    hot.put('old.png');
    await rig.until(() => hot.view().waiting === 1);
    renameSync(hot.path('old.png'), hot.path('new.png'));
    await hot.settled();
    expect(await titles()).toEqual(['new.png']);
  });

  it('renamed while it was in the queue: one row, and nothing is lost', async () => {
    await hot.watch();
    pause();
    hot.put('old.png');
    await rig.until(() => hot.view().queued === 1);
    renameSync(hot.path('old.png'), hot.path('new.png'));
    await rig.program.watch.scan(hot.id);
    await rig.until(() => (hot.waiting()[0]?.reason ?? '').startsWith('waits for '));
    expect(hot.waiting()).toMatchObject([
      { key: 'new.png', reason: `waits for ${hot.path('old.png')}, which is being uploaded` },
    ]);
    resume();
    await hot.settled();
    expect(await rig.rows()).toHaveLength(1);
    expect((await rig.lab.state()).registrations).toBe(1);
  });

  it('copies and hard links in one folder: one row, the others skipped', async () => {
    await hot.watch();
    const content = image();
    hot.put('a.png', content);
    hot.put('copies/b.png', content);
    linkSync(hot.path('a.png'), hot.path('c.png'));
    await hot.settled();
    expect(await rig.rows()).toHaveLength(1);
    expect((await rig.lab.state()).registrations).toBe(1);
    expect(hot.files('skipped')).toHaveLength(2);
    hot.put('late.png', content);
    linkSync(hot.path('c.png'), hot.path('later.png'));
    await hot.settled();
    expect(await rig.rows()).toHaveLength(1);
    expect(hot.files('skipped')).toHaveLength(4);
  });

  it('many copies of what is uploaded are skipped in one sweep, not one after another', async () => {
    await hot.watch();
    const content = image();
    hot.put('first.png', content);
    await hot.settled();
    let sweeps = 0;
    const stop = rig.program.watch.listen((event) => {
      if (event.kind === 'added') sweeps += 1;
    });
    for (let index = 0; index < 60; index += 1) hot.put(`again/${index}.png`, content);
    await hot.settled();
    stop();
    expect(await rig.rows()).toHaveLength(1);
    expect(hot.view().skipped).toBe(60);
    // The first of a sweep, and then all the others together; events may have made more than one sweep of it.
    expect(sweeps).toBeLessThan(12);
  });

  it('in two watch folders of one dataset: one row; of two datasets: one in each', async () => {
    const other = new HotFolder(rig);
    const elsewhere = new HotFolder(rig);
    const content = image();
    const dataset = await rig.lab.dataset('Elsewhere');
    await hot.watch();
    await other.watch();
    await elsewhere.watchInto(dataset, rulesOf(SOON));
    for (const folder of [hot, other, elsewhere]) folder.put('a.png', content);
    for (const folder of [hot, other, elsewhere]) await folder.settled();
    expect(await titles()).toEqual(['a.png']);
    expect(await titles('Elsewhere')).toEqual(['a.png']);
    expect((await rig.lab.state()).registrations).toBe(2);
    expect([hot, other].flatMap((folder) => folder.states('skipped'))).toEqual(['a.png skipped']);
    expect(elsewhere.files('skipped')).toEqual([]);
  });

  it('a file that was dropped by hand before', async () => {
    const content = image();
    const outside = new HotFolder(rig, 'drop');
    outside.put('dropped.png', content);
    const call = async (name: string, input: unknown): Promise<{ planId: string }> => {
      const answer = await rig.program.handle(name, input);
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value as { planId: string };
    };
    const source = { kind: 'paths', paths: [outside.path('dropped.png')] };
    const { planId } = await call('plan.start', { source, datasetId: rig.datasetId });
    await call('plan.commit', { planId });
    await rig.untilRows(1);
    hot.put('a.png', content);
    await hot.watch();
    await hot.settled();
    expect(await titles()).toEqual(['dropped.png']);
    expect(hot.files('skipped')).toMatchObject([{ path: 'a.png', state: 'skipped' }]);
    expect(hot.files('skipped')[0]?.reason).toContain('dropped.png');
  });

  it('a file that was only touched is not sent again', async () => {
    await hot.watch();
    hot.put('a.png');
    await hot.settled();
    utimesSync(hot.path('a.png'), 1_700_000_000, 1_700_000_000);
    await hot.settled();
    expect((await rig.lab.state()).registrations).toBe(1);
    expect(hot.states('skipped')).toEqual(['a.png skipped']);
  });
});

describe('a folder that is removed and added again', () => {
  it('uploads nothing twice, whatever is chosen for what is there', async () => {
    await hot.watch();
    hot.put('a.png');
    await hot.settled();
    for (const existing of ['all', 'new', 'review'] as const) {
      await rig.program.watch.remove(hot.id);
      expect(rig.program.watch.list()).toEqual([]);
      await hot.watch(SOON, existing);
      await hot.settled();
      expect(hot.files('held')).toEqual([]);
    }
    hot.put('b.png');
    await hot.settled();
    expect(await titles()).toEqual(['a.png', 'b.png']);
    expect((await rig.lab.state()).registrations).toBe(2);
    expect(hot.states('uploads')).toEqual(['a.png done', 'b.png done']);
  });

  it('into another dataset, uploads there', async () => {
    await hot.watch();
    hot.put('a.png');
    await hot.settled();
    await rig.program.watch.remove(hot.id);
    await hot.watchInto(await rig.lab.dataset('Second'), rulesOf(SOON));
    await hot.settled();
    expect(await titles()).toEqual(['a.png']);
    expect(await titles('Second')).toEqual(['a.png']);
  });

  it('while its files are in the queue: they are finished, and known', async () => {
    await hot.watch();
    pause();
    hot.put('a.png');
    await rig.until(() => hot.view().queued === 1);
    await rig.program.watch.remove(hot.id);
    await hot.watch();
    resume();
    await hot.settled();
    expect((await rig.lab.state()).registrations).toBe(1);
    expect(hot.states('uploads')).toEqual(['a.png done']);
  });
});

describe('what was there before', () => {
  it('all of it is uploaded', async () => {
    hot.put('a.png');
    hot.put('deep/b.png');
    await hot.watch(SOON, 'all');
    await hot.settled();
    expect(await titles()).toEqual(['a.png', 'b.png']);
  });

  it('only new files: the others are left, until they change', async () => {
    hot.put('a.png');
    hot.put('deep/b.png');
    await hot.watch(SOON, 'new');
    hot.put('new.png');
    await hot.settled();
    await rig.restart();
    await hot.settled();
    expect(await titles()).toEqual(['new.png']);
    expect(await hot.explain('deep/b.png')).toContain(
      'It was there before the folder was added, and is left alone.',
    );
    hot.put('a.png', image(700));
    await hot.settled();
    expect(await titles()).toEqual(['a.png', 'new.png']);
  });

  it('review: some are uploaded, the rest is left for good', async () => {
    for (const name of ['a.png', 'b.png', 'c.png', 'deep/d.png']) hot.put(name);
    await hot.watch(SOON, 'review');
    hot.put('new.png');
    await hot.settled();
    expect(await titles()).toEqual(['new.png']);
    expect(hot.states('held')).toEqual(['a.png held', 'b.png held', 'c.png held', 'deep/d.png held']);
    expect(hot.view()).toMatchObject({ held: 4, waiting: 0 });
    expect(await hot.explain('a.png')).toContain('waits for a review');
    const { watch } = rig.program;
    expect(await watch.review(hot.id, ['b.png', 'deep/d.png', 'nowhere.png'], 'upload')).toEqual({
      files: 2,
    });
    await hot.settled();
    expect(await titles()).toEqual(['b.png', 'd.png', 'new.png']);
    expect(await watch.review(hot.id, ['a.png'], 'ignore')).toEqual({ files: 1 });
    expect(hot.states('held')).toEqual(['c.png held']);
    expect(await watch.review(hot.id, null, 'ignore')).toEqual({ files: 1 });
    await hot.settled();
    expect(hot.view().held).toBe(0);
    expect(await titles()).toEqual(['b.png', 'd.png', 'new.png']);
  });

  it('review: all of it is uploaded', async () => {
    for (const name of ['a.png', 'deep/b.png']) hot.put(name);
    await hot.watch(SOON, 'review');
    expect(await rig.program.watch.review(hot.id, null, 'upload')).toEqual({ files: 2 });
    await hot.settled();
    expect(await titles()).toEqual(['a.png', 'b.png']);
  });

  it.each(['new', 'review'] as const)(
    'files that arrive during the first scan are new, and one that was broken off is begun again (%s)',
    async (existing) => {
      hot.put('a/first.png');
      hot.put('b/second.png');
      const reached = new Promise<void>((resolve) => {
        holdAt = resolve;
      });
      const { watch, deps } = rig.program;
      const accountId = deps.store.activeAccountId() ?? '';
      const draft = {
        root: hot.root,
        accountId,
        datasetId: rig.datasetId,
        folderId: null,
        rules: rulesOf(SOON),
      };
      const { id } = await watch.add({ ...draft, existing }, true);
      await reached;
      holdAt = null;
      // This machine's clock, which files have their times from, is behind the one that leaps.
      const soon = rig.clock.now() / 1000 + 1;
      for (const path of ['a/new.png', 'c/new.png']) {
        hot.put(path);
        utimesSync(hot.path(path), soon, soon);
      }
      await rig.restart();
      await rig.until(() => rig.view(id).state.kind === 'watching');
      await rig.untilRows(2);
      await rig.untilIdle();
      expect(await titles()).toEqual(['new.png', 'new.png']);
      expect(rig.view(id).held).toBe(existing === 'review' ? 2 : 0);
      for (const path of ['a/first.png', 'b/second.png'])
        expect(await hot.explain(path)).toContain('It was there before');
    },
  );
});

describe('units that come to no row', () => {
  it('cancelled: the file is not taken again by itself; its upload can be retried', async () => {
    await hot.watch();
    pause();
    hot.put('a.png');
    await rig.until(() => hot.view().queued === 1);
    await rig.program.queue.cancel({ kind: 'all' });
    resume();
    await hot.settled();
    await rig.restart();
    await hot.settled();
    expect(await rig.rows()).toEqual([]);
    expect(hot.states('uploads')).toEqual(['a.png cancelled']);
    expect(await hot.explain('a.png')).toContain(
      'Its upload was cancelled. Retry it in the list of uploads.',
    );
    const unitId = hot.files('uploads')[0]?.unit?.id ?? 0;
    await rig.program.queue.retry({ kind: 'unit', id: unitId });
    await rig.untilRows(1);
    await rig.untilIdle();
    expect(hot.states('uploads')).toEqual(['a.png done']);
  });

  it('failed: told where it waits, and taken up by a retry', async () => {
    await hot.watch();
    await rig.lab.fault({ kind: 'grant' }, { status: 400 }, 50);
    hot.put('a.png');
    await rig.until(() => rig.program.deps.store.totals({ kind: 'all' }).units.failed === 1);
    await hot.settled();
    await rig.restart();
    await hot.settled();
    expect(hot.states('uploads')).toEqual(['a.png taken']);
    expect(hot.files('uploads')[0]?.unit).toMatchObject({ state: 'failed' });
    expect(await hot.explain('a.png')).toContain('Its upload failed.');
    await rig.lab.control('DELETE', 'faults');
    await rig.program.queue.retry({ kind: 'all' });
    await rig.untilRows(1);
    await rig.untilIdle();
    expect((await rig.lab.state()).registrations).toBe(1);
  });

  it.each(['ignore', 'ask'] as const)(
    'failed: what takes its place is no change of it (%s)',
    async (changed) => {
      await hot.watch({ ...SOON, changed });
      await rig.lab.fault({ kind: 'grant' }, { status: 400 });
      hot.put('a.png');
      await rig.until(() => rig.program.deps.store.totals({ kind: 'all' }).units.failed === 1);
      const mended = hot.put('a.png');
      await hot.settled();
      expect(await rig.rows()).toMatchObject([{ sha256: mended }]);
      expect(hot.files('skipped')).toEqual([]);
    },
  );

  it('failed: a copy that waited for it is uploaded instead', async () => {
    await hot.watch();
    rig.program.queue.pause({ kind: 'all' });
    await rig.lab.fault({ kind: 'grant' }, { status: 400 });
    const content = image();
    hot.put('a.png', content);
    await rig.until(() => hot.view().queued === 1);
    hot.put('b.png', content);
    await rig.until(() => rig.waiting(hot.id)[0]?.reason.includes('which is being uploaded') === true);
    rig.program.queue.resume({ kind: 'all' });
    await hot.settled();
    expect(await rig.rows()).toMatchObject([{ title: 'b.png' }]);
    expect(hot.states('uploads')).toEqual(['a.png taken', 'b.png done']);
  });
});

it('an account that is removed: its files wait, until another one is chosen', async () => {
  const key = makeKey('second@example.com');
  await rig.lab.control('POST', 'keys', { publicKey: key.publicKey, email: 'second@example.com' });
  const { program } = rig;
  const first = program.deps.store.activeAccountId() ?? '';
  const answer = await program.handle('accounts.signIn', {
    method: 'ssh',
    key: key.privateKey,
    passphrase: null,
    rememberPassphrase: true,
    domain: rig.lab.emulator.url,
    name: 'Second',
    forThisRunOnly: true,
  });
  if (!answer.ok) throw new Error(answer.error.message);
  const second = (answer.value as { id: string }).id;
  await program.handle('accounts.switch', { accountId: second });
  const dataset = await rig.lab.dataset('Shared', {
    users: [
      { email: 'lab@example.com', role: 'admin' },
      { email: 'second@example.com', role: 'admin' },
    ],
  });
  await hot.watchInto(dataset, rulesOf(SOON));
  hot.put('a.png');
  await hot.settled();
  expect(hot.view().accountName).toBe('Second');
  // Whoever is signed in on the page changes nothing of a folder, and removing its account does.
  await program.handle('accounts.switch', { accountId: first });
  hot.put('b.png');
  await hot.settled();
  expect((await program.handle('accounts.signOut', { accountId: second, cancelUnfinished: false })).ok).toBe(
    true,
  );
  hot.put('c.png');
  await rig.until(() => (hot.waiting()[0]?.reason ?? '').includes('account'));
  expect(hot.view()).toMatchObject({ accountName: null, waiting: 1 });
  expect(hot.view().notices).toMatchObject([{ tone: 'attention' }]);
  await rig.pass(60_000);
  expect(await titles('Shared')).toEqual(['a.png', 'b.png']);
  await program.watch.change(hot.id, { accountId: first });
  await hot.settled();
  expect(await titles('Shared')).toEqual(['a.png', 'b.png', 'c.png']);
  expect(hot.view().notices).toEqual([]);
});

it('explains why a file is not uploaded, or that it is', async () => {
  await hot.watch({
    ...SOON,
    exclude: ['*.bak.png', 'private/'],
    readiness: { quietSeconds: 5, quietSecondsPerGB: 0, marker: null },
  });
  hot.put('done.png');
  hot.put('notes.txt', 'text');
  hot.put('copy.bak.png');
  hot.put('private/x.png');
  hot.put('thumbs.db', 'x');
  hot.put('.hidden/x.png');
  hot.put('uploaded/2024-01-01/x.png');
  mkdirSync(hot.path('folder'), { recursive: true });
  await hot.settled();
  hot.put('again.png', image());
  copyFileSync(hot.path('done.png'), hot.path('copy.png'));
  await hot.settled();
  writeFileSync(hot.path('writing.png.part'), 'x');
  writeFileSync(hot.path('half.png'), image(2_000).subarray(0, 900));
  await rig.program.watch.scan(hot.id);
  await rig.pass(6_000);
  hot.put('fresh.png');
  await rig.program.watch.scan(hot.id);
  hot.put('again.png', image(900));
  await rig.program.watch.scan(hot.id);
  const said = new Map<string, RegExp>([
    ['done.png', /which goes to Watch\. It was uploaded on \d{4}-\d\d-\d\d at \d\d:\d\d UTC\.$/],
    ['notes.txt', /It was refused\. .+/],
    ['copy.png', /It was skipped\. .*done\.png/],
    ['copy.bak.png', /It is left out: it fits the pattern “\*\.bak\.png”, which is left out\.$/],
    [
      'private/x.png',
      /It is left out: its folder “private” fits the pattern “private\/”, which is left out\.$/,
    ],
    ['thumbs.db', /It is left out: it is a file of the system\.$/],
    ['.hidden/x.png', /It is left out: it lies in the hidden folder “\.hidden”\.$/],
    ['uploaded/2024-01-01/x.png', /It is left out: it was uploaded and moved there\.$/],
    ['folder', /It is a folder; ask for one of its files\.$/],
    ['nowhere.png', /There is no such file now\.$/],
    ['writing.png.part', /It waits: its name says that it is still being written \(\*\.part\)\.$/],
    ['half.png', /It waits: not complete yet: .+\.$/],
    ['fresh.png', /It waits: appeared \d(\.\d)? s ago, waiting until it is quiet for 5 s\.$/],
    ['again.png', /It changed since\. As it was before: It was uploaded on .+ UTC\. It waits: .+ 5 s\.$/],
  ]);
  for (const [path, sentence] of said) expect.soft(await hot.explain(path), path).toMatch(sentence);
  expect(await rig.program.watch.explain('/nowhere/at all.png')).toEqual([
    '/nowhere/at all.png lies in no watch folder.',
  ]);
  rmSync(hot.path('done.png'));
  expect(await hot.explain('done.png')).toMatch(/There is no such file now\. It was uploaded on /);
  await rig.program.watch.switchTo(hot.id, false);
  expect(await hot.explain('fresh.png')).toMatch(
    /That watch folder is switched off\. .*was not looked at yet\./,
  );
});

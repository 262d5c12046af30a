/** Groups of frames in watch folders of the whole program: which files become one row, when, and what a person is asked. */

import { rmSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { Becoming, GroupRules } from '../../../main/core/watch/rules.ts';
import { makePng } from '../../fixtures/png.ts';
import { HotFolder } from './hot-folder.ts';
import { Rig, type Row, type RuleChanges, sha256Of } from './rig.ts';

/** Seconds after which a frame is finished, a group closed, and a missing frame asked about. */
const QUIET = 1;
const CLOSED = 4;
const MISSED = 5;

const BY_FOLDER: Becoming = { kind: 'folders', media: 'image-group' };
const SEQUENCES: Becoming = { kind: 'folders', media: 'image-sequence' };

/** Called at the moment when units are added to the queue. */
let adding: () => void;
let rig: Rig;
let hot: HotFolder;
beforeEach(async () => {
  adding = () => undefined;
  const store = (real: Store): Store => ({
    ...real,
    addBatch(...args) {
      adding();
      return real.addBatch(...args);
    },
  });
  rig = await Rig.open({ around: { store } });
  hot = new HotFolder(rig);
});
afterEach(() => rig?.close());

function rules(becomes: Becoming, groups: Partial<GroupRules> = {}, more: RuleChanges = {}): RuleChanges {
  return {
    ...more,
    becomes,
    readiness: { quietSeconds: QUIET, quietSecondsPerGB: 0 },
    groups: {
      close: { kind: 'quiet', seconds: CLOSED },
      missing: { waitSeconds: MISSED, otherwise: 'ask' },
      ...groups,
    },
  };
}

/** Frames `frame_0001.png` and so on in a folder; answers their hashes. Different seeds give different frames. */
function frames(folder: string, numbers: readonly number[], seed = 0): string[] {
  return numbers.map((number) =>
    hot.put(
      `${folder}/frame_${String(number).padStart(4, '0')}.png`,
      makePng({ seed: seed + number, bytes: 300 }),
    ),
  );
}

function hashesOf(row: Row | undefined): string[] {
  return (row?.images ?? []).map((image) => image.sha256);
}

async function groupRows(): Promise<Record<string, string[]>> {
  return Object.fromEntries((await rig.rows()).map((row) => [row.title, hashesOf(row)]));
}

describe('which files are one row', () => {
  it('each sub-folder, also a nested one, in natural order; those in the root itself are of none', async () => {
    const one = frames('one', [1, 2, 3]);
    const nested = ['shot9.png', 'shot10.png', 'shot8.png'].map((name, index) =>
      hot.put(`day/cell/${name}`, makePng({ seed: 50 + index, bytes: 300 })),
    );
    hot.put('stray.png', makePng({ seed: 99 }));
    await hot.watch(rules(BY_FOLDER));
    await hot.settled();
    expect(await groupRows()).toEqual({ one, cell: [nested[2], nested[0], nested[1]] });
    expect((await rig.rows()).map((row) => row.data_type)).toEqual(['IMG_GROUP', 'IMG_GROUP']);
    const [stray] = hot.waiting();
    expect(stray).toMatchObject({
      key: 'stray.png',
      kind: 'file',
      tone: 'ask',
      reason: 'it lies in the watch folder itself, and only sub-folders become groups',
      choices: ['ignore'],
    });
    hot.decide('stray.png', 'ignore');
    await hot.settled();
    expect(hot.waiting()).toEqual([]);
    expect(hot.files('skipped')).toMatchObject([
      { path: 'stray.png', state: 'ignored', reason: 'Somebody decided to leave it.' },
    ]);
  });

  it('each sub-folder a sequence, which is a video to those who annotate it', async () => {
    const frame = frames('one', [1, 2]);
    await hot.watch(rules(SEQUENCES));
    await hot.settled();
    const [row] = await rig.rows();
    const { items } = await rig.lab.state();
    expect(items.filter(({ title }) => title === 'one').map(({ type }) => type)).toEqual(['imageSequence']);
    expect(hashesOf(row)).toEqual(frame);
  });

  it('a pattern with captures in braces, by the folder it is in', async () => {
    const [a1, a2, b1] = ['a/cell_1.png', 'a/cell_2.png', 'a/dish_1.png'].map((path, index) =>
      hot.put(path, makePng({ seed: index + 1 })),
    );
    const elsewhere = hot.put('b/cell_1.png', makePng({ seed: 9 }));
    hot.put('b/other.png', makePng({ seed: 10 }));
    await hot.watch(
      rules(
        { kind: 'pattern', media: 'image-group', pattern: '{series}_{frame}.png' },
        {},
        { title: '{dir}/{series}' },
      ),
    );
    await hot.settled();
    expect(await groupRows()).toEqual({ 'a/cell': [a1, a2], 'a/dish': [b1], 'b/cell': [elsewhere] });
    expect(hot.waiting()).toMatchObject([
      { key: 'b/other.png', reason: 'it does not fit the pattern “{series}_{frame}.png”', tone: 'ask' },
    ]);
  });

  it('a pattern with captures as a regular expression, across folders', async () => {
    const [left, right, alone] = ['cam1/run7_5.png', 'cam2/run7_6.png', 'cam2/run8_5.png'].map(
      (path, index) => hot.put(path, makePng({ seed: index + 1 })),
    );
    const pattern = '[^/]+/(?<run>run\\d+)_(?<frame>\\d+)\\.png';
    await hot.watch(rules({ kind: 'pattern', media: 'image-group', pattern }));
    await hot.settled();
    expect(await groupRows()).toEqual({ run7: [left, right], run8: [alone] });
  });

  it('images of one folder until the next one is so much younger', async () => {
    await hot.watch(rules({ kind: 'gap', media: 'image-group', seconds: 5 }, {}, { changed: 'ask' }));
    const first = [hot.put('s/a.png', makePng({ seed: 1 })), hot.put('s/b.png', makePng({ seed: 2 }))];
    const at = (path: string, second: number) =>
      utimesSync(hot.path(path), 1_700_000_000 + second, 1_700_000_000 + second);
    at('s/a.png', 0);
    at('s/b.png', 4);
    const second = [hot.put('s/c.png', makePng({ seed: 3 })), hot.put('s/d.png', makePng({ seed: 4 }))];
    at('s/c.png', 10);
    at('s/d.png', 11);
    await hot.settled();
    expect(await groupRows()).toEqual({ a: first, c: second });
    expect(hot.waiting()).toEqual([]);
    // A frame that changes stays with its group, whatever its time is now.
    const again = hot.put('s/b.png', makePng({ seed: 5 }));
    const row = await hot.untilAsked();
    expect(row).toMatchObject({
      key: 's/a.png',
      name: 'a',
      reason: 'b.png changed after the group was taken',
    });
    at('s/b.png', 3);
    await hot.settled();
    hot.decide(row.key, 'upload');
    await rig.untilRows(3);
    expect((await rig.rows()).map(hashesOf)).toEqual([first, second, [first[0], again]]);
  });
});

describe('when it is closed', () => {
  it('by quiet: a frame that comes meanwhile begins the time anew', async () => {
    await hot.watch(rules(BY_FOLDER));
    const all: string[] = [];
    for (const number of [1, 2, 3, 4]) {
      all.push(...frames('one', [number]));
      await rig.pass((CLOSED - 1) * 1000);
      expect(await rig.rows()).toEqual([]);
    }
    expect(hot.waiting()).toMatchObject([
      { key: 'one', kind: 'group', name: 'one', frames: 4, tone: 'waiting' },
    ]);
    expect(hot.waiting()[0]?.reason).toMatch(
      /^the last of 4 files came or changed \d(\.\d)? s ago; 4 s without a change close the group$/,
    );
    await hot.settled();
    expect(await groupRows()).toEqual({ one: all });
  });

  it('by a marker in the folder, or beside it', async () => {
    const close = { kind: 'marker', name: 'MARKER_is_finished_{folder}' } as const;
    await hot.watch(rules(BY_FOLDER, { close }));
    const inside = frames('in', [1, 2]);
    const beside = frames('be side [1]', [1, 2], 100);
    frames('open', [1], 200);
    await rig.pass(30_000);
    expect(await rig.rows()).toEqual([]);
    expect(hot.waiting().map((row) => row.reason)).toEqual(
      Array(3).fill('the marker MARKER_is_finished_{folder} is not there'),
    );
    hot.put('in/MARKER_is_finished_in', '');
    hot.put('MARKER_is_finished_be side [1]', '');
    await rig.untilRows(2);
    await hot.settled();
    expect(await groupRows()).toEqual({ in: inside, 'be side [1]': beside });
    expect(hot.waiting().map((row) => row.key)).toEqual(['open']);
    expect(hot.files('skipped')).toEqual([]);
  });

  it('by count', async () => {
    await hot.watch(rules(BY_FOLDER, { close: { kind: 'count', count: 4 } }));
    const some = frames('one', [1, 2, 4]);
    await rig.pass(30_000);
    expect(hot.waiting()).toMatchObject([{ reason: '3 of 4 frames are there; frame_0003 is missing' }]);
    const [missing] = frames('one', [3]);
    await rig.untilRows(1);
    expect(await groupRows()).toEqual({ one: [some[0], some[1], missing, some[2]] });
  });

  it('by a manifest, which need not name what is no data', async () => {
    const close = { kind: 'manifest', name: '*.sha256' } as const;
    await hot.watch(rules(BY_FOLDER, { close }));
    const some = frames('one', [1, 2]);
    await rig.pass(10_000);
    expect(hot.waiting()).toMatchObject([{ reason: 'the list *.sha256 is not there' }]);
    const last = makePng({ seed: 4, bytes: 300 });
    const lines = [some[0], some[1], sha256Of(last)].map(
      (hash, index) => `${hash}  frame_000${[1, 2, 4][index]}.png`,
    );
    hot.put('one/all.sha256', `${lines.join('\n')}\n`);
    await rig.pass(10_000);
    expect(hot.waiting()).toMatchObject([{ reason: 'frame_0004.png is listed and not there' }]);
    hot.put('one/frame_0004.png', last);
    await rig.untilRows(1);
    // The list knows better than the numbers: nobody is asked about frame_0003.
    expect(await groupRows()).toEqual({ one: [...some, sha256Of(last)] });
    await hot.settled();
    expect(hot.files('skipped')).toEqual([]);
  });
});

describe('missing frames', () => {
  const numbers = [39, 40, 42];

  it('are waited for, and the group is whole when they come', async () => {
    await hot.watch(rules(BY_FOLDER));
    const some = frames('one', numbers);
    await rig.until(() => hot.waiting()[0]?.reason === 'frame_0041 is missing');
    expect(hot.waiting()).toMatchObject([{ tone: 'waiting', choices: [] }]);
    const [missing] = frames('one', [41]);
    await rig.untilRows(1);
    expect(await groupRows()).toEqual({ one: [some[0], some[1], missing, some[2]] });
  });

  it('are asked about, and the group is uploaded without them', async () => {
    await hot.watch(rules(BY_FOLDER));
    const some = frames('one', numbers);
    const row = await hot.untilAsked();
    expect(row).toMatchObject({
      key: 'one',
      reason: 'frame_0041 is missing',
      tone: 'ask',
      choices: ['upload', 'ignore', 'wait'],
      frames: 3,
    });
    await rig.pass(60_000);
    expect(await rig.rows()).toEqual([]);
    hot.decide(row.key, 'upload');
    await rig.untilRows(1);
    expect(await groupRows()).toEqual({ one: some });
  });

  it('are asked about, and the group is left; what comes afterwards is told and no group of its own', async () => {
    await hot.watch(rules(BY_FOLDER));
    frames('one', numbers);
    hot.decide((await hot.untilAsked()).key, 'ignore');
    await hot.settled();
    expect(hot.files('skipped').map(({ path, state }) => [path, state])).toEqual(
      [42, 40, 39].map((number) => [`one/frame_00${number}.png`, 'ignored']),
    );
    frames('one', [41]);
    expect(await hot.untilAsked()).toMatchObject({ key: 'one', frames: 1 });
    await hot.settled();
    expect(await rig.rows()).toEqual([]);
  });

  it('are asked about, and waited for on and on', async () => {
    await hot.watch(rules(BY_FOLDER));
    const some = frames('one', numbers);
    hot.decide((await hot.untilAsked()).key, 'wait');
    await rig.pass(60_000);
    expect(hot.waiting()).toMatchObject([{ reason: 'frame_0041 is missing', tone: 'waiting' }]);
    expect(await rig.rows()).toEqual([]);
    const [missing] = frames('one', [41]);
    await rig.untilRows(1);
    expect(await groupRows()).toEqual({ one: [some[0], some[1], missing, some[2]] });
  });

  it('are told when the rule takes the group without them', async () => {
    await hot.watch(rules(BY_FOLDER, { missing: { waitSeconds: MISSED, otherwise: 'take' } }));
    const some = frames('one', numbers);
    await rig.untilRows(1);
    expect(await groupRows()).toEqual({ one: some });
    expect(hot.view().notices).toContainEqual({ tone: 'info', text: 'one: frame_0041 is missing.' });
  });
});

describe('what does not fit together', () => {
  it('a text file among the frames is refused alone, early or late', async () => {
    await hot.watch(rules(BY_FOLDER));
    const frame = frames('one', [1, 2]);
    hot.put('one/notes.txt', 'taken by hand');
    await hot.settled();
    expect(await groupRows()).toEqual({ one: frame });
    hot.put('one/more.txt', 'later');
    await hot.settled();
    expect(hot.waiting()).toEqual([]);
    const refused = hot.files('skipped');
    expect(refused.map(({ path, state }) => [path, state])).toEqual([
      ['one/more.txt', 'refused'],
      ['one/notes.txt', 'refused'],
    ]);
    for (const { reason } of refused) expect(reason).toMatch(/image/);
  });

  it('sizes that differ are asked about for a sequence, and told of a group', async () => {
    await hot.watch(rules(SEQUENCES));
    hot.put('one/a_1.png', makePng({ seed: 1, width: 8, height: 4 }));
    hot.put('one/a_2.png', makePng({ seed: 2, width: 8, height: 4 }));
    hot.put('one/a_3.png', makePng({ seed: 3, width: 6, height: 4 }));
    const row = await hot.untilAsked();
    expect(row.reason).toBe(
      'frames of two sizes: 8×4 (2), 6×4 (1); Encord would split the sequence by size, or resize its frames',
    );
    expect(await rig.rows()).toEqual([]);
    await rig.program.watch.change(hot.id, {
      rules: { ...hot.view().rules, becomes: { ...BY_FOLDER } },
    });
    await rig.untilRows(1);
    expect(hashesOf((await rig.rows())[0])).toHaveLength(3);
    expect(hot.view().notices.map(({ text }) => text)).toContain(
      'one: frames of two sizes: 8×4 (2), 6×4 (1).',
    );
  });

  it('too many frames are no group, and can only be left', async () => {
    await hot.watch(rules(BY_FOLDER, { maxFrames: 3 }));
    frames('one', [1, 2, 3, 4]);
    const fine = frames('two', [1, 2, 3], 100);
    await rig.untilRows(1);
    await hot.settled();
    expect(await groupRows()).toEqual({ two: fine });
    const [row] = hot.waiting();
    expect(row).toMatchObject({ key: 'one', tone: 'stuck', choices: ['ignore'] });
    expect(row?.reason).toMatch(/^it has 4 frames, and a group may have 3/);
    rmSync(hot.path('one/frame_0004.png'));
    await rig.untilRows(2);
  });

  it('a broken frame refuses its group; when it was written again, the group is taken as a whole', async () => {
    await hot.watch(rules(BY_FOLDER));
    rig.program.settings.set({ sizeLimitBytes: 2_000 });
    const some = frames('one', [1, 2]);
    hot.put('one/frame_0003.png', makePng({ seed: 3, bytes: 5_000 }));
    await hot.settled();
    expect(await rig.rows()).toEqual([]);
    expect(hot.files('skipped').map(({ state }) => state)).toEqual(['refused', 'refused', 'refused']);
    const mended = hot.put('one/frame_0003.png', makePng({ seed: 3, bytes: 300 }));
    await rig.untilRows(1);
    await hot.settled();
    expect(await groupRows()).toEqual({ one: [...some, mended] });
    expect(hot.files('skipped')).toEqual([]);
  });

  it('a frame is mended after the upload of its group failed: the group is taken anew, whatever the rule for changes', async () => {
    await hot.watch(rules(BY_FOLDER, {}, { changed: 'ignore' }));
    await rig.lab.fault({ kind: 'grant' }, { status: 400 }, 50);
    const [first] = frames('one', [1, 2]);
    await rig.until(() => rig.program.deps.store.totals({ kind: 'all' }).units.failed === 1);
    await rig.lab.control('DELETE', 'faults');
    const mended = hot.put('one/frame_0002.png', makePng({ seed: 102, bytes: 300 }));
    await hot.settled();
    expect(await groupRows()).toEqual({ one: [first, mended] });
  });
});

describe('after the group was registered', () => {
  /** A group of three frames that is uploaded. */
  async function uploaded(changed: 'upload' | 'ask' | 'ignore' = 'upload') {
    await hot.watch(rules(BY_FOLDER, {}, { changed }));
    const frame = frames('one', [1, 2, 3]);
    await rig.untilRows(1);
    await hot.settled();
    return frame;
  }

  it('late frames are told, and uploaded as a further row when a person says so', async () => {
    await uploaded();
    const late = frames('one', [4, 5]);
    const row = await hot.untilAsked();
    expect(row.reason).toBe('frame_0004.png and 1 more came after the group was taken');
    expect(row.choices).toEqual(['upload', 'ignore', 'wait']);
    await rig.pass(30_000);
    expect(await rig.rows()).toHaveLength(1);
    hot.decide(row.key, 'upload');
    await rig.untilRows(2);
    await hot.settled();
    expect(hashesOf((await rig.rows()).find(({ title }) => title === 'one (late)'))).toEqual(late);
    expect(hot.waiting()).toEqual([]);
    await rig.restart();
    await hot.settled();
    expect(await rig.rows()).toHaveLength(2);
  });

  it('late frames are left when a person says so, after a restart, too', async () => {
    await uploaded();
    frames('one', [4]);
    hot.decide((await hot.untilAsked()).key, 'ignore');
    await hot.settled();
    await rig.restart();
    await hot.settled();
    expect(hot.waiting()).toEqual([]);
    expect(await rig.rows()).toHaveLength(1);
    expect(hot.files('skipped')).toMatchObject([{ path: 'one/frame_0004.png', state: 'ignored' }]);
  });

  it('a frame that changes has the whole group uploaded again, where that is the rule', async () => {
    const frame = await uploaded('upload');
    const again = hot.put('one/frame_0002.png', makePng({ seed: 77, bytes: 400 }));
    await rig.untilRows(2);
    await hot.settled();
    expect((await rig.rows()).map(hashesOf)).toEqual([frame, [frame[0], again, frame[2]]]);
    expect(hot.waiting()).toEqual([]);
  });

  it('a frame that changes is asked about, where that is the rule', async () => {
    const frame = await uploaded('ask');
    const again = hot.put('one/frame_0002.png', makePng({ seed: 77, bytes: 400 }));
    const row = await hot.untilAsked();
    expect(row.reason).toBe('frame_0002.png changed after the group was taken');
    await rig.pass(30_000);
    expect(await rig.rows()).toHaveLength(1);
    hot.decide(row.key, 'upload');
    await rig.untilRows(2);
    expect((await rig.rows()).map(hashesOf)).toEqual([frame, [frame[0], again, frame[2]]]);
  });

  it('a frame that changes is left, where that is the rule', async () => {
    await uploaded('ignore');
    hot.put('one/frame_0002.png', makePng({ seed: 77, bytes: 400 }));
    await rig.until(() => hot.files('skipped').length === 1);
    await hot.settled();
    expect(hot.files('skipped')).toMatchObject([
      {
        path: 'one/frame_0002.png',
        state: 'ignored',
        reason: 'It changed after its group was taken, and the rule of this folder leaves such files alone.',
      },
    ]);
    await rig.restart();
    await hot.settled();
    expect(await rig.rows()).toHaveLength(1);
  });

  it('frames that come while the group is being added, or is in the queue, are late, and none of them is lost', async () => {
    await hot.watch(rules(BY_FOLDER));
    const late: string[] = [];
    adding = () => {
      adding = () => undefined;
      late.push(...frames('one', [4]));
    };
    const frame = frames('one', [1, 2, 3]);
    rig.program.queue.pause({ kind: 'all' });
    await rig.until(() => hot.view().queued === 3);
    late.push(...frames('one', [5]));
    await rig.until(() => hot.waiting()[0]?.frames === 2);
    const row = await hot.untilAsked();
    expect(row.reason).toBe('frame_0004.png and 1 more came after the group was taken');
    rig.program.queue.resume({ kind: 'all' });
    await rig.untilRows(1);
    hot.decide(row.key, 'upload');
    await rig.untilRows(2);
    expect(await groupRows()).toEqual({ one: frame, 'one (late)': late });
  });

  it('a frame that changes while the group is in the queue: the group is taken anew when it is finished, and is one row', async () => {
    await hot.watch(rules(BY_FOLDER));
    const frame = frames('one', [1, 2, 3]);
    rig.program.queue.pause({ kind: 'all' });
    await rig.until(() => hot.view().queued === 3);
    const again = hot.put('one/frame_0002.png', makePng({ seed: 77, bytes: 400 }));
    await rig.until(() => hot.waiting()[0]?.reason === 'frame_0002.png changed while the group is uploaded');
    rig.program.queue.resume({ kind: 'all' });
    await rig.untilRows(1);
    await hot.settled();
    expect((await rig.rows()).map(hashesOf)).toEqual([[frame[0], again, frame[2]]]);
    expect(rig.stored().filter((hash) => hash === again)).toHaveLength(1);
    expect(hot.waiting()).toEqual([]);
  });
});

/** Mishaps in the middle of things: a look that fails once, what was waited for ends by hand, calls that meet each other. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { WatchDisk } from '../../../main/core/watch/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { HotFolder, image, SOON } from './hot-folder.ts';
import { Rig, rulesOf } from './rig.ts';

let rig: Rig;
let hot: HotFolder;
/** Paths whose next look fails, and those whose looks all do. */
const failing = new Set<string>();
const broken = new Set<string>();
/** How often each path was looked at. */
const looks = new Map<string, number>();

beforeEach(async () => {
  failing.clear();
  broken.clear();
  looks.clear();
  rig = await Rig.open({
    around: { watch: (watch) => ({ ...watch, disk: (root) => shaky(watch.disk(root)) }) },
  });
  hot = new HotFolder(rig);
});

afterEach(() => rig?.close());

function shaky(disk: WatchDisk): WatchDisk {
  return {
    ...disk,
    async look(path) {
      looks.set(path, (looks.get(path) ?? 0) + 1);
      if (!failing.delete(path) && !broken.has(path)) return disk.look(path);
      return { kind: 'problem', error: new UploaderError('file-unreadable', 'The disk does not answer.') };
    },
  };
}

it.each([
  ['a file', SOON],
  ['a group', { ...SOON, becomes: { kind: 'folders', media: 'image-group' } as const }],
])('%s whose last look fails once is taken all the same', async (_, rules) => {
  await hot.watch({ ...rules, groups: { close: { kind: 'quiet', seconds: 1 } } });
  hot.put('run/frame_1.png');
  await rig.until(() => rig.waiting(hot.id).length === 1);
  failing.add('run/frame_1.png');
  await rig.until(async () => failing.size === 0);
  await hot.settled();
  expect(await rig.rows()).toHaveLength(1);
});

it('a copy that waited for a unit is taken when a person cancels that unit', async () => {
  await hot.watch();
  rig.program.queue.pause({ kind: 'all' });
  const content = image();
  hot.put('a.png', content);
  await rig.until(() => hot.view().queued === 1);
  hot.put('b.png', content);
  await rig.until(() => rig.waiting(hot.id)[0]?.reason.includes('which is being uploaded') === true);
  await rig.program.queue.cancel({ kind: 'all' });
  rig.program.queue.resume({ kind: 'all' });
  await rig.until(async () => (await rig.rows()).length === 1);
  await rig.until(() => hot.states('uploads').join() === 'a.png cancelled,b.png done');
});

it('a file in trouble is not tried at every step of the queue, but in its own time', async () => {
  await hot.watch();
  hot.put('a.png');
  await rig.until(() => rig.waiting(hot.id).length === 1);
  broken.add('a.png');
  await rig.until(() => rig.waiting(hot.id)[0]?.reason === 'The disk does not answer.');
  const before = looks.get('a.png') ?? 0;
  for (let step = 0; step < 20; step += 1) {
    rig.program.queue.pause({ kind: 'all' });
    await rig.pass(400);
  }
  expect((looks.get('a.png') ?? 0) - before).toBeLessThan(3);
  broken.clear();
  rig.program.queue.resume({ kind: 'all' });
  await rig.until(async () => (await rig.rows()).length === 1);
});

it('two adds at once of roots that lie in each other: one is refused', async () => {
  const accountId = rig.program.deps.store.activeAccountId() ?? '';
  const inner = join(hot.root, 'inner');
  mkdirSync(inner);
  const draft = {
    accountId,
    datasetId: rig.datasetId,
    folderId: null,
    rules: rulesOf(SOON),
    existing: 'all' as const,
  };
  const answers = await Promise.allSettled([
    rig.program.watch.add({ ...draft, root: hot.root }, false),
    rig.program.watch.add({ ...draft, root: inner }, false),
  ]);
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  expect(refused).toMatchObject([{ code: 'watch-nested' }]);
  expect(rig.program.watch.list()).toHaveLength(1);
});

it('switched off and on, changed and removed all at once, a folder has one run, or none', async () => {
  await hot.watch();
  const { watch } = rig.program;
  for (let index = 0; index < 30; index += 1) writeFileSync(hot.path(`${index}.png`), image());
  await Promise.all([watch.switchTo(hot.id, false), watch.switchTo(hot.id, true), watch.change(hot.id, {})]);
  await hot.settled();
  expect(await rig.rows()).toHaveLength(30);
  hot.put('last.png');
  const answers = await Promise.allSettled([watch.switchTo(hot.id, false), watch.remove(hot.id)]);
  expect(answers.some((answer) => answer.status === 'fulfilled')).toBe(true);
  await eventually(() => expect(watch.list()).toEqual([]));
  const { registrations } = await rig.lab.state();
  await rig.pass(5_000);
  expect((await rig.lab.state()).registrations).toBe(registrations);
});

/** What comes between two looks of watch folders, at the worst moment that there is. */

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { QueueIntake } from '../../../main/app/watch/queue-intake.ts';
import type { WatchDisk } from '../../../main/core/watch/ports.ts';
import { makePng } from '../../fixtures/png.ts';
import { Rig, rulesOf, sha256Of } from './rig.ts';

let rig: Rig | null = null;
afterEach(async () => {
  await rig?.close();
  rig = null;
});

const image = (seed: number): Buffer => makePng({ seed, bytes: 700 });

it('a group that closes has the frames that came just before its marker', async () => {
  let asked = (): void => undefined;
  const disk = (real: WatchDisk): WatchDisk => ({
    ...real,
    names(folder) {
      if (folder === 'scan') asked();
      return real.names(folder);
    },
  });
  rig = await Rig.open({
    around: { watch: (watch) => ({ ...watch, disk: (root) => disk(watch.disk(root)) }) },
  });
  const root = rig.folder();
  const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(root, 'scan', name), bytes);
  mkdirSync(join(root, 'scan'));
  put('frame1.png', image(1));
  let times = 0;
  asked = () => {
    times += 1;
    if (times > 1) return;
    put('frame2.png', image(2));
    put('complete.txt', Buffer.from('complete'));
  };
  await rig.add(root, {
    becomes: { kind: 'folders', media: 'image-group' },
    groups: { close: { kind: 'marker', name: 'complete.txt' } },
    // No event tells of the second frame.
    find: { kind: 'poll', seconds: 3_600 },
  });
  const [row] = await rig.untilRows(1);
  expect(row?.images?.map((frame) => frame.sha256)).toEqual([sha256Of(image(1)), sha256Of(image(2))]);
  expect(times).toBeGreaterThan(1);
});

it('groups of one folder that close at the same time have what came just before, whichever of them it is of', async () => {
  let root = '';
  let times = 0;
  const put = (name: string, seed: number, at: number): void => {
    writeFileSync(join(root, name), image(seed));
    utimesSync(join(root, name), at, at);
  };
  const disk = (real: WatchDisk): WatchDisk => ({
    ...real,
    names(folder) {
      times += 1;
      if (times === 1) put('d.png', 14, 5_010);
      return real.names(folder);
    },
  });
  rig = await Rig.open({
    around: { watch: (watch) => ({ ...watch, disk: (path) => disk(watch.disk(path)) }) },
  });
  root = rig.folder();
  put('a.png', 11, 1_000);
  put('b.png', 12, 1_001);
  put('c.png', 13, 5_000);
  writeFileSync(join(root, 'complete.txt'), 'complete');
  await rig.add(root, {
    becomes: { kind: 'gap', media: 'image-group', seconds: 60 },
    groups: { close: { kind: 'marker', name: 'complete.txt' } },
    find: { kind: 'poll', seconds: 3_600 },
  });
  const rows = await rig.untilRows(2);
  const hashes = rows.map((row) => row.images?.map((frame) => frame.sha256));
  expect(hashes).toEqual([
    [sha256Of(image(11)), sha256Of(image(12))],
    [sha256Of(image(13)), sha256Of(image(14))],
  ]);
});

it('copies that two folders of a dataset finish at the same time are one row', async () => {
  rig = await Rig.open();
  const { watch, deps } = rig.program;
  const turns: (() => void)[] = [];
  const intake = new QueueIntake({
    deps,
    sizeLimit: () => Number.MAX_SAFE_INTEGER,
    // Nobody has a turn before both have looked for copies and planned.
    inTurn: (work) =>
      new Promise((done) => {
        turns.push(() => done(work()));
        if (turns.length === 2) for (const turn of turns) turn();
        else if (turns.length > 2) turns.at(-1)?.();
      }),
    added: () => undefined,
  });
  const accountId = deps.store.activeAccountId() ?? '';
  const takes = ['left', 'right'].map(async (name) => {
    const root = rig?.folder(name) ?? '';
    const path = `${name}.png`;
    writeFileSync(join(root, path), image(1));
    const draft = { root, accountId, datasetId: rig?.datasetId ?? '', folderId: null, rules: rulesOf() };
    const { id } = await watch.add({ ...draft, existing: 'all' }, false);
    const seen = await deps.watch.disk(root).look(path);
    const folder = deps.store.watchFolder(id);
    if (seen.kind !== 'file' || folder === null) throw new Error('It is not there.');
    const unit = { key: path, group: null, files: [{ path, seen, captures: {} }] };
    const taken = await intake.take(folder, [unit], new AbortController().signal);
    return taken.get(path)?.kind;
  });
  expect((await Promise.all(takes)).sort()).toEqual(['settled', 'underway']);
  expect(deps.store.totals({ kind: 'all' }).units.collecting).toBe(1);
});

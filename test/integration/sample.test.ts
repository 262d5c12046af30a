/**
 * The sample folder through the command line, on both routes: exactly the right rows, every stored object the same
 * bytes as its file, frames in natural order, and each of the bad files explained by whoever found it.
 */

import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, type EmulatorState, Lab } from '../fixtures/lab.ts';
import { makeSample, type Sample } from '../fixtures/sample.ts';

describe.each(['storage', 'documented'] as const)('on the %s route', (route) => {
  let lab: Lab;
  let sample: Sample;
  let run: CliRun;
  let state: EmulatorState;

  beforeAll(async () => {
    lab = await Lab.open();
    sample = await makeSample(join(lab.folder, 'sample'));
    await lab.dataset('Sample');
    const args = ['upload', sample.dir, '--dataset', 'Sample', '--route', route, '--group-folders', '--json'];
    run = await lab.run(args);
    state = await lab.state();
  }, 60_000);

  afterAll(() => lab?.close());

  it('makes exactly the right rows, and stores nothing else', () => {
    const rows = state.datasets.find((dataset) => dataset.title === 'Sample')?.rows ?? [];
    const titles = rows.map((row) => row.title);
    const expected = sample.units.map((unit) => unit.title);
    expect(titles.toSorted()).toEqual(expected.toSorted());
    const frames = sample.units.filter((unit) => unit.media === 'image-group').flatMap((unit) => unit.paths);
    const items = [...expected, ...frames.map((path) => basename(path))];
    expect(state.items.map((item) => item.title).toSorted()).toEqual(items.toSorted());
    expect(state.registrations).toBe(sample.units.length);
  });

  it('stores the very bytes of each file, and frames in natural order', () => {
    const rows = new Map(
      state.datasets.flatMap((dataset) => dataset.rows).map((row) => [row.title, row] as const),
    );
    for (const unit of sample.units) {
      const row = rows.get(unit.title);
      if (unit.media === 'image-group') {
        expect(row?.images?.map((image) => image.title)).toEqual(unit.paths.map((path) => basename(path)));
        expect(row?.images?.map((image) => image.sha256)).toEqual(unit.sha256s);
      } else {
        expect([unit.title, row?.sha256]).toEqual([unit.title, unit.sha256s[0]]);
      }
    }
  });

  it('explains the bad files and exits with 1', () => {
    expect(run.code).toBe(1);
    expect(run.summary).toMatchObject({ done: sample.units.length, refused: 2, failed: 1, uncertain: 0 });
    for (const bad of sample.bad) {
      const unit = run.summary.units.find((each) => each.path === bad.path);
      expect(unit?.state).toBe(bad.where === 'review' ? 'refused' : 'failed');
      expect(unit?.error?.message).toMatch(/\w+ \w+.*\./);
    }
    const failed = run.summary.units.find((unit) => unit.state === 'failed');
    expect(failed?.error?.code).toBe('media-refused');
  });

  it('names what came of each unit by its id, and each unit once', () => {
    const rows = state.datasets.flatMap((dataset) => dataset.rows);
    const ids = new Map([
      ...rows.map((row) => [row.data_hash, row.title] as const),
      ...state.items.map((item) => [item.item_uuid, item.title] as const),
    ]);
    for (const unit of run.summary.units.filter((each) => each.state === 'done')) {
      expect([unit.title, ids.get(unit.data_hash ?? unit.item_uuid ?? '')]).toEqual([unit.title, unit.title]);
    }
    expect(new Set(run.summary.units.map((unit) => unit.path)).size).toBe(run.summary.units.length);
  });
});

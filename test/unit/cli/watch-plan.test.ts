/** What `watch apply` would do, and how it says it. */

import { describe, expect, it } from 'vitest';
import { changesAnything, planOf, sayStep, stepObject, type Target } from '../../../main/cli/watch-plan.ts';
import { type RuleWords, rulesOf } from '../../../main/cli/watch-words.ts';
import type { WatchFolderView } from '../../../preload/contract/watch.ts';
import { folderView } from './watch-fakes.ts';

function rules(words: RuleWords): WatchFolderView['rules'] {
  const reading = rulesOf(words, (word) => word);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.rules;
}

const target = (more: Partial<Target> = {}): Target => ({
  root: '/data/a',
  account: { id: 'account-1', name: 'Lab' },
  dataset: { id: 'dataset-1', title: 'D' },
  folder: null,
  on: true,
  existing: 'all',
  rules: rules({}),
  ...more,
});

const lines = (...args: Parameters<typeof planOf>): readonly string[] =>
  planOf(...args).steps.flatMap(sayStep);

it('adds what is not there, and says what is not as usual', () => {
  const wanted = target({ rules: rules({ as: 'video', quiet: 30 }), on: false });
  expect(lines([wanted], [], false)).toEqual([
    '+ /data/a → D',
    '    account: Lab',
    '    on: false',
    '    as: video',
    '    quiet: 30',
  ]);
  const made = target({ dataset: { id: null, title: 'New' } });
  expect(lines([made], [], false)[0]).toBe('+ /data/a → New (the dataset is made)');
});

it('changes nothing where everything is as it should be', () => {
  const plan = planOf([target()], [folderView()], true);
  expect(changesAnything(plan)).toBe(false);
  expect(plan.steps.flatMap(sayStep)).toEqual(['= /data/a']);
});

it('says each word that differs, from what to what', () => {
  const before = folderView({ rules: rules({ quiet: 30, marker: '{name}.done', include: ['*.tif'] }) });
  const after = target({
    dataset: { id: 'dataset-2', title: 'D' },
    folder: 'folder-1',
    on: false,
    rules: rules({ as: 'image-group', include: ['*.png'] }),
  });
  const plan = planOf([after], [before], false);
  expect(plan.steps.flatMap(sayStep)).toEqual([
    '~ /data/a',
    '    dataset: D (dataset-1) → D (dataset-2)',
    '    folder: nothing → folder-1',
    '    on: true → false',
    '    as: auto → image-group',
    '    group_by: nothing → folder',
    '    close: nothing → quiet:60',
    '    missing_wait: nothing → 600',
    '    missing_then: nothing → ask',
    '    max_frames: nothing → 10000',
    '    quiet: 30 → 10',
    '    include: ["*.tif"] → ["*.png"]',
    '    marker: {name}.done → nothing',
  ]);
  expect(stepObject(plan.steps[0] ?? { kind: 'same', view: before })).toMatchObject({
    kind: 'change',
    root: '/data/a',
    differences: expect.arrayContaining([{ word: 'quiet', from: '30', to: '10' }]),
  });
});

it('does not mind how a folder began', () => {
  expect(
    changesAnything(planOf([target({ existing: 'new' })], [folderView({ existing: 'all' })], false)),
  ).toBe(false);
});

it('notices another account of the same name', () => {
  const other = target({ account: { id: 'account-2', name: 'Lab' } });
  expect(lines([other], [folderView()], false)).toEqual([
    '~ /data/a',
    '    account: Lab (account-1) → Lab (account-2)',
  ]);
});

describe('folders that the file does not name', () => {
  const others = [folderView({ id: 2, root: '/data/b' }), folderView({ id: 3, root: '/data/a/deep' })];

  it('stay', () => {
    const plan = planOf([target()], others, false);
    expect(plan.steps.map((step) => step.kind)).toEqual(['add']);
    expect(plan.others.map((view) => view.id)).toEqual([2, 3]);
  });

  it('are removed first where that is asked for: they may lie where another is to be', () => {
    const plan = planOf([target()], others, true);
    expect(plan.steps.map((step) => step.kind)).toEqual(['remove', 'remove', 'add']);
    expect(plan.steps.flatMap(sayStep)).toContain('- /data/b → D');
    expect(plan.others).toEqual([]);
  });
});

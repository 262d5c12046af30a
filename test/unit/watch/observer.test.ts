/** What the observer holds of files that events and scans name, and when it lets go of them. */

import { expect, it } from 'vitest';
import { Observer } from '../../../main/core/watch/observer.ts';
import type { Pending } from '../../../main/core/watch/pending.ts';
import { DEFAULT_RULES, type WatchFolder } from '../../../main/core/watch/rules.ts';
import { openTestStore } from '../store/support.ts';
import { newFolder } from '../store/watch-support.ts';

const file = (size: number, inode = '1:1') =>
  ({ kind: 'file', identity: { size, mtimeMs: 1_000 }, inode }) as const;

function observe(): { observer: Observer; told: string[] } {
  const { store } = openTestStore();
  const folder: WatchFolder = store.addWatchFolder(newFolder({}, DEFAULT_RULES));
  const told: string[] = [];
  const observer = new Observer(() => folder, {
    store,
    now: () => ({ monotonic: 0, wall: 0 }),
    takes: () => true,
    unfinished: (name) => name.endsWith('.part'),
    besides: () => undefined,
    changed: (each: Pending, what) => told.push(`${each.path} ${what}`),
  });
  return { observer, told };
}

it('a file that another one, nothing or a folder takes the place of is not held any longer', () => {
  const { observer, told } = observe();
  for (const path of ['a', 'b', 'c']) observer.look(path, file(1));
  observer.look('a', file(2));
  observer.look('b', { kind: 'gone' });
  observer.look('c', { kind: 'folder' });
  expect(told).toEqual(['a came', 'b came', 'c came', 'a changed', 'b went', 'c went']);
  expect([...observer.pending.keys()]).toEqual(['a']);
});

it('with a folder goes everything in it, and nothing beside it', () => {
  const { observer } = observe();
  for (const path of ['day/a', 'day/one/b', 'day 2/c', 'days/d', 'e']) observer.look(path, file(1));
  observer.look('day', { kind: 'gone' });
  expect([...observer.pending.keys()].sort()).toEqual(['day 2/c', 'days/d', 'e']);
});

it('a name is known to come from an unfinished one of the same file, whichever event comes first', () => {
  const { observer } = observe();
  observer.look('a.part', file(1, '1:7'));
  observer.look('b.part', file(1, '1:8'));
  observer.look('a', file(1, '1:7'));
  observer.look('b.part', { kind: 'gone' });
  observer.look('b', file(1, '1:8'));
  observer.look('c', file(1, '1:9'));
  const renamed = ['a', 'b', 'c'].map((path) => observer.pending.get(path)?.renamedInto);
  expect(renamed).toEqual([true, true, false]);
});

/** Watch folders in the store: added, changed, removed and added again; and what is done with files afterwards. */

import { beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import type { Afterwards, WatchFolder } from '../../../main/core/watch/rules.ts';
import { codeOf, failure, finish, hash, type Opened, openTestStore } from './support.ts';
import { counts, leaveOut, newFolder, sweep, watched } from './watch-support.ts';

let opened: Opened;
let store: Store;

beforeEach(() => {
  opened = openTestStore();
  store = opened.store;
});

describe('a watch folder', () => {
  test('is there as it was added, also after a restart', () => {
    const wanted = newFolder(
      { folderChoice: 'folder-1', existing: 'review', on: false },
      {
        becomes: { kind: 'pattern', media: 'image-sequence', pattern: '{run}/{frame}.png' },
        include: ['**/*.png'],
        title: '{folder}/{name}',
        metadata: { host: '{host}', '"odd" key': 'ü' },
        after: { kind: 'trash', graceSeconds: 1.5 },
        find: { kind: 'poll', seconds: 5 },
      },
    );
    const added = store.addWatchFolder(wanted);
    expect(added).toEqual({ ...wanted, id: 1, ledger: 1, begun: false, mounted: false });
    store.close();
    const again = openStore(opened.folder, { clock: opened.clock });
    expect(again.watchFolders()).toEqual([added]);
    expect(again.watchFolder(1)).toEqual(added);
    expect(again.watchFolder(2)).toBeNull();
    again.close();
  });

  test('changes in what is given, and in nothing else', () => {
    const added = store.addWatchFolder(newFolder());
    const changed = store.changeWatchFolder(added.id, { begun: true, mounted: true, on: false });
    expect(changed).toEqual({ ...added, begun: true, mounted: true, on: false });
    expect(codeOf(() => store.changeWatchFolder(9, { on: true }))).toBe('watch-unknown');
  });

  test('has another ledger for another dataset, and its own again when it comes back', () => {
    const added = store.addWatchFolder(newFolder());
    sweep(store, added, [watched('one')]);
    const moved = store.changeWatchFolder(added.id, { datasetId: 'dataset-2', datasetTitle: 'Others' });
    expect(moved.ledger).not.toBe(added.ledger);
    expect(counts(store, moved.ledger)).toEqual({});
    const back = store.changeWatchFolder(added.id, { datasetId: 'dataset-1' });
    expect(back.ledger).toBe(added.ledger);
    expect(counts(store, back.ledger)).toEqual({ taken: 1 });
  });

  test('leaves its ledger behind: the same folder added again knows what was uploaded', () => {
    const added = store.addWatchFolder(newFolder());
    sweep(store, added, [watched('one'), watched('two')]);
    finish(store, 1);
    store.removeWatchFolder(added.id);
    expect(store.watchFolders()).toEqual([]);
    // Files of a folder that is gone follow their units all the same.
    finish(store, 2);
    const again = store.addWatchFolder(newFolder());
    expect(again.ledger).toBe(added.ledger);
    expect(again.id).not.toBe(added.id);
    expect(counts(store, again.ledger)).toEqual({ done: 2 });
    store.removeWatchFolder(added.id);
    expect(store.watchFolders()).toEqual([again]);
  });

  test('is not watched twice for one dataset', () => {
    store.addWatchFolder(newFolder());
    const other = store.addWatchFolder(newFolder({ datasetId: 'dataset-2' }));
    expect(codeOf(() => store.addWatchFolder(newFolder()))).toBe('watch-nested');
    expect(codeOf(() => store.changeWatchFolder(other.id, { datasetId: 'dataset-1' }))).toBe('watch-nested');
    expect(store.watchFolder(other.id)?.datasetId).toBe('dataset-2');
  });

  test('with rules that this program never writes is damage, and is said to be', () => {
    store.addWatchFolder(newFolder());
    store.close();
    opened.raw().exec(`UPDATE watch_folder SET rules = json_set(rules, '$.changed', 'maybe')`);
    const again = openStore(opened.folder, { clock: opened.clock });
    expect(codeOf(() => again.watchFolders())).toBe('database-corrupt');
    again.close();
  });
});

describe('afterwards', () => {
  function folderThat(after: Afterwards): WatchFolder {
    return store.addWatchFolder(newFolder({}, { after }));
  }

  test('kept: nothing is to be done', () => {
    sweep(store, folderThat({ kind: 'keep' }), [watched('one')]);
    finish(store, 1);
    expect(store.actions(1, 0, 9)).toEqual({ total: 0, rows: [] });
  });

  test('moved: due as soon as the unit is registered, each file by itself; what was left out stays', () => {
    const folder = folderThat({ kind: 'move' });
    sweep(store, folder, [watched('two', [3, 4, 5]), watched('open')]);
    leaveOut(store, 2);
    expect(store.dueActions(9_999, 9)).toEqual([]);
    finish(store, 1);
    expect(store.dueActions(59, 9)).toEqual([]);
    expect(store.nextAction(59)).toBe(60);
    expect(store.nextAction(60)).toBeNull();
    const due = store.dueActions(60, 9);
    expect(due).toEqual([
      {
        id: 1,
        folder: folder.id,
        kind: 'move',
        root: '/in',
        path: 'two/0.png',
        to: null,
        identity: { size: 3, mtimeMs: 1_700_000_000_000.123 },
        sha256: hash(1),
        state: 'due',
        dueAt: 60,
        at: null,
        failure: null,
      },
      expect.objectContaining({ id: 2, path: 'two/2.png', sha256: hash(3) }),
    ]);
    expect(store.dueActions(60, 1)).toEqual([due[0]]);
    expect(store.dueActions(60, 9, [due[0]?.root ?? ''])).toEqual([]);
    expect(store.dueActions(60, 9, ['/elsewhere'])).toEqual(due);
    expect(store.dueActions(60, 9, [], [due[0]?.id ?? -1])).toEqual([due[1]]);
    expect(store.actions(folder.id, 0, 1)).toEqual({ total: 2, rows: [due[1]] });
    expect(store.actions(folder.id, 1, 9)).toEqual({ total: 2, rows: [due[0]] });
  });

  test('of a group: how many of its files are away, or will be', () => {
    const folder = folderThat({ kind: 'move' });
    const { ledger } = folder;
    sweep(store, folder, [watched('two', [3, 4]), watched('old', [5, 6])]);
    finish(store, 1);
    const away = (): number | undefined => store.group(ledger, 'two')?.away;
    expect(away()).toBe(2);
    store.setAction(1, { state: 'under-way' });
    expect(away()).toBe(2);
    store.setAction(1, { state: 'done' });
    store.setAction(2, { state: 'failed', failure: failure('file-changed') });
    expect(away()).toBe(1);
    store.setAction(1, { state: 'undone' });
    expect(away()).toBe(0);
    expect(store.group(ledger, 'old')?.away).toBe(0);
  });

  test('called off, where it has not begun, for files that are taken again and those of a group that is forgotten', () => {
    const folder = folderThat({ kind: 'trash', graceSeconds: 60 });
    sweep(store, folder, [watched('two', [3, 4]), watched('one'), watched('other')]);
    for (const unit of [1, 2, 3]) finish(store, unit);
    store.setAction(1, { state: 'under-way' });
    store.forgetGroup(folder.ledger, 'two');
    const states = (): string[] =>
      store
        .actions(folder.id, 0, 9)
        .rows.map(({ path, state }) => `${path} ${state}`)
        .sort();
    expect(states()).toEqual(['one/0.png due', 'other/0.png due', 'two/0.png under-way', 'two/1.png undone']);
    sweep(store, folder, [watched('one')]);
    expect(states()).toEqual([
      'one/0.png undone',
      'other/0.png due',
      'two/0.png under-way',
      'two/1.png undone',
    ]);
    expect(store.action(3)).toMatchObject({ state: 'undone', at: 500, to: null, failure: null });
  });

  test('into the trash: after the time of grace; a file at the root has no folder', () => {
    const folder = folderThat({ kind: 'trash', graceSeconds: 1.5 });
    const unit = watched('one');
    const items = unit.items.map((item) => ({ ...item, path: '/in/a.png' }));
    sweep(store, folder, [{ ...unit, items }]);
    finish(store, 1);
    expect(store.nextAction(60)).toBe(1_560);
    expect(store.dueActions(1_559, 9)).toEqual([]);
    expect(store.dueActions(1_560, 9)).toMatchObject([{ kind: 'trash', path: 'a.png', dueAt: 1_560 }]);
  });

  test('lives from due to its end, and is found again where a kill left it', () => {
    const folder = folderThat({ kind: 'move' });
    sweep(store, folder, [watched('one'), watched('two')]);
    finish(store, 1);
    finish(store, 2);
    store.setAction(1, { state: 'under-way', to: '/in/uploaded/x.png' });
    store.close();
    store = openStore(opened.folder, { clock: opened.clock });
    expect(store.dueActions(60, 9)).toMatchObject([
      { id: 1, state: 'under-way', to: '/in/uploaded/x.png', at: null },
      { id: 2, state: 'due' },
    ]);
    store.setAction(1, { state: 'done', at: 70 });
    store.setAction(2, { state: 'failed', failure: failure('file-changed') });
    expect(store.dueActions(9_999, 9)).toEqual([]);
    expect(store.action(1)).toMatchObject({ state: 'done', to: '/in/uploaded/x.png', at: 70, failure: null });
    expect(store.action(2)).toMatchObject({
      state: 'failed',
      at: opened.clock.now(),
      failure: failure('file-changed'),
    });
    // What comes under the name of a file that was put away is another one, until that is undone.
    expect(store.known(folder.ledger, 'one/0.png')).toMatchObject({ state: 'done', putAway: true });
    expect(store.known(folder.ledger, 'two/0.png')).toMatchObject({ state: 'done', putAway: false });
    store.setAction(1, { state: 'undone', to: null, at: 80 });
    expect(store.action(1)).toMatchObject({ state: 'undone', to: null, at: 80 });
    expect(store.known(folder.ledger, 'one/0.png')).toMatchObject({ putAway: false });
    store.setAction(1, { state: 'done', at: 90 });
    sweep(store, folder, [watched('one')]);
    expect(store.known(folder.ledger, 'one/0.png')).toMatchObject({ state: 'taken', putAway: false });
    expect(store.action(3)).toBeNull();
    store.close();
  });

  test('what is no longer wanted is called off before its time', () => {
    const folder = folderThat({ kind: 'trash', graceSeconds: 10 });
    sweep(store, folder, [watched('one'), watched('two'), watched('three')]);
    finish(store, 1);
    store.changeWatchFolder(folder.id, { on: false });
    expect(store.action(1)?.state).toBe('due');
    store.changeWatchFolder(folder.id, { rules: { ...folder.rules, after: { kind: 'keep' } } });
    expect(store.action(1)).toMatchObject({ state: 'undone', at: opened.clock.now() });
    finish(store, 2);
    expect(store.action(2)).toBeNull();

    store.changeWatchFolder(folder.id, { rules: { ...folder.rules, after: { kind: 'move' } } });
    finish(store, 3);
    expect(store.dueActions(60, 9)).toMatchObject([{ id: 2, kind: 'move', path: 'three/0.png' }]);
    store.removeWatchFolder(folder.id);
    expect(store.dueActions(9_999, 9)).toEqual([]);
    expect(store.action(2)?.state).toBe('undone');
  });

  test('nothing is done for a folder that is gone, nor by one that came in its place', () => {
    const folder = folderThat({ kind: 'move' });
    sweep(store, folder, [watched('one')]);
    store.removeWatchFolder(folder.id);
    const again = folderThat({ kind: 'move' });
    finish(store, 1);
    expect(counts(store, again.ledger)).toEqual({ done: 1 });
    expect(store.dueActions(9_999, 9)).toEqual([]);
  });
});

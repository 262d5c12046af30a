/** Lists of datasets against a pretended Encord, and what an account may do with one. */

import { beforeEach, describe, expect, it } from 'vitest';
import { mayOf } from '../../../main/app/manage/permissions.ts';
import { datasetPage } from '../../../main/core/manage/web-app.ts';
import { ANY_DATASET } from '../../../preload/contract/manage.ts';
import { ACCOUNT, DATASET, dataset, local, RowsBench, WHOLE } from './rows-bench.ts';

let bench: RowsBench;

beforeEach(() => {
  bench = new RowsBench();
});

describe('the list of datasets', () => {
  const list = async (search: string, listing: Partial<typeof ANY_DATASET> = {}) => {
    const found = await bench.lists.window(ACCOUNT.id, {
      search,
      listing: { ...ANY_DATASET, ...listing },
      refresh: false,
      ...WHOLE,
    });
    expect(found.total).toBe(found.rows.length);
    return found.rows.map(({ id }) => id);
  };

  it('finds by part of a title and by id, filters by everything that is known, and sorts', async () => {
    bench.datasets = [
      dataset({ id: 'A', title: 'Tag 10', role: 'admin', storage: 1, editedAt: local(2026, 3, 2, 23) }),
      dataset({ id: 'B', title: 'tag 9', role: 'user', storage: 0, backingFolderId: 'f', editedAt: null }),
      dataset({ id: 'C', title: 'Nacht', role: null, storage: 9, createdAt: local(2026, 3, 3, 0) }),
    ];
    expect(await list('', { sort: 'title', descending: false })).toEqual(['C', 'B', 'A']);
    expect(await list('TAG', { sort: 'title', descending: true })).toEqual(['A', 'B']);
    expect(await list(' c ')).toEqual(expect.arrayContaining(['C']));
    expect(await list('a', { storage: 'aws' })).toEqual(['A']);
    expect(await list('', { storage: 'other' })).toEqual(['C']);
    expect(await list('', { role: 'none' })).toEqual(['C']);
    expect(await list('', { role: 'user' })).toEqual(['B']);
    expect(await list('', { kind: 'mirrored' })).toEqual(['B']);
    // Of a dataset without a role nobody said whether it is static.
    expect(await list('', { kind: 'static' })).toEqual(['A']);
    expect(await list('', { edited: { from: '2026-03-02', to: '2026-03-02' } })).toEqual(['A']);
    expect(await list('', { edited: { from: '2026-03-03', to: null } })).toEqual([]);
    expect(await list('', { created: { from: null, to: '2026-03-03' } })).toEqual(['C']);
    // What has no date comes last, whichever way.
    expect((await list('', { sort: 'edited', descending: true }))[0]).toBe('A');
    expect((await list('', { sort: 'edited', descending: false }))[0]).toBe('A');
    expect(bench.asked).toEqual(['datasets']);
  });

  it('counts others of the same title, and keeps the list of the organisation apart', async () => {
    bench.datasets = ['A', 'B'].map((id) => dataset({ id, title: 'Twin' }));
    bench.organisation = [...bench.datasets, dataset({ id: 'C', title: 'Twin', role: null })];
    const views = async (of: boolean) =>
      (
        await bench.lists.window(ACCOUNT.id, {
          search: '',
          listing: { ...ANY_DATASET, organisation: of },
          refresh: false,
          ...WHOLE,
        })
      ).rows.map(({ id, sameTitle }) => [id, sameTitle]);
    expect(await views(false)).toEqual([
      ['A', 1],
      ['B', 1],
    ]);
    expect(await views(true)).toEqual([
      ['A', 2],
      ['B', 2],
      ['C', 2],
    ]);
    expect(await bench.lists.info(ACCOUNT.id, 'C')).toMatchObject({ title: 'Twin', role: null });
    expect(await bench.lists.othersCalled(ACCOUNT.id, { id: 'new', title: 'Twin' })).toBe(2);
    expect(bench.asked).toEqual(['datasets', 'organisation']);
  });
});

describe('what an account may do', () => {
  it('is all of it where the role is admin or not known', () => {
    for (const role of ['admin', null] as const) {
      expect(new Set(Object.values(mayOf('ssh', { role, backingFolderId: null })))).toEqual(new Set([null]));
    }
  });

  it('is looking, for the role user, and says whom to ask', () => {
    const may = mayOf('ssh', { role: 'user', backingFolderId: null });
    expect(may.addData).toBe(
      'Your role on this dataset is user: only its admins can add data to it. Ask one of them to make you an admin.',
    );
    expect(may.projects).toBeNull();
    expect(may.storage).toBeNull();
  });

  it('is what one dataset takes, for an API key', () => {
    const may = mayOf('api-key', { role: null, backingFolderId: null });
    expect(may).toMatchObject({ addData: null, changeRows: null });
    for (const each of [may.attach, may.team, may.projects, may.keys, may.storage, may.registerCloudData]) {
      expect(each).toContain('needs an account with an SSH key');
    }
    expect(mayOf('api-key', { role: null, backingFolderId: 'f' }).registerCloudData).toBeNull();
  });

  it('comes with the page in the web app where that is known', async () => {
    expect(await bench.use.dataset(ACCOUNT, DATASET)).toMatchObject({
      webUrl: `https://app.encord.com/datasets/${DATASET}`,
    });
    expect(datasetPage('https://api.us.encord.com', 'a/b')).toBe('https://app.us.encord.com/datasets/a%2Fb');
    expect(datasetPage('https://encord.lab.example', 'x')).toBeNull();
    expect(datasetPage('http://127.0.0.1:1', 'x')).toBeNull();
  });
});

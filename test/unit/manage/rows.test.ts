/** Rows against a pretended Encord: filters, orders, selections, details, and the table as a file. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { SomeRows } from '../../../main/app/manage/rows.ts';
import type { Answer } from '../../../main/core/encord-port.ts';
import type { ItemInfo, RowDetail } from '../../../main/core/manage/ports.ts';
import { compareNatural } from '../../../main/core/natural.ts';
import { ANY_ROW, type RowColumn } from '../../../preload/contract/manage.ts';
import { ACCOUNT, BY_TITLE, DATASET, local, lost, no, RowsBench, row, WHOLE, yes } from './rows-bench.ts';

let bench: RowsBench;

beforeEach(() => {
  bench = new RowsBench();
});

describe('rows', () => {
  const find = async (
    filter: Partial<typeof ANY_ROW> = {},
    column: RowColumn = 'title',
    descending = false,
  ) => {
    const input = { datasetId: DATASET, filter: { ...ANY_ROW, ...filter }, sort: { column, descending } };
    return (await bench.use.find(ACCOUNT.id, { ...input, refresh: false, ...WHOLE })).rows.map(
      ({ dataHash }) => dataHash,
    );
  };

  it('are found by title, hash and item, by type and by date', async () => {
    bench.rows = [
      row('h1', { title: 'Cafe\u0301.png', type: 'IMAGE', createdAt: local(2026, 5, 1, 0) }),
      row('h2', { title: 'b.mp4', type: 'VIDEO', itemUuid: 'Item-2', editedAt: local(2026, 5, 2, 23) }),
      row('h3', { title: '<img src=x onerror=alert(1)>', type: '__proto__', size: 5 }),
    ];
    expect(await find({ search: 'CAFÉ' })).toEqual(['h1']);
    expect(await find({ search: 'H2' })).toEqual(['h2']);
    expect(await find({ search: 'item-2' })).toEqual(['h2']);
    expect(await find({ search: 'item' })).toEqual([]);
    expect(await find({ search: '<img' })).toEqual(['h3']);
    expect(await find({ types: ['VIDEO', 'IMAGE'] })).toEqual(['h2', 'h1']);
    expect(await find({ created: { from: '2026-05-01', to: '2026-05-01' } })).toEqual(['h1']);
    expect(await find({ edited: { from: null, to: '2026-05-01' } })).toEqual([]);
    expect(await find({ edited: { from: '2026-05-02', to: null } })).toEqual(['h2']);
    const whole = await bench.use.find(ACCOUNT.id, {
      datasetId: DATASET,
      filter: { ...ANY_ROW, search: 'nothing' },
      sort: BY_TITLE,
      refresh: false,
      ...WHOLE,
    });
    expect(whole).toMatchObject({ total: 0, bytes: 5 });
    expect(Object.entries(whole.types)).toEqual([
      ['IMAGE', 1],
      ['VIDEO', 1],
      ['__proto__', 1],
    ]);
  });

  it('are sorted by any column, and what is unknown comes last either way', async () => {
    bench.rows = [
      row('h10', { title: 'f10', size: 1, width: 10, height: 10, fps: 30, storage: 0, isSequence: true }),
      row('h9', {
        title: 'F9',
        size: null,
        width: null,
        height: 5,
        mime: 'b/b',
        editedAt: '2026-01-02T00:00:00Z',
      }),
      row('h2', {
        title: 'f2',
        size: 20,
        width: 2,
        height: 2,
        mime: 'a/a',
        editedAt: '2026-01-01T00:00:00Z',
      }),
    ];
    expect(await find({}, 'title')).toEqual(['h2', 'h9', 'h10']);
    expect(await find({}, 'title', true)).toEqual(['h10', 'h9', 'h2']);
    expect(await find({}, 'size')).toEqual(['h10', 'h2', 'h9']);
    expect(await find({}, 'size', true)).toEqual(['h2', 'h10', 'h9']);
    expect(await find({}, 'dimensions')).toEqual(['h2', 'h10', 'h9']);
    expect(await find({}, 'mime', true)).toEqual(['h9', 'h2', 'h10']);
    expect(await find({}, 'edited')).toEqual(['h2', 'h9', 'h10']);
    expect((await find({}, 'storage'))[0]).toBe('h10');
    expect((await find({}, 'sequence', true))[0]).toBe('h10');
    expect(await find({}, 'dataHash')).toEqual(['h2', 'h9', 'h10']);
  });

  it('have the natural order of the rest of the program, whatever the titles', async () => {
    const titles = [
      'a',
      'b',
      '',
      '0',
      '00',
      '7',
      '10',
      '9z',
      'é',
      '\u202E',
      '123456789',
      '12345678',
      `${'9'.repeat(40)}`,
    ];
    bench.rows = titles.flatMap((one) =>
      titles.map((two, index) => row(`${one}|${index}`, { title: `${one}x${two}` })),
    );
    const hashes = await find();
    const order = hashes.map((hash) => bench.rows.find(({ dataHash }) => dataHash === hash)?.title ?? '');
    for (const [index, title] of order.slice(1).entries()) {
      expect(
        compareNatural(order[index] ?? '', title),
        `${order[index]} before ${title}`,
      ).toBeLessThanOrEqual(0);
    }
    expect(order).toHaveLength(titles.length ** 2);
  });

  it('are asked for again only by who begins at the top, and not while somebody moves through them', async () => {
    bench.rows = [row('h1'), row('h2')];
    await find();
    bench.now += 61_000;
    const deeper = {
      datasetId: DATASET,
      filter: ANY_ROW,
      sort: BY_TITLE,
      refresh: false,
      offset: 1,
      limit: 1,
    };
    expect((await bench.use.find(ACCOUNT.id, deeper)).rows).toHaveLength(1);
    bench.lists.forgetRows();
    await bench.use.find(ACCOUNT.id, deeper);
    expect(bench.asked).toEqual(['rows']);
    await find();
    expect(bench.asked).toEqual(['rows', 'rows']);
    await find();
    expect(bench.asked).toEqual(['rows', 'rows']);
  });

  it('of 100,000 come in windows of the same order', async () => {
    bench.rows = Array.from({ length: 100_000 }, (_, index) =>
      row(`h${index}`, { title: `frame ${99_999 - index}`, size: 1 }),
    );
    const window = (offset: number) =>
      bench.use.find(ACCOUNT.id, {
        datasetId: DATASET,
        filter: { ...ANY_ROW, types: ['IMAGE'] },
        sort: BY_TITLE,
        refresh: false,
        offset,
        limit: 2,
      });
    const [first, last] = await Promise.all([window(0), window(99_998)]);
    expect(first).toMatchObject({ total: 100_000, bytes: 100_000 });
    expect(first.rows.map(({ title }) => title)).toEqual(['frame 0', 'frame 1']);
    expect(last.rows.map(({ title }) => title)).toEqual(['frame 99998', 'frame 99999']);
    expect(bench.asked).toEqual(['rows']);
  });
});

describe('a selection', () => {
  it('by filter is what the filter finds when it is used, without the exceptions', async () => {
    bench.rows = [
      row('h1', { title: 'a', size: 3, storage: 1 }),
      row('h2', { title: 'ab', size: 4, storage: 0 }),
      row('h3'),
    ];
    const selection: SomeRows = {
      datasetId: DATASET,
      rows: { kind: 'filter', filter: { ...ANY_ROW, search: 'a' }, except: ['h2'] },
    };
    expect(await bench.use.tally(ACCOUNT.id, selection)).toEqual({
      rows: 1,
      bytes: 3,
      types: { IMAGE: 1 },
      inOwnCloud: 1,
      titles: ['a'],
    });
    bench.rows = [...bench.rows, row('h4', { title: 'a new one' })];
    bench.lists.forgetRows();
    await bench.use.delete(ACCOUNT.id, selection);
    expect(bench.tasks).toEqual([{ kind: 'delete-rows', datasetId: DATASET, dataHashes: ['h1', 'h4'] }]);
  });

  it('by filter is left alone where it finds another number of rows than was agreed to', async () => {
    bench.rows = [row('h1'), row('h2')];
    const { rows } = await bench.use.tally(ACCOUNT.id, all());
    bench.rows = [...bench.rows, row('h3')];
    bench.lists.forgetRows();
    await expect(bench.use.delete(ACCOUNT.id, all(rows))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/3 are meant now, and 2 were shown/),
    });
    expect(bench.tasks).toEqual([]);
    await bench.use.delete(ACCOUNT.id, all(3));
    expect(bench.tasks).toMatchObject([{ dataHashes: ['h1', 'h2', 'h3'] }]);
  });

  it('never takes a hash of another dataset for one of its own', async () => {
    bench.rows = [row('h1')];
    const both: SomeRows = { datasetId: DATASET, rows: { kind: 'rows', dataHashes: ['h1', 'strange'] } };
    await expect(bench.use.delete(ACCOUNT.id, both)).rejects.toMatchObject({
      code: 'not-found',
      details: { rows: 'strange' },
    });
    expect(bench.tasks).toEqual([]);
    // A row that is newer than the list is there all the same.
    bench.rows = [row('h1'), row('strange')];
    await bench.use.delete(ACCOUNT.id, both);
    expect(bench.tasks).toMatchObject([{ dataHashes: ['h1', 'strange'] }]);
  });

  it('is re-encoded without what is no video, and downloaded with its titles', async () => {
    bench.rows = [row('v', { type: 'VIDEO' }), row('i', { title: 'i.png' })];
    await bench.use.reencode(ACCOUNT.id, all());
    const image: SomeRows = { datasetId: DATASET, rows: { kind: 'rows', dataHashes: ['i'] } };
    await expect(bench.use.reencode(ACCOUNT.id, image)).rejects.toMatchObject({ code: 'invalid-input' });
    await bench.use.download(ACCOUNT.id, { ...image, into: '/data/out' });
    expect(bench.tasks).toEqual([
      { kind: 'reencode-rows', datasetId: DATASET, dataHashes: ['v'] },
      {
        kind: 'download-rows',
        datasetId: DATASET,
        rows: [{ dataHash: 'i', title: 'i.png' }],
        into: '/data/out',
      },
    ]);
    bench.rows = [];
    bench.lists.forgetRows();
    await expect(bench.use.delete(ACCOUNT.id, all())).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('a row', () => {
  const one = { datasetId: DATASET, dataHash: 'h1' };

  it('is shown with what its storage item tells, where that may be seen', async () => {
    bench.calls = {
      rows: {
        row: async () => yes(detail({ itemUuid: 'item', type: 'AUDIO', clientMetadata: '{"a":[1]}' })),
      },
      storage: {
        item: async () =>
          yes(item({ audio: { sampleRate: 44_100, bitDepth: 16, codec: '<b>pcm', channels: 2 } })),
        folder: async () =>
          yes({
            ...{
              id: 'f',
              name: 'Day',
              description: '',
              parentId: 'r',
              path: [{ id: 'r', name: 'Lab' }],
              owner: '',
            },
            ...{ syncedDatasetId: null, role: null, createdAt: null, editedAt: null, clientMetadata: null },
          }),
        usage: async () =>
          yes({
            inGroups: 1,
            groups: [],
            inDatasets: 2,
            datasets: [{ id: 'd', title: 'Ward 9', mirrored: false, dataHashes: [] }],
          }),
      },
    };
    const shown = await bench.use.details.get(ACCOUNT, one);
    expect(shown).toMatchObject({
      clientMetadata: '{\n  "a": [\n    1\n  ]\n}',
      frames: null,
      folder: { id: 'f', path: ['Lab', 'Day'] },
      usage: { groups: 1, datasets: 2, datasetTitles: ['Ward 9'] },
    });
    expect(shown.facts).toEqual(
      expect.arrayContaining([
        { name: 'Sample rate', value: '44,100 Hz' },
        { name: 'Codec', value: '<b>pcm' },
      ]),
    );
  });

  it('is shown with less under an API key, or where the storage is closed, and fails where Encord is silent', async () => {
    const group = detail({
      itemUuid: 'item',
      type: 'IMG_GROUP',
      clientMetadata: '{}',
      frames: [frame('a'), frame('b')],
    });
    bench.calls = { rows: { row: async () => yes(group) } };
    const bare = { clientMetadata: null, frames: 2, facts: [], folder: null, usage: null };
    expect(await bench.use.details.get({ id: 'k', kind: 'api-key' }, one)).toMatchObject(bare);
    bench.calls = { ...bench.calls, storage: { item: async () => no('forbidden') } };
    expect(await bench.use.details.get(ACCOUNT, one)).toMatchObject(bare);
    bench.calls = { ...bench.calls, storage: { item: async () => lost() } };
    await expect(bench.use.details.get(ACCOUNT, one)).rejects.toMatchObject({ code: 'connection-lost' });
  });

  it('has its frames in order, and no signed URL', async () => {
    bench.calls = {
      rows: { row: async () => yes(detail({ type: 'IMG_GROUP', frames: ['a', 'b', 'c'].map(frame) })) },
    };
    const window = await bench.use.details.frames(ACCOUNT, { ...one, offset: 1, limit: 5 });
    expect(window.total).toBe(3);
    expect(window.rows.map(({ imageHash }) => imageHash)).toEqual(['b', 'c']);
    expect(JSON.stringify(window)).not.toContain('secret');
  });

  it('is renamed when it says so itself, also where the answer was lost', async () => {
    bench.rows = [row('h1', { title: 'old' }), row('h2', { title: 'other' })];
    let title = 'old';
    let answer: Answer<null> = yes(null);
    let takes = true;
    bench.calls = {
      rows: {
        rename: async (_, __, wanted) => {
          if (takes) title = wanted;
          return answer;
        },
        row: async () => yes(detail({ title, signedUrl: 'https://secret' })),
      },
    };
    await bench.use.find(ACCOUNT.id, {
      datasetId: DATASET,
      filter: ANY_ROW,
      sort: BY_TITLE,
      refresh: false,
      ...WHOLE,
    });
    expect(await bench.use.details.rename(ACCOUNT, { ...one, title: 'new' })).toMatchObject({ title: 'new' });
    answer = lost();
    expect(await bench.use.details.rename(ACCOUNT, { ...one, title: 'newer' })).toMatchObject({
      title: 'newer',
    });
    takes = false;
    await expect(bench.use.details.rename(ACCOUNT, { ...one, title: 'x' })).rejects.toMatchObject({
      code: 'connection-lost',
    });
    answer = yes(null);
    await expect(bench.use.details.rename(ACCOUNT, { ...one, title: 'x' })).rejects.toMatchObject({
      code: 'bad-answer',
    });
    answer = no('forbidden');
    await expect(bench.use.details.rename(ACCOUNT, { ...one, title: 'x' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const listed = await bench.use.select(ACCOUNT.id, all());
    expect(listed.map((each) => each.title)).toEqual(['newer', 'other']);
    expect(JSON.stringify(listed)).not.toContain('secret');
    expect(bench.asked).toEqual(['rows']);
  });
});

describe('the table of rows as a file', () => {
  const table = { datasetId: DATASET, filter: ANY_ROW, sort: BY_TITLE } as const;

  it('has the columns and the order that were asked for, and no formulas', async () => {
    bench.rows = [
      row('h2', { title: 'b "x", y', size: 10, width: 3, height: 2, isSequence: false }),
      row('h1', { title: '=HYPERLINK("x")', storage: 3 }),
    ];
    await bench.use.export(ACCOUNT.id, {
      ...table,
      columns: ['dataHash', 'title', 'dimensions', 'sequence', 'storage'],
      format: 'csv',
    });
    expect(bench.saved).toEqual([
      {
        name: 'Rows of Ward 9.csv',
        text: [
          'data_hash,title,dimensions,is_sequence,storage',
          'h1,"\'=HYPERLINK(""x"")",,,azure',
          'h2,"b ""x"", y",3x2,false,',
          '',
        ].join('\r\n'),
      },
    ]);
    await bench.use.export(ACCOUNT.id, { ...table, columns: ['title', 'size'], format: 'json' });
    expect(JSON.parse(bench.saved[1]?.text ?? '')).toEqual({
      format: 'encord-uploader-rows',
      version: 1,
      made_at: new Date(bench.now).toISOString(),
      dataset: { id: DATASET, title: 'Ward 9' },
      rows: [
        { title: '=HYPERLINK("x")', size: null },
        { title: 'b "x", y', size: 10 },
      ],
    });
  });

  it('is whole where it is empty, and where it is long', async () => {
    await bench.use.export(ACCOUNT.id, { ...table, columns: ['title'], format: 'json' });
    expect(JSON.parse(bench.saved[0]?.text ?? '')).toMatchObject({ rows: [] });
    bench.rows = Array.from({ length: 1_001 }, (_, index) => row(`h${index}`));
    bench.lists.forgetRows();
    await bench.use.export(ACCOUNT.id, { ...table, columns: ['title'], format: 'json' });
    expect(JSON.parse(bench.saved[1]?.text ?? '').rows).toHaveLength(1_001);
  });
});

function all(expected?: number): SomeRows {
  return { datasetId: DATASET, rows: { kind: 'filter', filter: ANY_ROW, except: [], expected } };
}

function detail(more: Partial<RowDetail> = {}): RowDetail {
  return { ...row('h1'), clientMetadata: null, signedUrl: null, frames: null, ...more };
}

function frame(imageHash: string) {
  return {
    imageHash,
    title: imageHash,
    size: 1,
    mime: 'image/png',
    width: 1,
    height: 1,
    signedUrl: 'https://secret',
  };
}

function item(more: Partial<ItemInfo> = {}): ItemInfo {
  return {
    id: 'item',
    folderId: 'f',
    type: 'audio',
    name: 'a',
    owner: '',
    createdAt: null,
    editedAt: null,
    rows: 1,
    storage: null,
    integrationId: null,
    size: null,
    mime: null,
    durationSeconds: null,
    fps: null,
    width: null,
    height: null,
    frameCount: null,
    audio: null,
    dicom: null,
    clientMetadata: null,
    signedUrl: null,
    ...more,
  };
}

/** Client metadata for many rows: one text for all of them, or a table with a line for each. */

import { beforeEach, describe, expect, it } from 'vitest';
import { jsonText } from '../../../main/adapters/json-text.ts';
import { metadataProblems } from '../../../main/app/manage/row-metadata.ts';
import type { Rows, SomeRows } from '../../../main/app/manage/rows.ts';
import { ANY_ROW } from '../../../preload/contract/manage.ts';
import { ACCOUNT, DATASET, RowsBench, row } from './rows-bench.ts';

let bench: RowsBench;

beforeEach(() => {
  bench = new RowsBench();
});

describe('client metadata as a text', () => {
  it('is set for many rows as it was written', async () => {
    bench.rows = [row('h1', { itemUuid: 'i1' }), row('h2')];
    const set = { ...all(), text: '\uFEFF {"big": 12345678901234567890} ', mode: 'merge' } as const;
    expect(await bench.use.setMetadata(ACCOUNT.id, set)).toEqual({ kind: 'started', jobId: 1 });
    const json = '{"big": 12345678901234567890}';
    expect(bench.tasks).toEqual([
      {
        kind: 'set-metadata',
        datasetId: DATASET,
        mode: 'merge',
        changes: [
          { row: { dataHash: 'h1', itemUuid: 'i1' }, title: 'title of h1', json },
          { row: { dataHash: 'h2', itemUuid: null }, title: 'title of h2', json },
        ],
      },
    ]);
    const long = { ...set, text: `{"a":"${'x'.repeat(9_000_000)}"}` };
    bench.rows = Array.from({ length: 6 }, (_, index) => row(`h${index}`));
    bench.lists.forgetRows();
    await expect(bench.use.setMetadata(ACCOUNT.id, long)).rejects.toMatchObject({
      code: 'payload-too-large',
    });
  });

  it('says at which line and column it is wrong', async () => {
    expect(metadataProblems('{\n "a": 1,\n}', jsonText)).toMatchObject([{ line: 3, column: 1 }]);
    expect(metadataProblems('[1]', jsonText)).toMatchObject([{ line: 1, column: 1 }]);
    expect(metadataProblems('null', jsonText)).toHaveLength(1);
    expect(metadataProblems('{"a": 1,\n "a": 2}', jsonText)).toMatchObject([{ line: 2, column: 2 }]);
    expect(metadataProblems('{}', jsonText)).toEqual([]);
    bench.rows = [row('h1')];
    expect(await bench.use.setMetadata(ACCOUNT.id, { ...all(), text: '{', mode: 'replace' })).toMatchObject({
      kind: 'invalid',
    });
    expect(bench.tasks).toEqual([]);
  });
});

describe('a table of client metadata', () => {
  const read = (text: string, key: Parameters<Rows['metadata']['readTable']>[1]['key'] = null) =>
    bench.use.metadata.readTable(ACCOUNT.id, {
      datasetId: DATASET,
      source: { kind: 'text', name: 'table.csv', text },
      key,
    });

  it('becomes one change a line: JSON as it is, everything else as text, empty cells left alone', async () => {
    bench.rows = [
      row('h1', { title: 'a.png', itemUuid: 'i1' }),
      row('h2', { title: 'b.png' }),
      row('h3', { title: 'c.png' }),
    ];
    const cells = [
      'a.png,7,true,"{""x"":[1,{}]}",null,1.50',
      'b.png,007,yes,{broken,,12345678901234567890',
      'c.png,,,,,',
    ];
    const table = await read(['File Name,n,flag,object,__proto__,number', ...cells].join('\n'));
    expect(table).toMatchObject({
      key: { heading: 'File Name', by: 'title' },
      lines: 3,
      matched: 3,
      problems: [],
      problemCount: 0,
    });
    expect(table.examples).toHaveLength(2);
    await bench.use.metadata.applyTable(table.tableId, 'merge');
    expect(bench.tasks).toEqual([
      {
        kind: 'set-metadata',
        datasetId: DATASET,
        mode: 'merge',
        changes: [
          {
            row: { dataHash: 'h1', itemUuid: 'i1' },
            title: 'a.png',
            json: '{"n":7,"flag":true,"object":{"x":[1,{}]},"__proto__":null,"number":1.50}',
          },
          {
            row: { dataHash: 'h2', itemUuid: null },
            title: 'b.png',
            json: '{"n":"007","flag":"yes","object":"{broken","number":"12345678901234567890"}',
          },
        ],
      },
    ]);
  });

  it('names each line that names no row, several rows, or one that was named before', async () => {
    bench.rows = [
      row('h1', { title: 'a' }),
      row('h2', { title: 'twin' }),
      row('h3', { title: 'twin' }),
      row('h4', { title: '=1+1' }),
    ];
    const table = await read("title,k,k,\na,1,x,y\ntwin,1\nzzz,1,,\n,1,,\na,2,,\n'=1+1,5,,");
    expect(table).toMatchObject({ lines: 6, matched: 2 });
    const lines = table.problems.map(({ line, message }) => `${line}: ${message}`);
    expect(lines).toEqual([
      expect.stringMatching(/^1: .*called "k"/),
      expect.stringMatching(/^1: .*Column 4 has no heading/),
      expect.stringMatching(/^3: /),
      expect.stringMatching(/^3: 2 rows have the title "twin"/),
      expect.stringMatching(/^4: No row .* "zzz"/),
      expect.stringMatching(/^5: .*is empty/),
      expect.stringMatching(/^6: .*line 2/),
    ]);
    expect(table.problemCount).toBe(lines.length);
    expect(table.examples).toEqual([
      { title: 'a', json: '{"k":1}' },
      { title: '=1+1', json: '{"k":5}' },
    ]);
  });

  it('goes by the surest heading, or by the one that was chosen, also after a drop was read', async () => {
    bench.rows = [row('h1', { title: 'x', itemUuid: 'I-1' }), row('h2', { title: 'h1' })];
    const text = 'title,data_hash,note\nh1,H1,n';
    expect(await read(text)).toMatchObject({
      key: { heading: 'data_hash', by: 'dataHash' },
      examples: [{ title: 'x' }],
    });
    expect(await read('what,note\ni-1,n')).toMatchObject({ key: null, matched: 0, problemCount: 1 });
    expect(await read('what,note\ni-1,n', { heading: 'what', by: 'itemUuid' })).toMatchObject({ matched: 1 });
    expect(await read('what,note\ni-1,n', { heading: 'gone', by: 'title' })).toMatchObject({ key: null });
    bench.files.set('/drops/d', text);
    const source = { kind: 'drop', dropId: 'd' } as const;
    await bench.use.metadata.readTable(ACCOUNT.id, { datasetId: DATASET, source, key: null });
    const again = { datasetId: DATASET, source, key: { heading: 'title', by: 'title' } } as const;
    expect(await bench.use.metadata.readTable(ACCOUNT.id, again)).toMatchObject({
      examples: [{ title: 'h1' }],
    });
    expect(bench.files.size).toBe(0);
    await expect(async () => bench.use.metadata.applyTable('gone', 'merge')).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

function all(): SomeRows {
  return { datasetId: DATASET, rows: { kind: 'filter', filter: ANY_ROW, except: [] } };
}

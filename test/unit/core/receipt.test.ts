/** What receipts and comparisons are made of, piece by piece: CSV, JSON, and who is whose. */

import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../main/core/csv.ts';
import type { DataRow } from '../../../main/core/encord-port.ts';
import { type ReceiptHead, type ReceiptLine, writeReceipt } from '../../../main/core/receipt.ts';
import { Reconciler, Superseding, type UploadedUnit } from '../../../main/core/reconcile.ts';
import { BARE_ROW } from '../../fixtures/rows.ts';

describe('a line of CSV', () => {
  it.each([
    ['plain', 'plain\r\n'],
    ['a,b', '"a,b"\r\n'],
    ['say "hi"', '"say ""hi"""\r\n'],
    ['two\nlines', '"two\nlines"\r\n'],
    ['=1+1', "'=1+1\r\n"],
    ['+49', "'+49\r\n"],
    ['-x', "'-x\r\n"],
    ['@sum', "'@sum\r\n"],
    ['\tx', "'\tx\r\n"],
    ['=a,"b"', '"\'=a,""b"""\r\n'],
    ['', '\r\n'],
  ])('writes %j as %j', (cell, line) => {
    expect(csvLine([cell])).toBe(line);
  });

  it('writes numbers as numbers, also negative ones, and null as nothing', () => {
    expect(csvLine([1, -2, null, 0.5])).toBe('1,-2,,0.5\r\n');
  });
});

const HEAD: ReceiptHead = {
  programVersion: '1.2.3',
  madeAt: 2_000,
  batch: { id: 7, name: 'Monday', addedAt: 1_000, finishedAt: null },
  account: { name: 'Lab', kind: 'ssh', fingerprint: 'SHA256:x', domain: 'https://api.encord.com' },
  dataset: { id: 'd-1', title: 'Cells' },
  route: null,
  folderId: null,
  totals: {
    units: {
      collecting: 1,
      ready: 0,
      registering: 1,
      processing: 0,
      linking: 0,
      done: 0,
      failed: 0,
      uncertain: 0,
      cancelled: 0,
    },
    refused: 0,
    skipped: 0,
    bytes: 5,
    storedBytes: 0,
  },
  notes: [],
};

function lineOf(unit: number, position: number): ReceiptLine {
  const failure = null;
  return {
    unit: {
      id: unit,
      title: `unit ${unit}`,
      media: 'image',
      state: 'done',
      dataHash: `row ${unit}`,
      itemUuid: null,
      doneAt: 1_500,
      attempts: 1,
      failure,
    },
    file: {
      position,
      name: `${position}.png`,
      path: `/data/${unit}/${position}.png`,
      size: 5,
      sha256: null,
      state: 'stored',
      storedAt: null,
      tries: 1,
      failure,
    },
  };
}

describe('a receipt', () => {
  it.each([
    [[]],
    [[[lineOf(1, 0)]]],
    [[[lineOf(1, 0), lineOf(1, 1)], [lineOf(1, 2), lineOf(2, 0)], [], [lineOf(3, 0)]]],
  ])('is whole JSON wherever its source is cut into chunks', (chunks: ReceiptLine[][]) => {
    const source = { head: HEAD, lines: () => chunks, turnedAway: () => [] };
    const parsed = JSON.parse([...writeReceipt(source, 'json')].join(''));
    const all = chunks.flat();
    expect(parsed.batch).toMatchObject({ state: 'running', added_at: '1970-01-01T00:00:01.000Z' });
    expect(parsed.totals.unfinished).toBe(2);
    expect(parsed.turned_away).toEqual([]);
    expect(parsed.units.map((unit: { unit: number }) => unit.unit)).toEqual([
      ...new Set(all.map(({ unit }) => unit.id)),
    ]);
    const paths = parsed.units.flatMap((unit: { files: { path: string }[] }) =>
      unit.files.map((file) => file.path),
    );
    expect(paths).toEqual(all.map(({ file }) => file.path));
    const csv = [...writeReceipt(source, 'csv')].join('').split('\r\n');
    expect(csv).toHaveLength(all.length + 2);
  });

  it('comes in pieces no larger than the chunks of its source', () => {
    let made = 0;
    const lines = function* () {
      for (let chunk = 0; chunk < 3; chunk += 1) {
        made += 1;
        yield [lineOf(chunk + 1, 0)];
      }
    };
    const pieces = writeReceipt({ head: HEAD, lines, turnedAway: () => [] }, 'json');
    pieces.next();
    expect(made).toBe(0);
    pieces.next();
    expect(made).toBe(1);
  });
});

function uploaded(id: number, more: Partial<UploadedUnit> = {}): UploadedUnit {
  const title = `unit ${id}`;
  const path = `/data/${id}.png`;
  const known = { dataHash: `row-${id}`, itemUuid: null, doneAt: 1, files: 1, bytes: 5 };
  return { id, media: 'image', title, path, ...known, ...more };
}

function row(dataHash: string, more: Partial<DataRow> = {}): DataRow {
  return { ...BARE_ROW, dataHash, title: 'a title', ...more };
}

/** Long after everything was uploaded. */
const LATER = 1_000_000;

describe('a comparison', () => {
  it('does not miss what was uploaded just now, because Encord may not list it yet', () => {
    const reconciler = new Reconciler([row('row-1')], 10, 500);
    reconciler.add([
      uploaded(1, { doneAt: 900 }),
      uploaded(2, { doneAt: 900 }),
      uploaded(3, { doneAt: 400 }),
    ]);
    expect(reconciler.finish(new Set())).toMatchObject({ both: 1, recent: 1, missing: [3], uploaded: 3 });
  });

  it('goes by data hash, then by storage item, and never by title', () => {
    const rows = [
      row('row-1'),
      row('other', { itemUuid: 'item-2', title: 'unit 2' }),
      row('moved', { itemUuid: 'item-3' }),
      row('strange', { title: 'unit 4' }),
    ];
    const reconciler = new Reconciler(rows, 10, LATER);
    reconciler.add([
      uploaded(1),
      uploaded(2, { dataHash: null, itemUuid: 'item-2' }),
      uploaded(3, { dataHash: 'row-3', itemUuid: 'item-3' }),
      uploaded(4),
      uploaded(5, { dataHash: null }),
    ]);
    expect(reconciler.finish(new Set())).toMatchObject({
      rows: 4,
      uploaded: 5,
      both: 3,
      missing: [4],
      extra: [{ dataHash: 'strange' }],
      unidentified: 1,
    });
  });

  it('says another size of a single file as a remark, and nothing of a group', () => {
    const reconciler = new Reconciler([row('row-1', { size: 4 }), row('row-2', { size: 4 })], 10, LATER);
    reconciler.add([uploaded(1), uploaded(2, { files: 3, media: 'image-group' })]);
    const found = reconciler.finish(new Set());
    expect(found).toMatchObject({ both: 2, missing: [], different: [{ unitId: 1 }] });
    expect(found.different).toHaveLength(1);
  });

  it('takes what was uploaded after the rows were asked for neither for missing nor for extra', () => {
    const reconciler = new Reconciler([row('row-1'), row('row-3')], 1, LATER);
    reconciler.add([uploaded(1), uploaded(2), uploaded(3)]);
    expect(reconciler.finish(new Set())).toMatchObject({ uploaded: 1, both: 1, missing: [], extra: [] });
  });

  it('takes rows of uploads that are not done for neither', () => {
    const reconciler = new Reconciler(
      [row('row-1'), row('placeholder'), row('x', { itemUuid: 'item-9' })],
      5,
      LATER,
    );
    reconciler.add([uploaded(1)]);
    reconciler.addUnderway(['placeholder', 'item-9', 'row-1', 'unknown']);
    expect(reconciler.finish(new Set())).toMatchObject({ both: 1, underway: 2, extra: [] });
  });

  it('does not miss what was uploaded again, and knows a file that was overwritten for another', () => {
    const first = uploaded(1, { path: '/data/a.png' });
    const second = uploaded(2, { path: '/data/a.png' });
    const reconciler = new Reconciler([row('row-2')], 10, LATER);
    reconciler.add([first, second]);
    for (const same of [true, false]) {
      const superseding = new Superseding(reconciler.missing, () => same);
      superseding.add([first, second]);
      expect(reconciler.finish(superseding.superseded).missing).toEqual(same ? [] : [1]);
    }
    const other = new Superseding([first], () => true);
    other.add([
      uploaded(3, { path: '/data/a.png', bytes: 6 }),
      uploaded(4, { media: 'video', path: '/data/a.png' }),
    ]);
    expect([...other.superseded]).toEqual([]);
  });
});

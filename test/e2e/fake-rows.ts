/**
 * Rows of datasets as the pretended main holds them: made up on first sight, then found, renamed and deleted like real
 * ones. Used by `fake-handlers.ts`; `fake-main.ts` serves what `mediaAt` draws.
 */
import { readFileSync } from 'node:fs';
import type { CallInput } from '../../preload/contract/calls.ts';
import type { DatasetDetail, RowFilter, RowSelection, TextProblem } from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { DataRowView, DatasetView } from '../../preload/contract/views.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';

type RowCalls = Extract<CallName, `rows.${string}` | 'datasets.detail'>;

const HOUR = 3_600_000;
const VIEWER = 'You are a viewer of this dataset: only its admins can change it.';
const API_KEY = 'This account is an API key: this needs an SSH key.';

export function rowsHandlers(main: FakeMain): Pick<FakeHandlers, RowCalls> {
  const kept = new Map<string, DataRowView[]>();
  const metadata = new Map<string, string>();
  let lastJob = 500;
  const job = () => {
    lastJob += 1;
    main.changed('jobs', 'datasets');
    return { jobId: lastJob };
  };
  const datasetOf = (id: string): DatasetView => {
    const all = [...main.state.datasets, ...main.state.organisation];
    const found = all.find((dataset) => dataset.id === id);
    if (!found) throw new Refusal('dataset-unknown', 'This account cannot see a dataset with this id.');
    return found;
  };
  const rowsOf = (datasetId: string): DataRowView[] => {
    datasetOf(datasetId);
    let rows = kept.get(datasetId);
    if (!rows) {
      rows = datasetId.startsWith('d-new')
        ? []
        : Array.from({ length: main.state.rowCount }, (_, at) => rowAt(at));
      kept.set(datasetId, rows);
    }
    return rows;
  };
  // A hundred thousand rows are not sorted anew for each page of the same list.
  let sorted: { of: readonly DataRowView[]; as: string; rows: DataRowView[] } | null = null;
  const found = ({
    datasetId,
    filter,
    sort,
  }: Pick<CallInput<'rows.find'>, 'datasetId' | 'filter' | 'sort'>) => {
    const of = rowsOf(datasetId);
    const as = JSON.stringify([filter, sort, of.length]);
    if (sorted?.of !== of || sorted.as !== as) {
      const sign = sort.descending ? -1 : 1;
      const rows = filtered(of, filter);
      rows.sort((a, b) => sign * compare(keyOf(a, sort.column), keyOf(b, sort.column)));
      sorted = { of, as, rows };
    }
    return sorted.rows;
  };
  const rowOf = (datasetId: string, dataHash: string): DataRowView => {
    const found = rowsOf(datasetId).find((row) => row.dataHash === dataHash);
    if (!found) throw new Refusal('not-found', 'This row is not in the dataset (any more).');
    return found;
  };
  const selected = (datasetId: string, selection: RowSelection): DataRowView[] => {
    const named = new Set(selection.kind === 'rows' ? selection.dataHashes : selection.except);
    const rows =
      selection.kind === 'rows' ? rowsOf(datasetId) : filtered(rowsOf(datasetId), selection.filter);
    return rows.filter((row) => named.has(row.dataHash) === (selection.kind === 'rows'));
  };

  return {
    'datasets.detail': ({ datasetId }) => detailOf(datasetOf(datasetId), main.state.snapshot.activeAccountId),
    'rows.find': ({ offset, limit, ...input }) => {
      const { datasetId } = input;
      const rows = found(input);
      const types: Record<string, number> = {};
      let bytes = 0;
      for (const row of rowsOf(datasetId)) {
        types[row.type] = (types[row.type] ?? 0) + 1;
        bytes += row.size ?? 0;
      }
      return { total: rows.length, rows: rows.slice(offset, offset + limit), types, bytes };
    },
    'rows.tally': ({ datasetId, rows }) => {
      const chosen = selected(datasetId, rows);
      const types: Record<string, number> = {};
      for (const row of chosen) types[row.type] = (types[row.type] ?? 0) + 1;
      return {
        rows: chosen.length,
        bytes: chosen.reduce((sum, row) => sum + (row.size ?? 0), 0),
        types,
        inOwnCloud: chosen.filter((row) => row.storage !== 'encord').length,
        titles: chosen.slice(0, 10).map((row) => row.title),
      };
    },
    'rows.detail': ({ datasetId, dataHash }) => {
      const row = rowOf(datasetId, dataHash);
      return {
        dataHash,
        clientMetadata: metadata.get(dataHash) ?? '{\n  "ward": 7,\n  "reader": "second"\n}',
        frames: row.type === 'IMG_GROUP' ? 240 : row.type === 'VIDEO' ? 1_830 : null,
        facts:
          row.type === 'AUDIO'
            ? [
                { name: 'Sample rate', value: '44,100 Hz' },
                { name: 'Codec', value: 'aac' },
              ]
            : [],
        folder: { id: 'f-1', path: ['Lab', 'Raw captures'] },
        usage: { groups: 1, datasets: 2, datasetTitles: ['Traffic Data', 'Reader study'] },
      };
    },
    'rows.frames': ({ datasetId, dataHash, offset, limit }) => {
      rowOf(datasetId, dataHash);
      return {
        total: 240,
        rows: Array.from({ length: Math.max(0, Math.min(limit, 240 - offset)) }, (_, at) => ({
          imageHash: `${dataHash}-frame-${offset + at}`,
          title: `frame_${String(offset + at).padStart(4, '0')}.png`,
          size: 1_400_000 + at,
          mime: 'image/png',
          width: 1_920,
          height: 1_080,
        })),
      };
    },
    'rows.media': ({ datasetId, dataHash, imageHash }) => {
      const row = rowOf(datasetId, dataHash);
      if (imageHash !== null || row.type === 'IMAGE')
        return {
          kind: 'media',
          path: `/media/image/${imageHash ?? dataHash}`,
          mime: 'image/svg+xml',
          size: row.size,
          as: 'image',
        };
      if (row.type === 'VIDEO')
        return {
          kind: 'media',
          path: `/media/video/${dataHash}`,
          mime: 'video/webm',
          size: row.size,
          as: 'video',
        };
      return { kind: 'none', why: 'There is no preview of this type here. Open it in Encord to look at it.' };
    },
    'rows.rename': ({ datasetId, dataHash, title }) => {
      const row = rowOf(datasetId, dataHash);
      row.title = title;
      sorted = null;
      main.changed('datasets');
      return row;
    },
    'rows.delete': ({ datasetId, rows }) => {
      const gone = new Set(selected(datasetId, rows));
      kept.set(
        datasetId,
        rowsOf(datasetId).filter((row) => !gone.has(row)),
      );
      return job();
    },
    'rows.reencode': () => job(),
    'rows.setMetadata': ({ datasetId, rows, text }) => {
      const problems = problemsOf(text);
      if (problems.length > 0) return { kind: 'invalid', problems };
      for (const row of selected(datasetId, rows)) metadata.set(row.dataHash, text);
      return { kind: 'started', ...job() };
    },
    'rows.readMetadataTable': ({ key }) => ({
      tableId: 'table-1',
      headings: ['title', 'ward', 'reader'],
      key: key ?? { heading: 'title', by: 'title' },
      lines: 1_204,
      matched: key?.by === 'dataHash' ? 0 : 1_201,
      problems: [
        { line: 18, column: 1, message: 'No row has the title “still_9999.png”.' },
        { line: 240, column: 1, message: '2 rows have the title “still_7.png”: use their data hash.' },
      ],
      problemCount: 3,
      examples: [
        { title: 'still_1.png', json: '{ "ward": 7, "reader": "second" }' },
        { title: 'still_2.png', json: '{ "ward": 9, "reader": "first" }' },
      ],
    }),
    'rows.applyMetadataTable': () => job(),
    'rows.recogniseText': () => ({
      results: 2,
      text: '[\n  { "text": "WARD 7" },\n  { "text": "12:04" }\n]',
    }),
    'rows.download': () => job(),
    'rows.export': ({ datasetId, columns, format }) =>
      main.save(`${datasetOf(datasetId).title}.${format}`, `${columns.join(',')}\r\n`),
  };
}

function detailOf(dataset: DatasetView, accountId: string | null): DatasetDetail {
  const viewer = dataset.role === 'admin' ? null : VIEWER;
  const key = accountId === 'key' ? API_KEY : null;
  const cloudOnly =
    dataset.storage === 'encord'
      ? null
      : 'This dataset lies in your own cloud: it takes no uploads from here.';
  return {
    datasetId: dataset.id,
    backingFolderId: dataset.mirrored ? `f-${dataset.id}` : null,
    webUrl: `https://app.encord.com/datasets/${dataset.id}`,
    may: {
      addData: viewer ?? cloudOnly,
      changeRows: viewer,
      attach: viewer ?? key,
      registerCloudData: viewer ?? key,
      team: viewer ?? key,
      projects: key,
      keys: viewer ?? key,
      storage: key,
    },
  };
}

const OTHERS = ['IMG_GROUP', 'AUDIO', 'DICOM', 'NIFTI', 'PDF', 'PLAIN_TEXT'] as const;
const ENDINGS = ['', '.m4a', '.dcm', '.nii.gz', '.pdf', '.txt'];
const MIMES = [null, 'audio/mp4', 'application/dicom', 'application/gzip', 'application/pdf', 'text/plain'];

/** A third are videos, most others images; every seventeenth is of another type. */
function rowAt(index: number): DataRowView {
  const video = index % 3 === 0;
  const other = !video && index % 17 === 1 ? Math.floor((index / 17) * (2 / 3)) % OTHERS.length : -1;
  const visual = video || other <= 0;
  const at = new Date(Date.now() - index * HOUR).toISOString();
  return {
    dataHash: `row-${index}`,
    title: video
      ? `2026-11-20_cam-north_${index}.mp4`
      : `still_${index}${other < 0 ? '.png' : ENDINGS[other]}`,
    type: video ? 'VIDEO' : (OTHERS[other] ?? 'IMAGE'),
    mime: video ? 'video/mp4' : other < 0 ? 'image/png' : (MIMES[other] ?? null),
    size: 1_200_000 * ((index % 50) + 1),
    width: visual ? 1_920 : null,
    height: visual ? 1_080 : null,
    fps: video ? 30 : null,
    durationSeconds: video ? 61 + index : null,
    sequence: other === 0 ? index % 2 === 1 : null,
    storage: index % 50 === 2 ? 'aws' : 'encord',
    fileLink: `cord-images-prod/lab/${index}`,
    itemUuid: `item-${index}`,
    createdAt: at,
    editedAt: at,
  };
}

function filtered(rows: readonly DataRowView[], filter: RowFilter): DataRowView[] {
  const text = filter.search.toLowerCase();
  return rows.filter(
    (row) =>
      row.title.toLowerCase().includes(text) &&
      (filter.types.length === 0 || filter.types.includes(row.type)) &&
      within(row.createdAt, filter.created) &&
      within(row.editedAt, filter.edited),
  );
}

export function within(at: string | null, { from, to }: RowFilter['created']): boolean {
  const day = at?.slice(0, 10) ?? '';
  return (from === null || day >= from) && (to === null || (day !== '' && day <= to));
}

function keyOf(row: DataRowView, column: string): string | number | null {
  if (column === 'dimensions') return row.width;
  const key = { duration: 'durationSeconds', created: 'createdAt', edited: 'editedAt' }[column] ?? column;
  const value: unknown = row[key as keyof DataRowView];
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a ?? ''), String(b ?? ''));
}

/** As a JSON reader would say it: the line of the first thing that is wrong. */
function problemsOf(text: string): TextProblem[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [];
    return [{ line: 1, column: 1, message: 'Metadata is an object: { "name": value }.' }];
  } catch {
    const line = text.split('\n').findIndex((each) => !/^\s*([{}]|"[^"]*"\s*:\s*[^:]+,?)\s*$/.test(each)) + 1;
    return [{ line: Math.max(1, line), column: 3, message: 'A name in quotation marks is expected here.' }];
  }
}

/** What the program serves to look at: a drawing for images, a short film for videos; null for other addresses. */
export function mediaAt(path: string): { type: string; body: Buffer } | null {
  const [, media, kind, name = ''] = path.split('/');
  if (media !== 'media') return null;
  if (kind === 'video')
    return {
      type: 'video/webm',
      body: readFileSync(new URL('../fixtures/media/flow.webm', import.meta.url)),
    };
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 108" width="1920" height="1080"><rect width="192" height="108" fill="hsl(${hue} 40% 62%)"/><path d="M0 108 60 48l34 34 28-22 70 48Z" fill="hsl(${hue} 45% 38%)"/><circle cx="146" cy="30" r="12" fill="hsl(${(hue + 40) % 360} 70% 84%)"/></svg>`;
  return { type: 'image/svg+xml', body: Buffer.from(svg) };
}

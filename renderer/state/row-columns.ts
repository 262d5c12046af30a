/** Which columns of rows are shown; kept on this machine. Used by the rows of a dataset. */
import { create } from 'zustand';
import type { RowColumn } from '../../preload/contract/manage.ts';

const KEY = 'encord-uploader.row-columns';

/** In the order in which they are shown. The title is always there. */
export const ALL_COLUMNS: readonly RowColumn[] = [
  'title',
  'type',
  'mime',
  'size',
  'dimensions',
  'fps',
  'duration',
  'sequence',
  'storage',
  'fileLink',
  'itemUuid',
  'dataHash',
  'created',
  'edited',
];

const USUAL: readonly RowColumn[] = ['title', 'type', 'size', 'dimensions', 'duration', 'created'];

function read(): readonly RowColumn[] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (!Array.isArray(parsed)) return USUAL;
    return ALL_COLUMNS.filter((column) => column === 'title' || parsed.includes(column));
  } catch {
    return USUAL;
  }
}

export const useRowColumns = create<{ columns: readonly RowColumn[] }>()(() => ({ columns: read() }));

function keep(columns: readonly RowColumn[]): void {
  localStorage.setItem(KEY, JSON.stringify(columns));
  useRowColumns.setState({ columns });
}

export function showColumn(column: RowColumn, shown: boolean): void {
  const { columns } = useRowColumns.getState();
  keep(ALL_COLUMNS.filter((each) => (each === column ? shown || each === 'title' : columns.includes(each))));
}

export function showUsualColumns(): void {
  keep(USUAL);
}

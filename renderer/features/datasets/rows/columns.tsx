/** The columns of rows: what they are called, how wide they are, what stands in them. Used by the table and its menus. */
import type { ReactNode } from 'react';
import type { RowColumn } from '../../../../preload/contract/manage.ts';
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { oneLine, playTime, plural, size, whenExactText, whenText } from '../../../ui/format.ts';
import { STORAGE_WORDS, typeOf } from '../types.ts';

export interface ColumnShape {
  readonly name: string;
  /** Pixels; the title takes what is left, and at least this. */
  readonly width: number;
  readonly number?: boolean;
  /** In the letters of code: ids and links, to be told apart. */
  readonly mono?: boolean;
  readonly cell: (row: DataRowView) => ReactNode;
  /** Shown on hover, where the cell says less. */
  readonly hover?: (row: DataRowView) => string | null;
}

export const COLUMNS: Record<RowColumn, ColumnShape> = {
  title: { name: 'Title', width: 180, cell: (row) => row.title },
  type: { name: 'Type', width: 108, cell: typeWord },
  mime: { name: 'MIME type', width: 130, cell: (row) => row.mime ?? '' },
  size: { name: 'Size', width: 76, number: true, cell: (row) => (row.size === null ? '' : size(row.size)) },
  dimensions: {
    name: 'Dimensions',
    width: 100,
    number: true,
    cell: (row) => (row.width === null || row.height === null ? '' : `${row.width} × ${row.height}`),
  },
  fps: {
    name: 'Frames/s',
    width: 80,
    number: true,
    cell: (row) => (row.fps === null ? '' : String(Math.round(row.fps * 100) / 100)),
  },
  duration: {
    name: 'Duration',
    width: 72,
    number: true,
    cell: (row) => (row.durationSeconds === null ? '' : playTime(row.durationSeconds)),
  },
  sequence: {
    name: 'Sequence or group',
    width: 136,
    cell: (row) => (row.sequence === null ? '' : row.sequence ? 'Sequence' : 'Group'),
  },
  storage: {
    name: 'Storage',
    width: 112,
    cell: (row) => (row.storage === null ? '' : STORAGE_WORDS[row.storage]),
  },
  fileLink: {
    name: 'File link',
    width: 200,
    mono: true,
    cell: (row) => oneLine(row.fileLink ?? ''),
    hover: (row) => row.fileLink,
  },
  itemUuid: {
    name: 'Storage item',
    width: 160,
    mono: true,
    cell: (row) => row.itemUuid ?? '',
    hover: (row) => row.itemUuid,
  },
  dataHash: {
    name: 'Data hash',
    width: 160,
    mono: true,
    cell: (row) => row.dataHash,
    hover: (row) => row.dataHash,
  },
  created: {
    name: 'Created',
    width: 144,
    number: true,
    cell: (row) => whenText(row.createdAt),
    hover: (row) => whenExactText(row.createdAt),
  },
  edited: {
    name: 'Edited',
    width: 144,
    number: true,
    cell: (row) => whenText(row.editedAt),
    hover: (row) => whenExactText(row.editedAt),
  },
};

/** A sequence is an image group of which Encord made a video. */
export function typeWord(row: DataRowView): string {
  return row.sequence ? 'Image sequence' : typeOf(row.type).word;
}

/** `12 videos, 3 images`, of Encord's words and counts. */
export function typesWord(types: Readonly<Record<string, number>>): string {
  return Object.entries(types)
    .sort(([, a], [, b]) => b - a)
    .map(([type, many]) => plural(many, ...typeOf(type).counted))
    .join(', ');
}

const TICK = 24;
const GAP = 16;

/** The grid's columns as CSS, and the least width that they need. */
export function layoutOf(columns: readonly RowColumn[]): { template: string; width: number } {
  const rest = columns.filter((column) => column !== 'title').map((column) => COLUMNS[column].width);
  const template = [
    `${TICK}px`,
    `minmax(${COLUMNS.title.width}px, 1fr)`,
    ...rest.map((width) => `${width}px`),
  ].join(' ');
  const width =
    TICK + COLUMNS.title.width + rest.reduce((sum, each) => sum + each, 0) + GAP * (rest.length + 1) + 40;
  return { template, width };
}

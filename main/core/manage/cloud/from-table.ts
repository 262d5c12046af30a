/**
 * Makes an upload file out of a table, since Encord's API takes only JSON: a line a file, or a line a frame, by the
 * mapping of its columns. Frames keep the order of the lines. Texts of metadata stay texts, numbers too: what looks like
 * a number may be an identifier with zeros in front. Called by the use cases of cloud data; pure.
 */

import type { CloudFile } from '../ports.ts';
import type { CsvReading, TextPath } from '../text-ports.ts';
import { frameNumber } from './entries.ts';
import { type CloudKind, hasFrames, keyOfKind } from './kinds.ts';
import type { CloudMapping } from './mapping.ts';
import type { Problems } from './problems.ts';
import { RowReader, type TableRow } from './table-row.ts';
import { quoted } from './values.ts';

export interface TableEntries {
  readonly file: CloudFile;
  /** The line of the table that a part of the file comes from; null for the whole. */
  lineOf(path: TextPath): number | null;
}

/** An entry while lines are added to it. */
interface Growing {
  readonly kind: CloudKind;
  readonly line: number;
  readonly title: string | null;
  readonly urls: { readonly url: string; readonly line: number }[];
  readonly metadata: Map<string, { readonly value: unknown; readonly line: number }>;
}

/** Lines that cannot be used are reported with their number and left out. */
export function tableToFile(table: CsvReading, mapping: CloudMapping, problems: Problems): TableEntries {
  const reader = new RowReader(table.headings, mapping, problems);
  const growing: Growing[] = [];
  const groups = new Map<string, Growing>();
  for (const { line, cells } of table.rows) {
    const row = reader.read(line, cells);
    if (row) place(row);
  }

  const lists = new Map<string, Growing[]>();
  for (const each of growing) {
    const key = keyOfKind(each.kind);
    const list = lists.get(key);
    if (list) list.push(each);
    else lists.set(key, [each]);
  }
  const file = Object.fromEntries([...lists].map(([key, list]) => [key, list.map(entryOf)]));
  return {
    file,
    lineOf([key, index, part]) {
      const entry = typeof index === 'number' ? lists.get(String(key))?.[index] : undefined;
      const frame = typeof part === 'string' ? frameNumber(part) : null;
      return (frame === null ? entry?.line : entry?.urls[frame]?.line) ?? null;
    },
  };

  function place(row: TableRow): void {
    const known = row.group === null ? undefined : groups.get(groupKey(row.kind, row.group));
    if (!known) {
      const added: Growing = {
        kind: row.kind,
        line: row.line,
        title: row.group ?? row.title,
        urls: row.urls.map((url) => ({ url, line: row.line })),
        metadata: new Map(row.metadata.map(([name, value]) => [name, { value, line: row.line }])),
      };
      growing.push(added);
      if (row.group !== null) groups.set(groupKey(row.kind, row.group), added);
      return;
    }
    if (row.kindIsSure && known.kind !== row.kind) {
      problems.atLine(
        'error',
        row.line,
        `The lines of ${quoted(row.group ?? '')} are not of one kind: line ${known.line} says ${known.kind}, this one ${row.kind}.`,
      );
      return;
    }
    for (const url of row.urls) known.urls.push({ url, line: row.line });
    for (const [name, value] of row.metadata) merge(known, name, value, row.line);
  }

  function merge(known: Growing, name: string, value: unknown, line: number): void {
    const earlier = known.metadata.get(name);
    if (!earlier) known.metadata.set(name, { value, line });
    else if (JSON.stringify(earlier.value) !== JSON.stringify(value)) {
      problems.atLine(
        'warning',
        line,
        `${quoted(name)} is another one than on line ${earlier.line}, which counts for the whole of ${quoted(known.title ?? '')}.`,
      );
    }
  }
}

/** Groups and sequences share a list of the file, so the same text means the same item. */
function groupKey(kind: CloudKind, group: string): string {
  return `${keyOfKind(kind)} ${group}`;
}

function entryOf({ kind, title, urls, metadata }: Growing): Record<string, unknown> {
  const [first] = urls;
  const named: [string, unknown][] = hasFrames(kind)
    ? urls.map(({ url }, index) => [`objectUrl_${index}`, url])
    : [['objectUrl', first?.url ?? '']];
  const entries: [string, unknown][] = [
    ...(title === null ? [] : [['title', title] as [string, unknown]]),
    ...(kind === 'image-sequence' ? [['createVideo', true] as [string, unknown]] : []),
    ...named,
  ];
  if (metadata.size > 0) {
    // Not by assignment: a heading may be the name of something that all objects have.
    const pairs = [...metadata].map(([name, { value }]) => [name, value] as const);
    entries.push(['clientMetadata', Object.fromEntries(pairs)]);
  }
  return Object.fromEntries(entries);
}

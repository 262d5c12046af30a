/**
 * What the columns of a CSV file of cloud data mean, as a person writes it: by headings or by numbers. Used by
 * `manage-cloud-file.ts`.
 */

import { z } from 'zod';
import { type CloudMapping, cloudMapping } from '../../preload/contract/manage.ts';
import { UploaderError } from '../core/errors.ts';

const column = z.union([z.string(), z.number().int().min(0)]);
const kinds = cloudMapping.shape.kind.options[1].shape.kind;
const typed = z.strictObject({
  url: z.union([column, z.array(column).min(1)]),
  title: column.nullish(),
  kind: z.union([
    kinds,
    z.strictObject({ column }),
    z.strictObject({ by: z.literal('column'), column }),
    z.strictObject({ by: z.literal('all'), kind: kinds }),
  ]),
  group: column.nullish(),
  createVideo: column.nullish(),
  metadata: z.union([column, z.array(column)]).optional(),
});

/** For the help of commands. */
export const MAPPING_HELP = `
The columns of a CSV file are found by their headings, or said with --mapping, by heading or by number from 0:

  {"url": "object", "title": "Name", "kind": "video", "metadata": ["site", "shift"]}

url: the column of the URLs, or several for the frames of a group on one line. kind: one for all lines (${kinds.options.join(', ')}),
or {"column": "type"}. group: lines with the same text there are one group or series. createVideo: tells sequences from
groups. metadata: columns that become client metadata.`;

/** @param value of the JSON text that was given. Throws `invalid-input` with what is wrong. */
export function mappingOf(value: unknown, headings: readonly string[]): CloudMapping {
  const reading = typed.safeParse(value);
  if (!reading.success) {
    const [issue] = reading.error.issues;
    const where = issue?.path.join('.') || 'the whole';
    throw new UploaderError(
      'invalid-input',
      `The mapping was not understood (${where}). It is a JSON object with "url" and "kind": see --help.`,
    );
  }
  const { url, title, kind, group, createVideo, metadata } = reading.data;
  const number = (which: string | number): number => columnNumber(which, headings);
  const list = (which: z.infer<typeof column> | readonly z.infer<typeof column>[]): number[] =>
    [which].flat().map(number);
  const one = (which: z.infer<typeof column> | null | undefined): number | null =>
    which === null || which === undefined ? null : number(which);
  return {
    url: list(url),
    title: one(title),
    kind:
      typeof kind === 'string'
        ? { by: 'all', kind }
        : 'column' in kind
          ? { by: 'column', column: number(kind.column) }
          : { by: 'all', kind: kind.kind },
    group: one(group),
    createVideo: one(createVideo),
    metadata: list(metadata ?? []),
  };
}

/** A mapping in words, by headings. */
export function mappingWords(mapping: CloudMapping, headings: readonly string[]): string {
  const name = (index: number): string => JSON.stringify(headings[index] ?? `column ${index}`);
  const { url, title, kind, group, createVideo, metadata } = mapping;
  return [
    `URL from ${url.map(name).join(', ')}`,
    title === null ? null : `title from ${name(title)}`,
    kind.by === 'all' ? `each line a ${kind.kind}` : `kind from ${name(kind.column)}`,
    group === null ? null : `groups by ${name(group)}`,
    createVideo === null ? null : `sequences by ${name(createVideo)}`,
    metadata.length === 0 ? null : `client metadata from ${metadata.map(name).join(', ')}`,
  ]
    .filter((part) => part !== null)
    .join('; ');
}

function columnNumber(which: string | number, headings: readonly string[]): number {
  if (typeof which === 'number') return which;
  const wanted = which.trim().toLowerCase();
  const at = headings.indexOf(which);
  const loosely = at >= 0 ? at : headings.findIndex((heading) => heading.toLowerCase() === wanted);
  if (loosely >= 0) return loosely;
  throw new UploaderError(
    'invalid-input',
    `The file has no column ${JSON.stringify(which)}. Its headings are ${headings.map((heading) => JSON.stringify(heading)).join(', ')}.`,
  );
}

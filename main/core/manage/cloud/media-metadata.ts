/**
 * Media metadata that an entry of an upload file brings along. Encord takes it as it is and does not read the file, so
 * an object that is given has to be complete. Called by the check; pure.
 */

import type { TextPath } from '../text-ports.ts';
import type { Problems } from './problems.ts';
import { isObject, quoted } from './values.ts';

type FieldType = 'number' | 'integer' | 'text';
type Fields = Readonly<Record<string, FieldType>>;

const FILE: Fields = { file_size: 'integer', mime_type: 'text' };
const AUDIO: Fields = {
  ...FILE,
  duration: 'number',
  sample_rate: 'integer',
  bit_depth: 'integer',
  codec: 'text',
  num_channels: 'integer',
};

const OBJECTS: ReadonlyMap<string, Fields> = new Map([
  [
    'videoMetadata',
    { ...FILE, fps: 'number', duration: 'number', width: 'integer', height: 'integer' } satisfies Fields,
  ],
  ['imageMetadata', { ...FILE, width: 'integer', height: 'integer' } satisfies Fields],
  ['audioMetadata', AUDIO],
  ['audiometadata', AUDIO],
  ['textMetadata', FILE],
  ['pdfMetadata', { file_size: 'integer', num_pages: 'integer' } satisfies Fields],
]);

/** Reports what is wrong with the object of this name. `path` is its own. */
export function checkMediaMetadata(name: string, value: unknown, path: TextPath, problems: Problems): void {
  const fields = OBJECTS.get(name);
  if (!fields) return;
  if (!isObject(value)) {
    problems.error(path, `${name} is an object with ${listed(Object.keys(fields))}.`);
    return;
  }
  problems.once(
    path,
    'Encord takes media metadata as they are given and does not look into the files: wrong values make wrong labels.',
  );
  if (name !== 'videoMetadata') {
    problems.once(path, `How ${name} is written in such a file is not published. Try one entry first.`);
  }
  const missing = Object.keys(fields).filter((field) => !Object.hasOwn(value, field));
  if (missing.length > 0) {
    problems.error(path, `${name} lacks ${listed(missing)}. Once it is given, all of its fields are needed.`);
  }
  for (const [field, given] of Object.entries(value)) {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const problem = type ? typeProblem(field, type, given) : unknownField(name, field, fields);
    if (problem) problems.error([...path, field], problem);
  }
}

function typeProblem(field: string, type: FieldType, value: unknown): string | null {
  if (type === 'text') {
    return typeof value === 'string' && value.trim() !== '' ? null : `${field} is a text.`;
  }
  const fits = typeof value === 'number' && value >= 0 && (type === 'number' || Number.isInteger(value));
  if (fits) return null;
  return type === 'integer'
    ? `${field} is a whole number, not in quotes.`
    : `${field} is a number, not in quotes.`;
}

function unknownField(name: string, field: string, fields: Fields): string {
  const meant = Object.keys(fields).find((known) => plain(known) === plain(field));
  return meant
    ? `${quoted(field)} is written ${meant} here.`
    : `${name} has no field ${quoted(field)}. It has ${listed(Object.keys(fields))}.`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/**
 * Titles and client metadata by template: `{folder}/{name}`. Used by what takes finished files, by dry runs, and by whoever
 * checks rules.
 *
 * The capture time is the file's time of modification: it is what every file system has, and cameras and microscopes set
 * it when they close the file. It is written as the clock on the wall of this machine showed it then.
 */

import { below, folderName } from '../paths.ts';
import { split } from './pending.ts';

/** What a clock on the wall shows. `month` is from 1 to 12; `offsetMinutes` is how far it is ahead of UTC. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offsetMinutes: number;
}

/** What titles may use, besides the captures of a pattern. */
export const TITLE_PLACEHOLDERS: readonly string[] = [
  ...['name', 'stem', 'ext', 'folder', 'path', 'dir', 'root', 'date', 'time', 'datetime', 'host', 'source'],
  ...['size', 'frames'],
];

/** What metadata may use: the hash too, which is not known before the file is read. */
export const METADATA_PLACEHOLDERS: readonly string[] = [...TITLE_PLACEHOLDERS, 'sha256'];

export interface Template {
  readonly parts: readonly (string | { readonly name: string })[];
  /** The placeholders that are used: whoever finds `sha256` here hashes the file before filling. */
  readonly names: ReadonlySet<string>;
}

export type TemplateReading =
  | { readonly ok: true; readonly template: Template }
  /** A sentence that says what is wrong, and what to write. */
  | { readonly ok: false; readonly problem: string };

/** By placeholder. A function is called when the value is needed, and only then. */
export type Values = Readonly<Record<string, string | (() => string)>>;

/** What a template is filled for: a file, or a group by its first frame. */
export interface Subject {
  /** Absolute path of the root. */
  readonly root: string;
  /** Relative; of a group, that of its first frame. */
  readonly path: string;
  /** A group's own name (`groups.ts`), empty for that of the root; null for a file. */
  readonly group: string | null;
  /** Bytes; of a group, of all frames together. */
  readonly size: number;
  /** Of a group, that of its first frame. */
  readonly mtimeMs: number;
  /** 1 for a file. */
  readonly frames: number;
  readonly captures: Readonly<Record<string, string>>;
  /** Null where no template asks for it, or nobody knows. */
  readonly sha256: string | null;
}

/** What is the same for all subjects. */
export interface Surroundings {
  readonly host: string;
  /** The wall clock at an instant in milliseconds since the epoch. */
  readonly local: (ms: number) => LocalTime;
}

/** Encord's limit. */
const LONGEST_TITLE = 300;

/** `known`: the placeholders that mean something here, captures included. */
export function readTemplate(text: string, known: readonly string[]): TemplateReading {
  const parts: (string | { name: string })[] = [];
  for (const [token, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (token === '{{' || token === '}}') parts.push(token.slice(1));
    else if (token === '{' || token === '}') return { ok: false, problem: sayLoneBrace(token, text) };
    else if (name === undefined) parts.push(token);
    else if (known.includes(name)) parts.push({ name });
    else return { ok: false, problem: sayUnknown(name, known) };
  }
  if (text.trim() === '') return { ok: false, problem: 'The template is empty. Write {name}, for example.' };
  const names = new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name])));
  return { ok: true, template: { parts, names } };
}

/** A value that is not given is empty. Halves of characters, which no server takes, become U+FFFD. */
export function fill(template: Template, values: Values): string {
  return template.parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = Object.hasOwn(values, part.name) ? (values[part.name] ?? '') : '';
      return typeof value === 'string' ? value : value();
    })
    .join('')
    .toWellFormed();
}

/** A title that Encord takes. `name` is the title where there is no template, or where it gives nothing. */
export function fillTitle(template: Template | null, values: Values, name: string): string {
  return (template && presentable(fill(template, values))) || presentable(name) || 'untitled';
}

function presentable(text: string): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, '')
    .trim();
  if (line.length <= LONGEST_TITLE) return line;
  // Not between the two halves of a character.
  const half = /[\uD800-\uDBFF]/.test(line[LONGEST_TITLE - 1] ?? '');
  return line.slice(0, half ? LONGEST_TITLE - 1 : LONGEST_TITLE).trimEnd();
}

/**
 * The values of a subject. A capture that is called like one of the placeholders takes its place. Of a group, `name` and
 * `stem` are its own name, `path` and `source` lead to the folder that its first frame lies in, and `ext` is that frame's.
 */
export function valuesOf(subject: Subject, { host, local }: Surroundings): Values {
  const { folder: dir, name: fileName } = split(subject.path);
  const rootName = ownName(subject.root);
  const group = subject.group === '' ? rootName : subject.group;
  const { stem, ext } = splitName(fileName);
  const path = group === null ? subject.path : dir;
  const at = () => local(subject.mtimeMs);
  return {
    name: group ?? fileName,
    stem: group ?? stem,
    ext,
    folder: dir === '' ? rootName : split(dir).name,
    path,
    dir,
    root: rootName,
    date: () => dateOf(at()),
    time: () => clockOf(at(), '-'),
    datetime: () => `${dateOf(at())}T${clockOf(at(), ':')}${offsetOf(at())}`,
    host,
    source: () => below(subject.root, path),
    size: String(subject.size),
    sha256: subject.sha256 ?? '',
    frames: String(subject.frames),
    ...subject.captures,
  };
}

/** A name without its ending, and the ending without its dot. */
export function splitName(name: string): { readonly stem: string; readonly ext: string } {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? { stem: name, ext: '' } : { stem: name.slice(0, dot), ext: name.slice(dot + 1) };
}

function ownName(root: string): string {
  return folderName(/[\\/]$/.test(root) ? root : `${root}/`);
}

function dateOf({ year, month, day }: LocalTime): string {
  return `${padded(year, 4)}-${padded(month)}-${padded(day)}`;
}

function clockOf({ hour, minute, second }: LocalTime, separator: string): string {
  return [hour, minute, second].map((part) => padded(part)).join(separator);
}

function offsetOf({ offsetMinutes }: LocalTime): string {
  const minutes = Math.trunc(Math.abs(offsetMinutes));
  return `${offsetMinutes < 0 ? '-' : '+'}${padded(Math.trunc(minutes / 60))}:${padded(minutes % 60)}`;
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function sayUnknown(name: string, known: readonly string[]): string {
  const there = known.map((each) => `{${each}}`);
  return `“{${name}}” is not known here. There is ${there.slice(0, -1).join(', ')} and ${there.at(-1)}; write {{ and }} for braces.`;
}

function sayLoneBrace(brace: string, text: string): string {
  return `“${text}” has a “${brace}” without its “${brace === '{' ? '}' : '{'}”. Write ${brace}${brace} for the character itself.`;
}

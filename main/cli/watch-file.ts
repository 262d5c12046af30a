/**
 * The file of `watch apply`: YAML into watch folders as they should be, or every problem with its line and column. Pure:
 * what it needs of the machine is handed in. Used by `watch-apply.ts`.
 */

import { join, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import type { WatchRulesView } from '../../preload/contract/watch.ts';
import type { Existing } from '../core/watch/rules.ts';
import { EXISTING, RULE_WORDS, type RuleWords, rulesOf } from './watch-words.ts';

/** A watch folder as the file has it. */
export interface WantedFolder {
  /** Absolute. */
  readonly root: string;
  /** Id or title. */
  readonly dataset: string;
  readonly create: boolean;
  /** Name, fingerprint or id; null for the account that is used by default. */
  readonly account: string | null;
  readonly folder: string | null;
  readonly on: boolean;
  /** Counts only when the folder is added. */
  readonly existing: Existing;
  readonly rules: WatchRulesView;
}

export interface FileProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

export type FileReading =
  | { readonly ok: true; readonly folders: readonly WantedFolder[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Where the file is read. */
export interface Place {
  /** The folder of the file, absolute: roots are relative to it. */
  readonly base: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const TEXT = 'It is a text.';
const text = (): z.ZodType<string> => z.string(TEXT).min(1, 'It is empty.');
const yesOrNo = (): z.ZodType<boolean> => z.boolean('It is true or false.');

const FOLDER_WORDS = {
  root: text(),
  dataset: text(),
  create: yesOrNo(),
  account: text(),
  folder: text(),
  on: yesOrNo(),
  existing: z.enum(EXISTING, `It is one of ${EXISTING.join(', ')}.`),
  ...RULE_WORDS,
} as const;
type FolderWord = keyof typeof FOLDER_WORDS;
type FolderWords = RuleWords & {
  readonly [W in Exclude<FolderWord, keyof typeof RULE_WORDS>]?:
    | z.infer<(typeof FOLDER_WORDS)[W]>
    | undefined;
};

/** What may be named with `${NAME}`, for labs whose machines share one file. */
const EXPANDED = ['root', 'dataset', 'account', 'folder'] as const;
const TOP_WORDS = ['version', 'defaults', 'folders'];
const VERSION = 1;
/** Aliases (`*name`) that a file may use: enough for people, too few to make a small file huge. */
const ALIASES = 1_000;

type Path = readonly (string | number)[];

/** Reads the whole file and finds all that is wrong with it. */
export function readWatchFile(source: string, place: Place): FileReading {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problems: FileProblem[] = [];
  const say = (offset: number, problem: string): void => {
    const { line, col } = lines.linePos(offset);
    const said = { line: Math.max(1, line), column: Math.max(1, col), problem };
    // What is wrong with a default is wrong for every folder.
    if (!problems.some((each) => isDeepStrictEqual(each, said))) problems.push(said);
  };
  for (const error of document.errors) say(error.pos[0], `${error.message.replace(/\.$/, '')}.`);
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined) {
        say(alias.range?.[0] ?? 0, `Nothing before it is marked with &${alias.source}.`);
      }
    },
  });
  if (problems.length > 0) return { ok: false, problems };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES });
  } catch (reason) {
    say(
      0,
      `The aliases of this file cannot be followed: ${reason instanceof Error ? reason.message : reason}`,
    );
    return { ok: false, problems };
  }
  const reader = new Reader(place, (path, problem, at) => say(offsetOf(document, path, at), problem));
  const folders = reader.read(value);
  if (problems.length === 0) return { ok: true, folders };
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

type Say = (path: Path, problem: string, at?: 'key' | 'value') => void;

/** Walks through what the YAML came to; every problem is said with the path of what it is about. */
class Reader {
  readonly #place: Place;
  readonly #say: Say;

  constructor(place: Place, say: Say) {
    this.#place = place;
    this.#say = say;
  }

  read(value: unknown): readonly WantedFolder[] {
    if (!isRecord(value)) {
      this.#say([], `The file is a map with ${list(TOP_WORDS)}.`);
      return [];
    }
    this.#unknownKeys(value, [], TOP_WORDS);
    if (value.version !== VERSION) {
      this.#say(
        'version' in value ? ['version'] : [],
        `Write \`version: ${VERSION}\`; this program knows no other.`,
      );
    }
    const defaults = this.#words(value.defaults ?? {}, ['defaults'], DEFAULT_WORDS);
    if (!Array.isArray(value.folders)) {
      this.#say(
        'folders' in value ? ['folders'] : [],
        '`folders` is a list, each with at least `root` and `dataset`.',
      );
      return [];
    }
    const folders = value.folders.flatMap((each: unknown, index) => {
      const path = ['folders', index];
      const words = this.#words(each, path, ALL_WORDS);
      const folder = words && defaults ? this.#folder(merged(defaults, words), path, words) : null;
      return folder ? [{ folder, path }] : [];
    });
    for (const [index, { folder, path }] of folders.entries()) {
      const other = folders.slice(0, index).find(({ folder: before }) => isNested(before.root, folder.root));
      if (!other) continue;
      const same = other.folder.root === folder.root;
      this.#say(
        [...path, 'root'],
        same
          ? `${folder.root} is there twice.`
          : `${folder.root} and ${other.folder.root} lie in one another: watch one of them.`,
      );
    }
    return folders.map(({ folder }) => folder);
  }

  /** Well formed words of one map; null values, which only unset a default, are kept as undefined. */
  #words(value: unknown, path: Path, known: readonly FolderWord[]): FolderWords | null {
    if (!isRecord(value)) {
      this.#say(path, 'It is a map of words, such as `root: ~/scans`.');
      return null;
    }
    this.#unknownKeys(value, path, known);
    const words: Partial<Record<FolderWord, unknown>> = {};
    let sound = true;
    for (const word of known.filter((each) => Object.hasOwn(value, each))) {
      words[word] = undefined;
      if (value[word] === null) {
        if (word !== 'root') continue;
        this.#say([...path, word], 'It is empty. A home folder is written `~/`, or "~" in quotes.');
        sound = false;
        continue;
      }
      const parsed = FOLDER_WORDS[word].safeParse(value[word]);
      if (parsed.success) words[word] = parsed.data;
      for (const issue of parsed.error?.issues ?? []) {
        this.#say([...path, word, ...issue.path.filter(isKey)], issue.message);
        sound = false;
      }
    }
    return sound ? (words as FolderWords) : null; // Each was parsed by its own schema.
  }

  #folder(words: FolderWords, path: Path, own: FolderWords): WantedFolder | null {
    const where = (word: FolderWord): Path => (word in own ? [...path, word] : ['defaults', word]);
    const expanded: Partial<Record<(typeof EXPANDED)[number], string>> = {};
    for (const word of EXPANDED) {
      const value = words[word];
      const text = value === undefined ? null : this.#expand(value, where(word));
      if (text !== null) expanded[word] = text;
      else if (value !== undefined) return null;
    }
    const { root, dataset } = expanded;
    for (const word of ['root', 'dataset'] as const) {
      if (expanded[word] === undefined) this.#say(path, `\`${word}\` is missing.`);
    }
    const reading = rulesOf(words, (word) => `\`${word}\``);
    if (!reading.ok) this.#say(where(reading.word), reading.problem);
    if (root === undefined || dataset === undefined || !reading.ok) return null;
    return {
      root: this.#absolute(root),
      dataset,
      create: words.create ?? false,
      account: expanded.account ?? null,
      folder: expanded.folder ?? null,
      on: words.on ?? true,
      existing: words.existing ?? 'all',
      rules: reading.rules,
    };
  }

  #expand(value: string, path: Path): string | null {
    let sound = true;
    const text = value.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      const found = this.#place.env[name];
      if (found) return found;
      this.#say(path, `The environment has no variable ${name || 'without a name'}.`);
      sound = false;
      return '';
    });
    return sound ? text : null;
  }

  #absolute(root: string): string {
    const { base, home } = this.#place;
    const path = root === '~' || /^~[\\/]/.test(root) ? join(home, root.slice(1)) : root;
    return resolve(base, path);
  }

  #unknownKeys(value: Readonly<Record<string, unknown>>, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const near = nearest(key, known);
      const all =
        known.length > TOP_WORDS.length ? '`watch apply --help` tells of them.' : `There are ${list(known)}.`;
      const hint = near === null ? all : `Do you mean \`${near}\`?`;
      this.#say([...path, key], `\`${key}\` is not known here. ${hint}`, 'key');
    }
  }
}

const ALL_WORDS = Object.keys(FOLDER_WORDS) as FolderWord[]; // Its own keys.
const DEFAULT_WORDS = ALL_WORDS.filter((word) => word !== 'root');

/** A word of the folder stands in place of the default; keys of metadata are added to those of the defaults. */
function merged(defaults: FolderWords, own: FolderWords): FolderWords {
  const all = { ...defaults, ...own };
  if (!defaults.metadata || !own.metadata) return all;
  return { ...all, metadata: { ...defaults.metadata, ...own.metadata } };
}

function isNested(one: string, other: string): boolean {
  const within = (outer: string, inner: string): boolean =>
    inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  return within(one, other) || within(other, one);
}

/** Where in the source something of this path stands; of what is not there, what holds it. */
function offsetOf(document: Document, path: Path, at: 'key' | 'value' = 'value'): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const key = path[length - 1];
    const holder: unknown = length > 0 ? document.getIn(path.slice(0, length - 1), true) : null;
    const pair = isMap(holder) && holder.items.find((each) => isScalar(each.key) && each.key.value === key);
    const whole: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const node = pair && (at === 'key' || !startOf(whole)) ? pair.key : whole;
    const start = startOf(node);
    if (start !== null) return start;
  }
  return 0;
}

function startOf(node: unknown): number | null {
  return typeof node === 'object' && node !== null && 'range' in node
    ? ((node as Node).range?.[0] ?? null) // Only nodes of the YAML have a range.
    : null;
}

/** The known word that a mistyped one is likely to be; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const typed = word.toLowerCase().replaceAll('-', '_');
  let best: string | null = null;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const each of known) {
    const steps = distance(typed, each);
    if (steps < least) [best, least] = [each, steps];
  }
  return best;
}

/** How many letters have to be added, left out, changed, or exchanged with the next one. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const exchanged = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      next.push(
        Math.min(
          (next[j] ?? 0) + 1,
          (row[j + 1] ?? 0) + 1,
          (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1),
          exchanged ? (before[j - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

function list(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKey(part: PropertyKey): part is string | number {
  return typeof part !== 'symbol';
}

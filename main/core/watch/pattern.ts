/**
 * Patterns that make groups of files: what they capture of a path names the group. Used by `groups.ts`, and by whoever
 * checks rules or shows what a pattern matches.
 *
 * With braces: `{series}_{frame}.tif`. `{name}` captures anything but `/`, as little as possible and at least one
 * character; `{frame}` captures digits; `*` is anything but `/`, `**` anything; the rest means itself, `{{` and `}}` are
 * braces. A pattern with a `/` is about the path below the root, one without about the base name.
 *
 * Or a regular expression with named captures, known by its `(?<`: `(?<series>\w+)_(?<frame>\d+)\.tif`. It is about the
 * whole path where it names a `/` outside of a class such as `[^/]`, and about the base name where it does not.
 */

import { lookOver } from './expressions.ts';
import { split } from './pending.ts';
import { folded, matchParts, type Part } from './wildcards.ts';

export interface Match {
  readonly captures: Readonly<Record<string, string>>;
  /** The same for all files of one unit: what was captured but the frame, and the folder where only names are looked at. */
  readonly key: string;
  /** Null where the pattern has none, or where it is no number that can be counted with exactly. */
  readonly frame: number | null;
  /** As it is written, with its zeros. */
  readonly frameText: string | null;
}

export interface Pattern {
  readonly text: string;
  /** Names, in the order in which they stand. */
  readonly captures: readonly string[];
  /** Relative paths, with `/`. */
  match(path: string): Match | null;
}

export type PatternReading =
  | { readonly ok: true; readonly pattern: Pattern }
  /** A sentence that says what is wrong, and what to write. */
  | { readonly ok: false; readonly problem: string };

export interface PatternOptions {
  /** Whether upper and lower case differ in the fixed parts of the pattern; they do by default. */
  readonly caseSensitive?: boolean;
}

const LONGEST_PATTERN = 1_000;
const LONGEST_PATH = 4_096;
/** For regular expressions: what is left of backtracking grows with a power of this. */
const LONGEST_FOR_EXPRESSIONS = 1_000;
const MOST_WILDCARDS = 50;
const EXAMPLE = 'Write {series}_{frame}.tif, for example.';

class Wrong extends Error {}

/** Captures of a text that fits, by name. */
type Capturing = (text: string) => Record<string, string> | null;

interface Read {
  readonly captures: readonly string[];
  readonly wholePath: boolean;
  readonly capture: Capturing;
}

export function readPattern(text: string, { caseSensitive = true }: PatternOptions = {}): PatternReading {
  try {
    if (text.trim() === '') throw new Wrong(`The pattern is empty. ${EXAMPLE}`);
    if (text.length > LONGEST_PATTERN) {
      throw new Wrong(
        `The pattern has ${text.length.toLocaleString('en')} characters, and ${LONGEST_PATTERN.toLocaleString('en')} are possible.`,
      );
    }
    const read = text.includes('(?<') ? readExpression(text, caseSensitive) : readBraces(text, caseSensitive);
    if (read.captures.length === 0) {
      throw new Wrong(`The pattern captures nothing, so all files would be alike. ${EXAMPLE}`);
    }
    return { ok: true, pattern: patternOf(text, read) };
  } catch (thrown) {
    if (thrown instanceof Wrong) return { ok: false, problem: thrown.message };
    throw thrown;
  }
}

function patternOf(text: string, { captures, wholePath, capture }: Read): Pattern {
  const naming = captures.filter((name) => name !== 'frame');
  return {
    text,
    captures,
    match(path) {
      if (path.length > LONGEST_PATH) return null;
      const { folder, name } = split(path);
      const found = capture(wholePath ? path : name);
      if (!found) return null;
      const values = naming.map((each) => found[each] ?? '');
      const frameText = found.frame ?? null;
      return {
        captures: found,
        // As JSON: joined by any character, two different lists could read the same.
        key: JSON.stringify(wholePath ? values : [folder, ...values]),
        frame: frameText === null ? null : countable(frameText),
        frameText,
      };
    },
  };
}

function countable(text: string): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

// ---------------------------------------------------------------------------------------------- braces

interface Named {
  readonly part: Part;
  readonly name: string | null;
}

function readBraces(text: string, caseSensitive: boolean): Read {
  if (text.includes('\\')) throw new Wrong(`“${text}” has a “\\”. Write / between folders, on every system.`);
  const wholePath = text.includes('/');
  const list = namedParts(text.replace(/^(\.?\/)+/, ''), caseSensitive);
  if (list.filter(({ part }) => part.kind !== 'text').length > MOST_WILDCARDS) {
    throw new Wrong(`The pattern has more than ${MOST_WILDCARDS} captures and stars. Leave some out.`);
  }
  const parts = list.map(({ part }) => part);
  const captures = list.map(({ name }) => name).filter((name) => name !== null);
  return {
    captures,
    wholePath,
    capture(subject) {
      const ends = matchParts(parts, caseSensitive ? subject : folded(subject));
      if (!ends) return null;
      const found: Record<string, string> = {};
      for (const [index, { name }] of list.entries()) {
        if (name !== null) found[name] = subject.slice(ends[index - 1] ?? 0, ends[index]);
      }
      return found;
    },
  };
}

function namedParts(text: string, caseSensitive: boolean): Named[] {
  const list: Named[] = [];
  let literal = '';
  const flush = () => {
    const fixed = caseSensitive ? literal : folded(literal);
    if (literal !== '') list.push({ part: { kind: 'text', text: fixed }, name: null });
    literal = '';
  };
  for (const [token, inside] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|\*\*+\/?|\*|[{}]|[^{}*]+/g)) {
    const boundary = literal.endsWith('/') || (literal === '' && list.length === 0);
    if (token === '{{' || token === '}}') literal += token.slice(1);
    else if (token === '{' || token === '}') throw loneBrace(token, text);
    else if (!token.startsWith('*') && inside === undefined) literal += token;
    else {
      flush();
      if (inside !== undefined) list.push(capturePart(inside, list));
      else if (token === '*') list.push(wildcard({ kind: 'run', of: 'name', least: 0 }, list));
      else if (token.endsWith('/') && boundary) list.push({ part: { kind: 'folders' }, name: null });
      else {
        list.push(wildcard({ kind: 'run', of: 'path', least: 0 }, list));
        if (token.endsWith('/')) literal = '/';
      }
    }
  }
  flush();
  return list;
}

function capturePart(name: string, before: readonly Named[]): Named {
  if (!/^[A-Za-z]\w*$/.test(name)) {
    throw new Wrong(
      `“{${name}}” is not a name for a capture. Use letters, digits and _, a letter first, such as {series}; write {{ and }} for braces.`,
    );
  }
  if (before.some((each) => each.name === name)) {
    throw new Wrong(`“{${name}}” is there twice. Each capture needs a name of its own.`);
  }
  if (name === 'frame') return { part: { kind: 'run', of: 'digits', least: 1 }, name };
  return { ...wildcard({ kind: 'run', of: 'name', least: 1 }, before), name };
}

/** Where two wildcards touch, nobody knows which of them a character belongs to. Before digits it is clear. */
function wildcard(part: Part, before: readonly Named[]): Named {
  const last = before.at(-1);
  if (last?.part.kind === 'run' && last.part.of !== 'digits') {
    const which = last.name === null ? 'a star' : `{${last.name}}`;
    throw new Wrong(
      `Right behind ${which} there is another capture or star, so it is not clear where the first one ends. Put the character between them that the names have there.`,
    );
  }
  return { part, name: null };
}

function loneBrace(brace: string, text: string): Wrong {
  const other = brace === '{' ? '}' : '{';
  return new Wrong(
    `“${text}” has a “${brace}” without its “${other}”. Write ${brace}${brace} where the name has the brace itself.`,
  );
}

// ---------------------------------------------------------------------------------------------- regular expressions

function readExpression(text: string, caseSensitive: boolean): Read {
  const flags = caseSensitive ? '' : 'i';
  try {
    // Alone first: `a)|(b` would be whole only between the brackets below.
    new RegExp(text, flags);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/^.*\/[a-z]*: /s, '') : String(thrown);
    throw new Wrong(
      `The pattern is not a regular expression: ${reason}. Or write it with braces: {series}_{frame}.tif.`,
    );
  }
  const looked = lookOver(text);
  if (!looked.ok) throw new Wrong(looked.problem);
  const expression = new RegExp(`^(?:${text})$`, flags);
  return {
    captures: looked.captures,
    wholePath: looked.slash,
    capture(subject) {
      if (subject.length > LONGEST_FOR_EXPRESSIONS) return null;
      const groups = expression.exec(subject)?.groups;
      return groups ? Object.fromEntries(looked.captures.map((name) => [name, groups[name] ?? ''])) : null;
    },
  };
}

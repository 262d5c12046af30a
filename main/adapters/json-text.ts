/**
 * JSON texts that people bring, as the core's port: parsed strictly, with the line and column of what is wrong, and of
 * whatever the use cases have something to say on. Made by the composition root.
 */

import { createScanner, type ParseErrorCode, type SyntaxKind, visit } from 'jsonc-parser';
import type { JsonReading, JsonText, PlacedProblem, TextPath, TextPlace } from '../core/manage/text-ports.ts';

/** Deeper values are no data, and would exhaust the stack of whoever goes through them. */
const DEEPEST = 200;

const BYTE_ORDER_MARK = '\uFEFF';

// The library's names of tokens and errors exist for its compiler only.
const OPEN_BRACE = 1 as SyntaxKind;
const CLOSE_BRACE = 2 as SyntaxKind;
const OPEN_BRACKET = 3 as SyntaxKind;
const CLOSE_BRACKET = 4 as SyntaxKind;
const COMMA = 5 as SyntaxKind;
const COLON = 6 as SyntaxKind;
const STRING = 10 as SyntaxKind;
const END = 17 as SyntaxKind;

export const jsonText: JsonText = { parse, locate };

function parse(given: string): JsonReading {
  const text = withoutMark(given);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return { ok: false, problem: syntaxProblem(text, thrown) };
  }
  return checkKeys(text, value);
}

function locate(given: string, paths: readonly TextPath[]): readonly (TextPlace | null)[] {
  const places: (TextPlace | null)[] = paths.map(() => null);
  const root = wantedTree(paths);
  /** What is wanted of the containers that are open; null where nothing of one is. */
  const open: (Wanted | null)[] = [];
  walk(withoutMark(given), (step, place) => {
    if (step.kind === 'close') {
      open.pop();
      return true;
    }
    if (step.kind === 'open') {
      open.push(step.part === null ? root : (open.at(-1)?.parts.get(step.part) ?? null));
      return true;
    }
    note(step.part === null ? root : (open.at(-1)?.parts.get(step.part) ?? null), place);
    return true;
  });
  return places;

  function note(wanted: Wanted | null, place: TextPlace): void {
    for (const index of wanted?.indexes ?? []) places[index] = place;
  }
}

// ------------------------------------------------------------------------------------------------ what is wrong

/** Duplicated keys, and whether it is nested too deep: what `JSON.parse` passes over. */
function checkKeys(text: string, value: unknown): JsonReading {
  const duplicates: (TextPlace & { path: TextPath })[] = [];
  // One set a level, emptied for each object of it: a file has hundreds of thousands of objects.
  const seen: Set<string | number>[] = [];
  const path: (string | number)[] = [];
  const tooDeep: TextPlace[] = [];
  walk(text, (step, place) => {
    if (step.kind === 'open') {
      if (step.part !== null) path.push(step.part);
      const depth = step.depth;
      const keys = seen[depth] ?? new Set();
      keys.clear();
      seen[depth] = keys;
      if (depth >= DEEPEST) tooDeep.push(place);
      return tooDeep.length === 0;
    }
    if (step.kind === 'close') {
      path.pop();
      return true;
    }
    if (typeof step.part === 'string') {
      const keys = seen[step.depth];
      if (keys?.has(step.part)) duplicates.push({ ...place, path: [...path, step.part] });
      keys?.add(step.part);
    }
    return true;
  });
  const [place] = tooDeep;
  if (place) {
    const message = `The JSON is nested more than ${DEEPEST} levels deep here. Flatten it.`;
    return { ok: false, problem: { ...place, message } };
  }
  return { ok: true, value, duplicates };
}

function syntaxProblem(text: string, thrown: unknown): PlacedProblem {
  if (text.trim() === '') return { line: 1, column: 1, message: 'There is nothing in it.' };
  let found: PlacedProblem | null = null;
  try {
    visit(
      text,
      {
        onError(error, _offset, _length, line, column) {
          found ??= { line: line + 1, column: column + 1, message: sentence(error) };
        },
      },
      { disallowComments: true, allowTrailingComma: false },
    );
  } catch (reason) {
    // It goes down level by level: so deep that the stack ends.
    if (!(reason instanceof RangeError)) throw reason;
    return { line: 1, column: 1, message: 'The JSON is nested far too deep to be read. Flatten it.' };
  }
  if (found) return found;
  const said = thrown instanceof Error ? /at position (\d+)/.exec(thrown.message) : null;
  return {
    ...placeOf(text, said ? Number(said[1]) : text.length),
    message: 'This is not valid JSON from here on.',
  };
}

const SENTENCES: Readonly<Record<number, string>> = {
  1: 'JSON has no such word or sign. Texts stand in double quotes.',
  2: 'This is not a number as JSON writes one.',
  3: 'The name of a property, in double quotes, is missing here. A comma after the last one is not allowed.',
  4: 'A value is missing here. A comma after the last one is not allowed.',
  5: 'A colon is missing between the name and its value.',
  6: 'A comma is missing before this.',
  7: 'A closing brace } is missing.',
  8: 'A closing bracket ] is missing.',
  9: 'Something stands behind the end of the JSON. Only one value may stand in it.',
  10: 'JSON has no comments. Take it out.',
  11: 'JSON has no comments, and this one does not end.',
  12: 'This text has no closing quote on its line.',
  13: 'The number ends too early.',
  14: 'Four hexadecimal digits must follow \\u.',
  15: 'JSON has no such escape. A backslash itself is written \\\\.',
  16: 'Line breaks, tabs and other control characters inside a text are written as escapes, such as \\n.',
};

function sentence(code: ParseErrorCode): string {
  return SENTENCES[code] ?? 'This is not valid JSON from here on.';
}

function placeOf(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

// ------------------------------------------------------------------------------------------------ going through

/** Paths as a tree; `indexes` are those of the paths that end here. */
interface Wanted {
  readonly indexes: number[];
  readonly parts: Map<string | number, Wanted>;
}

function wantedTree(paths: readonly TextPath[]): Wanted {
  const root: Wanted = { indexes: [], parts: new Map() };
  paths.forEach((path, index) => {
    let at = root;
    for (const part of path) {
      const next = at.parts.get(part) ?? { indexes: [], parts: new Map() };
      at.parts.set(part, next);
      at = next;
    }
    at.indexes.push(index);
  });
  return root;
}

type Step =
  /** A key of an object, an element of an array that begins, or (`null`) a value that is the whole. */
  | { readonly kind: 'part'; readonly part: string | number | null; readonly depth: number }
  /** An object or array begins as this part of what is open; `depth` is its own, from 0. */
  | { readonly kind: 'open'; readonly part: string | number | null; readonly depth: number }
  | { readonly kind: 'close' };

/**
 * Goes through a text token by token, without building anything and without recursion. Keys come as `part` before their
 * value, elements of arrays as `part` with it. `visitor` ends it with false. Of a text that is not JSON it goes as far
 * as it makes sense.
 */
function walk(text: string, visitor: (step: Step, place: TextPlace) => boolean): void {
  const scanner = createScanner(text, true);
  /** Index of the next element for arrays, the last key for objects. */
  const parts: (string | number)[] = [];
  let keyNext = false;
  for (let token = scanner.scan(); token !== END; token = scanner.scan()) {
    if (token === COLON) continue;
    if (token === COMMA) {
      const part = parts.at(-1);
      if (typeof part === 'number') parts[parts.length - 1] = part + 1;
      else keyNext = true;
      continue;
    }
    const place = { line: scanner.getTokenStartLine() + 1, column: scanner.getTokenStartCharacter() + 1 };
    if (token === CLOSE_BRACE || token === CLOSE_BRACKET) {
      parts.pop();
      keyNext = false;
      if (!visitor({ kind: 'close' }, place)) return;
      continue;
    }
    const depth = parts.length - 1;
    if (keyNext && token === STRING) {
      keyNext = false;
      const part = scanner.getTokenValue();
      parts[depth] = part;
      if (!visitor({ kind: 'part', part, depth }, place)) return;
      continue;
    }
    const part = parts.at(-1) ?? null;
    if (typeof part !== 'string' && !visitor({ kind: 'part', part, depth }, place)) return;
    if (token === OPEN_BRACE || token === OPEN_BRACKET) {
      if (!visitor({ kind: 'open', part, depth: depth + 1 }, place)) return;
      parts.push(token === OPEN_BRACE ? '' : 0);
      keyNext = token === OPEN_BRACE;
    }
  }
}

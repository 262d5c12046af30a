/**
 * Lines of the log without names: what is left says what happened and not to which file. Used by `diagnostics.ts`. Secrets
 * were taken out when the lines were written; here go names of files, folders, people, accounts and datasets.
 */

import { CALL_NAMES } from '../../../preload/contract/names.ts';

const WORD = /^[a-z][a-z0-9-]{0,40}$/;
const CALLS: ReadonlySet<string> = new Set(CALL_NAMES);

/** Fields whose values are words of the program, where they look like it. */
const SHOWN: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ...['code', 'kind', 'state', 'outcome', 'route', 'step'].map((name) => [name, isWord] as const),
  ['name', (value: string) => CALLS.has(value)],
  ['status', (value: string) => /^\d{1,6}$/.test(value)],
  ['trace', (value: string) => /^[0-9a-f]{8,64}$/.test(value)],
  // Kind and method of a call to Encord, or method and path with ids in it.
  ['call', (value: string) => /^[A-Za-z][\w ]{0,60}$|^[A-Z]{3,6} [\w/{}-]{1,150}$/.test(value)],
]);

function isWord(value: string): boolean {
  return WORD.test(value);
}

/** What of an error that was not foreseen may be shown: its class and the system's own codes. */
const ERROR_CLASS = /^(?:(?:Type|Range|Reference|Syntax|URI)Error|Error|DataCloneError)(?=:)/;
const SYSTEM_CODE =
  /\b(?:E(?:ACCES|PERM|NOENT|NOSPC|EXIST|BUSY|MFILE|NFILE|IO|ROFS|ISDIR|NOTDIR|XDEV|NOTEMPTY|INVAL|LOOP|NAMETOOLONG|PIPE|CONNRESET|CONNREFUSED|TIMEDOUT|NOTFOUND|HOSTUNREACH|NETUNREACH|ADDRINUSE|DQUOT)|EAI_AGAIN|ERR_[A-Z]+(?:_[A-Z]+)*|SQLITE_[A-Z]+)\b/g;

/** Places in a sentence that may hold a name: quotations, addresses, paths, names of files. */
const PLACES: readonly RegExp[] = [
  /“[^”]*”?|"[^"]*"?|‘[^’]*’?|`[^`]*`?/g,
  /\S+@\S+/g,
  /\S*[\\/]\S*/g,
  /\S+\.[A-Za-z0-9]{1,8}(?=[\s,.;:)]|$)/g,
];

const LONGEST = 300;
const DEEPEST = 3;

/**
 * The lines as far as they can be shown. The same name is the same `‹name 3›` in all of them. `known` are names that may
 * stand anywhere.
 */
export function withoutNames(lines: readonly string[], known: readonly string[]): string[] {
  const names = new Map<string, string>();
  const hide = (name: string): string => {
    const hidden = names.get(name) ?? `‹name ${names.size + 1}›`;
    names.set(name, hidden);
    return hidden;
  };
  // The longest first: a name may be part of another.
  const wanted = [...new Set(known)]
    .filter((name) => name.length > 1)
    .toSorted((a, b) => b.length - a.length);

  const sentence = (text: string): string => {
    let out = text;
    for (const name of wanted) out = out.replaceAll(name, () => hide(name));
    // What is hidden already has no place of a name in it.
    for (const place of PLACES)
      out = out.replace(place, (found) => (found.includes('‹') ? '‹…›' : hide(found)));
    return out.length > LONGEST ? `${out.slice(0, LONGEST)}…` : out;
  };

  const error = (text: string): string => {
    const shown = [ERROR_CLASS.exec(text)?.[0], ...(text.match(SYSTEM_CODE) ?? []), hide(text)];
    return shown.filter(Boolean).join(' ');
  };

  const value = (name: string, given: unknown, depth: number): unknown => {
    if (typeof given === 'number' || typeof given === 'boolean' || given === null) return given;
    if (typeof given === 'string') {
      return SHOWN.get(name)?.(given) ? given : error(given);
    }
    if (typeof given !== 'object' || depth >= DEEPEST) return '…';
    if (Array.isArray(given)) return given.slice(0, 10).map((each) => value('', each, depth + 1));
    return fields(given, depth + 1);
  };

  const fields = (given: object, depth: number): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(given).map(([name, each]) => [
        // Names of fields are the program's; one that is not may be anything.
        /^[a-zA-Z]{1,20}$/.test(name) && !wanted.includes(name) ? name : hide(name),
        value(name, each, depth),
      ]),
    );

  return lines.map((line) => {
    const { time, level, message, ...more } = record(line);
    if (typeof time !== 'string' || typeof level !== 'string' || typeof message !== 'string') {
      return '(a line that cannot be read)';
    }
    const when = Number.isNaN(Date.parse(time)) ? '?' : new Date(time).toISOString();
    const rest = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(fields(more, 0))}`;
    return `${when} ${isWord(level) ? level : '?'} ${sentence(message)}${rest}`;
  });
}

function record(line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    // The program was killed in the middle of it.
    return {};
  }
}

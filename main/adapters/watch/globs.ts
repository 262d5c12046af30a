/**
 * Globs over paths and names, as people write them in rules. Made once by the composition root; `path` and `name` are
 * handed to the core as its tools, `problem` checks what a person typed.
 *
 * `*` and `?` stay inside a name, `**` crosses folders, `[a-z]` and `{a,b}` choose; every other character means itself.
 * As in `.gitignore`, a pattern without a slash is about names at any depth, one with a slash begins at the root, and
 * `dir/` means everything below.
 */

import picomatch from 'picomatch';
import { UploaderError } from '../../core/errors.ts';
import { folded, matchParts, type Part } from '../../core/watch/wildcards.ts';

export interface Globs {
  /** Over paths below a root, with `/`. Throws `invalid-input` for a pattern that has a problem. */
  path(pattern: string): (path: string) => boolean;
  /** Over base names. Throws likewise. */
  name(pattern: string): (name: string) => boolean;
  /** A sentence that says what is wrong with a pattern and what to write; null when it is fine. */
  problem(pattern: string): string | null;
}

export interface GlobOptions {
  /** Whether upper and lower case differ; by default as on the usual disks of this system. */
  readonly caseSensitive?: boolean;
}

type Predicate = (text: string) => boolean;

const LONGEST = 1_000;
/** Everything else than these is done without a regular expression. */
const CHOICES = /[[\]{}\\]/;
/** In one name, beside brackets or braces: regular expressions try each star at each place. */
const STARS = 3;
const BRACES = 4;
/** Patterns are typed with their matches shown: what was typed on the way is forgotten now and then. */
const KEPT = 1_000;

export function createGlobs(options: GlobOptions = {}): Globs {
  const caseSensitive = options.caseSensitive ?? !['win32', 'darwin'].includes(process.platform);
  const kept = new Map<string, Predicate>();
  const keep = (kind: 'path' | 'name', pattern: string): Predicate => {
    const key = `${kind}:${pattern}`;
    const known = kept.get(key);
    if (known) return known;
    const wrong = problemOf(pattern);
    if (wrong !== null) throw new UploaderError('invalid-input', wrong);
    if (kept.size >= KEPT) kept.clear();
    const made = kind === 'path' ? overPaths(pattern, caseSensitive) : compiled(pattern, caseSensitive);
    kept.set(key, made);
    return made;
  };
  return {
    path: (pattern) => keep('path', pattern),
    name: (pattern) => keep('name', pattern),
    problem: problemOf,
  };
}

function overPaths(pattern: string, caseSensitive: boolean): Predicate {
  const trimmed = pattern.replace(/^\.\//, '');
  const all = trimmed.endsWith('/') || trimmed.endsWith('/**');
  // Below a folder, but not the folder itself.
  const below = all ? `${trimmed.replace(/\/(\*\*)?$/, '')}/**/*` : trimmed;
  if (trimmed.startsWith('/')) return compiled(below.slice(1), caseSensitive);
  if (trimmed.indexOf('/') === trimmed.length - 1) return compiled(`**/${below}`, caseSensitive);
  if (trimmed.includes('/')) return compiled(below, caseSensitive);
  const name = compiled(trimmed, caseSensitive);
  return (path) => name(path.slice(path.lastIndexOf('/') + 1));
}

/** A disk may spell a letter with its accent as one character or as two, and means the same. */
function compiled(pattern: string, caseSensitive: boolean): Predicate {
  const glob = pattern.normalize();
  if (CHOICES.test(glob)) {
    const expression = expressionOf(glob, caseSensitive);
    return (text) => expression.test(text.normalize());
  }
  const parts = partsOf(caseSensitive ? glob : folded(glob));
  return (text) => matchParts(parts, caseSensitive ? text.normalize() : folded(text.normalize())) !== null;
}

function partsOf(glob: string): Part[] {
  const parts: Part[] = [];
  const segments = glob.split('/');
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '**') {
      parts.push(last ? { kind: 'run', of: 'path', least: 0 } : { kind: 'folders' });
      continue;
    }
    for (const [token] of segment.matchAll(/\*+|\?|[^*?]+/g)) {
      if (token === '?') parts.push({ kind: 'one' });
      else if (token.startsWith('*')) parts.push({ kind: 'run', of: 'name', least: 0 });
      else parts.push({ kind: 'text', text: token });
    }
    if (!last) parts.push({ kind: 'text', text: '/' });
  }
  return parts;
}

function expressionOf(glob: string, caseSensitive: boolean): RegExp {
  // What picomatch has beyond the wildcards above (parentheses, quotes, negation) is taken as plain characters.
  const quoted = glob.replace(/\\.|\[[^\]]*\]|[()|+^$"@!]/gs, (part) => {
    if (part.startsWith('[!')) return `[^${part.slice(2)}`;
    return part.length > 1 ? part : `\\${part}`;
  });
  return picomatch.makeRe(quoted, {
    dot: true,
    nocase: !caseSensitive,
    noextglob: true,
    nonegate: true,
    windows: false,
    // It would hide a wrong expression behind one that never matches.
    debug: true,
  });
}

function problemOf(pattern: string): string | null {
  if (pattern.trim() === '') return 'A pattern is empty. Write *.mp4, for example, or remove it.';
  if (pattern.length > LONGEST) {
    return `A pattern of ${pattern.length.toLocaleString('en')} characters is too long. ${LONGEST.toLocaleString('en')} are possible; write several patterns.`;
  }
  if (pattern.startsWith('!')) {
    return `“${pattern}” begins with “!”. Write what is to be left out without it, under the patterns that exclude.`;
  }
  if (/\\(?![\\*?[\]{}()!,])/.test(pattern))
    return `“${pattern}” has a “\\”. Write / between folders, on every system.`;
  if (/(^|\/)\.\.(\/|$)/.test(pattern)) {
    return `“${pattern}” leads out of the folder. Patterns are about paths below it.`;
  }
  return CHOICES.test(pattern) ? problemOfChoices(pattern) : null;
}

function problemOfChoices(pattern: string): string | null {
  if (/\{[^{},]*\.\.[^{},]*\}/.test(pattern)) {
    return `“${pattern}” has a range in braces. Write [0-9] for each digit instead.`;
  }
  const stars = Math.max(...pattern.split('/').map((name) => name.match(/\*+/g)?.length ?? 0));
  const crossings = pattern.match(/\*\*/g)?.length ?? 0;
  if (stars > STARS || crossings > STARS || (pattern.match(/\{/g)?.length ?? 0) > BRACES) {
    return `“${pattern}” has too many wildcards beside its brackets or braces. Write several patterns instead, without { } and [ ].`;
  }
  try {
    expressionOf(pattern, true);
    return null;
  } catch {
    return `“${pattern}” cannot be read. Every { needs a } and every [ a ]; write \\{ or \\[ for the character itself.`;
  }
}

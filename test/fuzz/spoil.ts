/**
 * Spoils inputs as a hostile page would: wrong types, endless and sparse lists, depth, circles, names that mean something
 * to the language, texts that mean something to a file system. Used by `contract.ts`. All of it can be cloned, as else no
 * page could send it.
 *
 * Texts are chosen so that whoever takes one for a path harms nobody: they are relative, or name what is no folder.
 */

import type { Chance } from '../crash/random.ts';

const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  'relative/path',
  '../../..',
  '..\\..\\windows',
  './x',
  '%2e%2e%2f',
  '/dev/null',
  '/dev/zero',
  '/etc/passwd',
  '/proc/self/environ',
  'file:///etc/passwd',
  '\\\\server\\share',
  'C:\\Windows\\System32',
  '~/.ssh/id_ed25519',
  '\ud800',
  '\udfff\ud800 lone',
  '\u202Egnp.exe',
  '\ufeff\u200b',
  '<img src=x onerror=alert(1)>',
  "'; DROP TABLE unit; --",
  '" OR 1=1 --',
  '%s%n%x',
  '*'.repeat(200),
  '(a+)+$',
  '{{{{{{{{',
  '[[[[[[[[[',
  '**/'.repeat(60),
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-0',
  '1e999',
  'x'.repeat(201),
  'x'.repeat(1_001),
  'x'.repeat(33_000),
  '🎬'.repeat(20_000),
  '\n'.repeat(5_000),
  '["'.repeat(5_000),
  'title,path\n"a","b'.repeat(500),
];

const NUMBERS: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  -1,
  0.5,
  2 ** 31,
  -(2 ** 31) - 1,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  -(2 ** 63),
  Number.MAX_VALUE,
  Number.MIN_VALUE,
];

const KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'then',
  'toJSON',
  'length',
  'kind',
  '',
  '\0',
  '0',
  '-1',
  'x'.repeat(1_000),
];

/** The same input with one to three things wrong with it. */
export function spoiled(input: unknown, chance: Chance): unknown {
  let result = input;
  for (let times = chance.between(1, 3); times > 0; times -= 1) result = once(result, chance);
  return result;
}

/** What may stand anywhere. */
function hostileValue(chance: Chance): unknown {
  const kinds: readonly (() => unknown)[] = [
    () => chance.pick(TEXTS),
    () => chance.pick(TEXTS),
    () => chance.pick(NUMBERS),
    () => chance.pick(NUMBERS),
    () => chance.happens(0.5),
    () => null,
    () => undefined,
    () => [],
    () => ({}),
    () => 10n ** 30n,
    () => new Map([['planId', 'x']]),
    () => new Set([1, 2]),
    () => new Date(Number.NaN),
    () => /(a+)+$/,
    () => new Uint8Array(16),
    () => new TypeError('not an error of the program'),
    () => circle(),
    () => deep(chance.pick([10, 31, 40, 400])),
    () => Object.assign([], { length: chance.pick([100, 100_001, 4_294_967_295]) }),
    () => sparse(chance.between(1, 5_000)),
    () => Array(chance.pick([501, 1_001, 100_001])).fill('x'),
    () => wide(chance.pick([50, 5_000])),
    () => withOwn(chance.pick(KEYS), chance.pick(TEXTS)),
    () => (chance.happens(0.1) ? 'x'.repeat(chance.pick([1_000_000, 12_000_000, 34_000_000])) : 'x'),
  ];
  return chance.pick(kinds)();
}

function once(input: unknown, chance: Chance): unknown {
  if (chance.happens(0.1) || typeof input !== 'object' || input === null) return hostileValue(chance);
  const copy: object = structuredClone(input);
  const places = placesOf(copy);
  const place = places.length > 0 ? chance.pick(places) : null;
  if (place === null) return hostileValue(chance);
  switch (chance.between(0, 4)) {
    case 0:
      Reflect.deleteProperty(place.holder, place.key);
      break;
    case 1:
      define(place.holder, chance.pick(KEYS), hostileValue(chance));
      break;
    default:
      define(place.holder, place.key, hostileValue(chance));
  }
  return copy;
}

interface Place {
  readonly holder: object;
  readonly key: string;
}

function placesOf(root: object): Place[] {
  const places: Place[] = [];
  const seen = new Set<object>();
  const visit = (holder: object): void => {
    // Lists of bytes make numbers of what is put into them.
    if (seen.has(holder) || seen.size > 200 || ArrayBuffer.isView(holder)) return;
    seen.add(holder);
    for (const key of Object.keys(holder).slice(0, 50)) {
      places.push({ holder, key });
      const value: unknown = Reflect.get(holder, key);
      if (typeof value === 'object' && value !== null) visit(value);
    }
  };
  visit(root);
  return places;
}

/** Its own, even where it is called `__proto__`: that is what a page's clone brings. */
function define(holder: object, key: string, value: unknown): void {
  if (Array.isArray(holder) && key === 'length') return;
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function withOwn(key: string, value: unknown): object {
  const made = {};
  define(made, key, value);
  return made;
}

function circle(): object {
  const made: Record<string, unknown> = { kind: 'all' };
  made.self = made;
  made.list = [made, made];
  return made;
}

function deep(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { scope: value };
  return value;
}

function sparse(length: number): unknown[] {
  const list: unknown[] = [];
  list[length] = 'end';
  return list;
}

function wide(keys: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: keys }, (_, index) => [`key${index}`, index]));
}

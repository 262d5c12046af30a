/** What a page may send: how much, how deep, of what, how often; and that it is always answered. */

import { describe, expect, it } from 'vitest';
import { answerPage, MESSAGE_LIMITS, problemOf, RateLimit } from '../../../main/app/messages.ts';

const SMALL = { characters: 100, values: 10, depth: 3 };

/** As it arrives in main: what cannot be cloned is never sent. */
const sent = (value: unknown): unknown => structuredClone(value);

function nested(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { in: value };
  return value;
}

describe('what is taken', () => {
  it.each([
    null,
    undefined,
    'text',
    { paths: ['/a', '/b'], more: { on: true, left: undefined, sum: Number.NaN } },
    Object.create(null),
    JSON.parse('{"__proto__": {"admin": true}}'),
    [1, 2, 3],
  ])('%j', (value) => expect(problemOf(sent(value), SMALL)).toBeNull());

  it('the most that a person hands over at once', () => {
    const paths = Array.from(
      { length: 100_000 },
      (_, index) => `/data/lab/session-${index}/${'x'.repeat(150)}.mp4`,
    );
    expect(problemOf({ source: { kind: 'paths', paths }, datasetId: null })).toBeNull();
    expect(problemOf({ text: 'x'.repeat(10_000_000) })).toBeNull();
    expect(problemOf(nested(MESSAGE_LIMITS.depth))).toBeNull();
  });
});

describe('what is refused', () => {
  it.each<[string, unknown]>([
    ['a long text', 'x'.repeat(101)],
    ['texts that are long together', Array(5).fill('x'.repeat(21))],
    ['names that are long together', { ['x'.repeat(60)]: 1, ['y'.repeat(60)]: 1 }],
    ['many entries', Array(10).fill(0)],
    [
      'many entries in many places',
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8],
      ],
    ],
    ['depth', nested(4)],
    ['a number beyond numbers', 10n],
    ['a map', new Map([['planId', 'x']])],
    ['a set', { ids: new Set([1]) }],
    ['bytes', new Uint8Array(4)],
    ['a time', new Date(0)],
    ['an error', new Error('x')],
    ['a pattern', /x/],
  ])('%s', (_what, value) => expect(problemOf(sent(value), SMALL)).toMatch(/^\S.*\.$/));

  it('a list that says that it is endless, without going through it', () => {
    const endless = sent(Object.assign([], { length: 4_294_967_295 }));
    expect(Array.isArray(endless) && endless.length).toBe(4_294_967_295);
    expect(problemOf({ paths: endless })).toMatch(/entries/);
  });

  it('a circle, however wide, and a depth that would end the stack', () => {
    const circle: Record<string, unknown> = {};
    for (let index = 0; index < 50; index += 1) circle[`key${index}`] = circle;
    expect(problemOf(sent(circle))).toMatch(/deep|entries/);
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(problemOf(deep)).toMatch(/deep/);
  });
});

describe('answers', () => {
  const app = {
    handle: async (name: string, input: unknown) => ({ ok: true, value: [name, input] }) as const,
  };

  it('passes on what may be passed on', async () => {
    expect(await answerPage(app, 'settings.get', null)).toEqual({ ok: true, value: ['settings.get', null] });
  });

  it.each<[unknown, unknown]>([
    [undefined, null],
    [{ name: 'settings.get' }, null],
    ['x'.repeat(101), null],
    ['settings.set', 10n],
    ['settings.set', nested(1_000)],
  ])('refuses the call %#, and the program never sees it', async (name, input) => {
    let seen = 0;
    const watching = {
      handle: async () => {
        seen += 1;
        return { ok: true, value: null } as const;
      },
    };
    expect(await answerPage(watching, name, input)).toMatchObject({
      ok: false,
      error: { code: 'invalid-input' },
    });
    expect(seen).toBe(0);
  });

  it('answers for a program that breaks, without its reason', async () => {
    const broken = { handle: () => Promise.reject(new Error('secret')) };
    const answer = await answerPage(broken, 'settings.get', null);
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});

it('a rate allows its burst, then its pace, and saves up no more than the burst', () => {
  const limit = new RateLimit(10, 3, 1_000);
  expect([1_000, 1_000, 1_000, 1_000].map((at) => limit.take(at))).toEqual([true, true, true, false]);
  expect(limit.take(1_050)).toBe(false);
  expect(limit.take(1_100)).toBe(true);
  expect([60_000, 60_000, 60_000, 60_000].map((at) => limit.take(at))).toEqual([true, true, true, false]);
});

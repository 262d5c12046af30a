/** The rungs together: what decides, which reason is told, when to ask again, and what is asked for at what price. */

import { describe, expect, it } from 'vitest';
import { judge } from '../../../main/core/watch/ladder.ts';
import type { FileFacts, Verdict } from '../../../main/core/watch/readiness.ts';
import type { ReadinessRules } from '../../../main/core/watch/rules.ts';
import { facts, only, rules, tools } from './facts.ts';

const FINISHED = { kind: 'finished' };
const INCOMPLETE = { kind: 'incomplete', missing: 'its end is missing' } as const;
const PROCESS = { kind: 'process', pid: 7, name: null } as const;
const HASH = { algorithm: 'md5', hex: 'd41d8cd98f00b204e9800998ecf8427e' } as const;
const LISTED = { kind: 'listed', list: 'all.csv', size: null, hash: HASH } as const;

function judged(but: Partial<FileFacts>, by: ReadinessRules): Verdict {
  return judge(facts(but), by, tools);
}

/** What a verdict waits for: a kind of reason, `checking …`, or that it waits for nothing. */
function told(but: Partial<FileFacts>, by: ReadinessRules): string {
  const verdict = judged(but, by);
  if (verdict.kind !== 'waiting') return verdict.kind;
  const { reason } = verdict;
  return reason.kind === 'checking' ? `checking ${reason.what}` : reason.kind;
}

describe('all that are switched on', () => {
  it('is finished when every sign is, and says nothing more', () => {
    expect(judged({}, rules())).toEqual(FINISHED);
    const everything = rules({ marker: '{name}.done', manifest: '*.csv' });
    const signs: Partial<FileFacts> = {
      names: new Set(['cam.mp4', 'cam.mp4.done']),
      listed: LISTED,
      listedHashFits: true,
    };
    expect(judged(signs, everything)).toEqual(FINISHED);
    expect(told({ ...signs, names: new Set() }, everything)).toBe('marker');
    expect(told({ ...signs, listed: { kind: 'no-list' } }, everything)).toBe('no-manifest');
    expect(told({ ...signs, listedHashFits: false }, everything)).toBe('manifest-hash');
    expect(told({ ...signs, completeness: INCOMPLETE }, everything)).toBe('incomplete');
    expect(told({ ...signs, unchangedMs: 0 }, everything)).toBe('quiet');
  });

  it('tells the most telling reason', () => {
    const everything = rules({ marker: '{name}.done', manifest: '*.csv' });
    let but: Partial<FileFacts> = {
      name: 'cam.mp4.part',
      openness: PROCESS,
      unchangedMs: 0,
      completeness: INCOMPLETE,
    };
    const reasons = [told(but, everything)];
    for (const better of [
      { name: 'cam.mp4' },
      { openness: { kind: 'nobody' } },
      { names: new Set(['cam.mp4.done']) },
      { listed: { kind: 'not-listed', list: 'all.csv' } },
      { listed: { ...LISTED, size: 5 } },
      { listed: { ...LISTED, hash: null } },
      { completeness: { kind: 'complete' } },
      { unchangedMs: 60_000 },
    ] satisfies Partial<FileFacts>[]) {
      but = { ...but, ...better };
      reasons.push(told(but, everything));
    }
    expect(reasons).toEqual([
      'unfinished-name',
      'open',
      'marker',
      'no-manifest',
      'not-in-manifest',
      'manifest-size',
      'incomplete',
      'quiet',
      'finished',
    ]);
  });

  it('asks again when the reason that is told can be over', () => {
    expect(judged({ unchangedMs: 4_000 }, only({ quietSeconds: 10, quietSecondsPerGB: 0 }))).toMatchObject({
      againMs: 6_000,
    });
    // Before the marker is there, no time makes it finished.
    expect(judged({ unchangedMs: 4_000 }, only({ quietSeconds: 10, marker: '{name}.ok' }))).toMatchObject({
      reason: { kind: 'marker' },
      againMs: null,
    });
  });

  it('needs no quiet for what was renamed into place, and everything else', () => {
    expect(judged({ renamedInto: true, unchangedMs: 0 }, rules())).toEqual(FINISHED);
    expect(told({ renamedInto: true, unchangedMs: 0 }, rules({ renamed: false }))).toBe('quiet');
    expect(told({ renamedInto: true, completeness: INCOMPLETE }, rules())).toBe('incomplete');
    expect(told({ renamedInto: true, openness: PROCESS }, rules())).toBe('open');
    expect(told({ renamedInto: true }, rules({ marker: '{name}.ok' }))).toBe('marker');
  });

  it('ignores a container that does not say, and asks nothing of rungs that are off', () => {
    expect(judged({ completeness: { kind: 'unknown' } }, rules())).toEqual(FINISHED);
    expect(judged({ completeness: null, openness: null, unchangedMs: 0 }, only())).toEqual(FINISHED);
  });

  it('asks for what is dear only when all else is fine, the cheapest first and openness last', () => {
    const by = rules({ manifest: '*.csv' });
    const nothing: Partial<FileFacts> = { listed: LISTED, completeness: null, openness: null };
    expect(told({ ...nothing, unchangedMs: 0 }, by)).toBe('quiet');
    expect(told({ ...nothing, name: 'cam.part' }, by)).toBe('unfinished-name');
    expect(told({ ...nothing, listed: { kind: 'no-list' } }, by)).toBe('no-manifest');
    expect(told(nothing, by)).toBe('checking complete');
    expect(told({ ...nothing, completeness: INCOMPLETE }, by)).toBe('incomplete');
    const whole: Partial<FileFacts> = { ...nothing, completeness: { kind: 'complete' } };
    expect(told(whole, by)).toBe('checking hash');
    expect(told({ ...whole, listedHashFits: true }, by)).toBe('checking open');
    expect(told({ ...whole, listedHashFits: true, openness: PROCESS }, by)).toBe('open');
    expect(told({ ...whole, listedHashFits: true, openness: { kind: 'unknown' } }, by)).toBe('finished');
  });
});

describe('any one of them', () => {
  const any = only({
    combine: 'any',
    marker: '{name}.done',
    manifest: '*.csv',
    renamed: true,
    quietSeconds: 10,
    quietSecondsPerGB: 0,
    complete: true,
    notOpen: true,
  });
  /** Nothing speaks for it. */
  const not: Partial<FileFacts> = { unchangedMs: 4_000, completeness: INCOMPLETE };

  it.each<[string, Partial<FileFacts>]>([
    ['its marker', { names: new Set(['cam.mp4.done']) }],
    ['its size in a list', { listed: { ...LISTED, size: 1_000, hash: null } }],
    ['its hash in a list', { listed: LISTED, listedHashFits: true }],
    ['its new name', { renamedInto: true }],
    ['quiet', { unchangedMs: 10_000 }],
    ['its container', { completeness: { kind: 'complete' } }],
  ])('is finished by %s', (_, sign) => {
    expect(told(not, any)).toBe('marker');
    expect(judged({ ...not, ...sign }, any)).toEqual(FINISHED);
    expect(told({ ...not, ...sign, openness: PROCESS }, any)).toBe('open');
    expect(told({ ...not, ...sign, name: '.cam.mp4' }, any)).toBe('unfinished-name');
  });

  it('asks again when the first of them can be there', () => {
    expect(judged(not, any)).toMatchObject({ reason: { kind: 'marker' }, againMs: 6_000 });
    expect(judged(not, { ...any, quietSeconds: 0 })).toMatchObject({ againMs: null });
  });

  it('asks for what is dear only where no cheap sign is there', () => {
    const nothing: Partial<FileFacts> = { completeness: null, openness: null };
    expect(told({ ...nothing, unchangedMs: 60_000 }, any)).toBe('checking open');
    expect(told({ ...nothing, unchangedMs: 4_000 }, any)).toBe('checking complete');
    const whole = { completeness: { kind: 'complete' } } as const;
    expect(told({ ...nothing, unchangedMs: 4_000, ...whole }, any)).toBe('checking open');
    const listed = { ...nothing, unchangedMs: 4_000, listed: LISTED };
    expect(told(listed, any)).toBe('checking complete');
    expect(told({ ...listed, completeness: INCOMPLETE }, any)).toBe('checking hash');
    expect(told({ ...listed, completeness: INCOMPLETE, listedHashFits: false }, any)).toBe('marker');
  });

  it('is finished where every sign is silent', () => {
    const silent = only({ combine: 'any', complete: true, notOpen: true });
    const unknown: Partial<FileFacts> = { completeness: { kind: 'unknown' }, unchangedMs: 0 };
    expect(judged(unknown, silent)).toEqual(FINISHED);
    expect(told({ ...unknown, openness: null }, silent)).toBe('checking open');
    expect(judged({ unchangedMs: 0, completeness: null }, only({ combine: 'any' }))).toEqual(FINISHED);
  });
});

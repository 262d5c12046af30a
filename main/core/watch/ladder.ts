/**
 * Combines the rungs: is a file finished, and if not, why not and when to ask again. Pure; called by the run for every
 * file that waits, each time that something about it is new.
 *
 * What is dear to find out (whether the container is whole, whether a hash fits, who has the file open) is null until it
 * was asked. `judge` answers `checking` only where that alone still decides, so nobody asks in vain: first whether the
 * container is whole, which takes a few reads, then the hash, and who has it open last, because that has to be true at
 * the moment when the file is taken.
 */

import type { FileFacts, Rung, RungTools, Verdict, WaitReason } from './readiness.ts';
import type { ReadinessRules } from './rules.ts';
import { complete } from './rungs/complete.ts';
import { manifest } from './rungs/manifest.ts';
import { marker } from './rungs/marker.ts';
import { open } from './rungs/open.ts';
import { quiet } from './rungs/quiet.ts';
import { renamed } from './rungs/renamed.ts';
import { unfinishedName } from './rungs/unfinished-name.ts';

type Waiting = Extract<Verdict, { kind: 'waiting' }>;
type Judged = { readonly rung: Rung; readonly verdict: Verdict };

const VETOES: readonly Rung[] = [unfinishedName, open];
const SIGNS: readonly Rung[] = [marker, manifest, renamed, quiet, complete];

/** Of several reasons the first of these is told. */
const MOST_TELLING: readonly WaitReason['kind'][] = [
  'unfinished-name',
  'open',
  'marker',
  'no-manifest',
  'not-in-manifest',
  'manifest-size',
  'manifest-hash',
  'incomplete',
  'quiet',
  'checking',
];
const CHECKS: readonly Extract<WaitReason, { kind: 'checking' }>['what'][] = ['complete', 'hash', 'open'];

/**
 * `finished` or `waiting`, never silent. A veto that waits decides; else `combine: 'all'` wants every sign that is not
 * silent to be finished, and `'any'` one of them. A file of which no rung says anything is finished.
 */
export function judge(facts: FileFacts, rules: ReadinessRules, tools: RungTools): Verdict {
  const vetoes = waitingOf(ask(VETOES, facts, rules, tools));
  const signs = ask(SIGNS, facts, rules, tools);
  return (
    first(vetoes.filter((verdict) => !isCheck(verdict))) ??
    (rules.combine === 'all' ? all(signs) : any(signs)) ??
    first(vetoes) ?? { kind: 'finished' }
  );
}

function ask(
  rungs: readonly Rung[],
  facts: FileFacts,
  rules: ReadinessRules,
  tools: RungTools,
): readonly Judged[] {
  return rungs.map((rung) => ({ rung, verdict: rung.judge(facts, rules, tools) }));
}

/** What is waited for; null where nothing is. Until that reason changes the verdict cannot. */
function all(signs: readonly Judged[]): Waiting | null {
  const inPlace = signs.some(({ rung, verdict }) => rung === renamed && verdict.kind === 'finished');
  return first(waitingOf(inPlace ? signs.filter(({ rung }) => rung !== quiet) : signs));
}

/** Likewise, where any of them can change the verdict: it is asked again when the first one may. */
function any(signs: readonly Judged[]): Waiting | null {
  if (signs.some(({ verdict }) => verdict.kind === 'finished')) return null;
  const waiting = waitingOf(signs);
  const checks = first(waiting.filter(isCheck));
  if (checks) return checks;
  const told = first(waiting);
  if (told === null) return null;
  const times = waiting.flatMap(({ againMs }) => (againMs === null ? [] : [againMs]));
  return { ...told, againMs: times.length === 0 ? null : Math.min(...times) };
}

function waitingOf(judged: readonly Judged[]): readonly Waiting[] {
  return judged.flatMap(({ verdict }) => (verdict.kind === 'waiting' ? [verdict] : []));
}

function isCheck({ reason }: Waiting): boolean {
  return reason.kind === 'checking';
}

function first(waiting: readonly Waiting[]): Waiting | null {
  return waiting.toSorted((a, b) => rank(a.reason) - rank(b.reason))[0] ?? null;
}

function rank(reason: WaitReason): number {
  const among = MOST_TELLING.indexOf(reason.kind) * CHECKS.length;
  return reason.kind === 'checking' ? among + CHECKS.indexOf(reason.what) : among;
}

/**
 * What happens in a round, decided by its seed and number alone: which boundaries the program dies at, and what else
 * goes wrong. Used by the crash harness.
 */

import { type Boundary, boundariesOf, SCENARIOS, type Scenario } from './boundaries.ts';
import type { FaultOrder } from './emulator.ts';
import { Chance } from './random.ts';
import type { Kill } from './watcher.ts';

/** How one life of the program goes, and how it ends. */
export interface LifePlan {
  /** Where it kills itself, by the watcher. */
  readonly kill: Kill | null;
  /** Or when somebody else does: milliseconds after it opened its data. */
  readonly killAfterMs: number | null;
  /** Whether files are added before it begins, so that every boundary comes again. */
  readonly wave: boolean;
  readonly faults: readonly FaultOrder[];
  /** The emulator is killed then, and started again. */
  readonly restartServerAfterMs: number | null;
  readonly meddle: number | null;
  readonly jump: { readonly afterMs: number; readonly ms: number } | null;
  readonly concurrency: number | null;
}

export interface RoundPlan {
  readonly scenario: Scenario;
  /** Nothing goes wrong but deaths: then only a group that died before its call was sent may be in doubt. */
  readonly calm: boolean;
  readonly lookupDelayMs: number;
  readonly lives: readonly LifePlan[];
}

/** Lives that end at a boundary in one round, and beside them those that end at a random instant. */
export const NAMED_PER_ROUND = 3;
export const RANDOM_PER_ROUND = 1;

const LOST_ANSWERS = ['grant', 'put', 'register', 'poll', 'link', 'api'];

export function planRound(seed: number, round: number): RoundPlan {
  const chance = new Chance('round', seed, round);
  const scenario = SCENARIOS[round % SCENARIOS.length];
  if (!scenario) throw new Error('There is no scenario.');
  const calm = chance.happens(0.4);
  const targets = targetsOf(seed, round, scenario);
  const lives: LifePlan[] = [];
  for (const target of targets) {
    // What comes only after a certain death must not be missed for something else that went wrong before it.
    const alone = calm || target.after !== null;
    if (target.after !== null) lives.push(life(chance, alone, named(chance, target.after, 1), null));
    // What a life looks at first is over soon: there is no second time.
    const nth = target.after !== null || chance.happens(0.8) ? 1 : 2;
    lives.push({
      ...life(chance, alone, named(chance, target.name, nth), null),
      wave: target.after === null,
    });
  }
  for (let index = 0; index < RANDOM_PER_ROUND; index += 1) {
    // Never between two that belong together.
    const places = [...lives.keys(), lives.length].filter((at) => lives[at]?.wave !== false);
    lives.splice(chance.pick(places), 0, life(chance, calm, null, chance.between(0, 700)));
  }
  return {
    scenario,
    calm,
    lookupDelayMs: !calm && chance.happens(0.35) ? chance.between(1_000, 2_500) : 0,
    lives,
  };
}

/**
 * Each round takes the next boundaries of its scenario, in an order of the seed: so all of them are met in time. Those
 * that come only after a certain death are begun with, one of each kind: a short run then passes every boundary, too.
 */
function targetsOf(seed: number, round: number, scenario: Scenario): readonly Boundary[] {
  const all = boundariesOf(scenario);
  const shuffled = new Chance('order', seed, scenario.name).shuffled(all);
  const kinds = new Map(shuffled.flatMap((boundary) => (boundary.after ? [[boundary.after, boundary]] : [])));
  const order = [...new Set([...kinds.values(), ...shuffled])];
  const first = Math.floor(round / SCENARIOS.length) * NAMED_PER_ROUND;
  const chosen = Array.from({ length: NAMED_PER_ROUND }, (_, index) => order[(first + index) % order.length]);
  // In the order in which the program passes them: what comes once in a round is met before it has passed.
  return all.filter((boundary) => chosen.includes(boundary));
}

/** Rounds after which each boundary was passed, though the program may not have died at it. */
export const ROUNDS_TO_PASS_ALL = 4 * SCENARIOS.length;

/** Rounds after which each boundary was chosen at least once. */
export function roundsForAll(): number {
  const longest = Math.max(...SCENARIOS.map((scenario) => boundariesOf(scenario).length));
  return Math.ceil(longest / NAMED_PER_ROUND) * SCENARIOS.length;
}

function named(chance: Chance, name: string, nth: number): Kill {
  return { name, nth, part: chance.fraction() };
}

function life(chance: Chance, calm: boolean, kill: Kill | null, killAfterMs: number | null): LifePlan {
  const wild = (share: number): boolean => !calm && chance.happens(share);
  return {
    kill,
    killAfterMs,
    wave: true,
    faults: calm ? [] : faults(chance),
    restartServerAfterMs: wild(0.1) ? chance.between(0, 600) : null,
    meddle: wild(0.25) ? chance.between(0, 2 ** 30) : null,
    jump: wild(0.12)
      ? { afterMs: chance.between(300, 900), ms: chance.pick([-200_000, -20_000, 20_000, 200_000]) }
      : null,
    concurrency: chance.happens(0.3) ? chance.between(1, 4) : null,
  };
}

function faults(chance: Chance): FaultOrder[] {
  const orders: FaultOrder[] = [];
  while (chance.happens(0.4) && orders.length < 3) {
    orders.push({
      match: { kind: chance.pick(LOST_ANSWERS), nth: chance.between(1, 4) },
      do: chance.pick([
        { dropResponse: true },
        { dropResponse: true },
        { dropResponse: true },
        { reset: true },
        { status: 503 },
        { status: 429, retryAfter: 0.2 },
        { status: 401 },
        { delayMs: chance.between(50, 600) },
      ]),
    });
  }
  return orders;
}

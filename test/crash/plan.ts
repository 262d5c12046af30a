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

/**
 * What a round is for. `boundaries`: to die at the next of them. `instants`: to die whenever, as programs do. `doubts`:
 * to leave a group that is there and one that is not, and to see that a person can tell them apart.
 */
export type Aim = 'boundaries' | 'instants' | 'doubts';

export interface RoundPlan {
  readonly scenario: Scenario;
  readonly aim: Aim;
  /** Nothing goes wrong but deaths: then only a group that died before its call was sent may be in doubt. */
  readonly calm: boolean;
  /** How long lookups do not show what was registered. */
  readonly lookupDelayMs: number;
  readonly lives: readonly LifePlan[];
}

/** Boundaries in one round; fewer once all had their turn, so that a long run has many rounds. */
const BOUNDARIES_AT_FIRST = 3;
const BOUNDARIES_LATER = 1;
const INSTANTS = 2;
/** Longer than any wait of a round, and less than the five minutes by which clocks may differ. */
export const PAST_EVERY_WAIT_MS = 200_000;

/** What the rounds of a scenario are for, in turn. */
const AIMS: readonly Aim[] = [
  'boundaries',
  'doubts',
  'boundaries',
  'instants',
  'boundaries',
  'boundaries',
  'boundaries',
  'instants',
];

const LOST_ANSWERS = ['grant', 'put', 'register', 'poll', 'link', 'api'];

export function planRound(seed: number, round: number): RoundPlan {
  const chance = new Chance('round', seed, round);
  const scenario = SCENARIOS[round % SCENARIOS.length];
  if (!scenario) throw new Error('There is no scenario.');
  const turn = Math.floor(round / SCENARIOS.length);
  const aim = aimOf(scenario, turn);
  const calm = aim === 'doubts' || chance.happens(0.4);
  return {
    scenario,
    aim,
    calm,
    lookupDelayMs: aim === 'doubts' ? PAST_EVERY_WAIT_MS : calm ? 0 : lookupDelay(chance),
    lives: aim === 'doubts' ? doubts(chance) : lives(chance, calm, targetsOf(seed, scenario, turn)),
  };
}

/** Where uploads are resumable, all that concerns registrations is as in the other scenarios. */
function aimOf({ resumable }: Scenario, turn: number): Aim {
  const aim = AIMS[turn % AIMS.length] ?? 'boundaries';
  return resumable && aim === 'doubts' ? 'boundaries' : aim;
}

/** Either within the waits, so that nothing may be in doubt for it, or past all of them. */
function lookupDelay(chance: Chance): number {
  if (!chance.happens(0.35)) return 0;
  return chance.happens(0.5) ? chance.between(50, 250) : PAST_EVERY_WAIT_MS;
}

/** One group is registered and nobody knows; one is not, and nobody knows. */
function doubts(chance: Chance): LifePlan[] {
  return ['send:after:register:image-group', 'commit:after:intent:image-group'].map((name) =>
    life(chance, true, named(chance, name, 1), null),
  );
}

function lives(chance: Chance, calm: boolean, targets: readonly Boundary[]): LifePlan[] {
  const planned: LifePlan[] = [];
  for (const target of targets) {
    // What comes only after a certain death must not be missed for something else that went wrong before it.
    const alone = calm || target.after !== null;
    if (target.after !== null) planned.push(life(chance, alone, named(chance, target.after, 1), null));
    // There is not always a second time: not in what a life looks at first, and not in every wave.
    const certain = target.after !== null || targets.length > BOUNDARIES_LATER;
    const nth = certain || chance.happens(0.6) ? 1 : 2;
    planned.push({
      ...life(chance, alone, named(chance, target.name, nth), null),
      wave: target.after === null,
    });
  }
  const instants = targets.length === 0 ? INSTANTS : 1;
  for (let index = 0; index < instants; index += 1) {
    // Never between two that belong together.
    const places = [...planned.keys(), planned.length].filter((at) => planned[at]?.wave !== false);
    planned.splice(chance.pick(places), 0, life(chance, calm, null, chance.between(0, 700)));
  }
  return planned;
}

/**
 * Each round that is for boundaries takes the next of its scenario, in an order of the seed: so all of them are met in
 * time. Those that come only after a certain death are begun with, one of each kind: a short run then passes every
 * boundary, too.
 */
function targetsOf(seed: number, scenario: Scenario, turn: number): readonly Boundary[] {
  if (aimOf(scenario, turn) !== 'boundaries') return [];
  const all = boundariesOf(scenario);
  const shuffled = new Chance('order', seed, scenario.name).shuffled(all);
  const kinds = new Map(shuffled.flatMap((boundary) => (boundary.after ? [[boundary.after, boundary]] : [])));
  const order = [...new Set([...kinds.values(), ...shuffled])];
  let before = 0;
  for (let earlier = 0; earlier < turn; earlier += 1) {
    if (aimOf(scenario, earlier) === 'boundaries') before += perRound(before, all.length);
  }
  const chosen = Array.from(
    { length: perRound(before, all.length) },
    (_, index) => order[(before + index) % order.length],
  );
  // In the order in which the program passes them: what comes once in a round is met before it has passed.
  return all.filter((boundary) => chosen.includes(boundary));
}

function perRound(before: number, all: number): number {
  return before < all ? BOUNDARIES_AT_FIRST : BOUNDARIES_LATER;
}

/** Rounds after which each boundary was passed, though the program may not have died at it. */
export const ROUNDS_TO_PASS_ALL = 4 * SCENARIOS.length;

/** Rounds after which each boundary was chosen at least once. */
export function roundsForAll(): number {
  const turns = SCENARIOS.map((scenario) => {
    let left = boundariesOf(scenario).length;
    let turn = 0;
    for (; left > 0; turn += 1) if (aimOf(scenario, turn) === 'boundaries') left -= BOUNDARIES_AT_FIRST;
    return turn;
  });
  return Math.max(...turns) * SCENARIOS.length;
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

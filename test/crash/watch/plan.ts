/**
 * What happens in a round of watch folders, decided by its seed and number alone: the folders and their rules, how the
 * program's lives end, and for how long files arrive. Used by the crash harness of watch folders.
 */

import { DEFAULT_RULES, type WatchRules } from '../../../main/core/watch/rules.ts';
import { boundariesOf, SCENARIOS, type Scenario } from '../boundaries.ts';
import { Chance } from '../random.ts';
import type { Kill } from '../watcher.ts';
import { ADDING, WATCH_BOUNDARIES } from './boundaries.ts';

export interface FolderPlan {
  readonly name: string;
  /** Which of the round's datasets. */
  readonly dataset: number;
  readonly rules: WatchRules;
  readonly existing: 'all' | 'new';
  /** How many files, or groups, the writer makes. */
  readonly units: number;
}

/** How one life of the program ends, at the latest: it may not come past the boundary. */
export interface LifePlan {
  readonly kill: Kill | null;
  /** Milliseconds after it opened its data. */
  readonly killAfterMs: number;
  /** How long files arrive unseen after it. */
  readonly pauseMs: number;
}

export interface WatchRoundPlan {
  readonly scenario: Scenario;
  readonly folders: readonly FolderPlan[];
  /** How the lives end that only add the folders, until one lives. */
  readonly adding: readonly Kill[];
  readonly lives: readonly LifePlan[];
  /** The last unit begins to be written so long after the first. */
  readonly writingMs: number;
}

export const QUIET_SECONDS = 0.2;
/** Frames of a group that is renamed into place as a whole are noticed one after another on a busy machine. */
const GROUP_QUIET_SECONDS = 1.5;
/** A life that does not come past its boundary. */
const PATIENCE_MS = 2_500;
/** Also where nothing is put away: the test of events makes and removes a file. */
const ALWAYS_PASSED = /:(begun|note|create|unlink)$/;

export function planRound(seed: number, round: number): WatchRoundPlan {
  const chance = new Chance('watch', seed, round);
  const scenario = SCENARIOS[round % SCENARIOS.length];
  if (!scenario) throw new Error('There is no scenario.');
  const count = chance.between(1, 3);
  const shared = chance.happens(0.5);
  const folders = Array.from({ length: count }, (_, index) => planFolder(chance, index, shared ? 0 : index));
  const names = within(scenario, folders);
  const lives = Array.from({ length: chance.between(3, 6) }, () => planLife(chance, names));
  return {
    scenario,
    folders,
    adding: chance.happens(0.2) ? [kill(chance, chance.pick(ADDING))] : [],
    lives,
    writingMs: lives.length * chance.between(700, 1_400),
  };
}

function planFolder(chance: Chance, index: number, dataset: number): FolderPlan {
  const groups = chance.happens(0.4);
  return {
    name: `hot${index}`,
    dataset,
    rules: groups ? groupRules(chance) : fileRules(chance),
    existing: chance.happens(0.4) ? 'new' : 'all',
    units: groups ? chance.between(2, 5) : chance.between(4, 10),
  };
}

function planLife(chance: Chance, names: readonly (readonly string[])[]): LifePlan {
  const pauseMs = chance.happens(0.5) ? 0 : chance.between(0, 400);
  if (chance.happens(0.4)) return { kill: null, killAfterMs: chance.between(0, 2_200), pauseMs };
  return { kill: kill(chance, chance.pick(chance.pick(names))), killAfterMs: PATIENCE_MS, pauseMs };
}

/** The boundaries that files of these folders can pass: those of watch folders, and those of the queue. */
function within(scenario: Scenario, folders: readonly FolderPlan[]): readonly (readonly string[])[] {
  const afters = folders.map(({ rules }) => rules.after.kind);
  const kinds = folders.map(({ rules }) => rules.becomes.kind);
  return [
    WATCH_BOUNDARIES.filter((name) => {
      if (name.endsWith(':move')) return afters.includes('move');
      if (name.endsWith(':trash')) return afters.includes('trash');
      return ALWAYS_PASSED.test(name) || afters.some((after) => after !== 'keep');
    }),
    boundariesOf(scenario).flatMap(({ name, after }) => {
      const possible = kinds.includes(name.endsWith(':image-group') ? 'folders' : 'files');
      return after === null && (possible || !/:(video|image|image-group)$/.test(name)) ? [name] : [];
    }),
  ];
}

function kill(chance: Chance, name: string): Kill {
  return { name, nth: chance.happens(0.75) ? 1 : chance.between(2, 4), part: chance.fraction() };
}

function fileRules(chance: Chance): WatchRules {
  return {
    ...common(chance),
    becomes: { kind: 'files', media: 'auto' },
    readiness: { ...READINESS, marker: chance.happens(0.25) ? '{name}.done' : null },
  };
}

function groupRules(chance: Chance): WatchRules {
  return {
    ...common(chance),
    becomes: { kind: 'folders', media: 'image-group' },
    groups: {
      ...DEFAULT_RULES.groups,
      close: chance.pick<WatchRules['groups']['close']>([
        { kind: 'quiet', seconds: GROUP_QUIET_SECONDS },
        { kind: 'marker', name: 'complete.txt' },
        { kind: 'count', count: chance.between(2, 6) },
        { kind: 'manifest', name: 'frames.txt' },
      ]),
    },
  };
}

const READINESS: WatchRules['readiness'] = {
  ...DEFAULT_RULES.readiness,
  quietSeconds: QUIET_SECONDS,
  quietSecondsPerGB: 0,
};

function common(chance: Chance): WatchRules {
  return {
    ...DEFAULT_RULES,
    readiness: READINESS,
    exclude: ['skip/**'],
    after: chance.pick<WatchRules['after']>([
      { kind: 'keep' },
      { kind: 'keep' },
      { kind: 'move' },
      { kind: 'move' },
      { kind: 'trash', graceSeconds: 0 },
      { kind: 'trash', graceSeconds: 0 },
    ]),
    find: chance.happens(0.2) ? { kind: 'poll', seconds: 0.3 } : { kind: 'auto' },
  };
}

/**
 * The rung of names that mean "being written": what copiers, browsers and editors call a file until it is whole.
 * Called by `ladder.ts`, and by the run, to know whether a vanished name was a temporary one.
 */

import type { Rung, RungTools } from '../readiness.ts';
import type { ReadinessRules } from '../rules.ts';

const ENDINGS = [
  '.part',
  '.tmp',
  '.temp',
  '.partial',
  '.crdownload',
  '.download',
  '.filepart',
  '.!ut',
  '.aria2',
  '.opdownload',
  '.swp',
  '.lock',
] as const;

/** In order: the first that fits is the one that people are told. All of them for names in lower case. */
const USUAL: readonly (readonly [pattern: string, fits: (name: string) => boolean])[] = [
  ...ENDINGS.map((ending) => [`*${ending}`, (name: string) => name.endsWith(ending)] as const),
  ['~$*', (name) => name.startsWith('~$')],
  ['.~lock.*#', (name) => name.startsWith('.~lock.') && name.endsWith('#')],
  ['*~', (name) => name.endsWith('~')],
  // What rsync writes before it renames: a dot, the name, and six letters or digits.
  ['.*.??????', (name) => /^\..+\.[a-z0-9]{6}$/.test(name)],
  ['.*', (name) => name.startsWith('.')],
];

/** The pattern that makes the base name an unfinished one, as a glob for people; null where none does. */
export function unfinishedPattern(name: string, rules: ReadinessRules, tools: RungTools): string | null {
  const lower = name.toLowerCase();
  const usual = USUAL.find(([, fits]) => fits(lower));
  if (usual) return usual[0];
  return rules.unfinishedNames.find((pattern) => tools.glob(pattern)(name)) ?? null;
}

export const unfinishedName: Rung = {
  name: 'unfinished-name',
  kind: 'veto',
  judge(facts, rules, tools) {
    const pattern = unfinishedPattern(facts.name, rules, tools);
    if (pattern === null) return { kind: 'silent' };
    return { kind: 'waiting', reason: { kind: 'unfinished-name', pattern }, againMs: null };
  },
};

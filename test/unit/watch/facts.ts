/** Facts and rules as the rungs see them, for the tests of the ladder: a file that nothing speaks against. */

import type { FileFacts, RungTools } from '../../../main/core/watch/readiness.ts';
import { DEFAULT_RULES, type ReadinessRules } from '../../../main/core/watch/rules.ts';

const FACTS: FileFacts = {
  name: 'cam.mp4',
  identity: { size: 1_000, mtimeMs: 1_700_000_000_000 },
  unchangedMs: 3_600_000,
  lastChange: 'size',
  seenMs: 3_600_000,
  names: new Set(['cam.mp4']),
  renamedInto: false,
  listed: { kind: 'no-list' },
  openness: { kind: 'nobody' },
  completeness: { kind: 'complete' },
  listedHashFits: null,
};

export function facts(but: Partial<FileFacts> = {}): FileFacts {
  return { ...FACTS, ...but };
}

export function rules(but: Partial<ReadinessRules> = {}): ReadinessRules {
  return { ...DEFAULT_RULES.readiness, ...but };
}

/** Globs with `*` alone. */
export const tools: RungTools = {
  glob: (pattern) => (name) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name),
};

/** Every rung off but those that a test switches on. */
export function only(but: Partial<ReadinessRules> = {}): ReadinessRules {
  return rules({ renamed: false, quietSeconds: 0, notOpen: false, complete: false, ...but });
}

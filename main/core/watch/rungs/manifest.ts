/**
 * The rung of lists: a file is finished when it has the size and the hash that a list in its folder gives.
 * Called by `ladder.ts`; the lists are read by `manifests.ts`.
 */

import type { FileFacts, Rung, Verdict, WaitReason } from '../readiness.ts';

/** A list can be there long before its files: what still changes is not hashed again at every change. */
const HASHED_AFTER_MS = 2_000;

export const manifest: Rung = {
  name: 'manifest',
  kind: 'sign',
  judge(facts, rules) {
    if (rules.manifest === null) return { kind: 'silent' };
    const { listed } = facts;
    switch (listed.kind) {
      case 'no-list':
        return waiting({ kind: 'no-manifest', name: rules.manifest });
      case 'not-listed':
        return waiting({ kind: 'not-in-manifest', list: listed.list });
      case 'listed':
        return compare(facts, listed);
    }
  },
};

function compare(facts: FileFacts, listed: Extract<FileFacts['listed'], { kind: 'listed' }>): Verdict {
  const { size } = facts.identity;
  if (listed.size !== null && listed.size !== size) {
    return waiting({ kind: 'manifest-size', list: listed.list, listed: listed.size, size });
  }
  if (listed.hash === null || facts.listedHashFits === true) return { kind: 'finished' };
  if (facts.listedHashFits === false) return waiting({ kind: 'manifest-hash', list: listed.list });
  if (facts.unchangedMs >= HASHED_AFTER_MS) return waiting({ kind: 'checking', what: 'hash' });
  return {
    kind: 'waiting',
    reason: {
      kind: 'quiet',
      change: facts.lastChange,
      unchangedMs: facts.unchangedMs,
      neededMs: HASHED_AFTER_MS,
    },
    againMs: HASHED_AFTER_MS - facts.unchangedMs,
  };
}

function waiting(reason: WaitReason): Verdict {
  return { kind: 'waiting', reason, againMs: null };
}

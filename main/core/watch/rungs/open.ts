/** The rung of open files: as long as a process can write into it, a file is not finished. Called by `ladder.ts`. */

import type { Rung } from '../readiness.ts';

export const open: Rung = {
  name: 'open',
  kind: 'veto',
  judge({ openness }, rules) {
    if (!rules.notOpen) return { kind: 'silent' };
    if (openness === null) {
      return { kind: 'waiting', reason: { kind: 'checking', what: 'open' }, againMs: null };
    }
    if (openness.kind !== 'process') return { kind: 'silent' };
    // When to ask again is for the run to say: asking costs as much for one file as for many.
    const reason = { kind: 'open', pid: openness.pid, process: openness.name } as const;
    return { kind: 'waiting', reason, againMs: null };
  },
};

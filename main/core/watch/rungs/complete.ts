/** The rung of containers: what a format writes last has to be there. Called by `ladder.ts`. */

import type { Rung } from '../readiness.ts';

export const complete: Rung = {
  name: 'complete',
  kind: 'sign',
  judge({ completeness }, rules) {
    if (!rules.complete) return { kind: 'silent' };
    if (completeness === null) {
      return { kind: 'waiting', reason: { kind: 'checking', what: 'complete' }, againMs: null };
    }
    switch (completeness.kind) {
      case 'complete':
        return { kind: 'finished' };
      case 'unknown':
        return { kind: 'silent' };
      case 'incomplete':
        return {
          kind: 'waiting',
          reason: { kind: 'incomplete', missing: completeness.missing },
          againMs: null,
        };
    }
  },
};

/** The rung of quiet: neither size nor time changed for a while, which is longer for larger files. Called by `ladder.ts`. */

import type { Rung } from '../readiness.ts';

const GB = 1e9;

export const quiet: Rung = {
  name: 'quiet',
  kind: 'sign',
  judge({ identity, unchangedMs, lastChange }, rules) {
    if (rules.quietSeconds <= 0) return { kind: 'silent' };
    const seconds = rules.quietSeconds + (identity.size / GB) * rules.quietSecondsPerGB;
    const neededMs = Math.ceil(seconds * 1_000);
    if (unchangedMs >= neededMs) return { kind: 'finished' };
    return {
      kind: 'waiting',
      reason: { kind: 'quiet', change: lastChange, unchangedMs, neededMs },
      againMs: neededMs - unchangedMs,
    };
  },
};

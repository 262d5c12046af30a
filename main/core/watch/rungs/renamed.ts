/** The rung of files that were renamed into place: their writer says so by the new name. Called by `ladder.ts`. */

import type { Rung } from '../readiness.ts';

export const renamed: Rung = {
  name: 'renamed',
  kind: 'sign',
  judge: (facts, rules) => ({ kind: rules.renamed && facts.renamedInto ? 'finished' : 'silent' }),
};

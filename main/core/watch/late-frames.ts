/**
 * What is pending of groups that were dealt with before: frames that came late, frames that changed, and what becomes of
 * them. They are reported, and never silently lost. Used by `group-book.ts` alone.
 */

import type { Lateness, OpenGroup } from './open-group.ts';
import { type Pending, sameIdentity } from './pending.ts';
import type { WatchFolder } from './rules.ts';
import type { KnownFile, Noted, WatchStore } from './store-port.ts';
import { ruleIgnoresFrames } from './words.ts';

export interface LatePorts {
  readonly store: WatchStore;
  readonly folder: () => WatchFolder;
  readonly now: () => number;
  readonly note: (rows: readonly Noted[]) => void;
  readonly settle: (path: string) => void;
  readonly unitGoesOn: (unitId: number) => boolean;
}

/**
 * Null where nothing is left of it: the rule let go of what changed, or it was sent as it is now. Where its files were or will
 * be put away (`away`), it cannot be taken again as a whole, and what changed counts as late.
 */
export function latenessOf(group: OpenGroup, away: boolean, ports: LatePorts): Lateness | null {
  const { store, folder, settle, note, unitGoesOn } = ports;
  const { ledger, rules } = folder();
  const changed: { readonly file: Pending; readonly known: KnownFile }[] = [];
  let lost = false;
  for (const file of [...group.members.values()]) {
    const known = store.known(ledger, file.path);
    if (known?.group !== group.key) continue;
    if (sameIdentity(known.identity, file.seen.identity)) settle(file.path);
    else if (known.state === 'taken' && known.unitId !== null && unitGoesOn(known.unitId)) return 'under way';
    else {
      changed.push({ file, known });
      // Nothing came of the group before (a unit that is taken and does not go on has failed), and now there is another one.
      if (known.state === 'refused' || known.state === 'cancelled' || known.state === 'taken') lost = true;
    }
  }
  if (lost) return away ? 'late' : 'again';
  if (changed.length > 0 && rules.changed === 'ignore') {
    const reason = ruleIgnoresFrames(ports.now());
    note(changed.map(({ file: { path, seen } }) => ({ path, ...seen, ...reason, group: group.key })));
  } else if (changed.length > 0 && !away) {
    return rules.changed === 'upload' ? 'again' : 'changed';
  }
  return group.members.size === 0 ? null : 'late';
}

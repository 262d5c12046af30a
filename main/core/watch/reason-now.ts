/** Why a pending file waits, as of now. Used by `dealing.ts` and `group-book.ts`. */

import type { Pending } from './pending.ts';
import { sayReason } from './reasons.ts';

/** Why the file waits, with the time that has passed meanwhile; `monotonic` is now. */
export function reasonNow(file: Pending, monotonic: number): string {
  if (file.taking) return 'being added to the queue';
  switch (file.hold?.kind) {
    case 'underway':
      return `waits for ${file.hold.path}, which is being uploaded`;
    case 'trouble':
    case 'ask':
      return file.hold.text;
    case undefined:
      break;
  }
  if (file.verdict.kind !== 'waiting') return 'about to be looked at';
  const { reason } = file.verdict;
  return sayReason(reason.kind === 'quiet' ? { ...reason, unchangedMs: monotonic - file.changedAt } : reason);
}

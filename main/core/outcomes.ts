/**
 * What the outcome of a PUT means: for the item, and for everything else that uses the same server. Used by the engine
 * only.
 */

import type { DueItem } from './backlog.ts';
import { asUploaderError, isNetworkError, UploaderError } from './errors.ts';
import { LONGEST_TROUBLE_MS } from './gate.ts';
import type { ItemEvent } from './machine.ts';
import { type AccountId, NO_MTIME_MS } from './model.ts';
import type { PutOutcome } from './ports.ts';
import { backoffMs } from './retry.ts';
import type { Change } from './store-port.ts';
import { unreachable, type Workshop } from './work.ts';

/** A file that keeps changing is given up after so many tries. */
const CHANGES_BORNE = 8;
/** So is one whose URL is refused each time although it is fresh, or whose bytes arrive otherwise each time. */
const REFUSALS_BORNE = 4;

/** Of smaller files nobody notices whether they start over. */
const TELLING_BYTES = 8 * 1024 * 1024;

export interface Ended {
  readonly account: AccountId;
  /** Whether its batch is a watch folder's. */
  readonly watched: boolean;
  readonly item: DueItem;
  readonly outcome: PutOutcome;
  /** Whether the URL was still to be trusted when it was used. */
  readonly fresh: boolean;
  /** Whether the next try goes on where the storage is, instead of at the first byte. */
  readonly resumable: boolean;
}

/** The steps to commit; the account's gate and the pace are told what they have to know. */
export async function changesAfter(shop: Workshop, ended: Ended): Promise<Change[]> {
  const { account, item, outcome } = ended;
  const attempts = item.state.at === 'queued' || item.state.at === 'granted' ? item.state.attempts : 0;
  const change = (event: ItemEvent): Change[] => [{ kind: 'item', id: item.id, event }];
  const soon = (): number => shop.now() + backoffMs(attempts, shop.deps.random, shop.backoff);
  switch (outcome.kind) {
    case 'stored':
      shop.pace.finished();
      shop.noteSuccess(account);
      return change({ on: 'stored', sha256: outcome.sha256 });
    case 'expired':
      shop.noteSuccess(account);
      if (attempts + 1 >= REFUSALS_BORNE)
        return change({ on: 'failed', failure: shop.failure(outcome.error) });
      // A URL that grew old in a pause is no failure of the file; a fresh one that is refused is.
      return change({
        on: 'grant-lost',
        failure: ended.fresh ? shop.failure(outcome.error) : null,
        notBefore: ended.fresh ? soon() : 0,
      });
    case 'file':
      shop.gate(account).probeEnded();
      if (ended.watched && outcome.error.code === 'file-changed') return givenUp(shop, item, outcome.error);
      return change(await fileTrouble(shop, item, attempts, outcome.error));
    case 'transient': {
      // The network of a machine that goes to sleep breaks off by itself, and tells nothing.
      if (shop.signal.aborted) return [];
      const failure = shop.failure(withWhereItGoesOn(ended, outcome.error));
      if (isOfThisFile(outcome.error)) {
        // The storage took it: it is there. That the bytes arrived otherwise is this file's trouble alone.
        shop.noteSuccess(account);
        if (attempts + 1 >= REFUSALS_BORNE) return change({ on: 'failed', failure });
        return change({ on: 'transient', failure, notBefore: soon() });
      }
      shop.pace.trouble();
      if (outcome.error.code === 'rate-limited') {
        shop.gate(account).toldToWait(failure, shop.now(), outcome.retryAfterMs);
      } else {
        const grave = isNetworkError(outcome.error);
        shop.gate(account).failed(failure, shop.now(), outcome.retryAfterMs, grave);
      }
      shop.deps.listener.changed();
      const longest = outcome.error.code === 'rate-limited' ? Number.POSITIVE_INFINITY : LONGEST_TROUBLE_MS;
      const notBefore =
        outcome.retryAfterMs === null ? soon() : shop.now() + Math.min(outcome.retryAfterMs, longest);
      return change({ on: 'transient', failure, notBefore });
    }
    case 'refused':
      shop.noteSuccess(account);
      return change({ on: 'failed', failure: shop.failure(outcome.error) });
    case 'cancelled':
      shop.gate(account).probeEnded();
      return [];
    default:
      return unreachable(outcome);
  }
}

/** A large file that starts over is no small thing on a slow line: it is said. */
function withWhereItGoesOn({ item, resumable }: Ended, error: UploaderError): UploaderError {
  if (item.identity.size < TELLING_BYTES || !isNetworkError(error)) return error;
  const where = resumable
    ? 'It goes on with what the storage does not have yet.'
    : 'It is sent again from its first byte.';
  return new UploaderError(error.code, `${error.message} ${where}`, { details: error.details, cause: error });
}

/**
 * A file of a watch folder that is not as it was when it was found to be finished: as it is now, nobody knows whether it is.
 * Its whole unit is cancelled, so that no group is registered without it, and the folder takes all of it anew. The version
 * that was planned stays unlike any file: a retry by hand sends nothing, and a file that is as before again is taken.
 */
function givenUp(shop: Workshop, item: DueItem, error: UploaderError): Change[] {
  shop.deps.log.info('A file changed while it was in the queue. Its watch folder looks at it again.', {
    unit: item.unitId,
  });
  const identity = { size: item.identity.size, mtimeMs: NO_MTIME_MS };
  const failure = shop.failure(error);
  return [
    { kind: 'item', id: item.id, event: { on: 'replanned', identity, failure, notBefore: 0 } },
    { kind: 'unit', id: item.unitId, event: { on: 'cancel' } },
  ];
}

async function fileTrouble(
  shop: Workshop,
  item: DueItem,
  attempts: number,
  error: UploaderError,
): Promise<ItemEvent> {
  const failure = shop.failure(error);
  if (error.code !== 'file-changed' || attempts + 1 >= CHANGES_BORNE) return { on: 'failed', failure };
  try {
    const identity = await shop.deps.inspect(item.media, item.path);
    const notBefore = shop.now() + backoffMs(attempts, shop.deps.random, shop.backoff);
    return { on: 'replanned', identity, failure, notBefore };
  } catch (reason) {
    return { on: 'failed', failure: shop.failure(asUploaderError(reason)) };
  }
}

/** Trouble that says nothing about the server, and that must not be tried for ever. */
function isOfThisFile(error: UploaderError): boolean {
  return error.code === 'hash-mismatch' || error.code === 'internal';
}

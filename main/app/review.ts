/**
 * One review: what is planned, where it is to go, and how far it is. Used by `reviews.ts`.
 */

import type { PlanView } from '../../preload/contract/views.ts';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { AgainPlan } from '../core/again.ts';
import type { DatasetInfo } from '../core/encord-port.ts';
import { type Failure, UploaderError } from '../core/errors.ts';
import type { BatchId, MediaId, TurnedAway, UnitId } from '../core/model.ts';
import type { Plan } from '../core/plan.ts';
import type { Preflight } from '../core/preflight/preflight.ts';

export interface ReviewRequest {
  readonly paths: readonly string[];
  readonly as: 'auto' | MediaId;
  readonly title?: string;
  readonly account: AccountRecord;
  /** The drop whose staged bytes are planned; null where the files are the person's own. */
  readonly dropId: string | null;
}

export interface Committed {
  /** Null when there was nothing to add. */
  readonly batchId: BatchId | null;
  /** Units of earlier batches that hold the same files and go on. */
  readonly twins: readonly UnitId[];
  readonly turnedAway: readonly TurnedAway[];
}

export class Review {
  readonly id: string;
  readonly request: ReviewRequest;
  readonly plan: Plan | AgainPlan;
  /** Ends what goes on beside it. */
  readonly over = new AbortController();
  dataset: DatasetInfo | null = null;
  folderId: string | null = null;
  destinationProblem: Failure | null = null;
  failure: Failure | null = null;
  scanned = false;
  /** From the end of the scan on, where the plan can be looked into. */
  preflight: Preflight | null = null;
  /** When its findings were told last, on the monotonic clock. */
  toldAt = Number.NEGATIVE_INFINITY;
  /** What the queue was like when the plan was last compared with it. */
  settledAgainst = '';
  /** While it becomes a batch; from then on nothing of it can be changed. */
  adding: { done: number; readonly abort: AbortController } | null = null;

  constructor(id: string, request: ReviewRequest, plan: Plan | AgainPlan) {
    this.id = id;
    this.request = request;
    this.plan = plan;
  }
}

/** Throws while it becomes a batch. */
export function unlessAdding(review: Review): void {
  if (!review.adding) return;
  throw new UploaderError(
    'invalid-input',
    'These files are being added to the queue already. Wait a moment, or cancel it.',
  );
}

/** Throws where the review has no place to go, or none that takes it. */
export function destinationOf(review: Review): DatasetInfo {
  if (review.destinationProblem) throw asError(review.destinationProblem);
  if (review.dataset) return review.dataset;
  throw new UploaderError('invalid-input', 'Choose a dataset for these files first.');
}

export function phaseOf(review: Review): PlanView['phase'] {
  if (review.failure) return 'failed';
  if (review.adding) return 'adding';
  const totals = review.plan.totals();
  if (totals.scanning) return 'scanning';
  if (review.dataset && !review.destinationProblem && totals.settledFor !== review.dataset.id)
    return 'settling';
  return 'ready';
}

function asError(failure: Failure): UploaderError {
  return new UploaderError(failure.code, failure.message, { details: failure.details });
}

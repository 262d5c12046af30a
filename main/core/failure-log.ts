/**
 * Writes a line into the log for each upload that failed or is in doubt for good, so that a person who helps sees what
 * went wrong without the queue; a few lines a minute, however many fail together. Used by the engine only.
 */

import type { Failure } from './errors.ts';
import type { Clock, Log } from './ports.ts';
import type { Change } from './store-port.ts';

/** So many lines in so many milliseconds; what goes beyond is counted. */
const LINES = 20;
const WITHIN_MS = 60_000;

export class FailureLog {
  readonly #log: Log;
  readonly #clock: Clock;
  /** In the minute that is running. */
  #seen = 0;
  #running = false;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** @param changes that have been written */
  note(changes: readonly Change[]): void {
    for (const change of changes) {
      const failure = failureOf(change);
      if (!failure || (change.kind !== 'unit' && change.kind !== 'item')) continue;
      this.#seen += 1;
      this.#startMinute();
      if (this.#seen > LINES) continue;
      const { code, message } = failure;
      this.#log.info('An upload failed.', { [change.kind]: change.id, code, reason: message });
    }
  }

  #startMinute(): void {
    if (this.#running) return;
    this.#running = true;
    this.#clock.after(WITHIN_MS, () => {
      if (this.#seen > LINES)
        this.#log.info('More uploads failed in that minute.', { more: this.#seen - LINES });
      this.#seen = 0;
      this.#running = false;
    });
  }
}

/** Of changes that end a unit badly. */
function failureOf(change: Change): Failure | null {
  if (change.kind === 'item') return change.event.on === 'failed' ? change.event.failure : null;
  if (change.kind !== 'unit') return null;
  const { event } = change;
  switch (event.on) {
    case 'refused':
    case 'job-failed':
    case 'link-refused':
      return event.failure;
    case 'absent':
      return event.final && !event.repeatable ? event.failure : null;
    default:
      return null;
  }
}

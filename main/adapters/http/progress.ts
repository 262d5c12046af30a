/** Tells how far an upload is, not more often than anybody looks. Used by the senders. */

import type { Clock, PutRequest } from '../../core/ports.ts';

/** Milliseconds between two reports. */
const REPORT_EVERY_MS = 200;

export class Progress {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly report: PutRequest['onProgress'];
  private sent = 0;
  private reportedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>, report: PutRequest['onProgress']) {
    this.clock = clock;
    this.report = report;
  }

  /** So many more bytes were sent. */
  add(bytes: number): void {
    this.sent += bytes;
    const now = this.clock.monotonic();
    if (now - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = now;
    this.report(this.sent);
  }

  /** So many bytes are there: told at once. */
  set(bytes: number): void {
    this.sent = bytes;
    this.report(bytes);
  }
}

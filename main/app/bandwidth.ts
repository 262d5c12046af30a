/**
 * Keeps the limit of all uploads to what the settings say for this time of the week. Made by the program; whoever shows
 * the limit asks here.
 */

import type { BandwidthReading, BandwidthView } from '../../preload/contract/views.ts';
import { UploaderError } from '../core/errors.ts';
import type { BandwidthLimiter, Clock } from '../core/ports.ts';
import { limitAt, nextChange, readBandwidth, sayNow, sayWeek, type Timetable } from '../core/timetable.ts';

/** The wall clock may be set, or go on while the machine sleeps: it is looked at again after so many milliseconds. */
const LOOK_AGAIN_MS = 60_000;

interface BandwidthDeps {
  readonly clock: Clock;
  readonly limiter: BandwidthLimiter;
  /** Told when another limit holds, or until another time. */
  readonly changed: () => void;
}

export class Bandwidth {
  readonly #deps: BandwidthDeps;
  #text = '';
  #timetable: Timetable = [];
  #until: number | null = null;
  #stopTimer: () => void = () => undefined;

  constructor(deps: BandwidthDeps) {
    this.#deps = deps;
  }

  /** From now on by this setting, which `checkBandwidth` has let pass. */
  follow(text: string): void {
    if (text === this.#text && this.#timetable.length > 0) return;
    this.#text = text;
    this.#timetable = timetableOf(text);
    this.#look();
  }

  /** What holds now, and until when. */
  view(): BandwidthView {
    return { limit: this.#deps.limiter.limit, until: this.#until };
  }

  close(): void {
    this.#stopTimer();
  }

  #look(): void {
    this.#stopTimer();
    const { clock, limiter, changed } = this.#deps;
    const now = clock.now();
    const before = this.view();
    limiter.setLimit(limitAt(this.#timetable, now));
    this.#until = nextChange(this.#timetable, now);
    if (before.limit !== limiter.limit || before.until !== this.#until) changed();
    if (this.#until === null) return;
    const wait = Math.min(Math.max(this.#until - now, 1), LOOK_AGAIN_MS);
    this.#stopTimer = clock.after(wait, () => this.#look());
  }
}

/** Throws `invalid-input` with a sentence on what is wrong and what to write. */
export function checkBandwidth(text: string): void {
  timetableOf(text);
}

/** What a text would mean, for whoever is typing it. */
export function bandwidthReading(text: string, now: number): BandwidthReading {
  const reading = readBandwidth(text);
  if (!reading.ok) return { problem: reading.problem, notes: [], week: [], now: null };
  const { timetable, notes } = reading;
  return {
    problem: null,
    notes: [...notes],
    week: sayWeek(timetable).map((each) => ({ ...each })),
    now: timetable.length < 2 ? null : sayNow(limitAt(timetable, now), nextChange(timetable, now), now),
  };
}

function timetableOf(text: string): Timetable {
  const reading = readBandwidth(text);
  if (reading.ok) return reading.timetable;
  throw new UploaderError('invalid-input', `The bandwidth limit is not understood: ${reading.problem}`);
}

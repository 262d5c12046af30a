/** Sums of the queue's counters. Pure; used by the files of this folder. */

import type { Totals } from '../../core/model.ts';

/** Units that are not at an end. */
export function openUnits({ units }: Totals): number {
  return units.collecting + units.ready + units.registering + units.processing + units.linking;
}

/** Units that no pause holds up any more. */
export function pastReturn({ units }: Totals): number {
  return units.registering + units.processing + units.linking;
}

export function isOpen({ totals }: { readonly totals: Totals }): boolean {
  return openUnits(totals) > 0;
}

/** Units that failed, or of which it is not certain whether they were registered. */
export function troubled({ units }: Totals): number {
  return units.failed + units.uncertain;
}

/** All of them as one. */
export function summed(all: readonly Totals[]): Totals {
  const sum = (of: (totals: Totals) => number): number => all.reduce((so, totals) => so + of(totals), 0);
  return {
    units: {
      collecting: sum(({ units }) => units.collecting),
      ready: sum(({ units }) => units.ready),
      registering: sum(({ units }) => units.registering),
      processing: sum(({ units }) => units.processing),
      linking: sum(({ units }) => units.linking),
      done: sum(({ units }) => units.done),
      failed: sum(({ units }) => units.failed),
      uncertain: sum(({ units }) => units.uncertain),
      cancelled: sum(({ units }) => units.cancelled),
    },
    refused: sum(({ refused }) => refused),
    skipped: sum(({ skipped }) => skipped),
    bytes: sum(({ bytes }) => bytes),
    storedBytes: sum(({ storedBytes }) => storedBytes),
  };
}

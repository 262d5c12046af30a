/**
 * Work that reads the store where nobody would catch what it throws: in a timer, or called by the system. Used by the use
 * cases that have such work; what was missed they do later.
 */

import { asUploaderError, toLogFields } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';

/** How long after the store could not be read it is tried again. */
export const BLIND_MS = 5_000;

/** Does the work; false where it threw. */
export type UnlessBlind = (work: () => void) => boolean;

/** What is thrown is logged with the sentence, once for as long as it lasts. */
export function unlessBlind(log: Pick<Log, 'warn'>, sentence: string): UnlessBlind {
  let blind = false;
  return (work) => {
    try {
      work();
      blind = false;
    } catch (reason) {
      if (!blind) log.warn(sentence, toLogFields(asUploaderError(reason)));
      blind = true;
    }
    return !blind;
  };
}

/**
 * Looks at the queue again and again, for commands that work on it until something has come to its end. Used by `upload`,
 * `retry` and `watch run`.
 */

import { asUploaderError, isDataFolderError } from '../core/errors.ts';

/**
 * Fulfilled when `look` answers true, or at the interruption. While the data folder cannot be read it goes on looking, as
 * uploads go on when it can; rejects with whatever else `look` throws.
 */
export function lookUntil(everyMs: number, interrupted: AbortSignal, look: () => boolean): Promise<void> {
  return new Promise((done, fail) => {
    const stop = (): void => {
      clearInterval(looking);
      interrupted.removeEventListener('abort', end);
    };
    const end = (): void => {
      stop();
      done();
    };
    const lookAgain = (): void => {
      try {
        if (look()) end();
      } catch (reason) {
        if (isDataFolderError(asUploaderError(reason))) return;
        stop();
        fail(reason);
      }
    };
    const looking = setInterval(lookAgain, everyMs);
    if (interrupted.aborted) return end();
    interrupted.addEventListener('abort', end, { once: true });
    lookAgain();
  });
}

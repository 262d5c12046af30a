/** What an account with a dataset API key cannot do. Used by the session and the calls of this folder. */

import type { Answer } from '../../../core/encord-port.ts';
import { UploaderError } from '../../../core/errors.ts';
import { failed } from '../failures.ts';

/** `what` begins a sentence, e.g. `Creating datasets`. */
export function needsSsh(what: string): UploaderError {
  return new UploaderError(
    'not-available',
    `${what} needs an account with an SSH key; a dataset API key does not allow it. Add an account with an SSH key.`,
  );
}

export function refusedWithoutSsh(what: string): Promise<Answer<never>> {
  return Promise.resolve(failed('refused', needsSsh(what)));
}

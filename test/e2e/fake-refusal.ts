/** How handlers of the pretended main say no. Used by `fake-handlers.ts` and `fake-watch.ts`. */
import type { ErrorCode } from '../../preload/contract/errors.ts';

export class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

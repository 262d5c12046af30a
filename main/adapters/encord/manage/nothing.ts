/** Answers that are of no use beyond that there was one (encord-api.md G.7). Used by the calls of this folder. */

import { z } from 'zod';

/** Whatever it is: the status has said that it was done. */
export const nothing = z.unknown().transform(() => null);

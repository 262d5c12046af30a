/** Whether a connection that failed comes back by itself, or who has to do something. Pure; used by `program.ts`. */

import type { WaitsFor } from '../../../preload/contract/views.ts';
import type { Failure } from '../../core/errors.ts';

/** @param failure that closed the way to Encord */
export function waitsFor({ code, details }: Pick<Failure, 'code' | 'details'>): WaitsFor {
  switch (code) {
    case 'proxy-login':
      // With ways of signing in that this program does not have, no password helps.
      return details.schemes === undefined ? 'login' : 'person';
    case 'proxy':
      return details.waiting === undefined ? 'network' : 'person';
    case 'tls':
    case 'bad-answer':
      return 'person';
    default:
      return 'network';
  }
}

/**
 * Client metadata: which route brings it to Encord, and what is said where none does. Called by the documented route, and
 * by whoever adds or changes a watch folder.
 */

import { UploaderError } from './errors.ts';
import type { RouteName } from './model.ts';

/**
 * Whether a route gives client metadata with the registration, so that no row is ever without its own. The documented
 * route cannot: there it takes a call of its own afterwards, and a row that is registered has no way back when that call is
 * refused.
 */
export function routeTakesMetadata(route: RouteName): boolean {
  return route === 'storage';
}

/** Why a unit or a watch folder with client metadata is not taken by such a route. */
export function metadataNotTaken(): UploaderError {
  return new UploaderError(
    'not-available',
    'Client metadata cannot be given on the route of this account. Sign in with an SSH key whose route is storage, or take the client metadata out of the rules of the watch folder.',
  );
}

/** Whether an account can upload into a dataset, and what. Used by reviews, comparisons and watch folders. */

import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { DatasetInfo } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import { mediaType } from '../core/media/index.ts';
import type { MediaId } from '../core/model.ts';
import { routeWithout } from '../core/refusals.ts';

/** Why this account's route cannot upload into the dataset; null when it can. */
export function destinationProblem(account: AccountRecord, dataset: DatasetInfo): UploaderError | null {
  const documentedOnly = account.kind === 'api-key' || account.routeChoice === 'documented';
  if (!documentedOnly || dataset.storage === null || dataset.storage === 0) return null;
  return new UploaderError(
    'dataset-storage',
    `${dataset.title} keeps its data in your own cloud storage, and the documented route uploads only into Encord's. ` +
      'Choose another dataset, or sign in with a private key and use the storage route.',
  );
}

/**
 * Why this account's route cannot upload a media type; null when it can. With `auto` the storage route counts, unless the
 * server was seen not to have it.
 */
export function mediaProblem(account: AccountRecord, media: MediaId): UploaderError | null {
  const documented =
    account.kind === 'api-key' ||
    account.routeChoice === 'documented' ||
    (account.routeChoice === 'auto' && account.fallbackNotice !== null);
  return documented && mediaType(media).documented === null ? routeWithout(media) : null;
}

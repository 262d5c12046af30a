/** What the calls of this folder are made with. Handed in by the session. */

import type { DatasetCaller } from '../dataset-auth.ts';
import type { SshKey } from '../keys.ts';
import type { V1 } from '../v1.ts';
import type { V2 } from '../v2.ts';

export interface ManageCalls {
  readonly v1: V1;
  /** v1 on one dataset, under the account's own credentials. */
  readonly dataset: DatasetCaller;
  /** Null for an account that has the API key of one dataset: then there is neither v2 nor the user endpoint. */
  readonly ssh: { readonly v2: V2; readonly key: SshKey } | null;
}

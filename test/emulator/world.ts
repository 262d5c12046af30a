/** Everything a handler of the emulator needs, in one object made by `server.ts`. */

import type { Faults } from './control/faults.ts';
import type { JobRunner } from './jobs/runner.ts';
import type { Sessions } from './storage/sessions.ts';
import type { UrlSigner } from './storage/signing.ts';
import type { Buckets } from './store/buckets.ts';
import type { CloudFolders } from './store/cloudFolders.ts';
import type { Database } from './store/database.ts';
import type { Datasets } from './store/datasets.ts';
import type { DeidentifyTasks } from './store/deidentification.ts';
import type { FolderGroups } from './store/folderGroups.ts';
import type { Folders } from './store/folders.ts';
import type { Groups } from './store/groups.ts';
import type { Items } from './store/items.ts';
import type { Jobs } from './store/jobs.ts';
import type { Objects } from './store/objects.ts';
import type { Projects } from './store/projects.ts';
import type { Reencodings } from './store/reencodings.ts';
import type { StorageEdits } from './store/storageEdits.ts';
import type { ReencodeTasks } from './store/tasks.ts';
import type { Users } from './store/users.ts';

/** What may be changed while the emulator runs (`POST /__emulator/settings`). */
export interface Settings {
  /** Milliseconds from the start of a job to its first unit, and again spread over its units. */
  jobDelayMs: number;
  /** Milliseconds until lookups (rows, items) show what was registered; job results show it at once. */
  lookupDelayMs: number;
  /** Seconds that a signed URL is valid. */
  urlLifetimeSeconds: number;
  /** Whether grants are for opening a resumable upload, instead of for one PUT. */
  resumable: boolean;
}

export interface World {
  readonly db: Database;
  readonly users: Users;
  readonly datasets: Datasets;
  readonly groups: Groups;
  readonly projects: Projects;
  readonly reencodeTasks: ReencodeTasks;
  readonly folders: Folders;
  readonly folderGroups: FolderGroups;
  readonly cloudFolders: CloudFolders;
  readonly objects: Objects;
  readonly buckets: Buckets;
  readonly sessions: Sessions;
  readonly items: Items;
  readonly storageEdits: StorageEdits;
  readonly reencodings: Reencodings;
  readonly jobs: Jobs;
  readonly deidentifyTasks: DeidentifyTasks;
  readonly runner: JobRunner;
  readonly signer: UrlSigner;
  readonly faults: Faults;
  readonly settings: Settings;
  /** Make a user of an unknown key at its first valid signature. */
  readonly trustNewKeys: boolean;
  /** Compute md5 and CRC-32C of what is stored, and answer with them. */
  readonly hashes: boolean;
  /** Address that signed URLs start with; null takes the Host header of the request that asks for them. */
  readonly publicUrl: string | null;
  /** The emulator's time in milliseconds since the epoch, shift included. */
  now(): number;
  shiftClock(seconds: number): void;
}

/** When something registered now becomes visible in lookups. */
export function visibleAt(world: World): number {
  return world.now() + world.settings.lookupDelayMs;
}

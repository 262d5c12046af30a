/** Everything beyond uploading, for one account: the port `Management`. Made by the session. */

import type { Management } from '../../../core/manage/ports.ts';
import type { ManageCalls } from './calls.ts';
import { createCloudCalls } from './cloud.ts';
import { createKeyCalls } from './keys.ts';
import { createProjectCalls } from './projects.ts';
import { createRowCalls } from './rows.ts';
import { createStorageCalls } from './storage.ts';
import { createTeamCalls } from './team.ts';

export function createManagement(calls: ManageCalls): Management {
  return {
    rows: createRowCalls(calls),
    team: createTeamCalls(calls),
    projects: createProjectCalls(calls),
    keys: createKeyCalls(calls),
    storage: createStorageCalls(calls),
    cloud: createCloudCalls(calls),
  };
}

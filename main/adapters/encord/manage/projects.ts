/**
 * Projects and the datasets that they use: the port `ProjectCalls` (encord-api.md C.5). Listed by v2, changed by v1 on
 * the project; neither is for a dataset API key.
 */

import { z } from 'zod';
import type { Answer } from '../../../core/encord-port.ts';
import { UploaderError } from '../../../core/errors.ts';
import type { ProjectCalls } from '../../../core/manage/ports.ts';
import { failed } from '../failures.ts';
import { allPages } from '../pages.ts';
import { PATIENT_MS } from '../wire.ts';
import type { ManageCalls } from './calls.ts';
import { refusedWithoutSsh } from './needs-ssh.ts';
import { projectDatasetPage, projectPage } from './people-schemas.ts';

export function createProjectCalls({ v1, ssh }: ManageCalls): ProjectCalls {
  const change = async (
    projectId: string,
    call: {
      readonly method: 'POST' | 'DELETE';
      readonly uid: readonly string[] | null;
      readonly payload: unknown;
      readonly doing: string;
    },
    signal: AbortSignal,
  ): Promise<Answer<null>> => {
    if (ssh === null) return refusedWithoutSsh('Changing the datasets of a project');
    const answer = await v1.call(
      {
        ...call,
        query: 'projectdataset',
        // True, and whatever else means no refusal; only a plain false says that nothing was done.
        answer: z.unknown().transform((value) => value !== false),
        repeatable: true,
        idleMs: PATIENT_MS,
      },
      { kind: 'project', key: ssh.key, projectId },
      signal,
    );
    if (!answer.ok) return answer;
    return answer.value ? { ok: true, value: null } : notDone(call.doing);
  };

  return {
    async list({ organisation }, signal) {
      if (ssh === null) return refusedWithoutSsh('Listing projects');
      return allPages(
        ssh.v2,
        {
          path: ['projects'],
          query: [['includeOrgAccess', organisation ? 'True' : 'False']],
          page: projectPage,
          doing: 'list the projects',
        },
        signal,
      );
    },

    async datasets(projectId, signal) {
      if (ssh === null) return refusedWithoutSsh('Listing the datasets of a project');
      return allPages(
        ssh.v2,
        {
          path: ['projects', projectId, 'datasets'],
          page: projectDatasetPage,
          doing: 'list the datasets of the project',
        },
        signal,
      );
    },

    attach: (projectId, datasetId, signal) =>
      change(
        projectId,
        {
          method: 'POST',
          uid: null,
          payload: { dataset_hashes: [datasetId] },
          doing: 'attach the dataset to the project',
        },
        signal,
      ),

    detach: (projectId, datasetId, signal) =>
      change(
        projectId,
        { method: 'DELETE', uid: [datasetId], payload: null, doing: 'detach the dataset from the project' },
        signal,
      ),
  };
}

function notDone(doing: string): Answer<never> {
  const message = `Encord did not ${doing}, and gives no reason. Check that you administer both, then retry.`;
  return failed('refused', new UploaderError('bad-request', message));
}

/**
 * Data that stays in its owner's cloud: integrations, registration, de-identification (encord-api.md C.9, C.10, C.16).
 * Fulfils the port `CloudCalls`; made by `manage/index.ts`. Never throws.
 *
 * Registration starts are sent once: an answer that is lost leaves open whether Encord has begun, and is `lost`.
 */

import type { Answer } from '../../../core/encord-port.ts';
import type { CloudCalls, CloudJobRef, DeidentifyRequest, Integration } from '../../../core/manage/ports.ts';
import { isUnknownCall } from '../datasets.ts';
import { restated } from '../failures.ts';
import { IDLE_MS, MAX_LIST_BYTES, PATIENT_MS } from '../wire.ts';
import type { ManageCalls } from './calls.ts';
import {
  cancelled,
  cloudJobState,
  deidentifyState,
  integrationsV1,
  integrationsV2,
  startedJob,
  startedTask,
} from './cloud-schemas.ts';
import { refusedWithoutSsh } from './needs-ssh.ts';

export function createCloudCalls(calls: ManageCalls): CloudCalls {
  const { dataset, ssh } = calls;
  return {
    integrations: (datasetId, signal) => integrations(calls, datasetId, signal),

    async register(request, signal) {
      const { datasetId, folderId, fileName } = request;
      const started = await dataset.call(
        datasetId,
        {
          query: 'datasetdatalongpolling',
          method: 'POST',
          uid: datasetId,
          payload: {
            files: request.file,
            integrationId: request.integrationId,
            ignoreErrors: request.ignoreErrors,
            ...(folderId === null ? {} : { folderUuid: folderId }),
            ...(fileName === null ? {} : { fileName }),
          },
          answer: startedJob,
          doing: 'register the cloud data',
          repeatable: false,
          idleMs: PATIENT_MS,
        },
        signal,
      );
      return started.ok ? { ok: true, value: { kind: 'dataset', datasetId, id: started.value } } : started;
    },

    async registerInFolder(request, signal) {
      if (ssh === null) return refusedWithoutSsh('Registering cloud data in a storage folder');
      const { folderId, fileName } = request;
      const started = await ssh.v2.call(
        {
          method: 'POST',
          path: ['storage', 'folders', folderId, 'data-upload-jobs'],
          body: {
            externalFiles: request.file,
            integrationHash: request.integrationId,
            ignoreErrors: request.ignoreErrors,
            ...(fileName === null ? {} : { fileName }),
          },
          answer: startedTask,
          doing: 'register the cloud data',
          repeatable: false,
          idleMs: PATIENT_MS,
        },
        signal,
      );
      return started.ok ? { ok: true, value: { kind: 'folder', folderId, id: started.value } } : started;
    },

    async state(job, holdSeconds, signal) {
      const poll = {
        answer: cloudJobState,
        doing: 'follow the registration',
        repeatable: true,
        idleMs: idleAbove(holdSeconds),
        // Everything that was made is listed.
        maxBytes: MAX_LIST_BYTES,
      };
      if (job.kind === 'dataset') {
        const payload = { process_hash: job.id, timeout_seconds: holdSeconds };
        const call = { query: 'datasetdatalongpolling', method: 'GET', uid: job.datasetId, payload } as const;
        const answer = await dataset.call(job.datasetId, { ...call, emptyIsNotFound: true, ...poll }, signal);
        // On v1 a 404 without a name comes from somebody else, who knows nothing of jobs.
        return answer.ok || answer.failure.error.code === 'not-found' ? forgotten(answer) : answer;
      }
      if (ssh === null) return refusedWithoutSsh('Following a registration into a storage folder');
      const query = [['timeoutSeconds', String(holdSeconds)]] as const;
      return forgotten(await ssh.v2.call({ method: 'GET', path: jobPath(job), query, ...poll }, signal));
    },

    async cancel(job, signal) {
      if (ssh === null) return refusedWithoutSsh('Cancelling a registration into a storage folder');
      const answer = await ssh.v2.call(
        {
          method: 'POST',
          path: [...jobPath(job), 'cancel'],
          answer: cancelled,
          doing: 'cancel the registration',
          // What is cancelled stays so.
          repeatable: true,
        },
        signal,
      );
      return forgotten(answer);
    },

    async deidentify(request, signal) {
      if (ssh === null) return refusedWithoutSsh('De-identifying DICOM files');
      return ssh.v2.call(
        {
          method: 'POST',
          path: ['dicom-deidentification'],
          body: deidentifyBody(request),
          answer: startedTask,
          doing: 'de-identify the DICOM files',
          repeatable: false,
          idleMs: PATIENT_MS,
        },
        signal,
      );
    },

    async deidentifyState(task, holdSeconds, signal) {
      if (ssh === null) return refusedWithoutSsh('Following a de-identification');
      const answer = await ssh.v2.call(
        {
          method: 'GET',
          path: ['dicom-deidentification', task],
          query: [['timeoutSeconds', String(holdSeconds)]],
          answer: deidentifyState,
          doing: 'follow the de-identification',
          repeatable: true,
          idleMs: idleAbove(holdSeconds),
          maxBytes: MAX_LIST_BYTES,
        },
        signal,
      );
      return forgotten(answer);
    },
  };
}

/** By v2 what the account has; by v1, which older servers and API keys need, what the users of a dataset have. */
async function integrations(
  { dataset, ssh }: ManageCalls,
  datasetId: string | null,
  signal: AbortSignal,
): Promise<Answer<readonly Integration[]>> {
  const doing = 'list the integrations';
  if (ssh !== null) {
    const listed = await ssh.v2.call(
      {
        method: 'GET',
        path: ['cloud-integrations'],
        query: [['includeOrgAccess', 'False']],
        answer: integrationsV2,
        doing,
        repeatable: true,
      },
      signal,
    );
    if (datasetId === null || !isUnknownCall(listed)) return listed;
  }
  // An API key speaks for its own dataset alone.
  return dataset.call(
    datasetId ?? '',
    {
      query: 'cloudintegration',
      method: 'GET',
      uid: null,
      payload: null,
      answer: integrationsV1,
      doing,
      repeatable: true,
    },
    signal,
  );
}

function jobPath(job: CloudJobRef & { readonly kind: 'folder' }): readonly string[] {
  return ['storage', 'folders', job.folderId, 'data-upload-jobs', job.id];
}

/** The server is silent for as long as it holds the call. */
function idleAbove(holdSeconds: number): number {
  return holdSeconds * 1000 + IDLE_MS;
}

/**
 * A job that the server does not know is `not-found`. Where its framework answers the 404, it words a missing job and a
 * missing call alike; the call was there when the job was started.
 */
function forgotten<T>(answer: Answer<T>): Answer<T> {
  if (answer.ok) return answer;
  const { error } = answer.failure;
  const missing = isUnknownCall(answer) && error.details.http === '404';
  if (error.code !== 'not-found' && !missing) return answer;
  return restated(
    { kind: 'refused', error },
    'not-found',
    'Encord does not know this job any more. Look at what it has made before you start it again.',
  );
}

function deidentifyBody(request: DeidentifyRequest): Readonly<Record<string, unknown>> {
  const conditions = request.saveConditions.map(({ kind, tag, value }) => ({
    value,
    conditionType: kind,
    dicomTag: tag,
  }));
  return {
    integrationUuid: request.integrationId,
    dicomUrls: request.dicomUrls,
    redactDicomTags: request.redactTags,
    redactPixelsMode: request.redactPixels,
    ...(conditions.length === 0 ? {} : { saveConditions: conditions }),
    ...(request.uploadDir === null ? {} : { uploadDir: request.uploadDir }),
  };
}

/** Removing what identifies patients from DICOM files in somebody's own cloud, which Encord does as one task. */

import { UploaderError } from '../../../core/errors.ts';
import type { JobTask } from '../../../core/manage/jobs.ts';
import { asServerJob, type FollowedWork, otherServer, result } from './work.ts';

type Task = Extract<JobTask, { kind: 'deidentify' }>;

const HOLD_SECONDS = 30;

export function deidentify({ kind: _, ...request }: Task): FollowedWork {
  const units = request.dicomUrls.length;
  return {
    sort: 'followed',
    polling: 'held',
    cancel: null,

    prepare: async () => ({
      kind: 'ready',
      counts: { pending: units, done: 0, failed: 0, cancelled: 0 },
      results: [],
      start: async ({ session, signal }) =>
        asServerJob(await session.manage.cloud.deidentify(request, signal), (id) => ({
          kind: 'deidentify',
          id,
        })),
    }),

    async poll(server, { session, signal }) {
      if (server.kind !== 'deidentify') return otherServer(server);
      const answer = await session.manage.cloud.deidentifyState(server.id, HOLD_SECONDS, signal);
      if (!answer.ok) return { kind: 'later', failure: answer.failure };
      switch (answer.value.kind) {
        case 'running':
          return { kind: 'running', counts: null };
        case 'failed': {
          const message =
            'Encord could not de-identify these files; it does not say which of them is the reason. Check that the integration may read and write the bucket, then retry.';
          return {
            kind: 'failed',
            error: new UploaderError('media-refused', message),
            counts: null,
            results: [],
          };
        }
        case 'done':
          return {
            kind: 'done',
            counts: { pending: 0, done: units, failed: 0, cancelled: 0 },
            results: answer.value.urls.map((url) =>
              result({ ok: true, title: url, urls: [url], message: 'De-identified.' }),
            ),
          };
      }
    },
  };
}

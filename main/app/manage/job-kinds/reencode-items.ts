/** Re-encoding storage items, which Encord does as one process. */

import { UploaderError } from '../../../core/errors.ts';
import type { JobTask } from '../../../core/manage/jobs.ts';
import { asServerJob, type FollowedWork, otherServer } from './work.ts';

type Task = Extract<JobTask, { kind: 'reencode-items' }>;

export function reencodeItems({ itemIds, title, force }: Task): FollowedWork {
  const units = itemIds.length;
  return {
    sort: 'followed',
    polling: 'plain',
    cancel: null,

    prepare: async () => ({
      kind: 'ready',
      counts: { pending: units, done: 0, failed: 0, cancelled: 0 },
      results: [],
      start: async ({ session, signal }) =>
        asServerJob(await session.manage.storage.reencodeItems({ itemIds, title, force }, signal), (id) => ({
          kind: 'reencode-items',
          id,
        })),
    }),

    async poll(server, { session, signal }) {
      if (server.kind !== 'reencode-items') return otherServer(server);
      const answer = await session.manage.storage.reencodeItemsState(server.id, signal);
      if (!answer.ok) return { kind: 'later', failure: answer.failure };
      const { kind, words } = answer.value;
      if (kind === 'running') return { kind: 'running', counts: null };
      if (kind === 'done') {
        return { kind: 'done', counts: { pending: 0, done: units, failed: 0, cancelled: 0 }, results: [] };
      }
      const because = words === null ? '' : ` It says: ${words.replace(/[.\s]+$/, '')}.`;
      const message = `Encord could not re-encode these items.${because} Check that they play, then retry fewer at a time.`;
      return {
        kind: 'failed',
        error: new UploaderError('media-refused', message),
        counts: null,
        results: [],
      };
    },
  };
}

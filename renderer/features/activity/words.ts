/** How a job says its kind and its state: an icon, a word and a tone. Pure; used by the list and the panel. */
import type { JobKindName, JobView } from '../../../preload/contract/manage.ts';
import { isOpen } from '../../state/jobs.ts';
import { count } from '../../ui/format.ts';
import type { IconName } from '../../ui/Icon.tsx';
import type { StateWord } from '../uploads/words.ts';

export const KINDS: Record<JobKindName, { icon: IconName; word: string }> = {
  'reencode-rows': { icon: 'convert', word: 'Re-encoding of rows' },
  'reencode-items': { icon: 'convert', word: 'Re-encoding of storage items' },
  'cloud-register': { icon: 'server', word: 'Registration of cloud data' },
  deidentify: { icon: 'user', word: 'De-identification' },
  'delete-rows': { icon: 'trash', word: 'Deletion of rows' },
  'set-metadata': { icon: 'braces', word: 'Client metadata' },
  'attach-items': { icon: 'plus', word: 'Attaching of existing files' },
  'download-rows': { icon: 'download', word: 'Download' },
};

export function stateWord(job: JobView): StateWord {
  const { state, counts, failure, cancelling } = job;
  if (isOpen(job)) {
    if (cancelling) return { word: 'Cancelling', icon: 'spinner', tone: 'quiet' };
    if (failure) return { word: 'Trying again', icon: 'clock', tone: 'warn' };
    return state === 'starting'
      ? { word: 'Waiting', icon: 'clock', tone: 'quiet' }
      : { word: 'Running', icon: 'spinner', tone: 'accent' };
  }
  switch (state) {
    case 'failed':
      return { word: 'Failed', icon: 'fail', tone: 'fail' };
    case 'uncertain':
      return { word: 'Not certain', icon: 'question', tone: 'warn' };
    case 'cancelled':
      return { word: 'Cancelled', icon: 'cancelled', tone: 'quiet' };
    default:
      break;
  }
  if (counts.failed === 0) return { word: 'Done', icon: 'done', tone: 'done' };
  return {
    word: counts.done === 0 ? 'Failed' : `${count(counts.failed)} failed`,
    icon: 'fail',
    tone: 'fail',
  };
}

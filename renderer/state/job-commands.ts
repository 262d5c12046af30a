/**
 * What can be done to a job, and what is asked before. Every command is a contract call and answers with the sentence of its
 * failure, for the place where it was asked; null where it went well. Used by the Activity page.
 */
import type { JobView } from '../../preload/contract/manage.ts';
import { confirm } from '../ui/Confirm.tsx';
import { count, oneLine, plural } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import { call } from './bridge.ts';
import { openDataset } from './datasets-list.ts';
import { jobRows, refreshJobList, useJobList } from './job-list.ts';
import { isOpen, isTroubled } from './jobs.ts';
import { goTo } from './ui.ts';

type Failure = string | null;

export function canCancel(job: JobView): boolean {
  return isOpen(job) && job.cancelProblem === null && !job.cancelling;
}

/** What the button that does the rest says; null where nothing is left, or where the failed entries come first. */
export function retryWord(job: JobView): string | null {
  const { state, kind, counts, errors } = job;
  if (isOpen(job)) return null;
  const nothingDone = state === 'uncertain' || (state !== 'done' && counts.done === 0);
  if (kind === 'cloud-register' && (!nothingDone || errors > 0)) return null;
  // Encord takes and tells these only as a whole.
  if ((kind === 'reencode-items' || kind === 'deidentify') && !nothingDone) return null;
  if (state === 'uncertain') return 'Start again…';
  if (state === 'cancelled') return counts.done > 0 ? 'Do the rest' : 'Start again';
  if (state === 'failed') return counts.done > 0 ? 'Do the rest' : 'Retry';
  return counts.failed > 0 || errors > 0 ? 'Retry what failed' : null;
}

/** Asks first where what is done by then stays done. */
export async function cancelJob(job: JobView): Promise<Failure> {
  if (job.state !== 'starting' && job.kind !== 'download-rows') {
    const sure = await confirm({
      title: `Cancel “${oneLine(job.title)}”?`,
      body: `What is done by then stays as it is${
        job.counts.done > 0 ? `, which is ${count(job.counts.done)} by now` : ''
      }.${job.kind === 'cloud-register' ? '' : ' The rest can be done later from here.'}`,
      action: 'Cancel this job',
      keep: 'Let it go on',
      danger: true,
    });
    if (!sure) return null;
  }
  const answer = await call('jobs.cancel', { jobId: job.jobId });
  refreshJobList();
  return answer.ok ? null : answer.error.message;
}

/** Starts a new job with what is left, and opens it. Where it is in doubt what was done, the person says that they looked. */
export async function retryJob(job: JobView): Promise<Failure> {
  if (job.state === 'uncertain') {
    const sure = await confirm({
      title: `Start “${oneLine(job.title)}” again?`,
      body: job.sentence,
      action: 'I have looked: start again',
      keep: 'Not now',
      danger: true,
    });
    if (!sure) return null;
  }
  const answer = await call('jobs.retry', { jobId: job.jobId });
  if (!answer.ok) return answer.error.message;
  useJobList.setState({ openId: answer.value.jobId, activeId: answer.value.jobId });
  refreshJobList();
  return null;
}

/** Takes an ended job off the list; asks first where something is known only from there. */
export async function clearJob(job: JobView): Promise<Failure> {
  if (isTroubled(job)) {
    const sure = await confirm({
      title: `Clear “${oneLine(job.title)}”?`,
      body: `${
        job.state === 'uncertain' ? `${job.sentence} ` : ''
      }Once it is off the list, its results cannot be looked at${
        job.failedFile ? ', and the failed entries cannot be saved' : ''
      } any more. What it did in Encord stays.`,
      action: 'Clear',
      keep: 'Keep it',
      danger: true,
    });
    if (!sure) return null;
  }
  const answer = await call('jobs.clear', { jobId: job.jobId });
  if (!answer.ok) return answer.error.message;
  const { openId, activeId } = useJobList.getState();
  // What stands in its place is next.
  if (activeId === job.jobId) useJobList.setState({ activeId: null });
  if (openId === job.jobId) useJobList.setState({ openId: null });
  refreshJobList();
  return null;
}

/** Asks, then takes all ended jobs off the list. */
export async function clearAllJobs(): Promise<void> {
  const sure = await confirm({
    title: 'Clear all finished jobs?',
    body: 'Their results and failed entries cannot be looked at any more. What they did in Encord stays, and running jobs go on.',
    action: 'Clear finished',
    keep: 'Keep them',
    danger: true,
  });
  if (!sure) return;
  const answer = await call('jobs.clear', { jobId: null });
  if (!answer.ok) {
    toast(answer.error.message, { tone: 'fail' });
    return;
  }
  const { openId } = useJobList.getState();
  const open = jobRows.find((job) => job.jobId === openId);
  const row = open < 0 ? undefined : jobRows.row(open);
  useJobList.setState({ activeId: null, activeIndex: 0, ...(row && isOpen(row) ? {} : { openId: null }) });
  toast(`Cleared ${plural(answer.value.jobs, 'job')}`);
  refreshJobList();
}

const LOOKED_THROUGH = 500;

/** Opens the dataset of a job on its own page; says where this account cannot see it. */
export async function openDatasetOf(job: JobView): Promise<void> {
  const { datasetId, datasetTitle } = job;
  if (datasetId === null) return;
  const answer = await call('datasets.list', {
    search: (datasetTitle ?? '').slice(0, 1_000),
    refresh: false,
    offset: 0,
    limit: LOOKED_THROUGH,
  });
  if (!answer.ok) {
    toast(answer.error.message, { tone: 'fail' });
    return;
  }
  const found = answer.value.rows.find((dataset) => dataset.id === datasetId);
  if (!found) {
    toast(
      `This account cannot see ${oneLine(datasetTitle ?? 'the dataset')}. The job was started with ${oneLine(job.accountName)}.`,
      { tone: 'fail' },
    );
    return;
  }
  goTo('datasets');
  openDataset(found, null);
}

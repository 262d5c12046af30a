/**
 * The list of jobs as the Activity page shows it: which ones, of which dataset, which one is open, and the window of rows.
 * Running ones first, then by time. The jobs live in main; `jobRows` holds only those around what is in sight.
 */
import { create } from 'zustand';
import type { CallInput } from '../../preload/contract/calls.ts';
import type { JobView } from '../../preload/contract/manage.ts';
import { onTopics } from './app.ts';
import { call } from './bridge.ts';
import { refreshJobs } from './jobs.ts';
import { type FetchPage, Paged } from './paged.ts';
import { goTo } from './ui.ts';

export type WhichJobs = CallInput<'jobs.list'>['which'];

interface JobListState {
  which: WhichJobs;
  /** Only jobs of this dataset are listed. */
  dataset: { id: string; title: string } | null;
  /** The job that is open beside the list. */
  openId: number | null;
  /** The row that keys act from: by its job, and where it stood when it was last seen. */
  activeId: number | null;
  activeIndex: number;
}

export const useJobList = create<JobListState>()(() => ({
  which: 'all',
  dataset: null,
  openId: null,
  activeId: null,
  activeIndex: 0,
}));

function fetcher(): FetchPage<JobView> {
  const { which, dataset } = useJobList.getState();
  const datasetId = dataset?.id ?? null;
  if (which !== 'all') return (offset, limit) => call('jobs.list', { which, datasetId, offset, limit });
  return (offset, limit) => runningFirst(datasetId, offset, limit);
}

/** One list of two: the open ones, then the ended ones. */
async function runningFirst(datasetId: string | null, offset: number, limit: number) {
  const open = await call('jobs.list', { which: 'open', datasetId, offset, limit });
  if (!open.ok) return open;
  const { total: running, rows } = open.value;
  const ended = await call('jobs.list', {
    which: 'ended',
    datasetId,
    offset: Math.max(0, offset - running),
    limit: Math.max(1, limit - rows.length),
  });
  if (!ended.ok) return ended;
  const total = running + ended.value.total;
  if (rows.length === limit) return { ok: true, value: { total, rows } } as const;
  // A job that ended between the two answers is in both.
  const here = new Set(rows.map((job) => job.jobId));
  return {
    ok: true,
    value: { total, rows: [...rows, ...ended.value.rows.filter((job) => !here.has(job.jobId))] },
  } as const;
}

export const jobRows = new Paged<JobView>(fetcher());

// ---------------------------------------------------------------------------------------------- keeping up

const REFRESH_MS = 400;
/** While the pointer moves over the list, rows keep their place for this long. What they say goes on. */
const HOLD_MS = 2_000;
let lastRefresh = 0;
let timer: ReturnType<typeof setTimeout> | null = null;
let pointerMovedAt = Number.NEGATIVE_INFINITY;

export function pointerOverJobs(): void {
  pointerMovedAt = performance.now();
}

export function pointerLeftJobs(): void {
  pointerMovedAt = Number.NEGATIVE_INFINITY;
}

function refreshSoon(): void {
  if (timer !== null) return;
  const now = performance.now();
  const wait = Math.max(0, lastRefresh + REFRESH_MS - now, pointerMovedAt + HOLD_MS - now);
  timer = setTimeout(() => {
    timer = null;
    // The pointer may have come meanwhile.
    if (pointerMovedAt + HOLD_MS > performance.now()) refreshSoon();
    else {
      lastRefresh = performance.now();
      jobRows.refresh();
    }
  }, wait);
}

/** Called by the page while it is shown. */
export function followJobList(): () => void {
  jobRows.refresh(fetcher());
  return onTopics((topics) => {
    if (topics.has('jobs')) refreshSoon();
  });
}

/** Asks now for what a command has just changed, without waiting for main's tick. */
export function refreshJobList(): void {
  jobRows.refresh();
  void refreshJobs();
}

// ---------------------------------------------------------------------------------------------- narrowing, opening

export function setWhich(which: WhichJobs): void {
  if (useJobList.getState().which === which) return;
  useJobList.setState({ which, activeId: null, activeIndex: 0 });
  jobRows.replace(fetcher());
}

/** Null: of all datasets. */
export function setJobDataset(dataset: { id: string; title: string } | null): void {
  useJobList.setState({ dataset, activeId: null, activeIndex: 0 });
  jobRows.replace(fetcher());
}

/** Opens the page with the jobs of a dataset alone. */
export function showJobsOf({ id, title }: { id: string; title: string }): void {
  useJobList.setState({ which: 'all', openId: null });
  setJobDataset({ id, title });
  goTo('activity');
}

/** Opens the page with this job open, whatever was listed before. */
export function openJob(jobId: number): void {
  useJobList.setState({ which: 'all', openId: jobId });
  setJobDataset(null);
  useJobList.setState({ activeId: jobId });
  goTo('activity');
}

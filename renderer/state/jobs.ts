/**
 * Long work as the whole window knows it: what is open, what has ended, what wants a look, and what a screen reader is told
 * of it. The jobs live in main. Used by the sidebar, the Activity page and `JobNews`.
 */
import { create } from 'zustand';
import type { JobView } from '../../preload/contract/manage.ts';
import { oneLine, plural } from '../ui/format.ts';
import { onTopics } from './app.ts';
import { call } from './bridge.ts';
import { useUi } from './ui.ts';

interface JobsState {
  /** By id; null until the first answer. */
  open: ReadonlyMap<number, JobView> | null;
  /** Those that ended while the page was here, and the newest from before. */
  ended: ReadonlyMap<number, JobView>;
  /** Ended with trouble, and nobody has looked at the list since. */
  unseen: ReadonlySet<number>;
  /** The last thing that a screen reader is told. */
  news: string;
}

export const useJobs = create<JobsState>()(() => ({
  open: null,
  ended: new Map(),
  unseen: new Set(),
  news: '',
}));

export function isOpen({ state }: Pick<JobView, 'state'>): boolean {
  return state === 'starting' || state === 'following' || state === 'working';
}

/** It ended, and not all of it is done. */
export function isTroubled({ state, counts }: Pick<JobView, 'state' | 'counts'>): boolean {
  return state === 'failed' || state === 'uncertain' || (state === 'done' && counts.failed > 0);
}

export function unitsOf({ counts }: Pick<JobView, 'counts'>): number {
  return counts.pending + counts.done + counts.failed + counts.cancelled;
}

/** How much of it is behind it, 0 to 1; null while nothing is known. */
export function shareOf(job: Pick<JobView, 'counts' | 'state'>): number | null {
  const units = unitsOf(job);
  return units === 0 || job.state === 'starting' ? null : (units - job.counts.pending) / units;
}

/** The newer of a row of a list and what came since: an ended job stays ended. */
export function latest(job: JobView): JobView {
  if (!isOpen(job)) return job;
  const { open, ended } = useJobs.getState();
  return ended.get(job.jobId) ?? open?.get(job.jobId) ?? job;
}

// ---------------------------------------------------------------------------------------------- keeping up

const REFRESH_MS = 400;
const OPEN_AT_ONCE = 500;
const NEWEST_ENDED = 50;
const LOOKED_KEY = 'encord-uploader.activity-looked';

let asking = false;
let askAgain = false;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Asks anew; calls that come while one is on its way become one more. */
export async function refreshJobs(): Promise<void> {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  do {
    askAgain = false;
    await takeStock();
  } while (askAgain);
  asking = false;
}

/** Called once by the frame. */
export function followJobs(): () => void {
  void refreshJobs();
  return onTopics((topics) => {
    if (!topics.has('jobs') || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      void refreshJobs();
    }, REFRESH_MS);
  });
}

/** Everything that ended by now has been looked at. */
export function markLooked(): void {
  const { unseen, ended } = useJobs.getState();
  if (unseen.size === 0) return;
  // By the clock of main, which may be another machine's: the newest end that is known.
  const newest = Math.max(lookedAt(), ...[...ended.values()].map((job) => job.endedAt ?? 0));
  localStorage.setItem(LOOKED_KEY, String(newest));
  useJobs.setState({ unseen: new Set() });
}

function lookedAt(): number {
  const kept = Number(localStorage.getItem(LOOKED_KEY) ?? 0);
  return Number.isFinite(kept) ? kept : 0;
}

async function openJobs(): Promise<Map<number, JobView> | null> {
  const open = new Map<number, JobView>();
  for (let offset = 0; ; offset += OPEN_AT_ONCE) {
    const answer = await call('jobs.list', { which: 'open', datasetId: null, offset, limit: OPEN_AT_ONCE });
    if (!answer.ok) return null;
    for (const job of answer.value.rows) open.set(job.jobId, job);
    if (answer.value.rows.length < OPEN_AT_ONCE) return open;
  }
}

/** What failed to be asked is asked at the next tick; the page's list says a failure in its place. */
async function takeStock(): Promise<void> {
  const before = useJobs.getState();
  const open = await openJobs();
  if (open === null) return;
  const newest = await call('jobs.list', {
    which: 'ended',
    datasetId: null,
    offset: 0,
    limit: NEWEST_ENDED,
  });
  if (!newest.ok) return;
  const fresh = new Map<number, JobView>();
  for (const job of newest.value.rows) if (!before.ended.has(job.jobId)) fresh.set(job.jobId, job);
  for (const id of before.open?.keys() ?? []) {
    if (open.has(id) || fresh.has(id) || before.ended.has(id)) continue;
    // An old one that has ended: it stands far down among the ended ones, or was cleared.
    const answer = await call('jobs.get', { jobId: id });
    if (answer.ok && isOpen(answer.value)) open.set(id, answer.value);
    else if (answer.ok) fresh.set(id, answer.value);
  }
  for (const id of fresh.keys()) open.delete(id);
  const looked = lookedAt();
  const unseen = new Set(before.unseen);
  for (const job of fresh.values()) {
    if (isTroubled(job) && (job.endedAt ?? 0) > looked) unseen.add(job.jobId);
  }
  const first = before.open === null;
  const news = newsOf(first ? [] : [...fresh.values()], [...open.values()]);
  useJobs.setState({
    open,
    ended: new Map([...before.ended, ...fresh]),
    unseen,
    ...(news === '' ? {} : { news }),
  });
}

// ---------------------------------------------------------------------------------------------- what is told

/** Tenths that were told last. */
const told = new Map<number, number>();
const TITLE_MOST = 80;

/** Ends at all times; progress at each tenth, and only to who is on the page. Empty where nothing is to be told. */
function newsOf(ended: readonly JobView[], open: readonly JobView[]): string {
  const moved: string[] = [];
  for (const job of open) {
    const tenth = Math.floor((shareOf(job) ?? 0) * 10);
    const last = told.get(job.jobId);
    told.set(job.jobId, tenth);
    if (last !== undefined && tenth > last && tenth < 10) moved.push(`${titleOf(job)}: ${tenth * 10}%`);
  }
  for (const job of ended) told.delete(job.jobId);
  const [only] = ended;
  if (only && ended.length === 1) return `${titleOf(only)}. ${only.sentence}`;
  if (only) {
    const troubled = ended.filter(isTroubled).length;
    return `${plural(ended.length, 'job')} have ended${troubled > 0 ? `, ${troubled} of them with trouble` : ''}`;
  }
  return useUi.getState().page === 'activity' ? moved.join(', ') : '';
}

function titleOf({ title }: JobView): string {
  return oneLine(title.length > TITLE_MOST ? `${title.slice(0, TITLE_MOST)}…` : title);
}

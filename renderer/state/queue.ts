/**
 * The queue as the Uploads page shows it: filter, search, what is expanded, what is selected, and the window of rows.
 * The rows themselves live in main; `queueRows` holds only those around what is in sight.
 */
import { create } from 'zustand';
import type { BatchRow, QueueFilter, QueueRow } from '../../preload/contract/views.ts';
import { onTopics } from './app.ts';
import { call } from './bridge.ts';
import { type FetchPage, Paged } from './paged.ts';

/** `unit:12`: names a row for as long as it lives, wherever it stands. */
export type RowKey = string;

export function keyOf(row: QueueRow): RowKey {
  return `${row.kind}:${row.id}`;
}

export function nameOf(row: QueueRow): string {
  switch (row.kind) {
    case 'unit':
      return row.title;
    case 'turned-away':
      return row.turnedAway.title;
    default:
      return row.name;
  }
}

interface QueueState {
  filter: QueueFilter;
  search: string;
  expandedBatches: ReadonlySet<number>;
  expandedUnits: ReadonlySet<number>;
  selection: ReadonlyMap<RowKey, QueueRow>;
  /** The row that keys act from. */
  activeIndex: number;
  anchorIndex: number;
  /** The row whose details are open. */
  details: QueueRow | null;
  /** A batch that the list is to bring in sight, and about where it stands. */
  reveal: { batchId: number; near: number } | null;
}

export const useQueue = create<QueueState>()(() => ({
  filter: 'all',
  search: '',
  expandedBatches: new Set(),
  expandedUnits: new Set(),
  selection: new Map(),
  activeIndex: 0,
  anchorIndex: 0,
  details: null,
  reveal: null,
}));

function fetcher(): FetchPage<QueueRow> {
  const { filter, search, expandedBatches, expandedUnits } = useQueue.getState();
  const question = {
    filter,
    search: search.trim(),
    expandedBatches: [...expandedBatches].slice(-10_000),
    expandedUnits: [...expandedUnits].slice(-10_000),
  };
  return (offset, limit) => call('queue.rows', { ...question, offset, limit });
}

export const queueRows = new Paged<QueueRow>(fetcher());

/** Batches that were offered open once; a person's closing of them holds. */
const seenBatches = new Set<number>();
let firstPage = true;
/** Batches that were paused when last seen: their units show it too. */
const pausedBatches = new Set<number>();

export function batchIsPaused(batchId: number): boolean {
  return pausedBatches.has(batchId);
}

queueRows.onPage = (rows) => {
  const { filter, search, expandedBatches, selection } = useQueue.getState();
  const narrowed = filter !== 'all' || search.trim() !== '';
  const open = new Set(expandedBatches);
  for (const row of rows) {
    if (row.kind !== 'batch') continue;
    if (row.paused || row.accountPaused) pausedBatches.add(row.id);
    else pausedBatches.delete(row.id);
    if (seenBatches.has(row.id)) continue;
    // In a narrowed list the point is what matches, which is inside; in the whole list, what is still at work.
    if (narrowed || (firstPage && (row.finishedAt === null || rows.length === 1))) open.add(row.id);
    seenBatches.add(row.id);
  }
  if (rows.length > 0) firstPage = false;
  if (selection.size > 0) {
    const fresh = new Map(selection);
    for (const row of rows) if (fresh.has(keyOf(row))) fresh.set(keyOf(row), row);
    useQueue.setState({ selection: fresh });
  }
  if (open.size !== expandedBatches.size) {
    useQueue.setState({ expandedBatches: open });
    queueRows.refresh(fetcher());
  }
};

// ---------------------------------------------------------------------------------------------- keeping up

const REFRESH_MS = 250;
/** While the pointer moves over a narrowed list, rows that no longer match stay where they are for this long. */
const HOLD_MS = 1_500;
let lastRefresh = 0;
let timer: ReturnType<typeof setTimeout> | null = null;
let pointerMovedAt = 0;

/** The pointer moved over the list: rows keep their place a little longer. */
export function pointerOverList(): void {
  pointerMovedAt = performance.now();
}

function refreshSoon(): void {
  if (timer !== null) return;
  const held = useQueue.getState().filter === 'all' ? 0 : pointerMovedAt + HOLD_MS - performance.now();
  const wait = Math.max(0, lastRefresh + REFRESH_MS - performance.now(), held);
  timer = setTimeout(() => {
    timer = null;
    lastRefresh = performance.now();
    queueRows.refresh();
  }, wait);
}

/** Called once by the frame. */
export function followQueue(): () => void {
  return onTopics((topics) => {
    if (topics.has('queue')) refreshSoon();
  });
}

/** Asks now for what a command has just changed, without waiting for main's tick. */
export function refreshQueue(): void {
  queueRows.refresh();
}

// ---------------------------------------------------------------------------------------------- narrowing

export function setFilter(filter: QueueFilter): void {
  if (useQueue.getState().filter === filter) return;
  // What was open in one narrowed list says nothing about another.
  seenBatches.clear();
  useQueue.setState({ filter, selection: new Map(), activeIndex: 0, anchorIndex: 0 });
  queueRows.replace(fetcher());
}

let searchTimer: ReturnType<typeof setTimeout> | undefined;

export function setSearch(search: string): void {
  useQueue.setState({ search, activeIndex: 0, anchorIndex: 0 });
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => {
    seenBatches.clear();
    queueRows.refresh(fetcher());
  }, 120);
}

export function setExpanded(row: QueueRow, expanded: boolean): void {
  if (row.kind !== 'batch' && row.kind !== 'unit') return;
  const state = useQueue.getState();
  const set = new Set(row.kind === 'batch' ? state.expandedBatches : state.expandedUnits);
  if (expanded) set.add(row.id);
  else set.delete(row.id);
  useQueue.setState(row.kind === 'batch' ? { expandedBatches: set } : { expandedUnits: set });
  queueRows.refresh(fetcher());
}

/** Shows a batch that was just added, open, in the whole list. */
export function showBatch(batchId: number): void {
  seenBatches.add(batchId);
  const expandedBatches = new Set(useQueue.getState().expandedBatches).add(batchId);
  useQueue.setState({ expandedBatches, filter: 'all', search: '', selection: new Map() });
  queueRows.refresh(fetcher());
}

/** How many batches are asked for at once while one of them is looked for. */
const BATCHES = 500;
let revealing = 0;

/**
 * Shows a batch in the whole list, open, selected and in sight. False where it is not listed any more; null where the
 * list could not be read, or another batch was asked for meanwhile.
 */
export async function revealBatch(batchId: number): Promise<boolean | null> {
  revealing += 1;
  const turn = revealing;
  const question = { filter: 'all' as const, search: '', expandedBatches: [], expandedUnits: [] };
  let near = 0;
  for (let offset = 0; ; offset += BATCHES) {
    const answer = await call('queue.rows', { ...question, offset, limit: BATCHES });
    if (!answer.ok || turn !== revealing) return null;
    for (const row of answer.value.rows) {
      if (row.kind !== 'batch') continue;
      if (row.id === batchId) {
        reveal(row, near);
        return true;
      }
      near += 1 + (useQueue.getState().expandedBatches.has(row.id) ? childrenOf(row) : 0);
    }
    if (offset + BATCHES >= answer.value.total) return false;
  }
}

function childrenOf({ totals }: BatchRow): number {
  return Object.values(totals.units).reduce((sum, units) => sum + units, totals.refused + totals.skipped);
}

function reveal(row: BatchRow, near: number): void {
  seenBatches.add(row.id);
  // Batches above it that open by themselves would push it out of sight.
  firstPage = false;
  useQueue.setState(({ expandedBatches }) => ({
    expandedBatches: new Set(expandedBatches).add(row.id),
    expandedUnits: new Set(),
    filter: 'all',
    search: '',
    selection: new Map([[keyOf(row), row]]),
    activeIndex: near,
    anchorIndex: near,
    reveal: { batchId: row.id, near },
  }));
  queueRows.look(near, near + 30);
  queueRows.replace(fetcher());
}

/** Called by the list while a batch is to be brought in sight: where to scroll; null where that is done. */
export function whereToReveal(): { index: number; found: boolean } | null {
  const { reveal: wanted } = useQueue.getState();
  if (wanted === null) return null;
  const index = queueRows.find((row) => row.kind === 'batch' && row.id === wanted.batchId);
  if (index < 0 && !queueRows.row(wanted.near)) return { index: wanted.near, found: false };
  // Here, or gone since it was looked for.
  useQueue.setState(index < 0 ? { reveal: null } : { reveal: null, activeIndex: index, anchorIndex: index });
  return index < 0 ? null : { index, found: true };
}

export function canExpand(row: QueueRow): boolean {
  return row.kind === 'batch' || (row.kind === 'unit' && row.itemCount > 1);
}

export function isExpanded(row: QueueRow, state: QueueState): boolean {
  if (row.kind === 'batch') return state.expandedBatches.has(row.id);
  return row.kind === 'unit' && state.expandedUnits.has(row.id);
}

/** The one dataset of every listed batch; null where there are several, or not all are known. */
export function listedDataset(): string | null {
  const { filter, search } = useQueue.getState();
  if (filter !== 'all' || search !== '') return null;
  let rows = 0;
  let found: BatchRow | null = null;
  for (const { row } of queueRows.loaded()) {
    rows += 1;
    if (row.kind !== 'batch') continue;
    if (found && found.datasetId !== row.datasetId) return null;
    found = row;
  }
  return rows >= (queueRows.state.total ?? Number.POSITIVE_INFINITY) ? (found?.datasetTitle ?? null) : null;
}

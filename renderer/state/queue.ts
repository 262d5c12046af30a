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

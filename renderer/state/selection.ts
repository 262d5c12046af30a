/** Which rows of the queue are selected, and moving through them by pointer and keys. Used by the Uploads page. */
import type { QueueRow } from '../../preload/contract/views.ts';
import { count } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import { call } from './bridge.ts';
import { keyOf, queueRows, type RowKey, useQueue } from './queue.ts';

/** More rows than this are not selected one by one: the commands for a batch or for all are there for that. */
const MOST = 5_000;

/** One row, and nothing else. Where it is not here yet, nothing is: keys must never act on a row that was left. */
export function selectOnly(index: number): void {
  const row = queueRows.row(index);
  const selection = new Map<RowKey, QueueRow>(row ? [[keyOf(row), row]] : []);
  useQueue.setState({ selection, activeIndex: index, anchorIndex: index });
}

/** Adds a row to the selection, or takes it out. */
export function selectToggle(index: number): void {
  const row = queueRows.row(index);
  if (!row) return;
  const selection = new Map(useQueue.getState().selection);
  const key = keyOf(row);
  if (!selection.delete(key)) selection.set(key, row);
  useQueue.setState({ selection, activeIndex: index, anchorIndex: index });
}

/** Everything from the anchor to this row. */
export async function selectTo(index: number): Promise<void> {
  const { anchorIndex } = useQueue.getState();
  useQueue.setState({ activeIndex: index });
  const rows = await rowsBetween(Math.min(anchorIndex, index), Math.max(anchorIndex, index));
  // The person may have moved on while rows were fetched.
  if (useQueue.getState().activeIndex !== index) return;
  useQueue.setState({ selection: new Map(rows.map((row): [RowKey, QueueRow] => [keyOf(row), row])) });
}

export async function selectAll(): Promise<void> {
  const total = queueRows.state.total ?? 0;
  if (total === 0) return;
  const rows = await rowsBetween(0, total - 1);
  useQueue.setState({ selection: new Map(rows.map((row): [RowKey, QueueRow] => [keyOf(row), row])) });
}

export function selectNone(): void {
  useQueue.setState({ selection: new Map() });
}

/** Rows that are not here are asked for, in main's largest pages. */
async function rowsBetween(first: number, last: number): Promise<QueueRow[]> {
  const end = Math.min(last, first + MOST - 1);
  if (end < last) toast(`The first ${count(MOST)} rows are selected. For more, use a batch or “all”.`);
  const rows: QueueRow[] = [];
  for (let index = first; index <= end; index += 1) {
    const here = queueRows.row(index);
    if (here) {
      rows.push(here);
      continue;
    }
    const { filter, search, expandedBatches, expandedUnits } = useQueue.getState();
    const limit = Math.min(500, end - index + 1);
    const answer = await call('queue.rows', {
      filter,
      search: search.trim(),
      expandedBatches: [...expandedBatches],
      expandedUnits: [...expandedUnits],
      offset: index,
      limit,
    });
    if (!answer.ok || answer.value.rows.length === 0) break;
    rows.push(...answer.value.rows);
    index += answer.value.rows.length - 1;
  }
  return rows;
}

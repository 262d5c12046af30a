/**
 * What can be done to rows of the queue, and which of it applies to which. Every command is a contract call; nothing
 * here changes state of its own. Used by the Uploads page's buttons, menus and keys.
 */
import type { QueueRow, ScopeView, UnitOrder, UnitRow } from '../../preload/contract/views.ts';
import { confirm } from '../ui/Confirm.tsx';
import { count, plural } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import { refreshSnapshot } from './app.ts';
import { ask, call } from './bridge.ts';
import { nameOf, refreshQueue } from './queue.ts';

export interface Can {
  pause: boolean;
  resume: boolean;
  cancel: boolean;
  retry: boolean;
  top: boolean;
}

const NOTHING: Can = { pause: false, resume: false, cancel: false, retry: false, top: false };

function can(row: QueueRow): Can {
  switch (row.kind) {
    case 'batch': {
      const { units } = row.totals;
      const open = units.collecting + units.ready + units.registering + units.processing + units.linking;
      return {
        pause: !row.paused && open > 0,
        resume: row.paused,
        cancel: units.collecting + units.ready + units.failed + units.uncertain > 0,
        retry: units.failed + units.cancelled > 0,
        top: units.collecting + units.ready > 0,
      };
    }
    case 'unit': {
      const open = !['done', 'failed', 'cancelled', 'uncertain'].includes(row.state);
      return {
        pause: !row.paused && open,
        resume: row.paused && open,
        cancel: ['collecting', 'ready', 'failed', 'uncertain'].includes(row.state),
        retry: row.state === 'failed' || row.state === 'cancelled',
        top: row.state === 'collecting' || row.state === 'ready',
      };
    }
    case 'item': {
      const open = row.state === 'queued' || row.state === 'granted';
      return {
        ...NOTHING,
        pause: !row.paused && open,
        resume: row.paused && open,
        cancel: open,
        retry: row.state === 'failed',
      };
    }
    case 'turned-away':
      return NOTHING;
  }
}

/** What at least one of these rows can be asked for. */
export function canAny(rows: Iterable<QueueRow>): Can {
  const all = { ...NOTHING };
  for (const row of rows) {
    const one = can(row);
    all.pause ||= one.pause;
    all.resume ||= one.resume;
    all.cancel ||= one.cancel;
    all.retry ||= one.retry;
    all.top ||= one.top;
  }
  return all;
}

function scopeOf(row: QueueRow): ScopeView | null {
  return row.kind === 'turned-away' ? null : { kind: row.kind, id: row.id };
}

/** The rows that a command applies to, without those whose batch or unit is among them anyway. */
function scopes(rows: readonly QueueRow[], what: keyof Can): ScopeView[] {
  const batches = new Set(rows.filter((row) => row.kind === 'batch').map((row) => row.id));
  const units = new Set(rows.filter((row) => row.kind === 'unit').map((row) => row.id));
  const found: ScopeView[] = [];
  for (const row of rows) {
    if (!can(row)[what]) continue;
    if (row.kind === 'unit' && batches.has(row.batchId)) continue;
    if (row.kind === 'item' && units.has(row.unitId)) continue;
    const scope = scopeOf(row);
    if (scope) found.push(scope);
  }
  return found;
}

async function each(name: 'queue.pause' | 'queue.resume', rows: readonly QueueRow[]): Promise<void> {
  for (const scope of scopes(rows, name === 'queue.pause' ? 'pause' : 'resume')) await ask(name, { scope });
  refreshQueue();
}

export const pauseRows = (rows: readonly QueueRow[]): Promise<void> => each('queue.pause', rows);
export const resumeRows = (rows: readonly QueueRow[]): Promise<void> => each('queue.resume', rows);

export async function retryRows(rows: readonly QueueRow[]): Promise<void> {
  let units = 0;
  for (const scope of scopes(rows, 'retry')) units += (await ask('queue.retry', { scope }))?.units ?? 0;
  if (units > 1) toast(`${plural(units, 'upload')} will be tried again`);
  refreshQueue();
}

/** The first of them goes first, the others follow it in their order. */
export async function moveToTop(rows: readonly QueueRow[]): Promise<void> {
  const moved = scopes(rows, 'top').filter((scope) => scope.kind === 'batch' || scope.kind === 'unit');
  for (const scope of moved.toReversed()) {
    const answer = await call('queue.moveToTop', { scope });
    if (!answer.ok) {
      toast(answer.error.message, { tone: 'fail' });
      return;
    }
  }
  const only = rows.length === 1 ? rows[0] : undefined;
  if (moved.length > 0)
    toast(`${only ? nameOf(only) : plural(moved.length, 'row')} ${moved.length > 1 ? 'go' : 'goes'} first`);
  refreshQueue();
}

export async function setOrder(order: UnitOrder): Promise<void> {
  await ask('queue.setOrder', { order });
  await refreshSnapshot();
}

/** Pauses, or resumes where all of them are paused. */
export function togglePause(rows: readonly QueueRow[]): Promise<void> {
  return canAny(rows).pause ? pauseRows(rows) : resumeRows(rows);
}

/** Uploads that cancelling these rows would end, and how many of them may be in the dataset already. */
function unitsIn(rows: readonly QueueRow[]): { units: number; uncertain: number } {
  const batches = new Set(rows.filter((row) => row.kind === 'batch').map((row) => row.id));
  let units = 0;
  let doubted = 0;
  for (const row of rows) {
    if (!can(row).cancel) continue;
    if (row.kind === 'batch') {
      const { collecting, ready, failed, uncertain } = row.totals.units;
      units += collecting + ready + failed + uncertain;
      doubted += uncertain;
    } else if (row.kind !== 'unit') units += 1;
    else if (!batches.has(row.batchId)) {
      units += 1;
      if (row.state === 'uncertain') doubted += 1;
    }
  }
  return { units, uncertain: doubted };
}

/** What cancelling means where nobody knows whether the first registration arrived; empty where all is known. */
function doubtSentence(units: number, uncertain: number): string {
  if (uncertain === 0) return '';
  const which = units === 1 ? 'It' : uncertain === 1 ? 'One of them' : `${count(uncertain)} of them`;
  return ` ${which} may be in the dataset already, because Encord never answered: retrying or adding the same files later can make a second copy. Look into the dataset first, or check again.`;
}

/**
 * Cancels; asks first where that is more than one upload, or one in doubt. A note offers to take it back, unless that
 * could make a second copy.
 */
export async function cancelRows(rows: readonly QueueRow[]): Promise<void> {
  const { units: affected, uncertain } = unitsIn(rows);
  if (affected === 0) return;
  if (affected > 1 || uncertain > 0) {
    const sure = await confirm({
      title: `Cancel ${plural(affected, 'upload')}?`,
      body: `What is already in Encord stays there. Cancelled uploads stay in the list and can be retried.${doubtSentence(affected, uncertain)}`,
      action: `Cancel ${plural(affected, 'upload')}`,
      keep: 'Keep uploading',
      danger: true,
    });
    if (!sure) return;
  }
  const cancelled = scopes(rows, 'cancel');
  let units = 0;
  for (const scope of cancelled) units += (await ask('queue.cancel', { scope }))?.units ?? 0;
  refreshQueue();
  const only = rows.length === 1 ? rows[0] : undefined;
  const what = only && only.kind !== 'batch' ? nameOf(only) : plural(units, 'upload');
  toast(units === 0 ? 'Nothing was left to cancel' : `Cancelled ${what}`, {
    action:
      units === 0 || uncertain > 0
        ? null
        : {
            label: 'Undo',
            act: () => {
              void (async () => {
                for (const scope of cancelled) await ask('queue.retry', { scope });
                refreshQueue();
              })();
            },
          },
  });
}

export async function pauseAll(): Promise<void> {
  await ask('queue.pause', { scope: { kind: 'all' } });
}

export async function resumeAll(): Promise<void> {
  await ask('queue.resume', { scope: { kind: 'all' } });
}

export async function retryAll(): Promise<void> {
  const answer = await ask('queue.retry', { scope: { kind: 'all' } });
  if (answer) toast(`${plural(answer.units, 'upload')} will be tried again`);
  refreshQueue();
}

export async function cancelAll(open: number, uncertain: number): Promise<void> {
  const units = open + uncertain;
  const sure = await confirm({
    title: `Cancel everything that is not in Encord yet?`,
    body: `${plural(units, 'upload')} will stop. What is already in Encord stays there; cancelled uploads can be retried.${doubtSentence(units, uncertain)}`,
    action: `Cancel ${plural(units, 'upload')}`,
    keep: 'Keep uploading',
    danger: true,
  });
  if (!sure) return;
  const answer = await ask('queue.cancel', { scope: { kind: 'all' } });
  if (answer) toast(`Cancelled ${plural(answer.units, 'upload')}`);
  refreshQueue();
}

export async function clearFinished(batchId: number | null = null): Promise<void> {
  const answer = await ask('queue.clear', { batchId });
  if (answer)
    toast(
      answer.batches === 0
        ? 'Nothing is finished yet'
        : `Cleared ${plural(answer.batches, 'batch', 'batches')}`,
    );
  refreshQueue();
}

export async function checkAgain(unit: UnitRow): Promise<void> {
  await ask('queue.checkAgain', { unitId: unit.id });
  refreshQueue();
}

/** Explains what may happen, then registers once more. */
export async function registerAnyway(unit: UnitRow): Promise<void> {
  const sure = await confirm({
    title: `Register “${unit.title}” again?`,
    body: `The answer to its registration was lost, and Encord does not show it yet. If the first one did arrive, the dataset will hold these ${count(unit.itemCount)} frames twice. Look for it in the dataset first, or check again.`,
    action: 'Register anyway',
    danger: true,
  });
  if (!sure) return;
  await ask('queue.registerAnyway', { unitId: unit.id });
  refreshQueue();
}

/**
 * The last word of an upload: what became of each unit. Shapes are documented in README and stable, because checks
 * and scripts read them.
 */

import type { Store, UnitView } from '../adapters/sqlite/index.ts';
import type { Failure } from '../core/errors.ts';
import { type MediaId, type TurnedAway, UNIT_STATES, type UnitId } from '../core/model.ts';
import { EXIT } from './exit.ts';
import type { Troubles } from './run.ts';
import { bytesText, countText } from './words.ts';

/** `waiting` is what an interrupted run leaves to the next one. */
export type EndState = 'done' | 'failed' | 'refused' | 'skipped' | 'uncertain' | 'cancelled' | 'waiting';

export interface SummaryUnit {
  readonly title: string;
  readonly media: MediaId | null;
  readonly state: EndState;
  readonly path: string;
  /** True for what an earlier command or drop had queued or uploaded. */
  readonly earlier: boolean;
  readonly data_hash?: string;
  /** The storage item; a mirrored dataset's row is made of it by Encord itself. */
  readonly item_uuid?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Summary {
  readonly done: number;
  readonly failed: number;
  readonly refused: number;
  readonly skipped: number;
  readonly uncertain: number;
  readonly cancelled: number;
  /** Bytes of the units that are done now, without the skipped ones. */
  readonly bytes: number;
  readonly units: readonly SummaryUnit[];
}

export interface Watched {
  readonly batchId: number | null;
  readonly twins: readonly UnitId[];
  readonly turnedAway: readonly TurnedAway[];
}

/** @param troubles what stands in the way of the batches that could not be finished */
export function summarise(store: Store, watched: Watched, troubles: Troubles): Summary {
  const units: SummaryUnit[] = [];
  let bytes = 0;
  const add = (view: UnitView, earlier: boolean): void => {
    const unit = unitSummary(view, earlier, troubles.get(view.batchId) ?? null);
    if (unit.state === 'done') bytes += view.bytes;
    units.push(unit);
  };
  const addById = (id: UnitId, earlier: boolean): void => {
    const view = store.unitView(id);
    if (view) add(view, earlier);
  };
  if (watched.batchId !== null) {
    for (const id of store.unitsIn({ kind: 'batch', id: watched.batchId }, UNIT_STATES)) addById(id, false);
  }
  for (const id of watched.twins) addById(id, true);
  for (const each of watched.turnedAway) units.push(turnedAwaySummary(each));
  return counted(units, bytes);
}

/** @param bytes of the units that are done now */
export function counted(units: readonly SummaryUnit[], bytes: number): Summary {
  const count = (state: EndState): number => units.filter((unit) => unit.state === state).length;
  return {
    done: count('done'),
    failed: count('failed'),
    refused: count('refused'),
    skipped: count('skipped'),
    uncertain: count('uncertain'),
    cancelled: count('cancelled'),
    bytes,
    units,
  };
}

export function summaryExit(summary: Summary): number {
  if (summary.uncertain > 0) return EXIT.uncertain;
  return summary.failed + summary.refused > 0 ? EXIT.failed : EXIT.ok;
}

/** The summary in one sentence. */
export function summarySentence(summary: Summary, dataset: string): string {
  const parts = [
    [summary.done, 'uploaded'],
    [summary.skipped, 'already there'],
    [summary.refused, 'refused'],
    [summary.failed, 'failed'],
    [summary.uncertain, 'uncertain'],
    [summary.cancelled, 'cancelled'],
  ] as const;
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString('en')} ${word}`);
  const size = summary.bytes > 0 ? ` (${bytesText(summary.bytes)})` : '';
  return `${dataset}: ${said.join(', ') || countText(0, 'file', 'files')}${size}.`;
}

/** @param trouble what stands in the way of its batch */
export function unitSummary(view: UnitView, earlier: boolean, trouble: Failure | null): SummaryUnit {
  const state = endState(view, trouble);
  const failure = view.failure ?? (state === 'failed' ? trouble : null);
  return {
    title: view.title,
    media: view.media,
    state,
    path: view.path,
    earlier,
    ...(view.dataHash ? { data_hash: view.dataHash } : {}),
    ...(view.itemUuid ? { item_uuid: view.itemUuid } : {}),
    ...(failure && state !== 'done' ? { error: { code: failure.code, message: failure.message } } : {}),
  };
}

export function turnedAwaySummary(each: TurnedAway): SummaryUnit {
  return {
    title: each.title,
    media: each.media,
    state: each.kind,
    path: each.path,
    earlier: each.kind === 'skipped',
    ...(each.dataHash ? { data_hash: each.dataHash } : {}),
    error: { code: each.failure.code, message: each.failure.message },
  };
}

function endState(view: UnitView, trouble: Failure | null): EndState {
  switch (view.state) {
    case 'done':
    case 'failed':
    case 'uncertain':
    case 'cancelled':
      return view.state;
    case 'collecting':
    case 'ready':
    case 'registering':
    case 'processing':
    case 'linking':
      return trouble ? 'failed' : 'waiting';
  }
}

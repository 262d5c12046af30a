/**
 * What is on its way now, by file, unit and batch. Fed by `app.ts` from `progress` events, a few times a second; rows
 * read only their own entry, so that a tick redraws the rows that move and no other.
 */
import { create } from 'zustand';
import type { Events } from '../../preload/contract/events.ts';

export interface Moving {
  readonly sentBytes: number;
  /** Bytes a second. */
  readonly speed: number;
  readonly files: number;
}

interface TransferState {
  items: ReadonlyMap<number, Moving>;
  units: ReadonlyMap<number, Moving>;
  batches: ReadonlyMap<number, Moving>;
  sentBytes: number;
  /** Smoothed by main over seconds. */
  speed: number;
}

export const useTransfers = create<TransferState>()(() => ({
  items: new Map(),
  units: new Map(),
  batches: new Map(),
  sentBytes: 0,
  speed: 0,
}));

function add(map: Map<number, Moving>, id: number, sentBytes: number, speed: number): void {
  const known = map.get(id);
  map.set(id, {
    sentBytes: sentBytes + (known?.sentBytes ?? 0),
    speed: speed + (known?.speed ?? 0),
    files: 1 + (known?.files ?? 0),
  });
}

export function takeProgress({ transfers, speed }: Events['progress']): void {
  const items = new Map<number, Moving>();
  const units = new Map<number, Moving>();
  const batches = new Map<number, Moving>();
  let sentBytes = 0;
  for (const transfer of transfers) {
    add(items, transfer.itemId, transfer.sentBytes, transfer.speed);
    add(units, transfer.unitId, transfer.sentBytes, transfer.speed);
    add(batches, transfer.batchId, transfer.sentBytes, transfer.speed);
    sentBytes += transfer.sentBytes;
  }
  useTransfers.setState({ items, units, batches, sentBytes, speed });
}

/**
 * A thread that hashes shared buffers for `hash-workers.ts`, its only caller. Each lane is one algorithm over one
 * file: opened, given buffers in order, each of which it reports when it has read it, and ended by its digest or dropped.
 */

import { parentPort } from 'node:worker_threads';
import { type Algorithm, createDigest, type Digest } from './digests.ts';

export type HashOrder =
  | { readonly to: 'open'; readonly lane: number; readonly algorithm: Algorithm }
  | {
      readonly to: 'update';
      readonly lane: number;
      readonly memory: SharedArrayBuffer;
      readonly from: number;
      readonly length: number;
    }
  | { readonly to: 'end'; readonly lane: number }
  | { readonly to: 'drop'; readonly lane: number };

export type HashReport =
  | { readonly is: 'ready' }
  | { readonly is: 'read'; readonly lane: number }
  | { readonly is: 'digest'; readonly lane: number; readonly hex: string };

const lanes = new Map<number, Digest>();
const tell = (report: HashReport): void => parentPort?.postMessage(report);

parentPort?.on('message', (order: HashOrder) => {
  const { lane } = order;
  const digest = lanes.get(lane);
  switch (order.to) {
    case 'open':
      lanes.set(lane, createDigest(order.algorithm));
      return;
    case 'update':
      // A buffer of a dropped lane may hold other bytes by now; nobody waits for its hash.
      digest?.update(new Uint8Array(order.memory, order.from, order.length));
      tell({ is: 'read', lane });
      return;
    case 'end':
      if (digest) tell({ is: 'digest', lane, hex: digest.hex() });
      lanes.delete(lane);
      return;
    case 'drop':
      lanes.delete(lane);
      return;
  }
});
tell({ is: 'ready' });

/** Lists folders like the program's own thread, but hangs for ever at one named `stuck`. Used by `scan-thread.test.ts`. */

import { parentPort } from 'node:worker_threads';
import { type ListOrder, list } from '../../../../main/adapters/watch/listing.ts';

parentPort?.on('message', (order: ListOrder) => {
  if (order.folders.includes('stuck')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (order.folders.includes('broken')) throw new Error('broken');
  parentPort?.postMessage(list(order));
});

/**
 * The thread that lists folders for `scan-thread.ts`, its only caller: what hangs on a dead disk is this thread and
 * not the program.
 */

import { parentPort } from 'node:worker_threads';
import { type ListOrder, list } from './listing.ts';

parentPort?.on('message', (order: ListOrder) => {
  const answer = list(order);
  const memory = answer.listings.flatMap(({ sizes, mtimes }) => [
    sizes.buffer as ArrayBuffer,
    mtimes.buffer as ArrayBuffer,
  ]);
  parentPort?.postMessage(answer, memory);
});

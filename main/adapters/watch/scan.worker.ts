/**
 * The thread that lists folders for `scan-thread.ts`, its only caller: what hangs on a dead disk is this thread and
 * not the program.
 */

import { parentPort } from 'node:worker_threads';
import { type ListOrder, list, type SignOfLife } from './listing.ts';

/** Files, and milliseconds, after which it says that the disk still answers, whichever is first. */
const ALIVE_FILES = 1_000;
const ALIVE_MS = 1_000;

const ALIVE: SignOfLife = { alive: true };
let calls = 0;
let saidAt = 0;

function alive(): void {
  calls += 1;
  const now = performance.now();
  if (calls < ALIVE_FILES && now - saidAt < ALIVE_MS) return;
  calls = 0;
  saidAt = now;
  // Arrives though this thread does not rest before the whole order is done.
  parentPort?.postMessage(ALIVE);
}

parentPort?.on('message', (order: ListOrder) => {
  calls = 0;
  saidAt = performance.now();
  const answer = list(order, alive);
  const memory = answer.listings.flatMap(({ sizes, mtimes }) => [
    sizes.buffer as ArrayBuffer,
    mtimes.buffer as ArrayBuffer,
  ]);
  parentPort?.postMessage(answer, memory);
});

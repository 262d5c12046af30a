/**
 * Lists folders like the program's own thread, but hangs for ever at one named `stuck`, and breaks at one named `broken`. At
 * one named `slow` it works until there is a file `go` in the root, and gives a sign of life for each file `sign`, which it
 * removes. Used by `scan-thread.test.ts`.
 */

import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { type ListOrder, list } from '../../../../main/adapters/watch/listing.ts';

const never = new Int32Array(new SharedArrayBuffer(4));

parentPort?.on('message', (order: ListOrder) => {
  if (order.folders.includes('stuck')) Atomics.wait(never, 0, 0);
  if (order.folders.includes('broken')) throw new Error('broken');
  if (order.folders.includes('slow')) workSlowly(order.root);
  parentPort?.postMessage(list(order));
});

function workSlowly(root: string): void {
  while (!existsSync(join(root, 'go'))) {
    Atomics.wait(never, 0, 0, 2);
    if (!existsSync(join(root, 'sign'))) continue;
    unlinkSync(join(root, 'sign'));
    parentPort?.postMessage({ alive: true });
  }
}

/**
 * Browser mode with a queue that changes all the time, in a process of its own: every unit that waits is sent, stored
 * and registered in the database without a byte on the network. Started by `app.ts` with the account in the environment
 * and one JSON argument; prints `{"listening": URL}`, and begins to change things at the first line on its input.
 */

import { join } from 'node:path';
import { openProgram } from '../../main/compose.ts';
import type { Change } from '../../main/core/store-port.ts';
import { serveApp } from '../../main/web/server.ts';

/** A few at a time, as answers come in. */
const EVERY_MS = 20;

const { rate }: { rate: number } = JSON.parse(process.argv[2] ?? '');
const program = await openProgram({
  dataFolder: null,
  host: {
    host: 'browser',
    chooseFiles: null,
    openFolder: null,
    dropsArePaths: false,
    serverChooser: true,
    chooseSavePath: null,
  },
  env: process.env,
});
const served = await serveApp({
  app: program,
  pagesFolder: join(import.meta.dirname, '..', '..', 'dist', 'renderer'),
  port: 0,
});
console.log(JSON.stringify({ listening: served.url }));

const { store } = program.deps;
// Nothing is sent: the engine was not started.
program.queue.resume({ kind: 'all' });
const batch = store.batches(0, 1)[0]?.id ?? 0;
let [begun, made] = [0, 0];
const changing = setInterval(() => {
  if (begun === 0) return;
  const due = Math.floor(((performance.now() - begun) / 1000) * rate) - made;
  const changes: Change[] = [];
  // Four changes bring one unit from waiting to done.
  for (const { id, unitId } of store.dueItems(batch, Date.now(), Math.ceil(due / 4))) {
    const grant = { url: 'https://storage.example/', id: `g${id}`, objectKey: `o${id}`, echo: '{}' };
    const hash = id.toString(16).padStart(64, '0');
    changes.push(
      { kind: 'item', id, event: { on: 'granted', grant: { ...grant, grantedAt: 1 } } },
      { kind: 'item', id, event: { on: 'stored', sha256: hash } },
      { kind: 'unit', id: unitId, event: { on: 'intent', intent: { id: 'intent', at: 1 } } },
      {
        kind: 'unit',
        id: unitId,
        event: { on: 'registered', itemUuid: `i${id}`, dataHash: `d${id}`, linked: true, at: 2 },
      },
    );
  }
  made += changes.length;
  store.commit(changes);
  program.changed('queue');
}, EVERY_MS);

process.stdin.once('data', () => {
  begun = performance.now();
});
await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
clearInterval(changing);
console.log(JSON.stringify({ changes: made, seconds: (performance.now() - begun) / 1000 }));
process.stdin.destroy();
await served.close();
await program.close();

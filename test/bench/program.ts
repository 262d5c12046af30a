/**
 * The whole program in a process of its own, for one batch of a folder: from the drop to the last data row. Started by
 * `small.ts` with the account in the environment and one JSON argument (`ProgramSetup`); prints one line, `ProgramReport`.
 */

import { openProgram } from '../../main/compose.ts';
import type { RouteName } from '../../main/core/model.ts';

export interface ProgramSetup {
  readonly folder: string;
  /** How many files it has. */
  readonly files: number;
  readonly route: RouteName;
}

export interface ProgramReport {
  /** From the drop, with the looking at each file, until every unit was done. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** How often the end is looked for. */
const LOOK_EVERY_MS = 10;
const STUCK_MS = 60_000;

if (import.meta.main) {
  const { folder, files, route }: ProgramSetup = JSON.parse(process.argv[2] ?? '');
  const host = {
    host: 'browser',
    chooseFiles: null,
    openFolder: null,
    dropsArePaths: false,
    serverChooser: true,
    chooseSavePath: null,
  } as const;
  const program = await openProgram({ dataFolder: null, host, env: process.env });
  try {
    const account = { ...program.accounts.active(), routeChoice: route };
    const dataset = await program.datasets.create(account.id, {
      title: 'Bench',
      description: '',
      mirrored: true,
    });
    await program.start();

    const cpu = process.cpuUsage();
    const begun = performance.now();
    const review = program.reviews.start({ paths: [folder], as: 'auto', account, dropId: null });
    await program.reviews.setDataset(review, dataset.id, null);
    const { batchId } = await program.reviews.commit(review);
    if (batchId === null) throw new Error('No file was taken.');
    program.engine.wake();
    let [seen, seenAt] = [0, begun];
    for (;;) {
      const { units } = program.deps.store.totals({ kind: 'batch', id: batchId });
      if (units.done === files) break;
      if (units.failed + units.uncertain > 0) throw new Error('A file was not uploaded.');
      if (units.done > seen) [seen, seenAt] = [units.done, performance.now()];
      if (performance.now() - seenAt > STUCK_MS) throw new Error('Nothing moves any more.');
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    const report: ProgramReport = { seconds, cpuSeconds: (user + system) / 1e6, peakBytes };
    console.log(JSON.stringify(report));
  } finally {
    await program.close();
  }
}

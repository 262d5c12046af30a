/** The run of a folder whose root is there and cannot be looked through. */

import { expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { FolderRun, type FolderRunPorts } from '../../../main/core/watch/folder-run.ts';
import { DEFAULT_RULES, type WatchFolder } from '../../../main/core/watch/rules.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { LeapingClock } from '../../fixtures/leaping-clock.ts';

const folder: WatchFolder = {
  id: 1,
  ledger: 1,
  root: '/lab',
  accountId: 'account',
  datasetId: 'dataset',
  datasetTitle: 'Dataset',
  folderChoice: null,
  rules: { ...DEFAULT_RULES, find: { kind: 'poll', seconds: 10 } },
  existing: 'all',
  on: true,
  addedAt: 0,
  begun: true,
  mounted: false,
};

it('is suspended with the reason, tried again after a while and not at once, and goes on by itself', async () => {
  const clock = new LeapingClock();
  let scans = 0;
  let broken = true;
  const quietly = (): void => undefined;
  const ports = {
    disk: {
      root: async () => ({ kind: 'there', mounted: false, readOnly: false }),
      async *scan() {
        scans += 1;
        if (broken) throw new UploaderError('file-unreadable', 'The disk reports an error.');
        yield {
          folder: '',
          names: [],
          sizes: new Float64Array(),
          mtimes: new Float64Array(),
          inodes: [],
          problems: [],
        };
      },
    },
    store: { knownIn: () => new Map(), note: quietly, changedInQueue: () => [] },
    clock,
    log: { debug: quietly, info: quietly, warn: quietly, error: quietly },
    tools: { glob: () => () => false, path: () => () => false },
    changed: quietly,
  };
  const run = new FolderRun(folder, ports as unknown as FolderRunPorts);
  run.start();
  await eventually(() =>
    expect(run.state).toMatchObject({
      kind: 'suspended',
      failure: { message: 'The disk reports an error.' },
    }),
  );
  // Whatever wakes it meanwhile: only time lets it try again.
  run.reconsider();
  await new Promise((resolve) => setImmediate(resolve));
  expect(scans).toBe(1);
  clock.leap(5_000);
  await eventually(() => expect(scans).toBe(2));
  expect(run.state.kind).toBe('suspended');
  broken = false;
  clock.leap(5_000);
  await eventually(() => expect(run.state.kind).toBe('polling'));
  await run.stop();
});

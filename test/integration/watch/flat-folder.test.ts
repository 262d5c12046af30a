/** Many groups in one flat folder: what it costs to close them grows with the files, and not with files times groups. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import { HotFolder, SOON } from './hot-folder.ts';
import { Rig } from './rig.ts';

const GROUPS = 40;

let rig: Rig;
let hot: HotFolder;
/** How often a folder was listed by itself, all that is known of a folder was read, and the root was scanned. */
let listed: number;
let wholeFolders: number;
let scans: number;

beforeEach(async () => {
  listed = 0;
  wholeFolders = 0;
  scans = 0;
  rig = await Rig.open({
    around: {
      watch: (watch) => ({
        ...watch,
        disk: (root) => {
          const disk = watch.disk(root);
          return {
            ...disk,
            names(folder) {
              listed += 1;
              return disk.names(folder);
            },
            scan(...args) {
              scans += 1;
              return disk.scan(...args);
            },
          };
        },
      }),
      store: (store): Store => ({
        ...store,
        knownIn(ledger, folder, names) {
          if (names === undefined) wholeFolders += 1;
          return store.knownIn(ledger, folder, names);
        },
      }),
    },
  });
  hot = new HotFolder(rig);
});
afterEach(() => rig?.close());

it('groups that close together have their folder listed once, and what is known of it is not read for each', async () => {
  for (let well = 0; well < GROUPS; well += 1) for (const frame of [1, 2]) hot.put(`w${well}_${frame}.png`);
  await hot.watch({
    ...SOON,
    becomes: { kind: 'pattern', pattern: '{well}_{frame}.png', media: 'image-group' },
    groups: { close: { kind: 'quiet', seconds: 4 } },
  });
  await rig.untilRows(GROUPS);
  await hot.settled();
  expect((await rig.rows()).map(({ images }) => images?.length)).toEqual(Array(GROUPS).fill(2));
  // They close in a few rounds, as many as it takes to see all of them.
  expect(listed).toBeGreaterThan(0);
  expect(listed).toBeLessThan(GROUPS / 2);
  expect(wholeFolders).toBeLessThanOrEqual(scans);
});

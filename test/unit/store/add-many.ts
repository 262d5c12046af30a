/** Run by the tests as a process of its own: adds a small batch, then one of so many units, and says how far it is. */

import { createClock } from '../../../main/adapters/clock.ts';
import { openStore } from '../../../main/adapters/sqlite/index.ts';
import type { NewBatch, PlannedUnit } from '../../../main/core/model.ts';

const [folder = '', count = '0'] = process.argv.slice(2);
const batch: NewBatch = {
  accountId: 'lab',
  name: 'large',
  datasetId: 'dataset-1',
  datasetTitle: 'Cells',
  routeChoice: 'auto',
  folderChoice: null,
  addedAt: 500,
};

function* units(end: number): Generator<PlannedUnit> {
  for (let index = 0; index < end; index += 1) {
    const identity = { size: 10, mtimeMs: 1 };
    const name = `u${index}.png`;
    yield {
      media: 'image',
      title: name,
      items: [{ path: `/in/${name}`, name, identity, mime: 'image/png', sha256: null }],
    };
  }
}

const store = openStore(folder, { clock: createClock() });
store.addAccount({
  id: 'lab',
  name: 'Lab',
  kind: 'ssh',
  fingerprint: 'SHA256:lab',
  domain: 'https://api.encord.com',
  routeChoice: 'auto',
  fallbackNotice: null,
  datasetId: null,
  email: null,
  addedAt: 1,
  secretIn: 'keychain',
});
store.addBatch({ ...batch, name: 'before', datasetId: 'dataset-0' }, units(1), []);
await store.addLargeBatch(batch, units(Number(count)), [], {
  onProgress: (done) => process.stdout.write(`${done}\n`),
});
process.stdout.write('added\n');

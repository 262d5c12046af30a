/** Copies of what is on its way: what becomes of files that have to be read to be compared, and cannot be. */

import { expect, it } from 'vitest';
import { Copies } from '../../../main/app/watch/copies.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { Taken } from '../../../main/core/watch/intake.ts';
import { DEFAULT_RULES, type WatchFolder } from '../../../main/core/watch/rules.ts';

const never = new AbortController().signal;
const identity = { size: 5, mtimeMs: 1_000 };
const folder: WatchFolder = {
  id: 1,
  ledger: 1,
  root: '/lab',
  accountId: 'account',
  datasetId: 'dataset',
  datasetTitle: 'Dataset',
  folderChoice: null,
  rules: DEFAULT_RULES,
  existing: 'all',
  on: true,
  addedAt: 0,
  begun: true,
  mounted: false,
};
const unit = {
  key: 'a.png',
  group: null,
  files: [{ path: 'a.png', seen: { identity, inode: '1:2' }, captures: {} }],
};

const other = { path: '/lab/b.png', identity, inode: '1:3', sha256: 'beef' };
const onItsWay = { bySize: new Map([[identity.size, [other]]]) };

type Deps = ConstructorParameters<typeof Copies>[0];

function copies(sha256: () => Promise<string>, now = identity): Copies {
  return new Copies({ files: { identify: async () => now, sha256 } } as unknown as Deps);
}

const outcome = async (of: Copies): Promise<Taken | undefined> =>
  (await of.underway(folder, [unit], onItsWay, new Map(), never)).get('a.png');

it('a file that cannot be read is tried again later, not at once and for ever', async () => {
  const error = new UploaderError('file-unreadable', 'It cannot be read.');
  const unreadable = copies(() => Promise.reject(error));
  expect(await outcome(unreadable)).toEqual({ kind: 'later', error });
  const outcomes = new Map<string, Taken>();
  await unreadable.hashAll(folder, [unit], new Map(), outcomes, never);
  expect(outcomes.get('a.png')).toEqual({ kind: 'later', error });
});

it('a file that changed or went away is looked at again', async () => {
  const missing = new UploaderError('file-missing', 'It is gone.');
  expect(await outcome(copies(() => Promise.reject(missing)))).toEqual({ kind: 'changed' });
  expect(await outcome(copies(async () => 'cafe', { size: 6, mtimeMs: 2_000 }))).toEqual({ kind: 'changed' });
});

it('a file of the same content waits for the other, and one of another content does not', async () => {
  expect(await outcome(copies(async () => 'beef'))).toEqual({ kind: 'underway', path: '/lab/b.png' });
  expect(await outcome(copies(async () => 'cafe'))).toBeUndefined();
});

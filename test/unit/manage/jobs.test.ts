/** Long work: whatever happens between its start and its end, nothing is lost, and nothing is started twice. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallFailure } from '../../../main/core/encord-port.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { JobTask } from '../../../main/core/manage/jobs.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { cloudState, DATASET, failureOf, lost, offline, refused, World } from './jobs-world.ts';

let world: World;

beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

const reencode = (dataHashes: readonly string[]): JobTask => ({
  kind: 'reencode-rows',
  datasetId: DATASET,
  dataHashes,
});
const remove = (dataHashes: readonly string[]): JobTask => ({
  kind: 'delete-rows',
  datasetId: DATASET,
  dataHashes,
});
const register = (datasetId: string | null): JobTask => ({
  kind: 'cloud-register',
  datasetId,
  folderId: 'f',
  integrationId: 'n',
  file: JSON.stringify({
    videos: [{ objectUrl: 's3://b/1' }, { objectUrl: 's3://b/2' }],
    skip_duplicate_urls: true,
  }),
  fileName: 'list.csv',
  ignoreErrors: true,
});
const attach = (itemIds: readonly string[], duplicates: 'SKIP' | 'FAIL' | 'DUPLICATE' = 'SKIP'): JobTask => ({
  kind: 'attach-items',
  datasetId: DATASET,
  itemIds,
  folderIds: [],
  duplicates,
});
const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `item-${at}`);
/** Holds the calls of a name; what is returned lets them go, with what they meet. */
const holding = (name: string, when: () => boolean = () => true) => {
  const held: ((failure: CallFailure | null) => void)[] = [];
  world.meets = (call) => (call === name && when() ? new Promise((resolve) => held.push(resolve)) : null);
  return (failure: CallFailure | null) => {
    for (const go of held) go(failure);
  };
};
const never = (name: string) => {
  world.meets = (call) => (call === name ? new Promise(() => undefined) : null);
};

describe('what Encord does', () => {
  test('re-encoding is followed to its end: rows of other datasets and what is no video are left out, missing results fail', async () => {
    const [one = '', two = ''] = world.addRows(2);
    const [image = ''] = world.addRows(1, 'IMAGE');
    const id = world.start(reencode([one, 'foreign', two, image]));
    await world.until(id, 'following');
    expect(world.counts(id)).toEqual([2, 0, 2, 0]);
    world.reencoded = [one];
    await world.until(id, 'done');
    expect(world.counts(id)).toEqual([0, 1, 3, 0]);
    expect(world.failed(id).map(([title]) => title)).toEqual([
      'foreign',
      `Title of ${image}`,
      `Title of ${two}`,
    ]);
    expect(world.jobs.get(id)).toMatchObject({
      title: 'Re-encode 4 videos',
      sentence: '3 of 4 could not be re-encoded.',
      results: 4,
      errors: 3,
    });
    expect(world.times('reencode')).toBe(1);
  });

  test('with nothing to re-encode nothing is started', async () => {
    const id = world.start(reencode(['foreign']));
    await world.until(id, 'failed');
    expect(world.times('reencode')).toBe(0);
    expect(world.failed(id)).toHaveLength(1);
  });

  test.each([
    ['offline', 'offline'],
    ['signed out', 'unauthenticated'],
  ] as const)('%s at the start: it waits, over a restart too, and is started once', async (_name, code) => {
    const kind = code === 'offline' ? 'never-sent' : 'signed-out';
    world.meets = (call) => (call === 'register' ? failureOf(kind, code) : null);
    const id = world.start(register(DATASET));
    await eventually(() =>
      expect(world.jobs.get(id)).toMatchObject({ state: 'starting', failure: { code } }),
    );
    await world.restart();
    expect(world.jobs.get(id)).toMatchObject({ state: 'starting', failure: { code } });
    world.meets = () => null;
    world.cloud = cloudState({ done: 2 });
    await world.until(id, 'done');
    expect(world.counts(id)).toEqual([0, 2, 0, 0]);
  });

  test('a refusal ends it with the words of the server', async () => {
    world.meets = (call) => (call === 'register' ? refused() : null);
    const id = world.start(register(DATASET));
    await world.until(id, 'failed');
    expect(world.jobs.get(id)).toMatchObject({ sentence: 'It met forbidden.', counts: { failed: 2 } });
  });

  test('a lost answer to the start is not sent again: somebody has to look', async () => {
    world.meets = (call) => (call === 'register' ? lost() : null);
    const id = world.start(register(DATASET));
    await world.until(id, 'uncertain');
    expect(world.jobs.get(id).sentence).toMatch(
      /answer to the start was lost.*start it again only if it is not/s,
    );
    await world.restart();
    expect(world.times('register')).toBe(1);
    world.meets = () => null;
    const again = world.jobs.retry(id);
    await world.until(again, 'following');
    expect(world.times('register')).toBe(2);
  });

  test('ended by force while the start was under way: in doubt', async () => {
    const answer = holding('register');
    const id = world.start(register(DATASET));
    await eventually(() => expect(world.times('register')).toBe(1));
    expect(world.store.briefJob(id)?.state).toEqual({ at: 'starting', waiting: null });
    expect(() => world.jobs.cancel(id)).toThrow(/asked to begin/);
    const closing = world.restart({ killed: true });
    answer(lost());
    await closing;
    expect(world.jobs.get(id)).toMatchObject({ state: 'uncertain', failure: { code: 'uncertain' } });
    expect(world.jobs.get(id).sentence).toMatch(/program was ended before/);
    expect(world.times('register')).toBe(1);
  });

  test('polling goes on after a restart, and through all that keeps it from asking', async () => {
    const id = world.start(register(DATASET));
    await world.until(id, 'following');
    world.meets = (call) => (call === 'state' ? lost('server-error') : null);
    await eventually(() => {
      world.clock.leapToNext();
      return expect(world.times('state')).toBeGreaterThan(12);
    });
    expect(world.jobs.get(id)).toMatchObject({ state: 'following', failure: { code: 'server-error' } });
    expect(world.jobs.get(id).notBefore).not.toBeNull();
    await world.restart();
    expect(world.jobs.get(id)).toMatchObject({ state: 'following', failure: { code: 'server-error' } });
    world.meets = () => null;
    world.cloud = cloudState({ status: 'pending', pending: 1, done: 1 });
    await eventually(() => {
      world.clock.leapToNext();
      return expect(world.jobs.get(id).sentence).toBe('Encord has done 1 of 2.');
    });
    expect(world.jobs.get(id).failure).toBeNull();
    world.cloud = cloudState({ done: 2, made: [{ title: 'v', dataHash: 'h', itemUuid: null }] });
    await world.until(id, 'done');
    expect(world.jobs.results({ jobId: id, only: 'all', offset: 0, limit: 9 }).rows).toMatchObject([
      { ok: true, title: 'v', dataHash: 'h' },
    ]);
    expect(world.times('register')).toBe(1);
    expect(world.rowsTold).toBeGreaterThan(0);
  });

  test('a job that Encord forgot is in doubt, and so is one whose account was signed out', async () => {
    const id = world.start(register(DATASET));
    await world.until(id, 'following');
    world.meets = (call) => (call === 'state' ? refused('not-found') : null);
    await world.until(id, 'uncertain');
    expect(world.jobs.get(id).failure?.code).toBe('job-lost');
    // Of one that it does not let this account ask about any more nothing will ever be heard.
    world.meets = () => null;
    const barred = world.start(register(DATASET));
    await world.until(barred, 'following');
    world.meets = (call) => (call === 'state' ? refused() : null);
    await world.until(barred, 'uncertain');
    world.meets = () => null;
    const other = world.start(register(DATASET));
    await world.until(other, 'following');
    world.signedOut = new UploaderError('account-unknown', 'Gone.');
    await world.until(other, 'uncertain');
  });

  test('what failed is shown, and comes into a file of its own', async () => {
    const urls = ['s3://b/2'];
    const unitErrors = [{ urls, message: 'No such object.', action: 'Check it.', subtask: 'sub' }];
    world.cloud = cloudState({ done: 1, failed: 1, unitErrors });
    const id = world.start(register(DATASET));
    await world.until(id, 'done');
    expect(world.jobs.get(id)).toMatchObject({
      title: 'Register 2 entries of list.csv',
      sentence: '1 of 2 could not be registered.',
      failedFile: true,
    });
    const { rows } = world.jobs.results({ jobId: id, only: 'failed', offset: 0, limit: 9 });
    expect(rows).toMatchObject([{ urls, message: 'No such object.', action: 'Check it.', subtask: 'sub' }]);
    expect(await world.jobs.saveFailed(id)).toMatchObject({ name: 'list - failed.json' });
    expect(() => world.jobs.retry(id)).toThrow(/Save the file/);
  });

  test('cancelling where Encord has a way: what is done stays', async () => {
    never('state');
    const id = world.start(register(null));
    await eventually(() => expect(world.times('state')).toBe(1));
    expect(world.jobs.get(id).cancelProblem).toBeNull();
    world.meets = () => null;
    world.jobs.cancel(id);
    await world.until(id, 'cancelled');
    expect(world.times('cancel')).toBe(1);
    expect(world.counts(id)).toEqual([0, 1, 0, 1]);
  });

  test('a wish to cancel is kept over a restart, and where Encord has no way it is said', async () => {
    never('state');
    const id = world.start(register(null));
    const other = world.start(register(DATASET));
    await eventually(() => expect(world.times('state')).toBe(2));
    expect(world.jobs.get(other).cancelProblem).toMatch(/no way to cancel/);
    expect(() => world.jobs.cancel(other)).toThrow(/no way to cancel/);
    world.meets = (call) => (call === 'cancel' ? offline() : null);
    world.jobs.cancel(id);
    await eventually(() =>
      expect(world.jobs.get(id)).toMatchObject({ cancelling: true, failure: { code: 'offline' } }),
    );
    await world.restart();
    world.meets = () => null;
    await world.until(id, 'cancelled');
  });

  test('cancelling that is refused is said, and the job is followed to its end all the same', async () => {
    never('state');
    const id = world.start(register(null));
    await eventually(() => expect(world.times('state')).toBe(1));
    world.meets = (call) => (call === 'cancel' ? refused() : null);
    world.jobs.cancel(id);
    await eventually(() =>
      expect(world.jobs.get(id)).toMatchObject({
        cancelling: false,
        sentence: expect.stringMatching(/It goes on there\. It met forbidden/),
      }),
    );
    world.cloud = cloudState({ done: 2 });
    await world.until(id, 'done');
    expect(world.times('cancel')).toBe(1);
  });

  test.each(['register', 'attach'] as const)(
    'an answer to %s that cannot be kept is no reason to do it again',
    async (call) => {
      const { store } = world;
      const keep = store.setJobState.bind(store);
      let full = false;
      store.setJobState = (id, state, results) => {
        if (world.times(call) > 0 && !full) {
          full = true;
          throw new UploaderError('disk-full', 'No space.');
        }
        keep(id, state, results);
      };
      const id = world.start(call === 'register' ? register(DATASET) : attach(ids(2), 'DUPLICATE'));
      await eventually(() => expect(full).toBe(true));
      await world.until(id, 'uncertain');
      expect(world.times(call)).toBe(1);
      const fields = { job: id, code: 'disk-full', reason: 'No space.' };
      expect(world.errors).toEqual([['A job met an error that was not foreseen.', fields]]);
    },
  );

  test('retrying twice does it once, until that has ended', async () => {
    world.meets = (call) => (call === 'register' ? refused() : null);
    const id = world.start(register(DATASET));
    await world.until(id, 'failed');
    never('state');
    const again = world.jobs.retry(id);
    expect(world.jobs.retry(id)).toBe(again);
    await world.until(again, 'following');
    expect(world.jobs.retry(id)).toBe(again);
    expect(world.times('register')).toBe(2);
  });

  test('what was not started yet is cancelled at once', async () => {
    world.meets = (call) => (call === 'register' ? offline() : null);
    const id = world.start(register(DATASET));
    await eventually(() => expect(world.jobs.get(id).failure?.code).toBe('offline'));
    world.meets = () => null;
    world.jobs.cancel(id);
    await eventually(() => expect(world.jobs.get(id).state).toBe('cancelled'));
    expect(world.times('register')).toBe(1);
  });
});

describe('what the program does', () => {
  test('deleting looks before and afterwards: what is of another dataset, or stays, has failed', async () => {
    const hashes = world.addRows(1_100);
    const [stubborn = ''] = hashes;
    world.stubborn.add(stubborn);
    const id = world.start(remove([...hashes, 'foreign']));
    await world.until(id, 'done');
    expect(world.counts(id)).toEqual([0, 1_099, 2, 0]);
    expect(world.failed(id)).toEqual([
      [`Title of ${stubborn}`, expect.stringContaining('still there')],
      ['foreign', expect.stringContaining('not in the dataset')],
    ]);
    expect([...world.rows.keys()]).toEqual([stubborn]);
    world.stubborn.clear();
    const again = world.jobs.retry(id);
    await world.until(again, 'done');
    expect(world.counts(again)).toEqual([0, 1, 1, 0]);
  });

  test('killed after a chunk was deleted and before that was kept: what is gone counts as deleted', async () => {
    const hashes = world.addRows(700);
    const answer = holding('rowsByHash', () => world.rows.size < 700);
    const id = world.start(remove(hashes));
    await eventually(() => expect(world.rows.size).toBe(200));
    const closing = world.restart({ killed: true });
    answer(lost());
    await closing;
    world.meets = () => null;
    await world.until(id, 'done');
    expect(world.counts(id)).toEqual([0, 700, 0, 0]);
  });

  test('offline is no failure, a refusal is; what was not come to can be done again', async () => {
    const hashes = world.addRows(600);
    let online = false;
    world.meets = (call) => {
      if (call !== 'remove') return null;
      if (!online) return offline();
      return world.rows.size === 100 ? refused() : null;
    };
    const id = world.start(remove(hashes));
    await eventually(() =>
      expect(world.jobs.get(id)).toMatchObject({ state: 'working', failure: { code: 'offline' } }),
    );
    online = true;
    await world.until(id, 'failed');
    expect(world.jobs.get(id).sentence).toBe('500 of 600 deleted before it stopped. It met forbidden.');
    world.meets = () => null;
    const again = world.jobs.retry(id);
    await world.until(again, 'done');
    expect(world.counts(again)).toEqual([0, 100, 0, 0]);
  });

  test('cancelled between two steps: what is done stays, the rest can be done again', async () => {
    const hashes = world.addRows(1_000);
    const answer = holding('remove');
    const id = world.start(remove(hashes));
    await eventually(() => expect(world.times('remove')).toBe(1));
    world.jobs.cancel(id);
    expect(world.jobs.get(id)).toMatchObject({ state: 'working', cancelling: true });
    answer(null);
    await world.until(id, 'cancelled');
    expect(world.counts(id)).toEqual([0, 500, 0, 500]);
    world.meets = () => null;
    const again = world.jobs.retry(id);
    await world.until(again, 'done');
    expect(world.rows.size).toBe(0);
  });

  test('what was cancelled stays so, though the program is closed before its step has ended', async () => {
    const hashes = world.addRows(1_000);
    const answer = holding('remove');
    const id = world.start(remove(hashes));
    await eventually(() => expect(world.times('remove')).toBe(1));
    world.meets = () => null;
    world.jobs.cancel(id);
    const closing = world.restart();
    answer(lost('cancelled'));
    await closing;
    expect(world.jobs.get(id).state).toBe('cancelled');
    expect(world.rows.size).toBe(1_000);
  });

  test('what waits behind other work is cancelled without its turn', async () => {
    const answer = holding('remove');
    const busy = world.addRows(3).map((hash) => world.start(remove([hash])));
    await eventually(() => expect(world.times('remove')).toBe(3));
    world.meets = () => null;
    const id = world.start(attach(ids(2)));
    world.jobs.cancel(id);
    expect(world.jobs.get(id)).toMatchObject({ state: 'cancelled', cancelling: false });
    answer(null);
    for (const each of busy) await world.until(each, 'done');
    expect(world.times('attach')).toBe(0);
  });

  test('metadata: a merge keeps other keys, and a row that is gone fails alone', async () => {
    const [one = '', two = ''] = world.addRows(2);
    const before = world.rows.get(one);
    if (before) world.rows.set(one, { ...before, clientMetadata: '{"a":1,"b":1}' });
    world.meets = (call) => (call === `setMetadata ${two}` ? refused('bad-request') : null);
    const change = (dataHash: string) => ({
      row: { dataHash, itemUuid: null },
      title: dataHash,
      json: '{"b":2}',
    });
    const changes = [one, two, 'gone'].map(change);
    const id = world.start({ kind: 'set-metadata', datasetId: DATASET, changes, mode: 'merge' });
    await world.until(id, 'done');
    expect(world.rows.get(one)?.clientMetadata).toBe('{"a":1,"b":2}');
    expect(world.failed(id)).toEqual([
      [two, 'It met bad-request.'],
      ['gone', 'This row is not in the dataset (any more).'],
    ]);
    world.meets = () => null;
    const again = world.jobs.retry(id);
    await world.until(again, 'done');
    expect(world.counts(again)).toEqual([0, 1, 1, 0]);
  });

  test('what folders hold becomes part of the job before anything is attached', async () => {
    world.items = ids(700);
    const task: JobTask = { ...attach(['item-0', 'alone']), folderIds: ['f'] } as JobTask;
    world.meets = (call) => (call === 'attach' ? offline() : null);
    const id = world.start(task);
    expect(world.jobs.get(id).title).toBe('Attach 2 items and all items of 1 folder');
    await eventually(() => expect(world.jobs.get(id).failure?.code).toBe('offline'));
    world.items = [];
    await world.restart();
    expect(world.jobs.get(id).title).toBe('Attach 701 items');
    world.meets = () => null;
    await world.until(id, 'done');
    expect(world.counts(id)).toEqual([0, 701, 0, 0]);
    expect(world.times('items')).toBe(1);
  });

  test('attaching that stops says how much was attached before', async () => {
    let calls = 0;
    world.meets = (call) => (call === 'attach' && ++calls === 2 ? refused('already-exists') : null);
    const id = world.start(attach(ids(700), 'FAIL'));
    await world.until(id, 'failed');
    expect(world.jobs.get(id).sentence).toBe('500 of 700 attached before it stopped. It met already-exists.');
  });

  test('what would make doubles is not done again: a lost answer is in doubt, and the rest can be attached', async () => {
    let calls = 0;
    world.meets = (call) => (call === 'attach' && ++calls === 2 ? lost() : null);
    const id = world.start(attach(ids(700), 'DUPLICATE'));
    await world.until(id, 'uncertain');
    expect(world.times('attach')).toBe(2);
    const again = world.jobs.retry(id);
    await world.until(again, 'done');
    expect(world.counts(again)).toEqual([0, 200, 0, 0]);
  });

  test.each([
    ['SKIP', 'done'],
    ['DUPLICATE', 'uncertain'],
  ] as const)('killed while items were attached with %s: %s', async (duplicates, end) => {
    const answer = holding('attach');
    const id = world.start(attach(ids(3), duplicates));
    await eventually(() => expect(world.times('attach')).toBe(1));
    const closing = world.restart({ killed: true });
    answer(lost());
    await closing;
    world.meets = () => null;
    await world.until(id, end);
  });

  test('downloads: names are made once for all, a fresh address is asked for once, a full disk stops the job', async () => {
    const asked: string[] = [];
    world.downloads = ({ url, name }) => {
      asked.push(name);
      const error = new UploaderError('url-expired', 'Expired.');
      return name === 'b' && url.endsWith('?n=2')
        ? { kind: 'expired', error }
        : { kind: 'saved', name, bytes: 1, checked: true };
    };
    const rows = ['a', 'b', 'A', 'c', 'd'].map((title, at) => ({ dataHash: `h${at}`, title }));
    const id = world.start({ kind: 'download-rows', datasetId: DATASET, rows, into: '/out' });
    await world.until(id, 'done');
    expect(world.counts(id)).toEqual([0, 5, 0, 0]);
    expect([...new Set(asked)].sort()).toEqual(['A (2)', 'a', 'b', 'c', 'd']);
    expect(world.jobs.get(id)).toMatchObject({ folder: '/out', sentence: 'All 5 are downloaded.' });

    world.downloads = () => ({ kind: 'disk', error: new UploaderError('disk-full', 'No space.') });
    const full = world.start({ kind: 'download-rows', datasetId: DATASET, rows, into: '/out' });
    await world.until(full, 'failed');
    world.downloads = ({ name }) => ({ kind: 'present', name, bytes: 1, checked: true });
    const again = world.jobs.retry(full);
    await world.until(again, 'done');
    expect(world.counts(again)).toEqual([0, 5, 0, 0]);
  });

  test('a download can be broken off in the middle of a file', async () => {
    world.downloads = ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }), { once: true });
      });
    const rows = [{ dataHash: 'h', title: 'a' }];
    const id = world.start({ kind: 'download-rows', datasetId: DATASET, rows, into: '/out' });
    await eventually(() => expect(world.times('row')).toBe(1));
    world.jobs.cancel(id);
    await eventually(() => expect(world.jobs.get(id).state).toBe('cancelled'));
  });

  test.each(['hash-mismatch', 'server-error'] as const)(
    'a file that meets %s again and again fails alone',
    async (code) => {
      const error = new UploaderError(code, 'Damaged.');
      world.downloads = ({ name }) =>
        name === 'bad'
          ? { kind: 'transient', error, retryAfterMs: null }
          : { kind: 'saved', name, bytes: 1, checked: true };
      const rows = ['good', 'bad'].map((title) => ({ dataHash: title, title }));
      const id = world.start({ kind: 'download-rows', datasetId: DATASET, rows, into: '/out' });
      await world.until(id, 'done');
      expect(world.failed(id)).toEqual([['bad', 'Damaged.']]);
    },
  );
});

test('jobs are listed, and only ended ones taken off the list', async () => {
  const hashes = world.addRows(1);
  const ended = world.start(remove(hashes));
  await world.until(ended, 'done');
  const open = world.start(register(DATASET));
  await world.until(open, 'following');
  const list = world.jobs.list({ which: 'all', datasetId: null, offset: 0, limit: 10 });
  expect(list).toMatchObject({
    total: 2,
    open: 1,
    rows: [{ jobId: open }, { jobId: ended, sentence: 'Done: it is deleted.', accountName: 'Account lab' }],
  });
  expect(world.jobs.clear(null)).toBe(1);
  expect(() => world.jobs.get(ended)).toThrow(/no such job/);
  expect(() => world.jobs.retry(open)).toThrow(/not ended/);
});

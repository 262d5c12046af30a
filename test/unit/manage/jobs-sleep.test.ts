/** Long work over a sleep of the machine: what can be asked for again is, what cannot is left to end, and none counts. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallFailure } from '../../../main/core/encord-port.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { JobTask } from '../../../main/core/manage/jobs.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { DATASET, World } from './jobs-world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

const cancelled: CallFailure = { kind: 'lost', error: new UploaderError('cancelled', 'Broken off.') };
const remove = (dataHashes: readonly string[]): JobTask => ({
  kind: 'delete-rows',
  datasetId: DATASET,
  dataHashes,
});
const register: JobTask = {
  kind: 'cloud-register',
  datasetId: DATASET,
  folderId: 'f',
  integrationId: 'n',
  file: JSON.stringify({ videos: [{ objectUrl: 's3://b/1' }], skip_duplicate_urls: true }),
  fileName: null,
  ignoreErrors: true,
};

/** Holds the calls of a name; what is returned lets them go, with what they meet. */
function holding(name: string) {
  const held: ((failure: CallFailure | null) => void)[] = [];
  world.meets = (call) => (call === name ? new Promise((resolve) => held.push(resolve)) : null);
  return (failure: CallFailure | null) => {
    world.meets = () => null;
    for (const go of held) go(failure);
  };
}

test('a step under way is done again afterwards, and what is added meanwhile waits', async () => {
  const answer = holding('remove');
  const hashes = world.addRows(2);
  const id = world.start(remove(hashes));
  await eventually(() => expect(world.times('remove')).toBe(1));
  const held = world.jobs.hold();
  answer(cancelled);
  await held;
  expect(world.jobs.get(id)).toMatchObject({ state: 'working', failure: null });
  const calls = world.calls.length;
  const other = world.start(register);
  world.jobs.tryNow();
  world.clock.leap(60_000);
  expect(world.calls).toHaveLength(calls);
  world.jobs.release();
  await world.until(id, 'done');
  await world.until(other, 'following');
  expect([world.counts(id), world.rows.size, world.times('register')]).toEqual([[0, 2, 0, 0], 0, 1]);
});

test('a poll is broken off without being counted, and asked again', async () => {
  const id = world.start(register);
  await world.until(id, 'following');
  const answer = holding('state');
  await eventually(() => {
    world.clock.leapToNext();
    expect(world.calls.at(-1)).toBe('state');
  });
  const held = world.jobs.hold();
  answer(cancelled);
  await held;
  expect(world.store.briefJob(id)?.state).toMatchObject({ at: 'following', attempts: 0, failure: null });
  world.jobs.release();
  const polls = world.times('state');
  await eventually(() => expect(world.times('state')).toBeGreaterThan(polls));
});

test.each([
  { kind: 'wait', code: 'rate-limited' },
  { kind: 'lost', code: 'server-error' },
] as const)(
  'what Encord told to wait by $code waits on, over a sleep too; what only failed is tried at once',
  async ({ kind, code }) => {
    const asked: CallFailure = { kind, error: new UploaderError(code, 'Wait.'), retryAfterMs: 240_000 };
    const away: CallFailure = {
      kind: 'never-sent',
      error: new UploaderError('connection-lost', 'No network.'),
    };
    world.meets = (call) => (call === 'state' ? asked : call === 'remove' ? away : null);
    const waiting = world.start(register);
    await eventually(() => {
      expect(world.store.briefJob(waiting)?.state).toMatchObject({ failure: { code } });
    });
    const failed = world.start(remove(world.addRows(2)));
    await eventually(() => {
      expect(world.store.briefJob(failed)?.state).toMatchObject({ failure: { code: 'connection-lost' } });
    });
    world.meets = () => null;
    const polls = world.times('state');
    world.jobs.tryNow();
    await eventually(() => expect(world.jobs.get(failed).state).toBe('done'));
    await world.jobs.hold();
    world.jobs.release();
    world.clock.leap(200_000);
    expect(world.times('state')).toBe(polls);
    // The machine sleeps for the rest of it, of which its timers know nothing.
    await world.jobs.hold();
    world.clock.sleep(60_000);
    world.jobs.release();
    await eventually(() => expect(world.times('state')).toBeGreaterThan(polls));
  },
);

test('a shorter wait that Encord asked for is no reason to wait longer where somebody wants it tried', async () => {
  const asked: CallFailure = {
    kind: 'lost',
    error: new UploaderError('server-error', 'Wait.'),
    retryAfterMs: 10_000,
  };
  world.meets = (call) => (call === 'state' ? asked : null);
  const id = world.start(register);
  // Its own waits have grown by now.
  await eventually(() => {
    const state = world.store.briefJob(id)?.state;
    if (state?.at === 'following' && state.attempts === 6) return;
    world.clock.leapToNext();
    throw new Error('They are short.');
  });
  world.meets = () => null;
  const polls = world.times('state');
  world.jobs.tryNow();
  world.clock.leap(9_000);
  expect(world.times('state')).toBe(polls);
  world.clock.leap(2_000);
  await eventually(() => expect(world.times('state')).toBe(polls + 1));
});

test('what must not be started twice is not broken off: its answer counts when it comes', async () => {
  const answer = holding('register');
  const id = world.start(register);
  await eventually(() => expect(world.times('register')).toBe(1));
  const held = world.jobs.hold();
  // The machine does not wait for ever.
  world.clock.leap(5_000);
  await held;
  expect(world.store.briefJob(id)?.state).toEqual({ at: 'starting', waiting: null });
  world.jobs.release();
  answer(null);
  await world.until(id, 'following');
  expect(world.times('register')).toBe(1);
});

test('a store that cannot be read at the resume is tried again, and said once', async () => {
  const id = world.start(remove(world.addRows(2)));
  await world.jobs.hold();
  const trouble = vi.spyOn(world.store, 'briefJob').mockImplementation(() => {
    throw new UploaderError('data-folder-unusable', 'The database cannot be read.');
  });
  world.jobs.release();
  world.clock.leap(60_000);
  world.jobs.tryNow();
  expect(world.warnings).toEqual([
    ['The jobs could not be read.', { code: 'data-folder-unusable', reason: 'The database cannot be read.' }],
  ]);
  trouble.mockRestore();
  world.clock.leap(5_000);
  await world.until(id, 'done');
});

test('what waits after a failure is tried when the store can be read again after the resume', async () => {
  world.meets = (call) =>
    call === 'remove' ? { kind: 'lost', error: new UploaderError('refused', 'No.') } : null;
  const id = world.start(remove(world.addRows(1)));
  await eventually(() => {
    if (world.times('remove') < 10) world.clock.leap(60_000);
    // Much longer than the store is left alone.
    expect(Number(world.jobs.get(id).notBefore)).toBeGreaterThan(world.clock.now() + 30_000);
  });
  await world.jobs.hold();
  const tried = world.times('remove');
  world.meets = () => null;
  const trouble = vi.spyOn(world.store, 'briefJob').mockImplementation(() => {
    throw new UploaderError('data-folder-unusable', 'The database cannot be read.');
  });
  world.jobs.release();
  trouble.mockRestore();
  world.clock.leap(5_000);
  // `until` would leap over the job's own wait.
  await eventually(() => expect(world.jobs.get(id)).toMatchObject({ state: 'done' }));
  expect(world.times('remove')).toBe(tried + 1);
});

/** Uploads that can be resumed: their address is on disk before the first byte, and no longer than it is of use. */

import { afterEach, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { PutOutcome, PutRequest } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { World } from './world.ts';

const worlds: World[] = [];

function world(): World {
  const made = new World('storage');
  worlds.push(made);
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const reset: PutOutcome = {
  kind: 'transient',
  error: new UploaderError('connection-lost', 'The connection broke.'),
  retryAfterMs: null,
};
const stored = (request: PutRequest): PutOutcome => ({
  kind: 'stored',
  bytes: request.identity.size,
  sha256: 'a'.repeat(64),
});

/** The session of the only item, as it is on disk. */
function onDisk(w: World): string | null | undefined {
  const [id] = w.store.unitsIn({ kind: 'all' }, ['collecting', 'ready', 'done']);
  const [item] = id === undefined ? [] : w.store.itemsOf(id);
  return item?.state.at === 'granted' ? item.state.session : undefined;
}

/** Until it is aborted. */
function broken(request: PutRequest): Promise<PutOutcome> {
  return new Promise((resolve) =>
    request.signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }), { once: true }),
  );
}

it('is on disk when the sender goes on, and is used after a restart, however old its grant has become', async () => {
  const w = world();
  const seen: (string | null | undefined)[] = [];
  w.holds = async (request) => {
    await request.onSession?.('session-1');
    seen.push(onDisk(w));
    return broken(request);
  };
  w.add('video', 'film');
  await eventually(() => expect(seen).toEqual(['session-1']));

  const resumed: PutRequest[] = [];
  w.holds = async (request) => {
    resumed.push(request);
    return stored(request);
  };
  const grants = w.calls.filter((call) => call === 'grant').length;
  w.ahead.now += 3_600_000;
  await w.restart();
  await eventually(() => expect(resumed).toHaveLength(1));
  expect(resumed[0]?.session).toBe('session-1');
  expect(w.calls.filter((call) => call === 'grant')).toHaveLength(grants);
});

it('outlives a break of the line and a pause', async () => {
  const w = world();
  const sessions: (string | null | undefined)[] = [];
  let tries = 0;
  w.holds = async (request) => {
    tries += 1;
    sessions.push(request.session);
    if (tries === 1) {
      await request.onSession?.('session-1');
      return reset;
    }
    if (tries === 2) return broken(request);
    w.stored.add(request.url);
    return stored(request);
  };
  const batch = w.add('video', 'film');
  await eventually(() => expect(tries).toBe(2));
  w.store.setPaused({ kind: 'batch', id: batch }, true);
  w.engine.reconsider();
  await eventually(() => expect(w.engine.transfers()).toHaveLength(0));
  w.store.setPaused({ kind: 'batch', id: batch }, false);
  w.engine.reconsider();
  await eventually(() => expect(w.state('film')).toBe('done'));
  expect(sessions).toEqual([null, 'session-1', 'session-1']);
});

it('is forgotten when the sender says that it is of no more use, and with its grant', async () => {
  const w = world();
  const sessions: (string | null | undefined)[] = [];
  w.holds = async (request) => {
    sessions.push(request.session);
    switch (sessions.length) {
      case 1:
        await request.onSession?.('session-1');
        return reset;
      case 2:
        await request.onSession?.(null);
        return reset;
      case 3:
        await request.onSession?.('session-2');
        return { kind: 'expired', error: new UploaderError('url-expired', 'The address grew old.') };
      default:
        w.stored.add(request.url);
        return stored(request);
    }
  };
  w.add('video', 'film');
  await eventually(() => expect(w.state('film')).toBe('done'));
  expect(sessions).toEqual([null, 'session-1', null, null]);
});

it('that cannot be written down does not stop the upload', async () => {
  const w = world();
  w.commits = (changes) => {
    if (changes.some((change) => change.kind === 'item' && change.event.on === 'session')) {
      throw new UploaderError('disk-full', 'No space is left.');
    }
  };
  w.holds = async (request) => {
    await request.onSession?.('session-1');
    w.stored.add(request.url);
    return stored(request);
  };
  w.add('video', 'film');
  await eventually(() => expect(w.calls).toContain('put'));
  // The store is left alone for ten seconds after it failed.
  await eventually(() => {
    w.ahead.monotonic += 5_000;
    w.engine.wake();
    expect(w.state('film')).toBe('done');
  });
});

it('tells of bytes that were there before without counting them as sent', async () => {
  const w = world();
  let reported = 0;
  w.sent = (bytes) => {
    reported += bytes;
  };
  let tries = 0;
  w.holds = async (request) => {
    tries += 1;
    if (tries === 1) {
      await request.onSession?.('session-1');
      return reset;
    }
    request.onProgress(8);
    expect(w.engine.transfers()[0]).toMatchObject({ sentBytes: 8, resumedBytes: 8 });
    request.onProgress(10);
    w.stored.add(request.url);
    return stored(request);
  };
  w.add('video', 'film');
  await eventually(() => expect(w.state('film')).toBe('done'));
  expect(reported).toBe(2);
});

it.each([
  [true, 'It goes on with what the storage does not have yet.'],
  [false, 'It is sent again from its first byte.'],
])('of a large file it is said where the next try begins (resumable: %s)', async (resumable, sentence) => {
  const w = world();
  w.holds = async (request) => {
    if (resumable) await request.onSession?.('session-1');
    return reset;
  };
  const identity = { size: 50_000_000, mtimeMs: 1 };
  const item = { path: '/film', name: 'film', identity, mime: 'video/mp4', sha256: null };
  w.addUnits([{ media: 'video', title: 'film', items: [item] }]);
  await eventually(() => {
    const [id] = w.store.unitsIn({ kind: 'all' }, ['collecting']);
    const state = id === undefined ? undefined : w.store.itemsOf(id)[0]?.state;
    expect(state && 'failure' in state ? state.failure?.message : '').toBe(
      `The connection broke. ${sentence}`,
    );
  });
});

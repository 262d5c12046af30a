/** On macOS an update is ready when Squirrel has verified it, and not before; on pretended updaters. */

import { EventEmitter } from 'node:events';
import type { AppUpdater } from 'electron-updater';
import electronUpdater from 'electron-updater';
import { expect, test, vi } from 'vitest';
import { updateSentence, wrapUpdater } from '../../../main/electron/update-feed.ts';

/** A Mac on which the bytes of an update are handed to Squirrel when `handOver` is called. */
function mac({ atQuit = true } = {}) {
  const squirrel = new EventEmitter();
  // As electron-updater has it: without a listener an error would be thrown.
  squirrel.on('error', () => undefined);
  const handed = Promise.withResolvers<string[]>();
  const inner = Object.assign(new EventEmitter(), { downloadUpdate: () => handed.promise });
  const makeToken = () => new electronUpdater.CancellationToken();
  // What else it has is not asked for.
  const updater = wrapUpdater(inner as unknown as AppUpdater, { makeToken, squirrel });
  updater.installAtQuit(atQuit);
  const stop = new AbortController();
  const told: unknown[] = [];
  const ended = updater
    .download(() => undefined, stop.signal)
    .then(
      () => told.push('ready'),
      (thrown: unknown) => told.push(thrown),
    );
  return {
    squirrel,
    stop,
    told,
    handOver: async () => {
      handed.resolve([]);
      await handed.promise;
    },
    /** What the download came to; nobody listens to Squirrel for it any more. */
    outcome: async () => {
      await ended;
      expect([squirrel.listenerCount('update-downloaded'), squirrel.listenerCount('error')]).toEqual([0, 1]);
      return told[0];
    },
  };
}

test('an update is ready when it is verified', async () => {
  const { handOver, outcome, squirrel, told } = mac();
  await handOver();
  expect(told).toEqual([]);
  squirrel.emit('update-downloaded');
  expect(await outcome()).toBe('ready');
});

test.each(['before', 'after'] as const)(
  'an update that is refused %s its last byte is said to be so',
  async (when) => {
    const { handOver, outcome, squirrel } = mac();
    const refusal = new Error('Code signature at URL file:///x did not pass validation');
    if (when === 'before') squirrel.emit('error', refusal);
    await handOver();
    squirrel.emit('error', refusal);
    const thrown = await outcome();
    expect(thrown).toBe(refusal);
    expect(updateSentence(thrown)).toContain('not signed by those who made this program');
  },
);

test('a verification that never ends is given up', async () => {
  vi.useFakeTimers();
  try {
    const { handOver, outcome } = mac();
    await handOver();
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(updateSentence(await outcome())).toBe('The update could not be fetched. It is tried again later.');
  } finally {
    vi.useRealTimers();
  }
});

test('who is told to stop does not wait for it', async () => {
  const { handOver, outcome, stop } = mac();
  await handOver();
  stop.abort();
  expect(await outcome()).toBe(stop.signal.reason);
});

test('what is not to be installed at quit is not handed over, so nothing is waited for', async () => {
  const { handOver, outcome } = mac({ atQuit: false });
  await handOver();
  expect(await outcome()).toBe('ready');
});

/**
 * Files that change after they were taken and before they were sent: nothing half written is ever stored, no group is
 * registered in part, and the final version is uploaded by itself, whatever the folder makes of files that change later.
 */

import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WatchListener } from '../../../main/core/watch/ports.ts';
import { makePng } from '../../fixtures/png.ts';
import { HotFolder, SOON } from './hot-folder.ts';
import { recording } from './recordings.ts';
import { Rig, type Row, type RuleChanges, sha256Of } from './rig.ts';

/** Less than the scanner behind the events needs to come round. */
const SOON_ENOUGH_MS = 5 * 60_000;
/** Seconds since the epoch; of files whose time is to be known. */
const TIME = 1_700_000_000;

let rig: Rig;
let hot: HotFolder;
/** No event arrives any more. */
let deaf: boolean;

beforeEach(async () => {
  deaf = false;
  rig = await Rig.open({
    around: {
      watch: (watch) => ({
        ...watch,
        startWatcher: (root, options) =>
          watch.startWatcher(root, { ...options, listener: hearing(options.listener) }),
      }),
    },
  });
  hot = new HotFolder(rig);
});
afterEach(() => rig?.close());

function hearing(listener: WatchListener): WatchListener {
  return {
    touched: (path) => void (deaf || listener.touched(path)),
    unsure: (folder) => void (deaf || listener.unsure(folder)),
    failed: (error) => listener.failed(error),
  };
}

/** Units of the queue that were given up. */
const givenUp = (): number => rig.program.deps.store.totals({ kind: 'all' }).units.cancelled;
const howOften = (hash: string): number => rig.stored().filter((each) => each === hash).length;
const pause = (): void => rig.program.queue.pause({ kind: 'all' });
const resume = (): void => rig.program.queue.resume({ kind: 'all' });

describe('a recording that is made again while the first one is in the queue', () => {
  const first = Buffer.concat(recording(40, 3));
  const [start = Buffer.alloc(0), ...rest] = recording(41, 4);
  const final = Buffer.concat([start, ...rest]);
  const finalHash = sha256Of(final);
  /** Long enough for the queue to find out first. */
  const rules: RuleChanges = {
    readiness: { quietSeconds: 60, quietSecondsPerGB: 0 },
    metadata: { hash: '{sha256}' },
    changed: 'ignore',
  };

  async function queued(changes: RuleChanges = {}): Promise<void> {
    pause();
    await hot.watch({ ...rules, ...changes });
    hot.put('take.webm', first);
    utimesSync(hot.path('take.webm'), TIME, TIME);
    await rig.until(() => hot.view().queued === 1);
  }

  async function expectOnly(hash: string): Promise<void> {
    await rig.untilRows(1);
    await hot.settled();
    expect(await rig.rows()).toMatchObject([{ sha256: hash, client_metadata: { hash } }]);
    expect(rig.stored()).toEqual([hash]);
    expect(hot.waiting()).toEqual([]);
  }

  it.each(['upload', 'ask', 'ignore'] as const)(
    'is uploaded when it is finished, and only then (rule for changes: %s)',
    async (changed) => {
      await queued({ changed });
      hot.put('take.webm', start);
      await rig.until(() => hot.waiting().length === 1);
      await rig.pass(70_000);
      expect(hot.waiting()[0]?.reason).toContain('which is being uploaded');
      appendFileSync(hot.path('take.webm'), rest[0] ?? '');
      resume();
      await rig.until(() => givenUp() === 1);
      expect(rig.stored()).toEqual([]);
      writeFileSync(hot.path('take.webm'), final);
      await expectOnly(finalHash);
    },
  );

  it('is uploaded when it is finished though the program is closed meanwhile', async () => {
    await queued();
    hot.put('take.webm', start);
    resume();
    await rig.until(() => givenUp() === 1);
    await rig.restart();
    writeFileSync(hot.path('take.webm'), final);
    await expectOnly(finalHash);
  });

  it('is found soon though its event was lost', async () => {
    await queued();
    deaf = true;
    hot.put('take.webm', final);
    const from = rig.clock.monotonic();
    resume();
    await rig.untilRows(1);
    expect(rig.clock.monotonic() - from).toBeLessThan(SOON_ENOUGH_MS);
    await expectOnly(finalHash);
  });

  it('is not sent half by a retry of the upload that was given up', async () => {
    await queued();
    hot.put('take.webm', start);
    resume();
    await rig.until(() => givenUp() === 1);
    const { queue, deps, engine } = rig.program;
    const [unit = -1] = deps.store.unitsIn({ kind: 'all' }, ['cancelled']);
    expect(await queue.retry({ kind: 'unit', id: unit })).toBe(1);
    expect(givenUp()).toBe(0);
    await rig.until(() => givenUp() === 1 && !engine.busy);
    expect(rig.stored()).toEqual([]);
    writeFileSync(hot.path('take.webm'), final);
    await expectOnly(finalHash);
  });

  it('is uploaded, too, where it comes out as the first one, with its time', async () => {
    await queued();
    hot.put('take.webm', start);
    resume();
    await rig.until(() => givenUp() === 1);
    hot.put('take.webm', first);
    utimesSync(hot.path('take.webm'), TIME, TIME);
    await expectOnly(sha256Of(first));
  });

  it('is not uploaded where a person cancelled the first one and nothing was made', async () => {
    await queued();
    await rig.program.queue.cancel({ kind: 'all' });
    resume();
    await hot.settled();
    await rig.pass(SOON_ENOUGH_MS);
    expect(rig.stored()).toEqual([]);
    expect(hot.states('uploads')).toEqual(['take.webm cancelled']);
  });
});

describe('a frame that changes while its group is in the queue', () => {
  const again = (seed = 77): Buffer => makePng({ seed, bytes: 400 });

  async function queued(more: RuleChanges): Promise<string[]> {
    pause();
    await hot.watch({ ...SOON, groups: { close: { kind: 'quiet', seconds: 4 } }, ...more });
    const hashes = [1, 2, 3].map((number) => {
      const hash = hot.put(`one/frame_${number}.png`, makePng({ seed: number, bytes: 300 }));
      utimesSync(hot.path(`one/frame_${number}.png`), TIME + number, TIME + number);
      return hash;
    });
    await rig.until(() => hot.view().queued === 3);
    return hashes;
  }

  it.each([
    ['', false],
    [', also where its event was lost', true],
  ])('goes with the whole group, which is registered once%s', async (_, lost) => {
    const [one, , three] = await queued({
      becomes: { kind: 'folders', media: 'image-group' },
      changed: 'ignore',
    });
    deaf = lost;
    const half = hot.put('one/frame_2.png', again(5));
    const from = rig.clock.monotonic();
    resume();
    await rig.until(() => givenUp() === 1);
    deaf = false;
    const final = hot.put('one/frame_2.png', again());
    await rig.untilRows(1);
    expect(rig.clock.monotonic() - from).toBeLessThan(SOON_ENOUGH_MS);
    await hot.settled();
    expect((await rig.rows()).map(framesOf)).toEqual([[one, final, three]]);
    expect([howOften(half), howOften(final)]).toEqual([0, 1]);
    expect(hot.waiting()).toEqual([]);
  });

  it('goes with all that its time makes one group with it, and none of the others is lost', async () => {
    const [one, , three] = await queued({ becomes: { kind: 'gap', seconds: 60, media: 'image-group' } });
    const final = hot.put('one/frame_2.png', again());
    utimesSync(hot.path('one/frame_2.png'), TIME + 2.5, TIME + 2.5);
    resume();
    await rig.untilRows(1);
    await hot.settled();
    expect((await rig.rows()).map(framesOf)).toEqual([[one, final, three]]);
    expect(givenUp()).toBe(1);
  });
});

function framesOf(row: Row): string[] {
  return (row.images ?? []).map((image) => image.sha256);
}

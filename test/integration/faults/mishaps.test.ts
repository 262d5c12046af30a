/**
 * What befalls a batch as a whole: addresses that expire, wrong clocks, a key or a dataset that goes away, a machine that
 * sleeps, a server that is down. In the end each file is in the dataset once.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../fixtures/eventually.ts';
import { sha256 } from '../../fixtures/lab.ts';
import { checkSentences } from './matrix.ts';
import { Rig } from './rig.ts';

const HOUR_MS = 3_600_000;
const NAMES = Array.from({ length: 40 }, (_, index) => `image-${index}.png`);

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig?.close());

async function accountId(): Promise<string> {
  return (await rig.call('app.snapshot', null)).activeAccountId ?? '';
}

/** Few at a time, so that there is a middle of the batch. */
function slowly(): Promise<unknown> {
  return rig.call('settings.set', { concurrency: 2 });
}

function totals(batchId: number) {
  return rig.program.deps.store.totals({ kind: 'batch', id: batchId }).units;
}

/** Each file is one row with its bytes, and no storage item is left beside them. */
async function expectOnce(paths: readonly string[]): Promise<void> {
  const { datasets, items } = await rig.lab.state();
  const rows = datasets.flatMap((dataset) => dataset.rows);
  expect(rows.map((row) => row.sha256).sort()).toEqual(paths.map(sha256).sort());
  expect(items).toHaveLength(paths.length);
}

describe('signed addresses', () => {
  it('that have expired are asked for anew', async () => {
    const dataset = await rig.lab.dataset('dataset');
    await rig.lab.fault({ kind: 'grant' }, { expireUrl: true });
    const { batchId, paths } = await rig.drop(dataset, 'a.png');
    await rig.untilMet('put');
    expect(await rig.readings(batchId)).toMatchObject([{ where: 'file', code: 'url-expired' }]);
    expect(await rig.untilAtRest(batchId)).toEqual(['done']);
    expect(rig.proxy.seen).toMatchObject({ grant: 2, put: 2, register: 1 });
    await expectOnce(paths);
  });

  it('that grew old while the machine was asleep in the middle of an upload are asked for anew', async () => {
    const dataset = await rig.lab.dataset('dataset');
    await slowly();
    rig.proxy.arm('put', 'silence', 2);
    const { batchId, paths } = await rig.drop(dataset, ...NAMES.slice(0, 8));
    await rig.until(() => rig.proxy.seen.put >= 2);
    rig.clock.sleep(HOUR_MS + 60_000);
    const states = await rig.untilAtRest(batchId);
    expect(new Set(states)).toEqual(new Set(['done']));
    // Nobody is asked, and no address that had expired meanwhile was tried.
    expect(rig.proxy.seen.put).toBe(paths.length + 2);
    expect(await rig.readings(batchId)).toEqual([]);
    await expectOnce(paths);
  });
});

describe('a clock that is wrong by an hour', () => {
  it.each([
    ['ahead', -3_600, 'by itself'],
    ['behind', 3_600, 'when a person asks'],
  ])(
    '%s is named, by the dialog and by the account; all goes on when it is set right (%i s, %s)',
    async (which, shiftSeconds, by) => {
      const dataset = await rig.lab.dataset('dataset');
      const sentence = new RegExp(
        `^The clock of this machine is 60 minutes ${which}, so Encord does not accept its signatures\\. Set the clock \\(switch on automatic time\\), then try again\\.$`,
      );
      const scope = { kind: 'account', id: await accountId() } as const;
      await rig.call('queue.pause', { scope });
      const { batchId, paths } = await rig.drop(dataset, 'a.png', 'b.png');
      await rig.lab.control('POST', 'clock', { shiftSeconds });
      const key = await rig.newKey();
      const signIn = {
        method: 'ssh',
        key,
        passphrase: null,
        rememberPassphrase: true,
        domain: rig.proxy.url,
        name: null,
      };
      const answer = await rig.program.handle('accounts.signIn', { ...signIn, forThisRunOnly: true });
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'clock-wrong', message: expect.stringMatching(sentence) },
      });

      await rig.call('queue.resume', { scope });
      await rig.untilAtRest(batchId);
      const readings = await rig.readings(batchId);
      expect(readings.find((each) => each.where === 'account')).toMatchObject({ code: 'clock-wrong' });
      for (const { message } of readings) expect(message).toMatch(sentence);
      expect(totals(batchId)).toMatchObject({ failed: 0, collecting: 2 });

      // The account's page says no more than the truth, when a person asks for it.
      expect(await rig.program.handle('accounts.check', { accountId: scope.id })).toMatchObject({
        ok: false,
        error: { code: 'clock-wrong' },
      });

      await rig.lab.control('POST', 'clock', { shiftSeconds: -shiftSeconds });
      if (by === 'by itself') {
        // Nobody does anything for a minute.
        rig.clock.leap(60_000);
        await eventually(async () => {
          expect((await rig.call('app.snapshot', null)).accounts[0]?.blocked).toBeNull();
        });
      } else await rig.call('accounts.check', { accountId: scope.id });
      expect(await rig.untilAtRest(batchId)).toEqual(['done', 'done']);
      expect(await rig.readings(batchId)).toEqual([]);
      await expectOnce(paths);
    },
  );
});

describe('in the middle of a batch', () => {
  it.each(['storage', 'documented'] as const)('a key is revoked (%s route)', async (route) => {
    const dataset = await rig.lab.dataset('dataset');
    await rig.call('accounts.setRoute', { accountId: await accountId(), route });
    await slowly();
    const { batchId, paths } = await rig.drop(dataset, ...NAMES);
    await rig.until(() => totals(batchId).done >= 3);
    const { publicKey } = rig.lab;
    // The API key of the dataset, which the documented route uses, is one of its own.
    await rig.lab.control('DELETE', 'keys', { publicKey, apiKeys: true });
    await rig.untilAtRest(batchId);
    const readings = await rig.readings(batchId);
    const account = readings.filter((each) => each.where === 'account');
    // The two protocols have different words for it.
    expect(account).toMatchObject([{ code: route === 'storage' ? 'unauthenticated' : 'key-unknown' }]);
    expect(account[0]?.message).toMatch(/sign in again\.$/i);
    const { done, failed, uncertain } = totals(batchId);
    expect({ failed, uncertain }).toEqual({ failed: 0, uncertain: 0 });
    expect(done).toBeLessThan(paths.length);

    // It waits, for however long, without asking.
    const { asked } = rig.proxy;
    const before = { ...asked };
    for (let minutes = 0; minutes < 60; minutes += 1) rig.clock.leap(60_000);
    expect(rig.program.engine.busy).toBe(false);
    expect(asked).toEqual(before);

    await rig.lab.control('POST', 'keys', { publicKey, email: 'lab@example.com' });
    await rig.actUpon(batchId);
    expect(new Set(await rig.untilAtRest(batchId))).toEqual(new Set(['done']));
    await expectOnce(paths);
  });

  it.each([
    ['storage', true],
    ['storage', false],
    ['documented', false],
  ] as const)(
    'the dataset is deleted: one sentence for the batch (%s route, mirrored: %s)',
    async (route, mirrored) => {
      const dataset = await rig.lab.dataset('dataset', { mirrored });
      await rig.call('accounts.setRoute', { accountId: await accountId(), route });
      await slowly();
      const { batchId } = await rig.drop(dataset, ...NAMES);
      await rig.until(() => totals(batchId).done >= 3);
      await rig.lab.control('DELETE', 'datasets', { datasetHash: dataset });
      await rig.until(
        () => rig.program.deps.store.batch(batchId)?.trouble?.notBefore === Number.MAX_SAFE_INTEGER,
      );
      await rig.until(() => !rig.program.engine.busy);
      const readings = await rig.readings(batchId);
      const batch = readings.filter((each) => each.where === 'batch');
      expect(batch).toMatchObject([{ code: expect.stringMatching(/^(not-found|forbidden)$/) }]);
      checkSentences(rig, batch);
      expect(totals(batchId)).toMatchObject({ failed: 0, uncertain: 0 });

      // It waits for a person, who finds it still so, and gives it up.
      await rig.actUpon(batchId);
      await rig.untilAtRest(batchId);
      expect(totals(batchId).failed).toBeLessThanOrEqual(1);
      await rig.call('queue.cancel', { scope: { kind: 'batch', id: batchId } });
      const { collecting, ready } = totals(batchId);
      expect({ collecting, ready }).toEqual({ collecting: 0, ready: 0 });
    },
  );

  it.each(['storage', 'documented'] as const)(
    'the server finds nothing for a while: one sentence for the batch (%s route)',
    async (route) => {
      const dataset = await rig.lab.dataset('dataset');
      await rig.call('accounts.setRoute', { accountId: await accountId(), route });
      await slowly();
      const { batchId, paths } = await rig.drop(dataset, ...NAMES);
      await rig.until(() => totals(batchId).done >= 3);
      await rig.lab.fault({ kind: 'api' }, { status: 404 }, 1_000_000);
      await rig.until(
        () => rig.program.deps.store.batch(batchId)?.trouble?.notBefore === Number.MAX_SAFE_INTEGER,
      );
      const readings = await rig.readings(batchId);
      expect(readings.filter((each) => each.where === 'batch')).toMatchObject([{ code: 'not-found' }]);
      // What was with the server at that moment may have been refused by itself; not all that waited.
      expect(totals(batchId).failed).toBeLessThanOrEqual(route === 'storage' ? 0 : 4);

      await rig.lab.control('DELETE', 'faults');
      await rig.actUpon(batchId);
      await rig.untilAtRest(batchId);
      await rig.actUpon(batchId);
      expect(new Set(await rig.untilAtRest(batchId))).toEqual(new Set(['done']));
      await expectOnce(paths);
    },
  );
});

describe('a server that is down', () => {
  it('with a thousand files queued is asked once at a time: one prober, not six, and not a thousand sentences', async () => {
    const dataset = await rig.lab.dataset('dataset');
    const names = Array.from({ length: 1_000 }, (_, index) => `image-${index}.png`);
    const { batchId } = await rig.drop(dataset, ...names);
    await rig.until(() => totals(batchId).done >= 1);
    await rig.lab.fault({ kind: 'api' }, { status: 503 }, 1_000_000);
    await rig.lab.fault({ kind: 'put' }, { status: 503 }, 1_000_000);
    await rig.until(() => rig.program.connection().kind === 'offline');
    await rig.until(() => !rig.program.engine.busy);
    rig.proxy.forget();
    const begun = rig.clock.now();
    await rig.until(() => rig.clock.now() - begun > 10 * 60_000);
    const minutes = (rig.clock.now() - begun) / 60_000;
    // What arrived at the server while it was down, counted there.
    const arrived = Object.values(rig.proxy.seen).reduce((sum, each) => sum + each, 0);
    expect(arrived).toBeGreaterThan(1);
    expect(arrived).toBeLessThan(minutes * 10);
    expect(rig.proxy.mostAtOnce).toBeLessThanOrEqual(1);
    expect(totals(batchId)).toMatchObject({ failed: 0, uncertain: 0 });
    const readings = await rig.readings(batchId);
    expect(readings.filter((each) => each.where !== 'file')).toMatchObject([
      { where: 'connection', code: 'server-error' },
    ]);
    await rig.lab.control('DELETE', 'faults');
    await rig.until(() => totals(batchId).done > 100);
  });

  it('is asked by one prober, and said in one sentence; all goes on when it is back', async () => {
    const dataset = await rig.lab.dataset('dataset');
    await slowly();
    const { batchId, paths } = await rig.drop(dataset, ...NAMES);
    await rig.until(() => totals(batchId).done >= 1);
    await rig.proxy.setDown(true);
    await rig.until(() => rig.program.connection().kind === 'offline');
    await rig.until(() => !rig.program.engine.busy);
    rig.proxy.forget();

    const begun = rig.clock.now();
    await rig.until(() => rig.clock.now() - begun > 10 * 60_000);
    const { connection } = await rig.call('app.snapshot', null);
    expect(connection).toMatchObject({
      kind: 'offline',
      failure: { code: 'refused', message: expect.stringContaining('refuses the connection') },
    });
    expect(rig.proxy.mostAtOnce).toBeLessThanOrEqual(1);
    const { asked } = rig.proxy;
    const probes = Object.values(asked).reduce((sum, each) => sum + each, 0);
    // A backoff that has grown to a minute, with jitter: two a minute on the average, fewer where the clock leaps over them.
    expect(probes).toBeGreaterThan(1);
    expect(probes).toBeLessThan(60);
    expect(totals(batchId)).toMatchObject({ failed: 0, uncertain: 0 });

    await rig.proxy.setDown(false);
    expect(new Set(await rig.untilAtRest(batchId))).toEqual(new Set(['done']));
    expect((await rig.call('app.snapshot', null)).connection).toEqual({ kind: 'online' });
    await expectOnce(paths);
  });

  it('and answers 503 to everything is said in one sentence too', async () => {
    const dataset = await rig.lab.dataset('dataset');
    await slowly();
    const { batchId, paths } = await rig.drop(dataset, ...NAMES);
    await rig.until(() => totals(batchId).done >= 3);
    await rig.lab.fault({ kind: 'api' }, { status: 503 }, 1_000_000);
    await rig.lab.fault({ kind: 'put' }, { status: 503 }, 1_000_000);
    await rig.until(() => rig.program.connection().kind === 'offline');
    await rig.until(() => !rig.program.engine.busy);
    rig.proxy.forget();
    const begun = rig.clock.now();
    await rig.until(() => rig.clock.now() - begun > 10 * 60_000);
    expect(rig.program.connection()).toMatchObject({ kind: 'offline', failure: { code: 'server-error' } });
    expect(rig.proxy.mostAtOnce).toBeLessThanOrEqual(1);
    await rig.lab.control('DELETE', 'faults');
    expect(new Set(await rig.untilAtRest(batchId))).toEqual(new Set(['done']));
    await expectOnce(paths);
  });
});

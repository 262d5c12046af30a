/** Turns columns of the fault matrix into tests, one a cell. Used by the test files of this folder. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../fixtures/lab.ts';
import { HAS_OPENSSL, type Reading, Rig } from './rig.ts';
import { type Column, kindOf, MATRIX, type Reads, type Row, SENTENCES } from './table.ts';

/** One rig for each column: its cells come one after the other. */
export function testColumns(...columns: Column[]): void {
  describe.each(columns)('%s meets', (column) => {
    let rig: Rig;
    let dataset: string;

    beforeAll(async () => {
      rig = await Rig.open();
      // Static, so that files are linked into it.
      dataset = await rig.lab.dataset('dataset', { mirrored: false });
      const { activeAccountId } = await rig.call('app.snapshot', null);
      const route = column.endsWith('documented') ? 'documented' : 'storage';
      await rig.call('accounts.setRoute', { accountId: activeAccountId ?? '', route });
      // What is found out once for a dataset (its folder, its API key) is no matter of the cells.
      const { batchId } = await rig.drop(dataset, 'first.png');
      expect(await rig.untilAtRest(batchId)).toEqual(['done']);
    });
    afterAll(() => rig?.close());

    it.for(MATRIX)('$title', async (row, { skip }) => {
      if (row.fault === 'foreign certificate' && !HAS_OPENSSL)
        skip('openssl, which makes the certificates, is not here');
      await rig.lab.control('DELETE', 'faults');
      rig.proxy.forget();
      if (typeof row.fault === 'string') rig.proxy.arm(kindOf(column), row.fault, 1);
      else await rig.lab.fault({ kind: kindOf(column) }, { ...row.fault });
      const kind = kindOf(column);
      const was = column === 'sign-in' ? await signIn(rig) : await upload(rig, dataset, column, row);
      const { asked, seen } = rig.proxy;
      expect({ ...was, asked: asked[kind], seen: seen[kind] }).toEqual(row.cells[column]);
    });
  });
}

interface Was {
  readonly ends: string;
  readonly reads: readonly Reads[];
}

/** By a person at the dialog, who tries again where it did not succeed. Nothing is kept of a failed attempt. */
async function signIn(rig: Rig): Promise<Was> {
  const key = await rig.newKey();
  const { accounts } = await rig.call('app.snapshot', null);
  const attempt = () =>
    rig.program.handle('accounts.signIn', {
      method: 'ssh',
      key,
      passphrase: null,
      rememberPassphrase: true,
      domain: rig.proxy.url,
      name: null,
      forThisRunOnly: true,
    });
  const answer = await rig.answered(attempt());
  const count = async (): Promise<number> => (await rig.call('app.snapshot', null)).accounts.length;
  expect(await count()).toBe(accounts.length + (answer.ok ? 1 : 0));
  if (answer.ok) return { ends: 'signed in', reads: [] };
  checkSentences(rig, [answer.error]);
  expect(await attempt()).toMatchObject({ ok: true });
  expect(await count()).toBe(accounts.length + 1);
  return { ends: 'not signed in', reads: [`dialog: ${answer.error.code}`] };
}

/** One file, to its end without a person; then with one where that is needed. It is in the dataset once. */
async function upload(rig: Rig, dataset: string, column: Column, row: Row): Promise<Was> {
  const title = `${column} ${row.title}.png`.replaceAll(/[^a-z0-9.]+/gi, '-');
  const { batchId, paths } = await rig.drop(dataset, title);
  await rig.untilMet(kindOf(column));
  const met = await rig.readings(batchId);
  const metAt = rig.clock.now();
  const [state] = await rig.untilAtRest(batchId);
  const { accounts } = await rig.call('app.snapshot', null);
  const ends = accounts.some((account) => account.blocked)
    ? 'account waits'
    : rig.program.deps.store.batch(batchId)?.trouble
      ? 'batch waits'
      : (state ?? 'nothing');
  if (typeof row.fault === 'object' && row.fault.retryAfter !== undefined) {
    expect(rig.clock.now() - metAt).toBeGreaterThanOrEqual(row.fault.retryAfter * 1_000 - 1_000);
  }
  const left = await rig.readings(batchId);
  // What was overcome is no longer said.
  if (ends === 'done') expect(left).toEqual([]);
  else {
    expect(left).toEqual(met);
    await rig.actUpon(batchId);
    expect(await rig.untilAtRest(batchId)).toEqual(['done']);
  }
  checkSentences(rig, met);
  const { rows, items } = await rig.held(title);
  expect(rows.map((each) => each.sha256)).toEqual(paths.map(sha256));
  expect(items).toBe(1);
  return { ends, reads: met.map((each): Reads => `${each.where}: ${each.code}`) };
}

/** Each is one of those written down, and gives nothing away. */
export function checkSentences(rig: Rig, readings: readonly Pick<Reading, 'code' | 'message'>[]): void {
  for (const { code, message } of readings) {
    expect(SENTENCES[code]?.some((sentence) => sentence.test(message)) ? code : `${code}: ${message}`).toBe(
      code,
    );
    expect(rig.secretsIn(message)).toEqual([]);
  }
}

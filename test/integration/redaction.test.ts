/**
 * A full run with everything that goes wrong on the way, debug log on: afterwards no secret stands in the data
 * folder, in what pages were sent, or in what the command line printed. The secrets looked for are those of this run,
 * heard on the wire.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { makeSample } from '../fixtures/sample.ts';
import {
  startWiretap,
  type Traces,
  tracesIn,
  tracesOfKey,
  tracesUnder,
  type Wiretap,
} from '../fixtures/traces.ts';

const API_KEY = 'hush-api-key-4c1d0e8b7a6f5e4d3c2b1a09';

let lab: Lab | null = null;
let tap: Wiretap | null = null;
let program: Program | null = null;

afterEach(async () => {
  await program?.close();
  await tap?.close();
  await lab?.close();
  program = null;
  tap = null;
  lab = null;
});

/** Failures of every kind that may quote what they were about. */
async function provoke(current: Lab): Promise<void> {
  await current.fault({ kind: 'grant', nth: 2 }, { status: 500 });
  await current.fault({ kind: 'grant', nth: 3 }, { expireUrl: true });
  await current.fault({ kind: 'put', nth: 3 }, { status: 403 });
  await current.fault({ kind: 'put', nth: 5 }, { status: 500 });
  await current.fault({ kind: 'put', nth: 7 }, { reset: true });
  await current.fault({ kind: 'put', nth: 9 }, { status: 413 });
  await current.fault({ kind: 'register', nth: 1 }, { status: 500 });
  await current.fault({ kind: 'api', nth: 4 }, { dropResponse: true });
}

const CASES = [
  { account: 'ssh', route: 'storage' },
  { account: 'ssh', route: 'documented' },
  { account: 'api-key', route: 'documented' },
] as const;

describe.each(CASES)('with an account of kind $account on the $route route', ({ account, route }) => {
  it('a run through the pages leaves no secret anywhere', async () => {
    const current = await Lab.open();
    lab = current;
    tap = await startWiretap(current.emulator.url);
    const datasetId = await current.dataset('Quiet', {
      mirrored: route === 'storage',
      apiKeys: [{ key: API_KEY }],
    });
    const sample = await makeSample(join(current.folder, 'sample'), { frames: 12 });
    const env = { ENCORD_DOMAIN: tap.url, ENCORD_UPLOADER_LOG: 'debug' };
    const running = await current.program(env);
    program = running;
    const traffic: string[] = [];
    running.listen((name, payload) => traffic.push(`${name} ${JSON.stringify(payload)}`));
    const handle = async (name: string, input: unknown): Promise<Record<string, unknown>> => {
      const answer = await running.handle(name, input);
      traffic.push(JSON.stringify(answer));
      if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
      return typeof answer.value === 'object' && answer.value !== null ? { ...answer.value } : {};
    };
    await running.start();
    if (account === 'api-key') {
      const signIn = { method: 'api-key', apiKey: API_KEY, datasetId, domain: tap.url, name: null };
      await handle('accounts.signIn', { ...signIn, forThisRunOnly: true });
    } else {
      const accountId = (await handle('app.snapshot', null)).activeAccountId;
      await handle('accounts.setRoute', { accountId, route });
    }

    await provoke(current);
    const { planId } = await handle('plan.start', {
      source: { kind: 'paths', paths: [sample.dir] },
      datasetId: null,
    });
    // Which faults strike first is not the point: the dataset may have to be asked for again.
    await eventually(async () => {
      const view = await handle('plan.setDataset', { planId, datasetId, folderId: null });
      expect(view.destinationProblem).toBeNull();
    });
    await eventually(async () => expect((await handle('plan.get', { planId })).phase).toBe('ready'));
    for (const path of sample.groups) await handle('plan.setFolder', { planId, path, as: 'group' });
    await handle('plan.commit', { planId });
    const scope = { kind: 'all' } as const;
    await eventually(async () => {
      await handle('queue.rows', {
        ...{ filter: 'all', search: '', expandedBatches: [1], expandedUnits: [1, 2, 3] },
        ...{ offset: 0, limit: 200 },
      });
      const { units } = running.queue.totals(scope);
      expect(units.done + units.failed + units.uncertain).toBe(sample.units.length + 1);
    });
    const log = () =>
      readdirSync(join(current.home, 'logs'))
        .map((name) => readFileSync(join(current.home, 'logs', name), 'utf8'))
        .join('\n');
    // The failures happened and were told: else nothing was proved.
    expect(log()).toMatch(/"outcome":"lost"|did not succeed/);
    const state = await current.control('GET', 'faults');
    expect(Array.isArray(state) && state.filter((fault) => fault.fired > 0).length).toBeGreaterThanOrEqual(5);

    const secrets = secretsOf(current, tap);
    expect(tracesIn(traffic.join('\n'), secrets)).toEqual([]);
    expect(tracesUnder(join(current.home, 'logs'), secrets)).toEqual([]);

    // What failed is brought in or given up, so that the queue is empty; then the database is clean as well.
    await current.control('DELETE', 'faults');
    await handle('queue.cancel', { scope });
    await eventually(() => {
      const { units } = running.queue.totals(scope);
      expect(units.failed + units.uncertain).toBe(0);
    });
    expect(tracesUnder(current.home, secrets)).toEqual([]);
    await running.close();
    expect(tracesUnder(current.home, secrets)).toEqual([]);
  }, 45_000);
});

describe('the command line', () => {
  it('prints no secret and leaves none', async () => {
    const current = await Lab.open();
    lab = current;
    tap = await startWiretap(current.emulator.url);
    await current.dataset('Quiet');
    const sample = await makeSample(join(current.folder, 'sample'), { frames: 3 });
    await provoke(current);
    const args = ['upload', sample.dir, '--dataset', 'Quiet'];
    const env = { ENCORD_DOMAIN: tap.url, ENCORD_UPLOADER_LOG: 'debug' };
    // The second one is killed by nothing and finishes what the first left.
    const runs = [await current.run(args, env), await current.run([...args, '--json'], env)];
    runs.push(await current.run(['status', '--json'], env));
    const secrets = secretsOf(current, tap);
    for (const run of runs) expect(tracesIn(run.stdout + run.stderr, secrets)).toEqual([]);
    expect(tracesUnder(join(current.home, 'logs'), secrets)).toEqual([]);
  });
});

/** All that must be nowhere: the keys, and every secret that was on the wire. */
function secretsOf(current: Lab, wire: Wiretap): Traces {
  expect([...wire.heard.keys()].join(' ')).toMatch(/X-Goog-Signature/);
  expect([...wire.heard.keys()].join(' ')).toMatch(/authorization|signature/);
  const secrets = new Map([
    ...tracesOfKey(current.privateKey),
    ...wire.heard,
    ['API key', API_KEY],
    ['parameter of a signed URL', 'X-Goog-Signature='],
  ]);
  // A control: what is there is found.
  const planted = join(current.folder, 'planted');
  writeFileSync(planted, [...secrets.values()].join('\n'));
  expect(tracesIn(readFileSync(planted, 'latin1'), secrets)).toHaveLength(secrets.size);
  return secrets;
}

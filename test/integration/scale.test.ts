/**
 * 20,000 files dropped at once: the plan appears with a count that grows, the process that serves the pages is never
 * held up, and windows of the plan and of the queue come at once.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import { EVENTS, type Events } from '../../preload/contract/events.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { watchLoop } from '../unit/planner/loop.ts';

const FILES = 20_000;
const FOLDERS = 20;

let lab: Lab;
let program: Program;
let folder = '';
let datasetId = '';

beforeAll(async () => {
  lab = await Lab.open();
  datasetId = await lab.dataset('Many');
  program = await lab.program();
  folder = join(lab.folder, 'many');
  const png = makePng({ seed: 1, bytes: 300 });
  for (let sub = 0; sub < FOLDERS; sub += 1) {
    mkdirSync(join(folder, `day ${sub}`), { recursive: true });
    for (let index = 0; index < FILES / FOLDERS; index += 1)
      writeFileSync(join(folder, `day ${sub}`, `image ${index}.png`), png);
  }
}, 60_000);

afterAll(async () => {
  await program?.close();
  await lab?.close();
});

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  // The contract's test holds every answer against its schema.
  return answer.value as CallOutput<N>;
}

/** The median of a few calls, in milliseconds of this thread: a busy machine makes it no longer. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = process.threadCpuUsage();
    await work();
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[2] ?? Number.POSITIVE_INFINITY;
}

describe('20,000 files', () => {
  it('are planned while the program stays awake, and queued in one go', async () => {
    const views: Events['plan'][] = [];
    program.listen((name, payload) => {
      if (name === 'plan') views.push(EVENTS.plan.parse(payload));
    });
    const watch = watchLoop();
    const { planId } = await call('plan.start', { source: { kind: 'paths', paths: [folder] }, datasetId });
    let slowest = 0;
    await eventually(async () => {
      // A page that looks on while it is planned.
      const before = process.threadCpuUsage();
      await call('plan.units', { planId, offset: 0, limit: 100 });
      const { user, system } = process.threadCpuUsage(before);
      slowest = Math.max(slowest, (user + system) / 1000);
      expect((await call('plan.get', { planId })).phase).toBe('ready');
    });
    const turns = watch.stop();
    expect(turns.longest).toBeLessThan(50);
    expect(turns.share(20)).toBeLessThan(0.02);
    expect(slowest).toBeLessThan(50);

    const counts = views.filter((view) => view.phase === 'scanning').map((view) => view.files);
    expect(new Set(counts).size).toBeGreaterThan(3);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    // Coalesced: a page is not told of each file.
    expect(views.length).toBeLessThan(200);
    expect(views.at(-1)).toMatchObject({ phase: 'ready', files: FILES, refused: 0 });
    expect((await call('plan.units', { planId, offset: 0, limit: 1 })).total).toBe(FILES);
    expect(await cost(() => call('plan.units', { planId, offset: FILES - 500, limit: 500 }))).toBeLessThan(
      20,
    );
    expect(await cost(() => call('plan.folders', { planId, offset: 0, limit: 100 }))).toBeLessThan(20);
    const first = join(folder, 'day 0');
    expect(await cost(() => call('plan.setFolder', { planId, path: first, as: 'group' }))).toBeLessThan(50);
    await call('plan.setFolder', { planId, path: first, as: 'single' });

    const { batchId } = await call('plan.commit', { planId });
    if (batchId === null) throw new Error('Nothing was queued.');
    const rows = (offset: number, search = '') =>
      call('queue.rows', {
        ...{ filter: 'all', search, expandedBatches: [batchId], expandedUnits: [] },
        ...{ offset, limit: 200 },
      });
    expect((await rows(0)).total).toBe(FILES + 1);
    for (const offset of [0, 10_000, FILES - 200]) expect(await cost(() => rows(offset))).toBeLessThan(20);
    expect((await rows(FILES - 100)).rows).toHaveLength(101);
    expect(await cost(() => call('queue.totals', { scope: { kind: 'all' } }))).toBeLessThan(20);
    expect(await cost(() => call('queue.pause', { scope: { kind: 'batch', id: batchId } }))).toBeLessThan(20);
    expect(await call('queue.cancel', { scope: { kind: 'batch', id: batchId } })).toEqual({ units: FILES });
  }, 60_000);
});

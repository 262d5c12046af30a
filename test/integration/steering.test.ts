/**
 * The queue as people steer it: pauses of each kind, priority, order and history, through the contract and the command
 * line, and that each of them is still there after a restart.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import type { BatchId, Scope } from '../../main/core/model.ts';
import { planView } from '../../preload/contract/views.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

// Each test opens the program, or runs the command line, several times.
vi.setConfig({ testTimeout: 120_000 });

let lab: Lab;
let datasetId: string;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  datasetId = await lab.dataset('D');
});

afterAll(() => lab?.close());

function images(count: number): string {
  serial += 1;
  const folder = join(lab.folder, `in-${serial}`);
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1)
    writeFileSync(
      join(folder, `image${index}.png`),
      makePng({ seed: serial * 1_000 + index, bytes: 200 * (index + 1) }),
    );
  return folder;
}

const home = (): NodeJS.ProcessEnv => {
  serial += 1;
  return { ENCORD_UPLOADER_HOME: join(lab.folder, `home-${serial}`) };
};

async function add(program: Program, folder: string, as: 'auto' | 'image-group' = 'auto'): Promise<BatchId> {
  const account = program.accounts.active();
  const review = program.reviews.start({ paths: [folder], as, account, dropId: null });
  await program.reviews.setDataset(review, datasetId, null);
  const { batchId } = await program.reviews.commit(review);
  if (batchId === null) throw new Error('Nothing was added.');
  return batchId;
}

async function call(program: Program, name: string, input: unknown): Promise<unknown> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

/** Opens the program, looks or acts, and closes it. */
async function inside<T>(env: NodeJS.ProcessEnv, work: (program: Program) => T | Promise<T>): Promise<T> {
  const program = await lab.program(env);
  try {
    return await work(program);
  } finally {
    await program.close();
  }
}

describe('a pause', () => {
  const KINDS = ['all', 'account', 'batch', 'unit', 'item'] as const;

  it.each(KINDS)('of %s holds after a restart, until it is lifted', async (kind) => {
    const env = home();
    const { scope, item } = await inside(env, async (program) => {
      const batch = await add(program, images(3), 'image-group');
      const [due] = program.deps.store.dueItems(batch, Date.now(), 1);
      if (!due) throw new Error('Nothing is due.');
      const ids = { account: program.accounts.active().id, batch, unit: due.unitId, item: due.id };
      const named = kind === 'all' ? { kind } : { kind, id: ids[kind] };
      await call(program, 'queue.pause', { scope: named });
      return { scope: named as Scope, item: due };
    });
    const held = (program: Program): boolean =>
      program.deps.store.dueItems(item.batchId, Date.now(), 1).length === 0;
    await inside(env, async (program) => {
      expect(held(program)).toBe(true);
      expect(program.deps.store.workingBatches().length).toBe(kind === 'unit' || kind === 'item' ? 1 : 0);
      await call(program, 'queue.resume', { scope });
    });
    await inside(env, (program) => expect(held(program)).toBe(false));
  });

  it('of a file whose last byte was confirmed in that moment can be lifted', async () => {
    await inside(home(), async (program) => {
      const { store } = program.deps;
      const [due] = store.dueItems(await add(program, images(1)), Date.now(), 1);
      if (!due) throw new Error('Nothing is due.');
      const scope: Scope = { kind: 'item', id: due.id };
      await call(program, 'queue.pause', { scope });
      const grant = { url: 'https://x/', id: 'i', objectKey: 'k', echo: '', grantedAt: 1 };
      store.commit([
        { kind: 'item', id: due.id, event: { on: 'granted', grant } },
        { kind: 'item', id: due.id, event: { on: 'stored', sha256: null } },
      ]);
      expect(store.unit(due.unitId)).toMatchObject({ state: { at: 'ready' }, paused: true });
      await call(program, 'queue.resume', { scope });
      expect(store.unit(due.unitId)?.paused).toBe(false);
    });
  });

  it('does not keep a retry from lifting the trouble of a batch', async () => {
    await inside(home(), async (program) => {
      const { store } = program.deps;
      const batch = await add(program, images(1));
      const failure = { code: 'forbidden', message: 'No.', details: {}, at: 1 } as const;
      const trouble = { failure, notBefore: Number.MAX_SAFE_INTEGER, attempts: 1 };
      store.commit([{ kind: 'batch-trouble', id: batch, trouble }]);
      await call(program, 'queue.pause', { scope: { kind: 'batch', id: batch } });
      await call(program, 'queue.retry', { scope: { kind: 'all' } });
      expect(store.batch(batch)).toMatchObject({ trouble: null, paused: true });
    });
  });
});

describe('the command line', () => {
  it('pauses and resumes, moves to the top and orders', async () => {
    const env = home();
    const [first, second] = await inside(env, async (program) => [
      await add(program, images(2)),
      await add(program, images(3)),
    ]);
    if (first === undefined || second === undefined) throw new Error('Nothing was added.');

    expect(await lab.run(['pause', '--batch', String(first)], env)).toMatchObject({ code: 0 });
    const status = await lab.run(['status'], env);
    expect(status.stdout).toMatch(new RegExp(`^${first}  .*\\(paused\\)`, 'm'));
    expect((await lab.run(['resume', '--batch', String(first), '--json'], env)).lines).toEqual([
      { resumed: { kind: 'batch', id: first } },
    ]);

    await lab.run(['queue', 'top', '--batch', String(second)], env);
    const last = await inside(env, ({ deps: { store } }) => {
      expect(store.workingBatches().map(({ id }) => id)).toEqual([second, first]);
      return store.dueItems(second, Date.now(), 9).at(-1)?.unitId ?? 0;
    });
    await lab.run(['queue', 'top', '--unit', String(last)], env);
    expect((await lab.run(['queue', 'order', 'largest', '--json'], env)).lines).toEqual([
      { order: 'largest' },
    ]);
    expect((await lab.run(['queue', 'order'], env)).stdout).toContain('largest first');
    const later = await inside(env, (program) => add(program, images(3)));
    await inside(env, ({ deps: { store } }) => {
      expect(store.dueItems(second, Date.now(), 1)[0]?.unitId).toBe(last);
      const sizes = store.dueItems(later, Date.now(), 9).map(({ identity }) => identity.size);
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    });
  });

  it('says what it does not know, and ends with 2', async () => {
    const env = home();
    for (const args of [
      ['pause', '--batch', '99'],
      ['queue', 'top'],
      ['queue', 'order', 'random'],
    ]) {
      const run = await lab.run(args, env);
      expect([run.code, args]).toEqual([2, args]);
      expect(run.stderr).not.toBe('');
    }
  });
});

describe('a large batch', () => {
  const plan = async (program: Program, folder: string): Promise<string> => {
    const source = { kind: 'paths', paths: [folder] };
    const view = planView.parse(await call(program, 'plan.start', { source, datasetId }));
    await eventually(async () =>
      expect(await call(program, 'plan.get', { planId: view.planId })).toMatchObject({ phase: 'ready' }),
    );
    return view.planId;
  };

  it('dropped twice is added once, although both are confirmed at the same time', async () => {
    await inside(home(), async (program) => {
      const folder = images(700);
      const plans = [await plan(program, folder), await plan(program, folder)];
      const answers = await Promise.all(plans.map((planId) => call(program, 'plan.commit', { planId })));
      expect(answers[0]).toMatchObject({ batchId: expect.any(Number) });
      expect(answers[1]).toEqual({ batchId: null });
      expect(program.deps.store.totals({ kind: 'all' }).units.collecting).toBe(700);
    });
  });

  it('that is cancelled while it is added leaves nothing, and can be added again', async () => {
    await inside(home(), async (program) => {
      const folder = images(700);
      const planId = await plan(program, folder);
      const changes: unknown[] = [];
      program.listen((name, payload) => {
        if (name === 'plan' && planView.parse(payload).phase === 'adding' && changes.length === 0)
          changes.push(
            // It cannot be changed any more, only given up.
            program.handle('plan.setDataset', { planId, datasetId, folderId: null }),
            program.handle('plan.discard', { planId }),
          );
      });
      const answer = await program.handle('plan.commit', { planId });
      expect(answer).toMatchObject({ ok: false, error: { code: 'cancelled' } });
      expect(await Promise.all(changes)).toMatchObject([{ ok: false }, { ok: true }]);
      expect(program.deps.store.batches(0, 9)).toEqual([]);
      expect(program.deps.store.totals({ kind: 'all' }).units.collecting).toBe(0);
      const again = await plan(program, folder);
      expect(await call(program, 'plan.commit', { planId: again })).toMatchObject({
        batchId: expect.any(Number),
      });
      expect(program.deps.store.totals({ kind: 'all' }).units.collecting).toBe(700);
    });
  });
});

describe('the history', () => {
  it('is pruned by the settings and by command, and what was uploaded stays known', async () => {
    const env = home();
    const folders = [images(2), images(2)];
    for (const folder of folders)
      expect((await lab.run(['upload', folder, '--dataset', 'D', '--json'], env)).summary).toMatchObject({
        done: 2,
      });
    const shown = (program: Program): number => program.deps.store.batches(0, 99).length;
    await inside(env, async (program) => {
      expect(program.settings.get()).toMatchObject({ historyDays: 90, historyUnits: 1_000_000 });
      await call(program, 'settings.set', { historyUnits: 2 });
      expect(shown(program)).toBe(1);
    });
    expect((await lab.run(['clear', '--older-than', '1', '--json'], env)).lines).toEqual([{ cleared: 0 }]);
    expect((await lab.run(['clear', '--json'], env)).lines).toEqual([{ cleared: 1 }]);
    await inside(env, (program) => expect(shown(program)).toBe(0));
    for (const folder of folders)
      expect((await lab.run(['upload', folder, '--dataset', 'D', '--json'], env)).summary).toMatchObject({
        skipped: 2,
      });
  });

  it('is pruned at the start, by age', async () => {
    const env = home();
    await lab.run(['upload', images(1), '--dataset', 'D'], env);
    const late = Date.now() + 91 * 24 * 60 * 60 * 1000;
    const clock = {
      now: () => late,
      monotonic: () => performance.now(),
      after: (ms: number, fn: () => void) => {
        const timer = setTimeout(fn, Math.min(ms, 2 ** 31 - 1));
        return () => clearTimeout(timer);
      },
    };
    const program = await lab.program(env, { clock });
    try {
      expect(program.deps.store.batches(0, 9)).toHaveLength(1);
      await program.start();
      expect(program.deps.store.batches(0, 9)).toEqual([]);
    } finally {
      await program.close();
    }
  });
});

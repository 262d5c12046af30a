/**
 * The whole program over a sleep of the machine, against the emulator: a file that is half sent, a registration that is
 * under way, a watch folder that goes on filling. Afterwards everything is there, once.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import { DEFAULT_RULES } from '../../main/core/watch/rules.ts';
import { watchRules } from '../../preload/contract/watch.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

let lab: Lab;
let datasetId: string;
let program: Program;

beforeEach(async () => {
  lab = await Lab.open();
  datasetId = await lab.dataset('D');
  program = await lab.program();
  await program.start({ watch: true });
});
afterEach(async () => {
  await program?.close();
  await lab?.close();
});

async function add(name: string): Promise<void> {
  const path = join(lab.folder, name);
  writeFileSync(path, makePng({ seed: name.length + 10, bytes: 40_000 }));
  const account = program.accounts.active();
  const review = program.reviews.start({ paths: [path], as: 'auto', account, dropId: null });
  await program.reviews.setDataset(review, datasetId, null);
  await program.reviews.commit(review);
  // As the handlers do.
  program.engine.wake();
}

async function titles(): Promise<readonly string[]> {
  return (await lab.rows('D')).map(({ title }) => title).sort();
}

const registering = () => [...program.deps.store.unitsIn({ kind: 'all' }, ['registering'])];
const units = () => program.deps.store.totals({ kind: 'all' }).units;

it('sends a file anew that was on its way, without an attempt', async () => {
  await lab.fault({ kind: 'put' }, { stallMs: 60_000 });
  await add('a.png');
  await eventually(() => expect(program.engine.transfers()[0]?.sentBytes).toBeGreaterThan(0));
  await program.suspend();
  expect([program.engine.busy, program.connection().kind, units().failed]).toEqual([
    false,
    program.engine.heardFrom ? 'online' : 'unknown',
    0,
  ]);
  await add('bb.png');
  program.networkBack();
  expect(program.engine.busy).toBe(false);
  await lab.control('DELETE', 'faults');
  program.wake();
  await eventually(() => expect(units().done).toBe(2));
  expect(await titles()).toEqual(['a.png', 'bb.png']);
});

it('registers once what was being registered', async () => {
  await lab.fault({ kind: 'register' }, { delayMs: 500 });
  await add('a.png');
  await eventually(() => expect(registering()).toHaveLength(1));
  await program.suspend();
  expect(program.engine.busy).toBe(false);
  program.wake();
  await eventually(() => expect(units().done).toBe(1));
  expect(await titles()).toEqual(['a.png']);
});

it('looks up what was being registered when Encord’s answer no longer came', async () => {
  await lab.fault({ kind: 'register' }, { delayMs: 60_000 });
  await add('a.png');
  await eventually(() => expect(registering()).toHaveLength(1));
  await program.suspend();
  const [id = 0] = registering();
  expect(program.deps.store.unit(id)?.state).toMatchObject({
    doubt: { code: 'interrupted' },
    attempts: 0,
  });
  program.wake();
  await eventually(() => expect(units().done).toBe(1));
  expect(await titles()).toEqual(['a.png']);
});

it('takes what a watch folder got during the sleep, once', async () => {
  const root = join(lab.folder, 'hot');
  mkdirSync(root);
  const readiness = { ...DEFAULT_RULES.readiness, quietSeconds: 0.3, quietSecondsPerGB: 0 };
  const folder = await program.watch.add(
    {
      root,
      accountId: program.accounts.active().id,
      datasetId,
      folderId: null,
      rules: watchRules.parse({ ...DEFAULT_RULES, readiness }),
      existing: 'all',
    },
    true,
  );
  writeFileSync(join(root, 'before.png'), makePng({ seed: 1, bytes: 900 }));
  await eventually(async () => expect(await titles()).toEqual(['before.png']));
  await program.suspend();
  await eventually(() => expect(program.watch.idle()).toBe(true));
  writeFileSync(join(root, 'asleep.png'), makePng({ seed: 2, bytes: 900 }));
  program.wake();
  await eventually(async () => expect(await titles()).toEqual(['asleep.png', 'before.png']));
  expect(program.watch.files(folder.id, 'uploads', 0, 10).total).toBe(2);
});

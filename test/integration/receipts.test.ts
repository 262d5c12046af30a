/**
 * Receipts and reconcile through the command line and the whole program: what they say is held against the files and
 * against what the emulator has, on both routes.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Program } from '../../main/app/program.ts';
import type { EncordSession } from '../../main/core/encord-port.ts';
import { UploaderError } from '../../main/core/errors.ts';
import { eventually } from '../fixtures/eventually.ts';
import { type CliRun, Lab, sha256 } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

const reasonSchema = z.object({ code: z.string(), message: z.string(), at: z.iso.datetime() }).nullable();
const receiptSchema = z.strictObject({
  format: z.literal('encord-uploader-receipt'),
  version: z.literal(1),
  program: z.strictObject({ name: z.string(), version: z.string() }),
  made_at: z.iso.datetime(),
  notes: z.array(z.string()),
  batch: z.strictObject({
    id: z.number(),
    name: z.string(),
    state: z.enum(['running', 'finished']),
    added_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  }),
  account: z.strictObject({
    name: z.string(),
    kind: z.enum(['ssh', 'api-key']),
    fingerprint: z.string().nullable(),
    domain: z.string(),
  }),
  dataset: z.strictObject({ id: z.string(), title: z.string() }),
  route: z.enum(['storage', 'documented']).nullable(),
  folder: z.string().nullable(),
  totals: z.record(z.string(), z.number()),
  units: z.array(
    z.strictObject({
      unit: z.number(),
      title: z.string(),
      media: z.string(),
      state: z.string(),
      data_hash: z.string().nullable(),
      item_uuid: z.string().nullable(),
      done_at: z.iso.datetime().nullable(),
      attempts: z.number(),
      error: reasonSchema,
      files: z.array(
        z.strictObject({
          position: z.number(),
          name: z.string(),
          path: z.string(),
          size: z.number(),
          sha256: z.string().nullable(),
          state: z.string(),
          stored_at: z.iso.datetime().nullable(),
          tries: z.number(),
          error: reasonSchema,
        }),
      ),
    }),
  ),
  turned_away: z.array(
    z.strictObject({
      state: z.enum(['refused', 'skipped']),
      title: z.string(),
      media: z.string().nullable(),
      path: z.string(),
      size: z.number(),
      reason: z.object({ code: z.string(), message: z.string() }),
      data_hash: z.string().nullable(),
    }),
  ),
});

const savedSchema = z.object({
  ok: z.literal(true),
  value: z.object({ kind: z.literal('download'), path: z.string(), name: z.string() }),
});

const listed = z.object({ title: z.string(), data_hash: z.string().nullable() });
const comparedSchema = z.object({
  format: z.literal('encord-uploader-reconcile'),
  version: z.literal(1),
  datasets: z.array(
    z.object({
      dataset: z.string(),
      rows: z.number(),
      uploaded: z.number(),
      both: z.number(),
      missing: z.array(listed.extend({ path: z.string(), uploaded_at: z.iso.datetime() })),
      extra: z.array(listed),
      different: z.array(z.unknown()),
    }),
  ),
});

let lab: Lab;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
});

afterAll(() => lab.close());

interface Bench {
  readonly folder: string;
  readonly dataset: string;
  readonly id: string;
  /** Its own data folder, so that "the last batch" is its own, and no time for rows to settle. */
  readonly env: NodeJS.ProcessEnv;
}

async function bench(more: Record<string, unknown> = {}): Promise<Bench> {
  serial += 1;
  const folder = join(lab.folder, `receipts-${serial}`);
  mkdirSync(folder);
  const dataset = `Receipts ${serial}`;
  // What was done a moment ago and is not listed counts as missing here.
  const env = {
    ENCORD_UPLOADER_HOME: join(lab.folder, `home-${serial}`),
    ENCORD_UPLOADER_SETTLE_SECONDS: '0',
  };
  return { folder, dataset, id: await lab.dataset(dataset, more), env };
}

function image(folder: string, name: string, seed: number): string {
  const path = join(folder, name);
  writeFileSync(path, makePng({ seed: serial * 1000 + seed }));
  return path;
}

function receiptOf(run: CliRun) {
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
  return receiptSchema.parse(JSON.parse(run.stdout));
}

/** Records of a CSV as RFC 4180 has them. */
function records(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true);
  const found: string[][] = [];
  let record: string[] = [];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
    const [, cell = '', end] = match;
    record.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === ',') continue;
    found.push(record);
    record = [];
  }
  return found;
}

describe.each([
  { route: 'storage', mirrored: true },
  { route: 'storage', mirrored: false },
  { route: 'documented', mirrored: false },
] as const)('on the $route route, mirrored: $mirrored', ({ route, mirrored }) => {
  it('a receipt has every file with its hash and every unit with the ids that Encord knows', async () => {
    const { folder, dataset, id, env } = await bench({ mirrored });
    const upload = ['upload', folder, '--dataset', dataset, '--route', route, '--group-folders', '--json'];
    const old = image(folder, 'old.png', 1);
    const first = await lab.run(upload, env);
    expect(first.code).toBe(0);
    mkdirSync(join(folder, 'frames'));
    for (let frame = 1; frame <= 6; frame += 1) image(join(folder, 'frames'), `f${frame}.png`, 10 + frame);
    const formula = image(folder, '=1+1,"a".png', 2);
    writeFileSync(join(folder, 'notes.txt'), 'No picture.');
    await lab.fault({ kind: 'put', nth: 1 }, { status: 503 });
    const second = await lab.run(upload, env);
    expect(second.summary).toMatchObject({ done: 2, skipped: 1, refused: 1 });
    // The summary names the rows, also of what was skipped, and of datasets whose rows Encord makes itself.
    const rows = new Map((await lab.rows(dataset)).map((row) => [row.title, row.data_hash]));
    for (const unit of second.summary.units) {
      expect(unit.data_hash).toBe(unit.state === 'refused' ? undefined : rows.get(unit.title));
    }

    const receipt = receiptOf(await lab.run(['receipt'], env));
    expect(receipt.batch).toMatchObject({ state: 'finished' });
    expect(receipt.account).toMatchObject({ kind: 'ssh', domain: lab.emulator.url });
    expect(receipt.account.fingerprint).toMatch(/^SHA256:/);
    expect(receipt).toMatchObject({ route, dataset: { id, title: dataset } });
    expect(receipt.folder === null).toBe(route === 'documented');
    expect(receipt.totals).toMatchObject({ done: 2, failed: 0, unfinished: 0, refused: 1, skipped: 1 });

    expect(receipt.units).toHaveLength(2);
    for (const unit of receipt.units) {
      expect(unit).toMatchObject({ state: 'done', error: null, data_hash: rows.get(unit.title) });
      expect(unit.attempts).toBe(unit.files.reduce((sum, file) => sum + file.tries, 0));
      for (const file of unit.files) {
        expect(file).toMatchObject({ sha256: sha256(file.path), state: 'stored', error: null });
        expect(file.size).toBe(readFileSync(file.path).length);
      }
    }
    const group = receipt.units.find((unit) => unit.media === 'image-group');
    expect(group?.files.map((file) => [file.position, file.name])).toEqual(
      [1, 2, 3, 4, 5, 6].map((frame) => [frame - 1, `f${frame}.png`]),
    );
    // One transfer met trouble and was made again.
    expect(receipt.units.reduce((sum, unit) => sum + unit.attempts, 0)).toBe(8);
    expect(receipt.turned_away.map(({ state, path, data_hash }) => ({ state, path, data_hash }))).toEqual([
      { state: 'refused', path: join(folder, 'notes.txt'), data_hash: null },
      { state: 'skipped', path: old, data_hash: rows.get('old.png') },
    ]);

    const file = join(folder, '..', `receipt-${serial}.csv`);
    const asFile = await lab.run(
      ['receipt', String(receipt.batch.id), '--format', 'csv', '--output', file],
      env,
    );
    expect(asFile).toMatchObject({ code: 0, stdout: '' });
    const [header, ...lines] = records(readFileSync(file, 'utf8'));
    const at = (name: string): number => header?.indexOf(name) ?? -1;
    expect(lines).toHaveLength(9);
    expect(lines.every((line) => line.length === header?.length)).toBe(true);
    const line = lines.find((each) => each[at('path')] === formula);
    expect(line?.[at('file')]).toBe(`'=1+1,"a".png`);
    expect(line?.[at('sha256')]).toBe(sha256(formula));
    expect(lines.map((each) => each[at('state')]).sort()).toEqual(
      ['done', 'done', 'done', 'done', 'done', 'done', 'done', 'refused', 'skipped'].sort(),
    );
  }, 60_000);

  it('reconcile finds what went missing and what somebody else added', async () => {
    const { folder, dataset, id, env } = await bench({ mirrored });
    const paths = ['a.png', 'b.png', 'c.png'].map((name, index) => image(folder, name, index));
    await lab.run(['upload', folder, '--dataset', dataset, '--route', route, '--json'], env);
    const args = ['reconcile', '--dataset', dataset];
    const agreed = await lab.run(args, env);
    expect(agreed).toMatchObject({ code: 0, stderr: '' });
    expect(agreed.stdout).toBe(`${dataset}: 3 of 3 uploads are there, nothing is missing.\n`);

    const elsewhere = join(lab.folder, `elsewhere-${serial}`);
    mkdirSync(elsewhere);
    // The same title proves nothing.
    image(elsewhere, 'a.png', 77);
    const other = { ENCORD_UPLOADER_HOME: join(lab.folder, `home-other-${serial}`) };
    await lab.run(['upload', elsewhere, '--dataset', dataset, '--route', route, '--json'], other);
    const before = new Set((await lab.rows(dataset)).map((row) => row.data_hash));
    const [gone] = await lab.removeRows(id, 1);
    expect(before.has(gone ?? '')).toBe(true);

    const differs = await lab.run([...args, '--format', 'json'], env);
    expect(differs.code).toBe(1);
    const [compared] = comparedSchema.parse(JSON.parse(differs.stdout)).datasets;
    expect(compared).toMatchObject({ dataset: id, rows: 3, uploaded: 3, both: 2, different: [] });
    expect(compared?.missing.map((each) => each.data_hash)).toEqual([gone]);
    expect(paths).toContain(compared?.missing[0]?.path);
    expect(compared?.extra.map((each) => each.title)).toEqual(['a.png']);
    const [header, ...lines] = records((await lab.run([...args, '--format', 'csv'], env)).stdout);
    expect(header?.[0]).toBe('result');
    expect(lines.map((each) => each[0])).toEqual(['missing', 'extra']);
    // Without a name: every dataset that something was uploaded into.
    const all = await lab.run(['reconcile'], env);
    expect(all).toMatchObject({ code: 1 });
    expect(all.stdout).toContain(`${dataset}: 2 of 3 uploads are there, 1 missing, 1 rows`);
  }, 60_000);
});

describe('what is missing, uploaded again', () => {
  async function opened(home: NodeJS.ProcessEnv): Promise<Program> {
    const program = await lab.program(home);
    await program.start();
    return program;
  }

  async function again(program: Program, datasetId: string) {
    const report = await program.reconcile.compare(program.accounts.active(), datasetId);
    const review = await program.reconcile.again(report);
    await review.plan.scanned;
    const committed = await program.reviews.commit(review);
    program.engine.wake();
    return { report, committed };
  }

  const done = (program: Program, batchId: number | null) =>
    eventually(() => {
      if (batchId === null) throw new Error('Nothing was queued.');
      expect(program.deps.store.batchView(batchId)?.finishedAt).not.toBeNull();
      return program.deps.store.totals({ kind: 'batch', id: batchId }).units;
    });

  it('comes back as it was, once, and then nothing is missing', async () => {
    const { folder, dataset, id, env } = await bench();
    mkdirSync(join(folder, 'frames'));
    for (let frame = 1; frame <= 3; frame += 1) image(join(folder, 'frames'), `f${frame}.png`, 10 + frame);
    image(join(folder, 'frames'), 'single.png', 30);
    const [changed, removed] = [image(folder, 'changed.png', 31), image(folder, 'removed.png', 32)];
    // A group of some images of a folder, and another image of the same folder alone.
    const frames = [1, 2, 3].map((frame) => join(folder, 'frames', `f${frame}.png`));
    const group = ['--as', 'image-group', '--title', 'Larva 7'];
    await lab.run(['upload', ...frames, ...group, '--dataset', dataset, '--json'], env);
    const singles = [join(folder, 'frames', 'single.png'), changed, removed];
    await lab.run(['upload', ...singles, '--dataset', dataset, '--json'], env);
    const rows = await lab.rows(dataset);
    expect(rows).toHaveLength(4);
    await lab.removeRows(id, 4);
    writeFileSync(changed, makePng({ seed: 999 }));
    rmSync(removed);

    const program = await opened(env);
    try {
      const { report, committed } = await again(program, id);
      expect(report.missing).toHaveLength(4);
      expect(committed.turnedAway.map((each) => each.failure.code).sort()).toEqual([
        'file-changed',
        'file-missing',
      ]);
      expect(await done(program, committed.batchId)).toMatchObject({ done: 2 });
      const back = await lab.rows(dataset);
      expect(back.map((row) => row.title).sort()).toEqual(['Larva 7', 'single.png']);
      expect(back.find((row) => row.images)?.images?.map((each) => each.title)).toEqual([
        'f1.png',
        'f2.png',
        'f3.png',
      ]);
      // The old comparison asked again finds that they came back meanwhile.
      const stale = await program.reconcile.again(report);
      await stale.plan.scanned;
      expect(await program.reviews.commit(stale)).toMatchObject({ batchId: null });
      const after = await program.reconcile.compare(program.accounts.active(), id);
      expect(after).toMatchObject({ both: 2, extra: [] });
      expect(after.missing).toHaveLength(2);
    } finally {
      await program.close();
    }
    expect(await lab.rows(dataset)).toHaveLength(2);
  }, 60_000);

  it('can be retried where it failed, although the ledger knew its files', async () => {
    const { folder, dataset, id, env } = await bench();
    image(folder, 'one.png', 1);
    await lab.run(['upload', folder, '--dataset', dataset, '--json'], env);
    await lab.removeRows(id, 1);
    const program = await opened(env);
    try {
      await lab.fault({ kind: 'put' }, { status: 413 });
      const { committed } = await again(program, id);
      expect(await done(program, committed.batchId)).toMatchObject({ failed: 1 });
      expect(await program.queue.retry({ kind: 'all' })).toBe(1);
      await eventually(() => expect(program.deps.store.totals({ kind: 'all' }).units.done).toBe(2));
    } finally {
      await program.close();
    }
    expect(await lab.rows(dataset)).toHaveLength(1);
  });

  it('is left alone where the dataset is another, and where a copy waits in the queue', async () => {
    const { folder, dataset, id, env } = await bench();
    const other = await lab.dataset(`${dataset} other`);
    image(folder, 'one.png', 1);
    await lab.run(['upload', folder, '--dataset', dataset, '--json'], env);
    await lab.removeRows(id, 1);
    const program = await opened(env);
    try {
      const report = await program.reconcile.compare(program.accounts.active(), id);
      const elsewhere = await program.reconcile.again(report);
      await program.reviews.setDataset(elsewhere, other, null);
      await eventually(() => expect(program.reviews.view(elsewhere).failure?.code).toBe('invalid-input'));
      await program.reviews.discard(elsewhere);

      program.queue.pause({ kind: 'all' });
      const first = await again(program, id);
      const second = await again(program, id);
      expect(second.committed).toMatchObject({ batchId: null, twins: [expect.any(Number)] });
      program.queue.resume({ kind: 'all' });
      expect(await done(program, first.committed.batchId)).toMatchObject({ done: 1 });
    } finally {
      await program.close();
    }
    expect(await lab.rows(dataset)).toHaveLength(1);
  });
});

describe('what a receipt cannot do is said', () => {
  it('of a batch that runs, of one that was cleared, and of none at all', async () => {
    const { folder, id, env } = await bench();
    const none = await lab.run(['receipt'], env);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('No batch has finished yet');
    image(folder, 'one.png', 1);
    const program = await lab.program(env);
    try {
      program.queue.pause({ kind: 'all' });
      await program.start();
      const review = program.reviews.start({
        paths: [folder],
        as: 'auto',
        account: program.accounts.active(),
        dropId: null,
      });
      await program.reviews.setDataset(review, id, null);
      const { batchId } = await program.reviews.commit(review);
      if (batchId === null) throw new Error('Nothing was queued.');
      let text = '';
      for await (const piece of (await program.receipts.make(batchId)).pieces('json')) text += piece;
      const running = receiptSchema.parse(JSON.parse(text));
      expect(running.batch).toMatchObject({ state: 'running', finished_at: null });
      expect(running.totals).toMatchObject({ unfinished: 1, done: 0 });
      program.queue.resume({ kind: 'all' });
      await eventually(() => expect(program.deps.store.totals({ kind: 'all' }).units.done).toBe(1));

      // Cleared in the middle: half a receipt must not pass for a whole one.
      const made = await program.receipts.make(batchId);
      const pieces = made.pieces('json');
      await pieces.next();
      program.queue.clear(batchId);
      await expect(drained(pieces)).rejects.toMatchObject({ code: 'not-found' });
      const kept = join(folder, 'kept.json');
      await expect(program.deps.saveText(kept, refusing(), program.signal)).rejects.toMatchObject({
        code: 'not-found',
      });
      expect(existsSync(kept)).toBe(false);
    } finally {
      await program.close();
    }
    const cleared = await lab.run(['receipt', '1'], env);
    expect(cleared).toMatchObject({ code: 2, stdout: '' });
    expect(cleared.stderr).toContain('cleared from the list');
    const unwritable = await lab.run(['reconcile', '--output', join(folder, 'none', 'x.csv')], env);
    expect(unwritable.code).toBe(2);
    expect(unwritable.stderr).toContain('cannot be written');
  }, 60_000);

  it('that Encord could not be asked for the data hashes', async () => {
    const { folder, dataset, id, env } = await bench();
    image(folder, 'one.png', 1);
    const error = new UploaderError('offline', 'Nothing gets through to Encord.');
    const silent = (session: EncordSession): EncordSession => ({
      check: (signal) => session.check(signal),
      route: (name) => session.route(name),
      resolveTarget: (request, signal) => session.resolveTarget(request, signal),
      datasets: (query, signal) => session.datasets(query, signal),
      dataset: (datasetId, signal) => session.dataset(datasetId, signal),
      createDataset: (request, signal) => session.createDataset(request, signal),
      rows: async () => ({ ok: false, failure: { kind: 'never-sent', error } }),
      folders: (search, signal) => session.folders(search, signal),
      manage: session.manage,
    });
    const program = await lab.program(env, { around: { session: silent } });
    try {
      await program.start();
      const review = program.reviews.start({
        paths: [folder],
        as: 'auto',
        account: program.accounts.active(),
        dropId: null,
      });
      await program.reviews.setDataset(review, id, null);
      const { batchId } = await program.reviews.commit(review);
      program.engine.wake();
      await eventually(() => expect(program.deps.store.totals({ kind: 'all' }).units.done).toBe(1));
      const receipt = await program.receipts.make(batchId ?? 0);
      expect(receipt.notes.join()).toContain('Nothing gets through to Encord.');
      let text = '';
      for await (const piece of receipt.pieces('json')) text += piece;
      expect(receiptSchema.parse(JSON.parse(text))).toMatchObject({
        notes: receipt.notes,
        units: [{ state: 'done', data_hash: null, item_uuid: expect.any(String) }],
      });
    } finally {
      await program.close();
    }
    // The next one has them.
    const [row] = await lab.rows(dataset);
    const receipt = receiptOf(await lab.run(['receipt'], env));
    expect(receipt.units[0]?.data_hash).toBe(row?.data_hash);
  });

  it('and the hashes of a finished batch come by themselves', async () => {
    const { folder, dataset, id, env } = await bench();
    image(folder, 'one.png', 1);
    const program = await lab.program(env);
    try {
      await program.start();
      const review = program.reviews.start({
        paths: [folder],
        as: 'auto',
        account: program.accounts.active(),
        dropId: null,
      });
      await program.reviews.setDataset(review, id, null);
      const { batchId } = await program.reviews.commit(review);
      program.engine.wake();
      const hash = await eventually(() => {
        const [unit] = [...program.deps.store.unitsIn({ kind: 'batch', id: batchId ?? 0 }, ['done'])];
        const known = unit === undefined ? null : program.deps.store.unitView(unit)?.dataHash;
        expect(known).toBeTypeOf('string');
        return known;
      });
      expect((await lab.rows(dataset)).map((row) => row.data_hash)).toEqual([hash]);

      // Without a dialog a receipt is promised as a download, and had once.
      const saved = await program.handle('receipts.save', { batchId, format: 'json' });
      const promise = savedSchema.parse(saved).value;
      expect(promise.name).toMatch(/^Receipt of .*\.json$/);
      const promised = promise.path.replace('/downloads/', '');
      const download = await program.download(promised);
      if (!download.ok) throw new Error(download.error.message);
      let text = '';
      for await (const piece of download.value.pieces()) text += piece;
      expect(receiptSchema.parse(JSON.parse(text)).units[0]?.data_hash).toBe(hash);
      expect(await program.download(promised)).toMatchObject({ ok: false, error: { code: 'not-found' } });
    } finally {
      await program.close();
    }
  });
});

async function drained(pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) expect(piece).toBeTypeOf('string');
}

async function* refusing(): AsyncGenerator<string> {
  yield 'a beginning';
  throw new UploaderError('not-found', 'It was cleared.');
}

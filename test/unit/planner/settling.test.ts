/** Settling: what the ledger knows is skipped, what the queue holds is not added again, and only for good reason. */

import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { JPEG, MP4, PNG } from './heads.ts';
import { countingFiles, folderOf, keyOf, like, planOf, sha256, TestLedger } from './workplace.ts';

const ALL = 1_000_000;

describe('singles', () => {
  it('skips what was uploaded, by the hash of every byte, and hashes nothing of other sizes', async () => {
    const root = folderOf({
      'new.png': like(PNG, 'a longer one'),
      'old.png': PNG,
      'other.png': Uint8Array.from(PNG).fill(9, 12),
    });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'first name.png');
    const { files, hashed } = countingFiles();
    const plan = planOf({ paths: [root] }, { ledger, files });
    expect(await plan.settle('d')).toBe(true);
    expect(hashed.map((path) => path.slice(root.length + 1)).sort()).toEqual(['old.png', 'other.png']);
    expect(plan.totals()).toMatchObject({
      skipped: 1,
      listed: 2,
      units: { image: 2 },
      settledFor: 'd',
      settling: null,
    });
    expect(plan.turnedAway(0, ALL)).toEqual([
      {
        kind: 'skipped',
        path: join(root, 'old.png'),
        title: 'old.png',
        media: 'image',
        size: PNG.length,
        dataHash: 'row of first name.png',
        failure: {
          code: 'duplicate',
          message:
            'The dataset has it already: the same content was uploaded before as first name.png. Nothing needs to be done.',
          details: { uploadedAt: '2023-11-14T22:13:20.000Z', title: 'first name.png' },
          at: expect.any(Number),
        },
      },
    ]);
    const { units, turnedAway, twins } = plan.result();
    expect(Array.from(units, (unit) => [unit.title, unit.items[0]?.sha256])).toEqual([
      ['new.png', null],
      ['other.png', sha256(Uint8Array.from(PNG).fill(9, 12))],
    ]);
    expect([...turnedAway]).toHaveLength(1);
    expect(twins).toEqual([]);
  });

  it('believes no remembered hash that says "uploaded": the file is read', async () => {
    const root = folderOf({ 'a.png': Uint8Array.from(PNG).fill(7, 12) });
    const path = join(root, 'a.png');
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'a.png');
    ledger.hashes.set(keyOf(path, statSync(path)), sha256(PNG));
    const { files, hashed } = countingFiles();
    const plan = planOf({ paths: [root] }, { ledger, files });
    await plan.settle('d');
    expect(hashed).toEqual([path]);
    expect(plan.totals()).toMatchObject({ skipped: 0, files: 1 });
  });

  it('believes a remembered hash that says "new", and reads nothing', async () => {
    const root = folderOf({ 'a.png': Uint8Array.from(PNG).fill(7, 12) });
    const path = join(root, 'a.png');
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'a.png');
    ledger.hashes.set(keyOf(path, statSync(path)), sha256(Uint8Array.from(PNG).fill(7, 12)));
    const { files, hashed } = countingFiles();
    const plan = planOf({ paths: [root] }, { ledger, files });
    await plan.settle('d');
    expect(hashed).toEqual([]);
    expect(plan.totals()).toMatchObject({ skipped: 0, files: 1 });
  });

  it('keeps what waits in the queue as a twin, before it asks what was uploaded', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': JPEG });
    const ledger = new TestLedger();
    ledger.addActive('d', 'image', [join(root, 'a.png')], 77);
    ledger.addUploaded('d', 'image', [PNG], 'a.png');
    const plan = planOf({ paths: [root] }, { ledger });
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({ twins: 1, skipped: 0, files: 1, listed: 2 });
    expect(plan.units(0, ALL).map((unit) => [unit.title, unit.twin])).toEqual([
      ['a.png', 77],
      ['b.png', null],
    ]);
    const result = plan.result();
    expect(result.twins).toEqual([77]);
    expect(Array.from(result.units, (unit) => unit.title)).toEqual(['b.png']);
  });

  it('knows files that were only touched since they were stored, by their content', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': JPEG });
    const ledger = new TestLedger();
    ledger.addTouched('d', 'image', new Map([[join(root, 'a.png'), sha256(PNG)]]), 77);
    ledger.addTouched('d', 'image', new Map([[join(root, 'b.png'), sha256(PNG)]]), 78);
    const plan = planOf({ paths: [root] }, { ledger });
    await plan.settle('d');
    expect(plan.result().twins).toEqual([77]);
    expect(Array.from(plan.result().units, (unit) => unit.title)).toEqual(['b.png']);
  });

  it('uploads both of two identical files, and says so where it knows', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': PNG });
    const ledger = new TestLedger();
    ledger.sizes.add(`d ${PNG.length}`);
    const plan = planOf({ paths: [root] }, { ledger });
    await plan.settle('d');
    expect(plan.units(0, ALL).map((unit) => unit.note)).toEqual([
      null,
      `The same content as ${join(root, 'a.png')}.`,
    ]);
    expect([...plan.result().units]).toHaveLength(2);
  });

  it('knows a video only as a video', async () => {
    const root = folderOf({ 'a.mp4': MP4 });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [MP4], 'a.mp4');
    const plan = planOf({ paths: [root] }, { ledger });
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({ skipped: 0, units: { video: 1 } });
  });

  it('reads a file that changed once more, as it is now', async () => {
    const root = folderOf({ 'a.png': PNG });
    const path = join(root, 'a.png');
    const ledger = new TestLedger();
    ledger.sizes.add(`d ${PNG.length}`);
    const grown = like(PNG, 'more');
    const { files } = countingFiles();
    const plan = planOf({ paths: [root] }, { ledger, files });
    await plan.scanned;
    writeFileSync(path, grown);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    await plan.settle('d');
    expect(Array.from(plan.result().units, (unit) => unit.items[0])).toMatchObject([
      { identity: { size: grown.length, mtimeMs: 1_700_000_000_000 }, sha256: sha256(grown) },
    ]);
    expect(plan.totals().bytes).toBe(grown.length);
  });

  it('refuses a file that cannot be read any more', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': JPEG });
    const ledger = new TestLedger();
    ledger.sizes.add(`d ${PNG.length}`);
    const { files } = countingFiles();
    const gone: typeof files.sha256 = async () => {
      throw new UploaderError('file-missing', 'There is no such file.');
    };
    const plan = planOf({ paths: [root] }, { ledger, files: { ...files, sha256: gone } });
    await plan.settle('d');
    expect(plan.turnedAway(0, ALL)).toMatchObject([
      { title: 'a.png', kind: 'refused', failure: { code: 'file-missing' } },
    ]);
    expect(plan.totals()).toMatchObject({ files: 1, bytes: JPEG.length, listed: 1, refused: 1 });
  });
});

describe('groups', () => {
  const frames = [like(PNG, '1'), like(PNG, '2'), like(PNG, '3')];
  const group = {
    'run/f1.png': frames[0] ?? PNG,
    'run/f2.png': frames[1] ?? PNG,
    'run/f3.png': frames[2] ?? PNG,
  };

  it('are skipped when their frames were uploaded in this order', async () => {
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image-group', frames, 'run');
    const plan = planOf({ paths: [folderOf(group)], as: 'image-group' }, { ledger });
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({
      skipped: 1,
      listed: 0,
      files: 0,
      bytes: 0,
      units: { 'image-group': 0 },
    });
    expect(plan.turnedAway(0, 9)[0]?.failure.message).toContain('the same frames were uploaded before.');
  });

  it('are new when their frames were uploaded in another order', async () => {
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image-group', frames.toReversed(), 'run');
    const plan = planOf({ paths: [folderOf(group)], as: 'image-group' }, { ledger });
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({ skipped: 0, units: { 'image-group': 1 } });
  });

  it('are not hashed where one frame has a size that nobody uploaded', async () => {
    const ledger = new TestLedger();
    ledger.sizes.add(`d ${frames[0]?.length}`);
    const { files, hashed } = countingFiles();
    const root = folderOf({ ...group, 'run/f4.png': like(PNG, 'other size') });
    const plan = planOf({ paths: [root], as: 'image-group' }, { ledger, files });
    await plan.settle('d');
    expect(hashed).toEqual([]);
  });

  it('are twins of groups in the queue', async () => {
    const root = folderOf(group);
    const ledger = new TestLedger();
    ledger.addActive(
      'd',
      'image-group',
      ['f1', 'f2', 'f3'].map((name) => join(root, 'run', `${name}.png`)),
      5,
    );
    const plan = planOf({ paths: [root], as: 'image-group' }, { ledger });
    await plan.settle('d');
    expect(plan.result().twins).toEqual([5]);
    expect([...plan.result().units]).toEqual([]);
  });
});

describe('a change of mind', () => {
  it('another dataset is settled anew, without hashing again', async () => {
    const root = folderOf({ 'a.png': PNG });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'a.png');
    ledger.sizes.add(`e ${PNG.length}`);
    const { files, hashed } = countingFiles();
    const plan = planOf({ paths: [root], datasetId: 'd' }, { ledger, files });
    expect(await plan.settle('d')).toBe(true);
    expect(plan.totals().skipped).toBe(1);
    expect(await plan.settle('e')).toBe(true);
    expect(plan.totals()).toMatchObject({ skipped: 0, files: 1, settledFor: 'e' });
    expect(hashed).toHaveLength(1);
    expect(await plan.settle('d')).toBe(true);
    expect(plan.totals()).toMatchObject({ skipped: 1, files: 0 });
  });

  it('a call for another dataset supersedes the one that goes on', async () => {
    const root = folderOf({ 'a.png': PNG });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'a.png');
    const plan = planOf({ paths: [root] }, { ledger });
    const first = plan.settle('d');
    const joined = plan.settle('d');
    const second = plan.settle('e');
    expect(await Promise.all([first, joined, second])).toEqual([false, false, true]);
    expect(plan.totals()).toMatchObject({ skipped: 0, settledFor: 'e' });
  });

  it('switching a folder asks for settling again, and forgets what was found there', async () => {
    const root = folderOf({ 'run/f1.png': PNG, 'run/f2.png': like(PNG, '2'), 'solo/x.png': JPEG });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'f1.png');
    ledger.addUploaded('d', 'image', [JPEG], 'x.png');
    const plan = planOf({ paths: [root], datasetId: 'd' }, { ledger });
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({ skipped: 2, units: { image: 1 } });
    plan.setFolder(join(root, 'run'), 'group');
    expect(plan.totals()).toMatchObject({
      skipped: 1,
      units: { image: 0, 'image-group': 1 },
      settledFor: null,
      files: 2,
    });
    expect(() => plan.result()).toThrow(/still being compared/);
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({
      skipped: 1,
      units: { image: 0, 'image-group': 1 },
      settledFor: 'd',
    });
    plan.setFolder(join(root, 'run'), 'single');
    await plan.settle('d');
    expect(plan.totals()).toMatchObject({ skipped: 2, units: { image: 1, 'image-group': 0 }, files: 1 });
  });

  it('a dataset that the route cannot take blocks everything, with the reason', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.txt': 'text' });
    const routeCheck = async (datasetId: string) =>
      datasetId === 'aws' ? new UploaderError('dataset-storage', 'The dataset is on AWS.') : null;
    const plan = planOf({ paths: [root], routeCheck });
    expect(await plan.settle('aws')).toBe(true);
    expect(plan.totals().blocked).toMatchObject({ code: 'dataset-storage' });
    const { units, turnedAway } = plan.result();
    expect([...units]).toEqual([]);
    expect(Array.from(turnedAway, (one) => [one.title, one.kind, one.failure.code])).toEqual([
      ['b.txt', 'refused', 'file-type'],
      ['a.png', 'refused', 'dataset-storage'],
    ]);
    expect(await plan.settle('own')).toBe(true);
    expect(plan.totals().blocked).toBeNull();
    expect([...plan.result().units]).toHaveLength(1);
  });

  it('cancelling ends a comparison', async () => {
    const root = folderOf({ 'a.png': PNG });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image', [PNG], 'a.png');
    const { files } = countingFiles();
    const reading = Promise.withResolvers<void>();
    const plan = planOf(
      { paths: [root] },
      {
        ledger,
        files: {
          ...files,
          sha256: (_path, _identity, signal) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(new UploaderError('cancelled', 'Cancelled.')));
              reading.resolve();
            }),
        },
      },
    );
    const settled = plan.settle('d');
    await reading.promise;
    plan.cancel();
    expect(await settled).toBe(false);
    expect(plan.totals()).toMatchObject({ settledFor: null, refused: 0, files: 1 });
  });
});

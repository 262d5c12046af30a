/** Many files, deep trees, and names that are more or less than one file: what each of them comes to. */

import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WatchDeps } from '../../../main/app/deps.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import { makePng } from '../../fixtures/png.ts';
import { Rig, type RigOptions, sha256Of } from './rig.ts';

/** `npm test` takes part of them, so that it stays quick. */
const BURST_FILES = process.env.ENCORD_TEST_LONG ? 10_000 : 3_000;

let rig: Rig;
let root: string;
const open = async (options: RigOptions = {}): Promise<void> => {
  rig = await Rig.open(options);
  root = rig.folder();
};
afterEach(() => rig?.close());

/** Exactly these became rows, and nothing else was ever stored. */
async function expectOnly(...contents: readonly Buffer[]): Promise<void> {
  const hashes = contents.map(sha256Of).sort();
  await rig.untilRows(hashes.length);
  await rig.pass(20_000);
  await rig.untilIdle();
  expect((await rig.rows()).map((row) => row.sha256).sort()).toEqual(hashes);
  expect(rig.stored()).toEqual(hashes);
}

describe('many', () => {
  beforeEach(() => open());

  it('files that come in one burst are all there, once', { timeout: 300_000 }, async () => {
    const { id } = await rig.add(root);
    const pngs = Array.from({ length: BURST_FILES }, (_, index) => makePng({ seed: 100_000 + index }));
    for (const [index, png] of pngs.entries()) writeFileSync(join(root, `tile-${index}.png`), png);
    await rig.until(() => rig.view(id).uploaded === BURST_FILES, 240_000);
    await expectOnly(...pngs);
    const titles = (await rig.rows()).map((row) => row.title);
    expect(new Set(titles).size).toBe(BURST_FILES);
    expect(rig.view(id)).toMatchObject({
      uploaded: BURST_FILES,
      waiting: 0,
      skipped: 0,
      today: { files: BURST_FILES },
    });
  });

  it('folders, deep in one another, are all looked into: 2,000', async () => {
    await rig.add(root);
    const pngs: Buffer[] = [];
    for (let chain = 0; chain < 40; chain += 1) {
      const deep = join(root, `run-${chain}`, ...Array.from({ length: 49 }, (_, level) => `level-${level}`));
      mkdirSync(deep, { recursive: true });
      const png = makePng({ seed: 200_000 + chain });
      writeFileSync(join(deep, 'end.png'), png);
      pngs.push(png);
    }
    await expectOnly(...pngs);
  });
});

describe('several names', () => {
  beforeEach(() => open());
  const png = makePng({ seed: 1, bytes: 900 });

  it('of one file, by hard links, are one row, and the others say why they are none', async () => {
    const { id } = await rig.add(root);
    writeFileSync(join(root, 'one.png'), png);
    mkdirSync(join(root, 'sub'));
    linkSync(join(root, 'one.png'), join(root, 'sub/two.png'));
    linkSync(join(root, 'one.png'), join(root, 'three.png'));
    await rig.until(() => rig.program.watch.files(id, 'skipped', 0, 10).total === 2);
    for (const row of rig.program.watch.files(id, 'skipped', 0, 10).rows) {
      expect(row).toMatchObject({ state: 'skipped', reason: expect.stringMatching(/\S/) });
    }
    await expectOnly(png);
  });

  it('by links are none: neither files nor folders are followed out of the root, and loops do no harm', async () => {
    const outside = rig.folder('outside');
    writeFileSync(join(outside, 'secret.png'), makePng({ seed: 2, bytes: 900 }));
    const before = makePng({ seed: 3, bytes: 900 });
    writeFileSync(join(root, 'before.png'), before);
    symlinkSync(outside, join(root, 'out-before'));
    symlinkSync(root, join(root, 'loop-before'));
    const { id } = await rig.add(root);
    symlinkSync(join(outside, 'secret.png'), join(root, 'file.png'));
    symlinkSync(outside, join(root, 'out'));
    mkdirSync(join(root, 'sub'));
    symlinkSync('..', join(root, 'sub/loop'));
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling.png'));
    symlinkSync('itself.png', join(root, 'itself.png'));
    writeFileSync(join(root, 'sub/real.png'), png);
    // Behind a link of the root: the file is one of the root all the same, by its own name.
    await rig.untilRows(2);
    await rig.program.watch.scan(id);
    expect(rig.waiting(id)).toEqual([]);
    await expectOnly(before, png);
  });

  it('after one another, by a change of case alone, are one row', async () => {
    const { id } = await rig.add(root);
    writeFileSync(join(root, 'slide.png'), png);
    await rig.untilRows(1);
    await rig.untilIdle();
    renameSync(join(root, 'slide.png'), join(root, 'Slide.PNG'));
    await rig.program.watch.scan(id);
    await expectOnly(png);
    expect(await rig.rows()).toMatchObject([{ title: 'slide.png' }]);
  });

  it('after one another, before it was taken, are one row under the last name', async () => {
    await rig.add(root);
    writeFileSync(join(root, 'slide.png'), png);
    await rig.pass(5_000);
    renameSync(join(root, 'slide.png'), join(root, 'Slide.PNG'));
    await expectOnly(png);
    expect(await rig.rows()).toMatchObject([{ title: 'Slide.PNG' }]);
  });

  it('after one another, because its folder is renamed, are one row', async () => {
    const { id } = await rig.add(root);
    mkdirSync(join(root, 'Run'));
    writeFileSync(join(root, 'Run/slide.png'), png);
    await rig.untilRows(1);
    await rig.untilIdle();
    renameSync(join(root, 'Run'), join(root, 'run'));
    await rig.until(() => rig.program.watch.files(id, 'skipped', 0, 10).total === 1);
    await expectOnly(png);
  });
});

describe('a file that cannot be read', () => {
  const png = makePng({ seed: 4, bytes: 900 });

  it('says so, and is uploaded when it can', async (context) => {
    if (process.getuid?.() === 0) return context.skip('root may read every file');
    await open();
    const { id } = await rig.add(root);
    writeFileSync(join(root, 'locked.png'), png);
    chmodSync(join(root, 'locked.png'), 0);
    await rig.pass(60_000);
    expect(rig.waiting(id)).toMatchObject([
      { name: 'locked.png', reason: expect.stringMatching(/permission/i) },
    ]);
    chmodSync(join(root, 'locked.png'), 0o600);
    await expectOnly(png);
  });

  /** In a way that holds for the system's own user too, who may read every file: the disk itself refuses. */
  it('because the disk refuses says so, and is uploaded when it no longer does', async () => {
    const words = 'The system does not give the permission to read it.';
    let refuses = true;
    const refusing = (deps: WatchDeps): WatchDeps => ({
      ...deps,
      disk: (at) => {
        const disk = deps.disk(at);
        return {
          ...disk,
          read: async (...args) => {
            if (refuses) throw new UploaderError('file-unreadable', words);
            return disk.read(...args);
          },
        };
      },
    });
    await open({ around: { watch: refusing } });
    const { id } = await rig.add(root);
    writeFileSync(join(root, 'locked.png'), png);
    await rig.pass(60_000);
    expect(rig.waiting(id)).toMatchObject([{ name: 'locked.png', reason: words, tone: 'waiting' }]);
    refuses = false;
    await expectOnly(png);
  });

  it('because it is a link to itself is uploaded when a file is in its place', async () => {
    await open();
    const { id } = await rig.add(root);
    symlinkSync('looped.png', join(root, 'looped.png'));
    await rig.pass(60_000);
    expect(rig.waiting(id)).toEqual([]);
    rmSync(join(root, 'looped.png'));
    writeFileSync(join(root, 'looped.png'), png);
    await expectOnly(png);
  });
});

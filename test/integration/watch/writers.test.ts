/** Writers of many kinds against real folders: what each of them comes to, and that no half-written file is ever sent. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePng } from '../../fixtures/png.ts';
import { movie, pngInBursts, recording, runningMovie } from './recordings.ts';
import { Rig, sha256Of } from './rig.ts';

/** Of the usual rules. */
const QUIET_MS = 10_000;

let rig: Rig;
let root: string;
beforeEach(async () => {
  rig = await Rig.open();
  root = rig.folder();
});
afterEach(() => rig?.close());

/** Appends piece after piece, and lets time pass after each. */
async function writeSlowly(path: string, pieces: readonly Buffer[], pauseMs: number): Promise<void> {
  for (const piece of pieces) {
    appendFileSync(path, piece);
    await rig.pass(pauseMs);
  }
}

/** Exactly these became rows, and nothing else was ever stored. */
async function expectOnly(...contents: readonly Buffer[]): Promise<void> {
  const hashes = contents.map(sha256Of).sort();
  await rig.untilRows(hashes.length);
  await rig.pass(2 * QUIET_MS);
  await rig.untilIdle();
  expect((await rig.rows()).map((row) => row.sha256).sort()).toEqual(hashes);
  expect(rig.stored()).toEqual(hashes);
}

describe('a writer that pauses', () => {
  it('for less than the quiet time is waited for, though its format does not say when it is whole', async () => {
    const { id } = await rig.add(root);
    const pieces = recording(1, 6);
    await writeSlowly(join(root, 'live.webm'), pieces, QUIET_MS * 0.8);
    expect(rig.waiting(id)).toMatchObject([
      { name: 'live.webm', reason: expect.stringContaining('waiting until it is quiet'), tone: 'waiting' },
    ]);
    await expectOnly(Buffer.concat(pieces));
  });

  it('for longer is waited for where its format says when it is whole', async () => {
    const { id } = await rig.add(root);
    const pieces = pngInBursts(2, 4);
    await writeSlowly(join(root, 'slow.png'), pieces.slice(0, -1), QUIET_MS * 2);
    expect(rig.waiting(id)).toMatchObject([
      { name: 'slow.png', reason: expect.stringMatching(/^not complete/) },
    ]);
    appendFileSync(join(root, 'slow.png'), pieces.at(-1) ?? '');
    await expectOnly(Buffer.concat(pieces));
  });

  it('for longer is waited for where a marker is to come', async () => {
    const { id } = await rig.add(root, { readiness: { marker: '{name}.done' } });
    const pieces = recording(3, 3);
    await writeSlowly(join(root, 'live.webm'), pieces, QUIET_MS * 3);
    expect(rig.waiting(id)).toMatchObject([{ name: 'live.webm', reason: 'waiting for live.webm.done' }]);
    writeFileSync(join(root, 'live.webm.done'), '');
    await expectOnly(Buffer.concat(pieces));
  });

  it('for longer is waited for where a list gives its size', async () => {
    const { id } = await rig.add(root, { readiness: { manifest: '*.sha256' } });
    const pieces = recording(4, 3);
    const whole = Buffer.concat(pieces);
    writeFileSync(join(root, 'run.sha256'), `${sha256Of(whole)}  live.webm\n`);
    await writeSlowly(join(root, 'live.webm'), pieces.slice(0, -1), QUIET_MS * 3);
    expect(rig.waiting(id)).toMatchObject([
      { name: 'live.webm', reason: expect.stringMatching(/another hash/) },
    ]);
    appendFileSync(join(root, 'live.webm'), pieces.at(-1) ?? '');
    await expectOnly(whole);
  });

  it('for longer is waited for while it holds the file open', async (context) => {
    if (process.platform !== 'linux') return context.skip('only Linux tells it in the same way everywhere');
    const { id } = await rig.add(root);
    const pieces = recording(5, 3);
    const file = openSync(join(root, 'live.webm'), 'w');
    for (const piece of pieces) {
      writeSync(file, piece);
      await rig.pass(QUIET_MS * 3);
      expect(rig.waiting(id)).toMatchObject([
        { name: 'live.webm', reason: expect.stringContaining(`open by process ${process.pid}`) },
      ]);
    }
    closeSync(file);
    await expectOnly(Buffer.concat(pieces));
  });
});

it('a file that another process holds open for writing waits, and says for whom', async (context) => {
  if (process.platform !== 'linux') return context.skip('only Linux tells it in the same way everywhere');
  const { id } = await rig.add(root);
  const path = join(root, 'held.png');
  const png = makePng({ seed: 6, bytes: 900 });
  writeFileSync(path, png);
  const script = `require('node:fs').openSync(process.argv[1], 'r+'); process.stdout.write('open'); process.stdin.resume()`;
  const holder = spawn(process.execPath, ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    await rig.pass(QUIET_MS * 6);
    expect(rig.waiting(id)).toMatchObject([
      { name: 'held.png', reason: expect.stringContaining(`open by process ${holder.pid}`) },
    ]);
    expect(rig.stored()).toEqual([]);
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
  await expectOnly(png);
});

describe('where nothing tells that a file is whole', () => {
  const pieces = recording(7, 4);
  const half = Buffer.concat(pieces.slice(0, 2));
  const whole = Buffer.concat(pieces);

  /** Writes half of it, pauses until that was uploaded, and writes the rest. */
  async function writeInHalves(): Promise<void> {
    appendFileSync(join(root, 'live.webm'), half);
    await rig.untilRows(1);
    await rig.untilIdle();
    appendFileSync(join(root, 'live.webm'), whole.subarray(half.length));
  }

  it('the change is noticed, and the new version is uploaded', async () => {
    await rig.add(root, { changed: 'upload' });
    await writeInHalves();
    await expectOnly(half, whole);
  });

  it('the change is noticed, and left alone where that is the rule', async () => {
    const { id } = await rig.add(root, { changed: 'ignore' });
    await writeInHalves();
    await rig.until(() => rig.program.watch.files(id, 'skipped', 0, 10).total === 1);
    expect(rig.program.watch.files(id, 'skipped', 0, 10).rows).toMatchObject([
      {
        path: 'live.webm',
        size: whole.length,
        state: 'ignored',
        reason: expect.stringMatching(/changed after/),
      },
    ]);
    await expectOnly(half);
  });

  it('the change is noticed, and a person is asked where that is the rule', async () => {
    const { id } = await rig.add(root, { changed: 'ask' });
    await writeInHalves();
    await rig.until(() => rig.waiting(id).some((row) => row.tone === 'ask'));
    expect(rig.waiting(id)).toMatchObject([
      { name: 'live.webm', reason: 'it changed after it was uploaded', choices: ['upload', 'ignore'] },
    ]);
    expect(rig.view(id).attention).toBe(1);
    await expectOnly(half);
    rig.program.watch.decide(id, ['live.webm'], 'upload');
    await expectOnly(half, whole);
  });
});

describe('temporary names', () => {
  /** How long it was from now until the row was there, on the clock of the program. */
  async function untilRow(): Promise<number> {
    const from = rig.clock.monotonic();
    await rig.untilRows(1);
    return rig.clock.monotonic() - from;
  }

  it.each([
    ['as rsync makes them', '.scan.webm.x7Kq2A'],
    ['as copiers make them', 'scan.webm.part'],
    ['as browsers make them', 'scan.webm.crdownload'],
  ])('%s are waited for, and the renamed file is taken at once', async (_, temporary) => {
    await rig.add(root, { readiness: { quietSeconds: 60 } });
    const pieces = recording(8, 3);
    await writeSlowly(join(root, temporary), pieces, 90_000);
    expect(rig.stored()).toEqual([]);
    const yesterday = new Date(Date.now() - 86_400_000);
    utimesSync(join(root, temporary), yesterday, yesterday);
    // It is looked at as it is now before it goes.
    await rig.pass(1_000);
    renameSync(join(root, temporary), join(root, 'scan.webm'));
    expect(await untilRow()).toBeLessThan(60_000);
    await expectOnly(Buffer.concat(pieces));
    expect(await rig.rows()).toMatchObject([{ title: 'scan.webm' }]);
  });

  it('speak for a file until it is written to under its new name', async () => {
    const { id } = await rig.add(root, { readiness: { marker: '{name}.done' } });
    const path = join(root, 'scan.webm');
    writeFileSync(`${path}.part`, Buffer.concat(recording(30, 1)));
    await rig.pass(1_000);
    renameSync(`${path}.part`, path);
    await rig.until(() => rig.waiting(id).some((row) => row.reason === 'waiting for scan.webm.done'));
    const pieces = recording(31, 4);
    truncateSync(path, 0);
    writeFileSync(`${path}.done`, '');
    await writeSlowly(path, pieces, QUIET_MS * 0.7);
    await expectOnly(Buffer.concat(pieces));
  });

  it('of a folder of its own are none: what is moved in has to be quiet, as nobody saw it being written', async () => {
    const { id } = await rig.add(root);
    const outside = rig.folder('outside');
    const whole = Buffer.concat(recording(9, 2));
    writeFileSync(join(outside, 'scan.webm'), whole);
    renameSync(join(outside, 'scan.webm'), join(root, 'scan.webm'));
    await rig.until(() => rig.waiting(id).length === 1);
    expect(rig.stored()).toEqual([]);
    await expectOnly(whole);
  });

  it('that the folder names itself count like the usual ones', async () => {
    await rig.add(root, { readiness: { unfinishedNames: ['*.writing'] } });
    const pieces = recording(10, 3);
    await writeSlowly(join(root, 'scan.webm.writing'), pieces, QUIET_MS * 3);
    expect(rig.stored()).toEqual([]);
    renameSync(join(root, 'scan.webm.writing'), join(root, 'scan.webm'));
    await expectOnly(Buffer.concat(pieces));
  });
});

describe('a header that is written last', () => {
  it.each([
    ['the lengths and the index of a camera', runningMovie],
    [
      'the first bytes of a copy',
      (whole: Buffer) => Buffer.concat([Buffer.alloc(4_096), whole.subarray(4_096)]),
    ],
  ])('is waited for: %s', async (_, before) => {
    const { id } = await rig.add(root);
    const whole = movie(11);
    const path = join(root, 'take.mp4');
    writeFileSync(path, before(whole));
    await rig.pass(QUIET_MS * 5);
    expect(rig.waiting(id)).toMatchObject([
      { name: 'take.mp4', reason: expect.stringMatching(/^not complete/) },
    ]);
    const file = openSync(path, 'r+');
    writeSync(file, whole, 0, whole.length, 0);
    closeSync(file);
    await expectOnly(whole);
  });
});

describe('room that is reserved first', () => {
  const whole = Buffer.concat(pngInBursts(12, 4));
  const quarter = Math.ceil(whole.length / 4);

  it.each([
    ['from its beginning, with long pauses', [0, 1, 2, 3], QUIET_MS * 2, /^not complete/],
    ['from its end, with long pauses', [3, 2, 1, 0], QUIET_MS * 2, /^not complete/],
    // With its end there it has all that a PNG needs, but for what is in it.
    ['its middle last, with short pauses', [0, 3, 1, 2], QUIET_MS * 0.7, /quiet for|^not complete/],
  ])('and filled %s is waited for', async (_, order, pauseMs, reason) => {
    const { id } = await rig.add(root);
    const path = join(root, 'reserved.png');
    writeFileSync(path, '');
    truncateSync(path, whole.length);
    for (const part of order) {
      await rig.pass(pauseMs);
      expect(rig.waiting(id)).toMatchObject([
        { name: 'reserved.png', reason: expect.stringMatching(reason) },
      ]);
      const file = openSync(path, 'r+');
      const from = part * quarter;
      writeSync(file, whole, from, Math.min(quarter, whole.length - from), from);
      closeSync(file);
    }
    await expectOnly(whole);
  });
});

it('a file that never rests is reported as stuck, watched on, and uploaded when it ends', async () => {
  const { id } = await rig.add(root, { readiness: { stuckAfterSeconds: 60 } });
  const path = join(root, 'log.webm');
  const pieces = recording(13, 20);
  await writeSlowly(path, pieces.slice(0, 10), 5_000);
  expect(rig.waiting(id)).toMatchObject([{ name: 'log.webm', tone: 'waiting', choices: [] }]);
  await writeSlowly(path, pieces.slice(10), 5_000);
  expect(rig.waiting(id)).toMatchObject([
    { name: 'log.webm', tone: 'stuck', choices: ['upload', 'ignore', 'wait'] },
  ]);
  expect(rig.view(id)).toMatchObject({ waiting: 1, attention: 1 });
  expect(rig.stored()).toEqual([]);
  await expectOnly(Buffer.concat(pieces));
});

describe('a file that is written, closed and opened again', () => {
  const first = makePng({ seed: 14, bytes: 900 });
  const second = makePng({ seed: 15, bytes: 900 });

  it('before it was taken is sent as it is in the end', async () => {
    await rig.add(root);
    writeFileSync(join(root, 'twice.png'), first);
    await rig.pass(QUIET_MS * 0.6);
    writeFileSync(join(root, 'twice.png'), second);
    await rig.pass(QUIET_MS * 0.6);
    expect(rig.stored()).toEqual([]);
    await expectOnly(second);
  });

  it('after it was taken is sent in both versions', async () => {
    await rig.add(root);
    writeFileSync(join(root, 'twice.png'), first);
    await rig.untilRows(1);
    writeFileSync(join(root, 'twice.png'), second);
    await expectOnly(first, second);
  });
});

it('a change of the time alone is looked at, and nothing is sent again', async () => {
  const { id } = await rig.add(root);
  const png = makePng({ seed: 16, bytes: 900 });
  const path = join(root, 'touched.png');
  writeFileSync(path, png);
  await rig.untilRows(1);
  await rig.untilIdle();
  utimesSync(path, new Date(), new Date(Date.now() - 3_600_000));
  await rig.until(() => rig.program.watch.files(id, 'skipped', 0, 10).total === 1);
  const [row] = rig.program.watch.files(id, 'skipped', 0, 10).rows;
  expect(row).toMatchObject({ path: 'touched.png', state: 'skipped', reason: expect.stringMatching(/\S/) });
  await expectOnly(png);
});

it('a folder that is moved in whole is uploaded whole', async () => {
  await rig.add(root);
  const outside = rig.folder('outside');
  mkdirSync(join(outside, 'run/a'), { recursive: true });
  const pngs = [20, 21, 22].map((seed) => makePng({ seed, bytes: 700 }));
  for (const [index, png] of pngs.entries()) {
    writeFileSync(join(outside, index === 0 ? 'run/0.png' : `run/a/${index}.png`), png);
  }
  renameSync(join(outside, 'run'), join(root, 'run'));
  await expectOnly(...pngs);
});

/** What befalls a file while the program looks at it, hashes it or sends it. */

import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { WatchDeps } from '../../../main/app/deps.ts';
import { makePng } from '../../fixtures/png.ts';
import { Rig, sha256Of } from './rig.ts';

/** Larger than what the sockets between hold, so that its second half is still on disk when the first has arrived. */
const LARGE_BYTES = 24_000_000;

let rig: Rig;
afterEach(() => rig?.close());

const png = makePng({ seed: 1, bytes: 900 });
const other = makePng({ seed: 2, bytes: 1_500 });

/** Calls `strike` around every hash that a list asks for. */
function hashing(strike: (when: 'before' | 'after') => void): (deps: WatchDeps) => WatchDeps {
  return (deps) => ({
    ...deps,
    disk: (root) => {
      const disk = deps.disk(root);
      return {
        ...disk,
        hash: async (...args) => {
          strike('before');
          const hash = await disk.hash(...args);
          strike('after');
          return hash;
        },
      };
    },
  });
}

async function expectRows(...contents: readonly Buffer[]): Promise<void> {
  await rig.untilRows(contents.length);
  await rig.pass(20_000);
  await rig.untilIdle();
  const hashes = contents.map(sha256Of).sort();
  expect((await rig.rows()).map((row) => row.sha256).sort()).toEqual(hashes);
  expect(rig.stored()).toEqual(hashes);
}

describe('while it is hashed', () => {
  const MISHAPS = [
    ['is deleted', (path: string) => rmSync(path)],
    ['is replaced', (path: string) => writeFileSync(path, other)],
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['is cut short', (path: string) => truncateSync(path, 100)],
  ] as const;
  const cases = MISHAPS.flatMap(([title, does]) =>
    (['before', 'after'] as const).map((when) => [title, when, does] as const),
  );

  it.each(cases)(
    'a file that %s, %s its bytes are read, is not taken; then it is put right',
    async (_, when, does) => {
      let struck = false;
      let path = '';
      const strike = (now: 'before' | 'after'): void => {
        if (struck || now !== when) return;
        struck = true;
        does(path);
      };
      rig = await Rig.open({ around: { watch: hashing(strike) } });
      const root = rig.folder();
      path = join(root, 'scan.png');
      await rig.add(root, { readiness: { manifest: 'list.sha256' } });
      writeFileSync(join(root, 'list.sha256'), `${sha256Of(png)}  scan.png\n`);
      writeFileSync(path, png);
      await rig.until(() => struck);
      await rig.pass(120_000);
      expect(rig.stored()).toEqual([]);
      expect(await rig.rows()).toEqual([]);
      writeFileSync(path, png);
      await expectRows(png);
    },
  );
});

describe('while it is sent', () => {
  const large = makePng({ seed: 3, bytes: LARGE_BYTES });
  const newer = makePng({ seed: 4, bytes: LARGE_BYTES + 5_000 });

  /** Adds a large file, and comes back when a part of it arrived and the rest is held up. */
  async function untilHalfSent(): Promise<string> {
    rig = await Rig.open();
    const root = rig.folder();
    await rig.add(root);
    await rig.lab.fault({ kind: 'put' }, { stallMs: 3_000 });
    rig.holdsTransfers(true);
    const path = join(root, 'large.png');
    writeFileSync(path, large);
    const incoming = join(rig.lab.folder, 'emulator', 'incoming');
    const arrived = () => readdirSync(incoming).map((name) => statSync(join(incoming, name)).size);
    await rig.until(() => arrived().some((size) => size > LARGE_BYTES / 4));
    return path;
  }

  it.each([
    ['replaced', (path: string) => renameSync(`${path}.part`, path)],
    ['overwritten in place', (path: string) => writeFileSync(path, newer)],
  ])('a file that is %s comes to its new version, and never to a mixture', async (_, strike) => {
    const path = await untilHalfSent();
    writeFileSync(`${path}.part`, newer);
    expect(rig.stored()).toEqual([]);
    strike(path);
    rmSync(`${path}.part`, { force: true });
    rig.holdsTransfers(false);
    await rig.until(async () => (await rig.rows()).some((row) => row.sha256 === sha256Of(newer)));
    await rig.pass(20_000);
    await rig.untilIdle();
    const finals = [sha256Of(large), sha256Of(newer)];
    for (const hash of rig.stored()) expect(finals).toContain(hash);
    expect(rig.stored().filter((hash) => hash === sha256Of(newer))).toHaveLength(1);
    const hashes = (await rig.rows()).map((row) => row.sha256);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('a file that is moved to another folder of the root is one row', async () => {
    const path = await untilHalfSent();
    expect(rig.stored()).toEqual([]);
    const folder = join(path, '..', 'sorted');
    mkdirSync(folder);
    renameSync(path, join(folder, 'large.png'));
    rig.holdsTransfers(false);
    await expectRows(large);
  });
});

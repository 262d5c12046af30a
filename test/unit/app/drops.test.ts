/** The copies of browser drops: how they are taken in, what keeps them, and what removes them. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createRandom } from '../../../main/adapters/random.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { createStaging } from '../../../main/adapters/staging.ts';
import { Drops } from '../../../main/app/drops.ts';
import type { PlannedUnit } from '../../../main/core/model.ts';

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const ACCOUNT = 'ssh SHA256:drops https://api.encord.com';

let folder = '';
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'encord-drops-'));
  store = openStore(join(folder, 'data'), { clock: createClock() });
  store.addAccount({
    ...{
      id: ACCOUNT,
      name: 'Test',
      kind: 'ssh',
      fingerprint: 'SHA256:drops',
      domain: 'https://api.encord.com',
    },
    ...{
      routeChoice: 'auto',
      fallbackNotice: null,
      datasetId: null,
      email: null,
      addedAt: 0,
      secretIn: 'run',
    },
  });
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As a new process would make it: it knows nothing of the drops of an earlier one. */
const makeDrops = (): Drops =>
  new Drops({ store, random: createRandom(), log: QUIET, staging: createStaging(join(folder, 'drops')) });

const staged = (): string[] => readdirSync(join(folder, 'drops')).toSorted();

async function* body(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function drop(drops: Drops, name = 'a.png'): Promise<{ dropId: string; path: string }> {
  const { dropId } = await drops.open();
  await drops.receive(dropId, name, { size: 5, mtimeMs: 1_700_000_000_000 }, body('he', 'llo'));
  const [path] = await drops.paths(dropId);
  if (path === undefined) throw new Error('Nothing was staged.');
  return { dropId, path };
}

function queue(dropId: string, path: string): number {
  const { size, mtimeMs } = statSync(path);
  const unit: PlannedUnit = {
    media: 'image',
    title: 'a.png',
    items: [{ path, name: 'a.png', identity: { size, mtimeMs }, mime: 'image/png', sha256: null }],
  };
  return store.addBatch(
    {
      ...{ accountId: ACCOUNT, name: 'a.png', datasetId: 'd', datasetTitle: 'D', routeChoice: 'auto' },
      ...{ folderChoice: null, addedAt: 0, dropId },
    },
    [unit],
    [],
  );
}

describe('giving up', () => {
  it('removes what arrived and what arrives still, and takes no more', async () => {
    const drops = makeDrops();
    const { dropId } = await drops.open();
    const facts = { size: 5, mtimeMs: null };
    await drops.receive(dropId, 'a.png', facts, body('hello'));
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = drops.receive(
      dropId,
      'in/b.png',
      facts,
      (async function* () {
        yield Buffer.from('he');
        await gate;
        yield Buffer.from('llo');
      })(),
    );
    const given = drops.discard(dropId);
    await expect(drops.receive(dropId, 'c.png', facts, body('hello'))).rejects.toMatchObject({
      code: 'invalid-input',
    });
    goOn();
    await Promise.allSettled([slow, given]);
    expect(staged()).toEqual([]);
    await expect(drops.paths(dropId)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('leaves alone what is being reviewed', async () => {
    const drops = makeDrops();
    const { dropId, path } = await drop(drops);
    await drops.discard(dropId);
    expect(existsSync(path)).toBe(true);
  });
});

describe('taking in', () => {
  it('keeps bytes, time and name, however long', async () => {
    const name = `${'n'.repeat(251)}.png`;
    const { path } = await drop(makeDrops(), name);
    expect(path.endsWith(name)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('hello');
    expect(statSync(path).mtimeMs).toBe(1_700_000_000_000);
  });

  it.each([
    ['too little', body('hell')],
    ['too much', body('hello', '!')],
    [
      'a sender that never begins',
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give.
      (async function* (): AsyncGenerator<Uint8Array> {
        throw new Error('gone');
      })(),
    ],
    [
      'a sender that goes away',
      (async function* () {
        yield Buffer.from('he');
        throw new Error('gone');
      })(),
    ],
  ])('leaves nothing of %s', async (_what, bytes) => {
    const drops = makeDrops();
    const { dropId } = await drops.open();
    await expect(drops.receive(dropId, 'a.png', { size: 5, mtimeMs: null }, bytes)).rejects.toMatchObject({
      code: 'connection-lost',
    });
    expect(readdirSync(join(folder, 'drops', dropId))).toEqual([]);
    await expect(drops.paths(dropId)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('takes no file that leads out of its folder, and none into a drop that is closed', async () => {
    const drops = makeDrops();
    const { dropId } = await drops.open();
    const facts = { size: 5, mtimeMs: null };
    for (const name of ['../x.png', 'a/../../x.png', '..', '', 'nul\0.png'])
      await expect(drops.receive(dropId, name, facts, body('hello'))).rejects.toMatchObject({
        code: 'invalid-input',
      });
    expect(existsSync(join(folder, 'x.png'))).toBe(false);
    await drops.receive(dropId, 'a.png', facts, body('hello'));
    await drops.paths(dropId);
    await expect(drops.receive(dropId, 'b.png', facts, body('hello'))).rejects.toMatchObject({
      code: 'invalid-input',
    });
    await expect(drops.receive('../../etc', 'b.png', facts, body('hello'))).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });
});

describe('sweeping', () => {
  it('keeps the copies of a batch from the moment that it is queued, also after a kill', async () => {
    const { dropId, path } = await drop(makeDrops());
    const batchId = queue(dropId, path);
    await makeDrops().sweep(true);
    expect(existsSync(path)).toBe(true);
    for (const id of store.unitsIn({ kind: 'batch', id: batchId }, ['collecting']))
      store.commit([{ kind: 'unit', id, event: { on: 'cancel' } }]);
    await makeDrops().sweep(false);
    expect(staged()).toEqual([]);
  });

  it('removes what an earlier run left without a batch, and leaves alone what is under review now', async () => {
    await drop(makeDrops());
    const drops = makeDrops();
    const open = await drops.open();
    const reviewed = await drop(drops);
    await drops.sweep(false);
    expect(staged()).toHaveLength(3);
    const next = makeDrops();
    const mine = await next.open();
    await next.sweep(true);
    expect(staged()).toEqual([mine.dropId]);
    expect([open.dropId, reviewed.dropId]).not.toContain(mine.dropId);
  });

  it('is content where there never was a drop', async () => {
    await expect(makeDrops().sweep(true)).resolves.toBeUndefined();
  });
});

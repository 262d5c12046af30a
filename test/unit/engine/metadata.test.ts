/** Client metadata may be large: how much of it one registration takes. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlannedUnit } from '../../../main/core/model.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { ACCOUNT, DATASET, World } from './world.ts';

let world: World;
beforeEach(() => {
  world = new World('storage');
});
afterEach(() => world.end());

function units(count: number, characters: number): PlannedUnit[] {
  return Array.from({ length: count }, (_, index) => ({
    media: 'image',
    title: `u${index}`,
    clientMetadata: JSON.stringify({ note: 'x'.repeat(characters) }),
    items: [
      {
        path: `/files/${index}`,
        name: `${index}.png`,
        identity: { size: 10, mtimeMs: 1 },
        mime: 'image/png',
        sha256: null,
      },
    ],
  }));
}

test.each([
  ['little', 10, [5]],
  ['much', 2_100_000, [1, 1, 1, 1, 1]],
])('of five units with %s of it, so many go in one call', async (_, characters, expected) => {
  const calls: number[] = [];
  world.meets = (kind, detail) => {
    if (kind === 'register') calls.push(detail.split(',').length);
    return null;
  };
  // All are ready before the engine looks.
  const batch = { accountId: ACCOUNT, datasetId: DATASET, routeChoice: 'auto', folderChoice: null } as const;
  world.store.addBatch({ ...batch, name: 'b', datasetTitle: 'D', addedAt: 1 }, units(5, characters), []);
  for (let id = 1; id <= 5; id += 1) {
    const grant = { url: `https://s/${id}`, id: `g${id}`, objectKey: `k${id}`, echo: '', grantedAt: 1 };
    world.stored.add(grant.url);
    world.store.commit([
      { kind: 'item', id, event: { on: 'granted', grant } },
      { kind: 'item', id, event: { on: 'stored', sha256: null } },
    ]);
  }
  world.engine.start();
  await eventually(() => expect(world.made).toHaveLength(5));
  expect(calls).toEqual(expected);
});

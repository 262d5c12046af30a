/**
 * Refusals that concern the dataset and refusals that concern one file, where the server's answer is the same: the first
 * are said once, for the batch; the second fail the one file alone.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { PlannedUnit, RouteName } from '../../../main/core/model.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { World } from './world.ts';

const FOR_GOOD = Number.MAX_SAFE_INTEGER;
const worlds: World[] = [];

function world(route: RouteName): World {
  const made = new World(route);
  // As the documented route has it; on the other, jobs take many.
  if (route === 'documented') made.unitsPerRegistration = 1;
  worlds.push(made);
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const refused = {
  kind: 'refused',
  error: new UploaderError('not-found', 'There is no such thing.'),
} as const;
const malformed = { kind: 'refused', error: new UploaderError('bad-request', 'What is this?') } as const;

function images(count: number): PlannedUnit[] {
  return Array.from({ length: count }, (_, index) => ({
    media: 'image',
    title: `image ${index}`,
    items: [
      {
        path: `/${index}`,
        name: `${index}.png`,
        identity: { size: 10, mtimeMs: 1 },
        mime: 'image/png',
        sha256: null,
      },
    ],
  }));
}

async function held(w: World, batch: number): Promise<void> {
  await eventually(() => expect(w.store.batch(batch)?.trouble?.notBefore).toBe(FOR_GOOD));
  await eventually(() => expect(w.engine.busy).toBe(false));
  expect(w.store.batch(batch)?.trouble?.failure.code).toBe('not-found');
}

function units(w: World) {
  return w.store.totals({ kind: 'all' }).units;
}

const STEPS = [
  ['links', 'storage', 'link'],
  ['registrations', 'documented', 'register'],
] as const;

describe.each(STEPS)('%s that are refused', (_, route, call) => {
  it('because the dataset is gone hold the batch, and go on when a person has acted', async () => {
    const w = world(route);
    w.datasetGone = true;
    w.meets = (kind) => (kind === call ? refused : null);
    const batch = w.addUnits(images(300));
    await held(w, batch);
    expect(units(w)).toMatchObject({ failed: 0, done: 0 });
    const asked = w.calls.filter((kind) => kind === call).length;
    // At most what was begun before the answers to the first ones had been written down.
    expect(asked).toBeLessThanOrEqual(48);

    // It stays so, whatever else wakes the engine.
    w.engine.tryNow();
    w.engine.wake();
    await eventually(() => expect(w.engine.busy).toBe(false));
    expect(w.calls.filter((kind) => kind === call)).toHaveLength(asked);

    w.datasetGone = false;
    w.meets = () => null;
    w.store.commit([{ kind: 'batch-trouble', id: batch, trouble: null }]);
    w.engine.wake();
    await eventually(() => expect(units(w).done).toBe(300));
    expect(w.made).toHaveLength(300);
  });

  it('all alike, though the dataset is there, hold the batch at the second one', async () => {
    const w = world(route);
    w.meets = (kind) => (kind === call ? refused : null);
    const batch = w.addUnits(images(300));
    await held(w, batch);
    expect(units(w)).toMatchObject({ failed: 1, done: 0 });
    expect(w.calls.filter((kind) => kind === call).length).toBeLessThan(40);

    // After a start the program finds it out again.
    await w.restart();
    await held(w, batch);
    expect(units(w).failed).toBeLessThanOrEqual(2);
    expect(units(w).done).toBe(0);
  });

  it('for one file fail that file alone', async () => {
    const w = world(route);
    w.meets = (kind, detail) => {
      if (kind !== call) return null;
      const bad = call === 'link' ? w.rows('image 7')[0]?.uuid : 'image 7';
      return detail.split(',').includes(bad ?? '') ? refused : null;
    };
    const batch = w.addUnits(images(120));
    await eventually(() => expect(units(w)).toMatchObject({ done: 119, failed: 1 }));
    expect(w.state('image 7')).toBe('failed');
    expect(w.store.batch(batch)?.trouble).toBeNull();
  });
});

it('what has to come before a registration holds the batch just so', async () => {
  const w = world('documented');
  w.datasetGone = true;
  w.prepares = async () => refused;
  await w.restart();
  const batch = w.addUnits(images(40));
  await held(w, batch);
  expect(units(w)).toMatchObject({ failed: 0, ready: 40 });
  expect(w.calls).not.toContain('register');
});

describe('addresses for many files that are refused together', () => {
  it('are asked for in halves, until the bad name fails alone', async () => {
    const w = world('documented');
    w.meets = (kind, detail) => (kind === 'grant' && detail.split(',').includes('17.png') ? malformed : null);
    w.addUnits(images(200));
    await eventually(() => expect(units(w)).toMatchObject({ done: 199, failed: 1 }));
    expect(w.state('image 17')).toBe('failed');
    // Fifty a call; the bad one is found in two calls for each halving.
    expect(w.calls.filter((kind) => kind === 'grant').length).toBeLessThan(30);
  });

  it('are not asked for in halves where the dataset is what is refused', async () => {
    const w = world('documented');
    w.meets = (kind) => (kind === 'grant' ? refused : null);
    const batch = w.addUnits(images(200));
    await held(w, batch);
    expect(units(w)).toMatchObject({ failed: 0, collecting: 200 });
    expect(w.calls.filter((kind) => kind === 'grant').length).toBeLessThanOrEqual(4);
  });
});

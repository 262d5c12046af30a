/** How many files are on their way at once, and which of them go first. */

import { afterEach, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { PlannedUnit } from '../../../main/core/model.ts';
import type { PutOutcome, PutRequest } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { World } from './world.ts';

const worlds: World[] = [];

function world(): World {
  const made = new World('storage');
  worlds.push(made);
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const images = (count: number, prefix: string): PlannedUnit[] =>
  Array.from({ length: count }, (_, index) => {
    const name = `${prefix}${index}`;
    const identity = { size: 10, mtimeMs: 1 };
    const items = [{ path: `/files/${name}`, name, identity, mime: 'image/png', sha256: null }];
    return { media: 'image', title: name, items };
  });

/** Lets PUTs through one by one, and knows which are held. */
class Valve {
  readonly held: { readonly request: PutRequest; readonly end: (outcome: PutOutcome) => void }[] = [];
  /** In the order of their beginning. */
  readonly begun: string[] = [];
  most = 0;
  readonly #world: World;

  constructor(w: World) {
    this.#world = w;
    w.holds = (request) =>
      new Promise((resolve) => {
        this.begun.push(request.path);
        this.held.push({ request, end: resolve });
        this.most = Math.max(this.most, this.held.length);
        request.signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }), { once: true });
      });
  }

  store(): void {
    const next = this.held.shift();
    if (!next) return;
    this.#world.stored.add(next.request.url);
    next.end({
      kind: 'stored',
      bytes: 10,
      sha256: Buffer.from(next.request.path).toString('hex').padEnd(64, '0'),
    });
  }

  fail(outcome: PutOutcome): void {
    this.held.shift()?.end(outcome);
  }
}

const overloaded: PutOutcome = {
  kind: 'transient',
  error: new UploaderError('rate-limited', 'Encord asks for patience.'),
  retryAfterMs: 1,
};

it('stays within the bounds', async () => {
  const w = world();
  w.bounds = { least: 3, most: 3 };
  const valve = new Valve(w);
  w.addUnits(images(12, 'a'));
  await eventually(() => expect(valve.held).toHaveLength(3));
  await eventually(() => {
    valve.store();
    expect(valve.begun).toHaveLength(12);
  });
  expect(valve.most).toBe(3);
});

it('is halved when the server asks for patience', async () => {
  const w = world();
  w.bounds = { least: 2, most: 16 };
  const valve = new Valve(w);
  w.addUnits(images(60, 'a'));
  await eventually(() => expect(valve.held).toHaveLength(16));
  while (valve.held.length > 0) valve.fail(overloaded);
  await eventually(() => expect(valve.held).toHaveLength(8));
  valve.most = 0;
  await eventually(() => {
    valve.store();
    expect(valve.begun.length).toBeGreaterThan(40);
  });
  expect(valve.most).toBeLessThanOrEqual(8);
});

it('what is moved to the top goes before all that has not begun, also of earlier batches', async () => {
  const w = world();
  w.bounds = { least: 2, most: 2 };
  const valve = new Valve(w);
  w.addUnits(images(40, 'first'));
  w.addUnits(images(10, 'second'));
  await eventually(() => expect(valve.held).toHaveLength(2));
  const last = [...w.store.unitsIn({ kind: 'all' }, ['collecting'])].find(
    (id) => w.store.unit(id)?.title === 'second9',
  );
  w.store.moveToTop({ kind: 'unit', id: last ?? 0 });
  w.engine.reconsider();
  // What had its address already goes out first: two on their way, and as many that waited for a slot.
  await eventually(() => {
    valve.store();
    expect(valve.begun).toContain('/files/second9');
  });
  expect(valve.begun.indexOf('/files/second9')).toBeLessThan(8);
});

it('what is paused after it was read ahead is not begun', async () => {
  const w = world();
  w.bounds = { least: 1, most: 1 };
  const valve = new Valve(w);
  const batch = w.addUnits(images(30, 'a'));
  await eventually(() => expect(valve.held).toHaveLength(1));
  w.store.setPaused({ kind: 'batch', id: batch }, true);
  w.engine.reconsider();
  await eventually(() => expect(w.engine.busy).toBe(false));
  const begun = valve.begun.length;
  w.engine.wake();
  w.addUnits(images(3, 'b'));
  await eventually(() => expect(valve.begun.at(-1)).toContain('/files/b'));
  expect(valve.begun).toHaveLength(begun + 1);
});

it('a file waits no longer for a storage in trouble than its account does, whatever the storage says', async () => {
  const w = world();
  const valve = new Valve(w);
  w.addUnits(images(1, 'a'));
  await eventually(() => expect(valve.held).toHaveLength(1));
  const down = new UploaderError('server-error', 'The storage has trouble.');
  valve.fail({ kind: 'transient', error: down, retryAfterMs: 3_600_000 });
  await eventually(() => {
    const [id] = w.store.unitsIn({ kind: 'all' }, ['collecting']);
    const state = id === undefined ? undefined : w.store.itemsOf(id)[0]?.state;
    expect(state && 'notBefore' in state ? state.notBefore : 0).toBeGreaterThan(w.clock.now());
    expect(state && 'notBefore' in state ? state.notBefore : 0).toBeLessThanOrEqual(w.clock.now() + 600_000);
  });
});

/**
 * The engine is held while the machine sleeps: what was on its way is broken off, counts as nobody's failure, and goes
 * on afterwards; nothing is lost and nothing done twice.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { RouteName, Unit } from '../../../main/core/model.ts';
import type { PutOutcome } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { World } from './world.ts';

const worlds: World[] = [];

function world(route: RouteName): World {
  const made = new World(route);
  worlds.push(made);
  return made;
}

/** A world in which no registration counts as absent before a minute has passed. */
async function settling(route: RouteName): Promise<World> {
  const made = world(route);
  made.settleMs = 60_000;
  await made.restart();
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const lost = { kind: 'lost', error: new UploaderError('connection-lost', 'The answer was lost.') } as const;
const away = {
  kind: 'never-sent',
  error: new UploaderError('connection-lost', 'There is no network.'),
} as const;

/** A promise and the way to keep it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function unit(w: World): Unit {
  const [id] = w.store.unitsIn({ kind: 'all' }, [
    'collecting',
    'ready',
    'registering',
    'processing',
    'linking',
  ]);
  const found = id === undefined ? null : w.store.unit(id);
  if (!found) throw new Error('No unit is open.');
  return found;
}

async function finished(w: World, title: string): Promise<void> {
  await eventually(() => expect(w.state(title)).toBe('done'));
  expect(w.rows(title)).toHaveLength(1);
}

function count(w: World, kind: World['calls'][number]): number {
  return w.calls.filter((call) => call === kind).length;
}

describe.each(['storage', 'documented'] as const)('on the %s route', (route) => {
  it('breaks off a file on its way, begins nothing, and sends it once it is released', async () => {
    const w = world(route);
    w.holds = ({ signal }) =>
      new Promise<PutOutcome>((resolve) => {
        signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
      });
    w.add('image', 'a.png');
    await eventually(() => expect(w.engine.transfers()).toHaveLength(1));
    await w.engine.hold();
    expect([w.engine.busy, w.engine.transfers().length, w.state('a.png')]).toEqual([false, 0, 'collecting']);
    const [item] = w.store.itemsOf(unit(w).id);
    expect(item?.state).toMatchObject({ attempts: 0, failure: null });

    const calls = w.calls.length;
    w.holds = null;
    w.add('image', 'b.png');
    w.engine.tryNow();
    // Work that was woken would begin before this: its timer is earlier.
    await new Promise<void>((resolve) => w.clock.after(10, resolve));
    expect(w.calls).toHaveLength(calls);

    w.engine.release();
    await finished(w, 'a.png');
    await finished(w, 'b.png');
  });

  it('takes what the network of a machine that falls asleep does to a file as no attempt', async () => {
    const w = world(route);
    w.holds = ({ signal }) =>
      new Promise<PutOutcome>((resolve) => {
        signal.addEventListener('abort', () => resolve({ ...away, kind: 'transient', retryAfterMs: null }));
      });
    w.add('image', 'a.png');
    await eventually(() => expect(w.engine.transfers()).toHaveLength(1));
    await w.engine.hold();
    const [item] = w.store.itemsOf(unit(w).id);
    expect(item?.state).toMatchObject({ attempts: 0, failure: null });
    expect(w.engine.connection()).toEqual({ kind: 'open' });
    w.holds = null;
    w.engine.release();
    await finished(w, 'a.png');
  });

  it('writes down the answer to a registration that comes in time', async () => {
    const w = world(route);
    const door = gate();
    w.delays = (kind) => (kind === 'register' ? door.opened : null);
    w.add('image', 'a.png');
    await eventually(() => expect(count(w, 'register')).toBe(1));
    const held = w.engine.hold();
    door.open();
    await held;
    w.engine.release();
    await finished(w, 'a.png');
    expect([count(w, 'register'), count(w, 'lookup')]).toEqual([1, 0]);
  });

  it('looks up a registration whose answer the sleep swallowed, and does it no second time', async () => {
    const w = await settling(route);
    const door = gate();
    w.meets = (kind) => (kind === 'register' ? { kind: 'after', error: lost.error } : null);
    // The answer is lost at the moment of the hold, after Encord has acted.
    w.commits = (changes) => {
      if (changes.some((each) => each.kind === 'unit' && each.event.on === 'intent')) {
        void w.engine.hold().then(door.open);
      }
    };
    w.add('image-group', 'frames', 2);
    await door.opened;
    // Held between the intent and the call: nothing was sent, so nothing is in doubt.
    expect([unit(w).state.at, count(w, 'register')]).toEqual(['ready', 0]);

    w.commits = () => undefined;
    let answer: Promise<void> | null = null;
    w.meets = (kind) => {
      if (kind !== 'register') return null;
      answer ??= w.engine.hold();
      return { kind: 'after', error: lost.error };
    };
    w.engine.release();
    await eventually(() => expect(answer).not.toBeNull());
    await answer;
    expect(unit(w).state).toMatchObject({ at: 'registering', attempts: 0, notBefore: 0 });
    expect(count(w, 'lookup')).toBe(0);
    w.engine.release();
    await finished(w, 'frames');
    expect([count(w, 'register'), count(w, 'lookup')]).toEqual([1, 1]);
  });

  it('goes on although it was released before the last of what was under way had ended', async () => {
    const w = world(route);
    const door = gate();
    w.holds = () => door.opened.then(() => ({ kind: 'cancelled' }) as const);
    w.add('image', 'a.png');
    await eventually(() => expect(w.engine.transfers()).toHaveLength(1));
    const held = w.engine.hold();
    w.engine.release();
    expect(w.engine.busy).toBe(true);
    w.holds = null;
    door.open();
    await held;
    await finished(w, 'a.png');
  });

  it('frees a gate whose probe was broken off, and tries at once', async () => {
    const w = world(route);
    let offline = true;
    w.meets = (kind) => (kind === 'grant' && offline ? away : null);
    w.add('image', 'a.png');
    await eventually(() => expect(w.engine.connection().kind).toBe('offline'));
    await w.engine.hold();
    offline = false;
    w.engine.release();
    await finished(w, 'a.png');
    expect(w.engine.connection()).toEqual({ kind: 'open' });
  });
});

it('a job that is polled over a sleep is polled again, without an attempt', async () => {
  const w = world('storage');
  let held: Promise<void> | null = null;
  w.meets = (kind) => {
    if (kind !== 'poll' || held) return null;
    held = w.engine.hold();
    return lost;
  };
  w.add('image', 'a.png');
  await eventually(() => expect(held).not.toBeNull());
  await held;
  expect(unit(w).state).toMatchObject({ at: 'processing', attempts: 0, notBefore: 0 });
  w.engine.release();
  await finished(w, 'a.png');
  expect(count(w, 'register')).toBe(1);
});

it('does not take for absent what may have left the machine only when it woke', async () => {
  const w = await settling('storage');
  let held: Promise<void> | null = null;
  w.meets = (kind) => {
    if (kind !== 'register') return null;
    held ??= w.engine.hold();
    return lost;
  };
  w.add('image-group', 'frames', 2);
  await eventually(() => expect(held).not.toBeNull());
  await held;
  w.ahead.now += 8 * 60 * 60 * 1000;
  w.engine.release();
  await eventually(() => expect(count(w, 'lookup')).toBeGreaterThan(2));
  expect([w.state('frames'), count(w, 'register')]).toEqual(['registering', 1]);
  w.ahead.now += w.settleMs;
  await eventually(() => expect(w.state('frames')).toBe('uncertain'));
});

describe('a sleep of which nobody told before', () => {
  const HOURS = 8 * 60 * 60 * 1000;

  it('is known by its end: what it swallowed is not absent at the first look', async () => {
    const w = await settling('storage');
    w.meets = (kind) => {
      if (kind !== 'register') return null;
      w.ahead.now += HOURS;
      w.engine.release();
      return lost;
    };
    w.add('image-group', 'frames', 2);
    await eventually(() => expect(count(w, 'lookup')).toBeGreaterThan(2));
    expect([w.state('frames'), count(w, 'register')]).toEqual(['registering', 1]);
    w.ahead.now += w.settleMs;
    await eventually(() => expect(w.state('frames')).toBe('uncertain'));
  });

  it('counts for nothing where both clocks went on meanwhile', async () => {
    const w = await settling('storage');
    w.meets = (kind) => (kind === 'register' ? lost : null);
    w.add('image-group', 'frames', 2);
    await eventually(() => expect(count(w, 'lookup')).toBeGreaterThan(2));
    w.ahead.now += HOURS;
    w.ahead.monotonic += HOURS;
    w.engine.release();
    const before = count(w, 'lookup');
    await eventually(() => expect(count(w, 'lookup')).toBeGreaterThan(before + 2));
    expect([w.state('frames'), count(w, 'register')]).toEqual(['registering', 1]);
    w.ahead.monotonic += w.settleMs;
    await eventually(() => expect(w.state('frames')).toBe('uncertain'));
  });
});

it('stops while it is held', async () => {
  const w = world('storage');
  w.add('image', 'a.png');
  await w.engine.hold();
  await w.restart();
  await finished(w, 'a.png');
});

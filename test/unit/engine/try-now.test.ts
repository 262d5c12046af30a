/**
 * What waits is tried at once when the network is back, the machine woke or somebody asked, wherever the wait is kept; but
 * not what waits for its own reason, or was told to.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { Item, PlannedUnit } from '../../../main/core/model.ts';
import type { PutOutcome } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { type CallKind, type Fault, World } from './world.ts';

/** The ceiling of each wait, of which a bit more than half is waited: longer than any test, so nothing goes on by itself. */
const LONG_MS = 2 * 60_000;

const worlds: World[] = [];

/** A world in which each wait is a long one. */
async function world(): Promise<World> {
  const made = new World('storage');
  worlds.push(made);
  made.backoff = { baseMs: LONG_MS, capMs: LONG_MS };
  await made.restart();
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const noNetwork = new UploaderError('connection-lost', 'There is no network.');

function transient(code: 'bad-answer' | 'connection-lost' | 'hash-mismatch'): PutOutcome {
  return { kind: 'transient', error: new UploaderError(code, 'It did not work.'), retryAfterMs: null };
}

function tooMany(retryAfterMs: number): PutOutcome {
  return { kind: 'transient', error: new UploaderError('rate-limited', 'Wait.'), retryAfterMs };
}

/** From now on each file meets at its PUT what is named for it. */
function meetsAtPut(w: World, outcomes: Readonly<Record<string, PutOutcome>>): void {
  w.meets = (kind, path) => (kind === 'put' ? (outcomes[titleOf(path)] ?? null) : null);
}

function image(title: string): PlannedUnit {
  const file = {
    path: `/files/${title}/0`,
    name: title,
    identity: { size: 10, mtimeMs: 1 },
    mime: 'image/png',
  };
  return { media: 'image', title, items: [{ ...file, sha256: null }] };
}

const titleOf = (path: string): string => path.split('/')[2] ?? '';
const puts = (w: World, title: string): number => w.puts.filter(({ path }) => titleOf(path) === title).length;

function item(w: World, title: string): Item {
  for (const id of w.store.unitsIn({ kind: 'all' }, ['collecting'])) {
    const [first] = w.store.unit(id)?.title === title ? w.store.itemsOf(id) : [];
    if (first) return first;
  }
  throw new Error(`${title} is not being collected.`);
}

function waitOf(w: World, title: string): number {
  const { state } = item(w, title);
  return 'notBefore' in state ? state.notBefore - w.clock.now() : 0;
}

async function rests(w: World): Promise<void> {
  await eventually(() => expect(w.engine.busy).toBe(false));
}

async function waits(w: World, title: string): Promise<void> {
  await rests(w);
  await eventually(() => expect(waitOf(w, title)).toBeGreaterThan(LONG_MS / 4));
}

async function finished(w: World, title: string): Promise<void> {
  await eventually(() => expect(w.state(title)).toBe('done'));
  expect(w.rows(title)).toHaveLength(1);
}

describe('what found no network is tried', () => {
  const lost: Fault = { kind: 'lost', error: noNetwork };
  const unsent: Fault = { kind: 'never-sent', error: noNetwork };
  const met: [CallKind, Fault | PutOutcome][] = [
    ['resolve', unsent],
    ['grant', unsent],
    ['put', transient('connection-lost')],
    ['register', unsent],
    ['register', lost],
    ['poll', lost],
    ['link', lost],
  ];

  it.each(met)('where it was the %s that met it', async (call, fault) => {
    const w = await world();
    let offline = true;
    w.meets = (kind) => (offline && kind === call ? fault : null);
    w.add('image', 'a.png');
    await eventually(() => expect(w.engine.connection().kind).toBe('offline'));
    await rests(w);
    offline = false;
    w.engine.tryNow();
    await finished(w, 'a.png');
  });

  it('when the machine wakes', async () => {
    const w = await world();
    meetsAtPut(w, { 'a.png': transient('connection-lost') });
    w.add('image', 'a.png');
    await waits(w, 'a.png');
    await w.engine.hold();
    meetsAtPut(w, {});
    // Nobody begins while the machine sleeps, and what was asked for meanwhile is not forgotten.
    w.engine.tryNow();
    w.engine.release();
    await finished(w, 'a.png');
  });

  it('by an engine that has just begun, which knows of no network that was lost', async () => {
    const w = await world();
    meetsAtPut(w, { 'a.png': transient('connection-lost') });
    w.add('image', 'a.png');
    await waits(w, 'a.png');
    meetsAtPut(w, {});
    await w.restart();
    expect([w.engine.connection().kind, puts(w, 'a.png')]).toEqual(['open', 1]);
    w.engine.tryNow();
    await finished(w, 'a.png');
  });

  it('by one file, and by the others only when it got through', async () => {
    const w = await world();
    const titles = Array.from({ length: 12 }, (_, index) => `${index}.png`);
    const away = Object.fromEntries(titles.map((title) => [title, transient('connection-lost')]));
    meetsAtPut(w, away);
    w.addUnits(titles.map(image));
    await eventually(() => expect(w.engine.connection().kind).toBe('offline'));
    await rests(w);
    const before = w.puts.length;
    w.engine.tryNow();
    await eventually(() => expect(w.puts.length).toBe(before + 1));
    await rests(w);
    expect(w.puts).toHaveLength(before + 1);
    meetsAtPut(w, {});
    w.engine.tryNow();
    for (const title of titles) await finished(w, title);
  });

  it('once the store can be written: nobody is thrown at who says that the network is back', async () => {
    const w = await world();
    meetsAtPut(w, { 'a.png': transient('connection-lost') });
    w.add('image', 'a.png');
    await waits(w, 'a.png');
    meetsAtPut(w, {});
    let full = true;
    w.forgets = () => {
      if (full) throw new UploaderError('disk-full', 'No room.');
    };
    w.engine.tryNow();
    await eventually(() => expect(w.engine.connection().kind).toBe('stuck'));
    expect(puts(w, 'a.png')).toBe(1);
    full = false;
    w.engine.wake();
    await finished(w, 'a.png');
  });
});

it('what has closed the gate is tried as well, but not while it is the trouble of one file alone', async () => {
  const w = await world();
  // What the sign-in page of a hotel answers.
  meetsAtPut(w, { 'a.png': transient('bad-answer') });
  w.add('image', 'a.png');
  await waits(w, 'a.png');
  w.engine.tryNow();
  w.add('image', 'b.png');
  await finished(w, 'b.png');
  await rests(w);
  expect([w.engine.connection().kind, puts(w, 'a.png')]).toEqual(['open', 1]);
  for (const times of [2, 3, 4]) {
    w.ahead.now += 0.6 * LONG_MS;
    w.engine.wake();
    await eventually(() => expect(puts(w, 'a.png')).toBe(times));
    await waits(w, 'a.png');
  }
  expect(w.engine.connection().kind).toBe('offline');
  meetsAtPut(w, {});
  w.engine.tryNow();
  await finished(w, 'a.png');
});

describe('what waits for something else goes on waiting', () => {
  it('a file whose bytes arrived otherwise', async () => {
    const w = await world();
    meetsAtPut(w, { 'a.png': transient('hash-mismatch') });
    w.add('image', 'a.png');
    await waits(w, 'a.png');
    meetsAtPut(w, { 'b.png': transient('connection-lost') });
    w.add('image', 'b.png');
    await waits(w, 'b.png');
    meetsAtPut(w, {});
    w.engine.tryNow();
    await finished(w, 'b.png');
    await rests(w);
    expect([w.state('a.png'), puts(w, 'a.png')]).toEqual(['collecting', 1]);
    expect(waitOf(w, 'a.png')).toBeGreaterThan(LONG_MS / 4);
  });

  it('a file that a server asked to come back later, also after a restart', async () => {
    const w = await world();
    meetsAtPut(w, { 'a.png': tooMany(LONG_MS / 2) });
    w.add('image', 'a.png');
    await waits(w, 'a.png');
    const { state } = item(w, 'a.png');
    const before = w.engine.connection();
    expect(before.kind).toBe('waiting');
    w.engine.tryNow();
    await w.engine.hold();
    w.engine.release();
    meetsAtPut(w, {});
    // Work that was woken would begin before this: its timer is earlier.
    await new Promise<void>((resolve) => w.clock.after(10, resolve));
    await rests(w);
    expect(w.engine.connection()).toEqual(before);
    expect([item(w, 'a.png').state, puts(w, 'a.png')]).toEqual([state, 1]);

    await w.restart();
    w.engine.tryNow();
    w.add('image', 'b.png');
    await finished(w, 'b.png');
    await rests(w);
    expect([item(w, 'a.png').state, puts(w, 'a.png')]).toEqual([state, 1]);
  });

  it('a batch that a person has to settle, and a file that is paused', async () => {
    const w = await world();
    meetsAtPut(w, { 'a.png': transient('connection-lost'), 'b.png': transient('connection-lost') });
    const settled = w.add('image', 'a.png');
    await waits(w, 'a.png');
    const paused = w.add('image', 'b.png');
    w.store.setPaused({ kind: 'batch', id: paused }, true);
    const failure = { code: 'connection-lost', message: 'No.', details: {}, at: 0 } as const;
    const trouble = { failure, notBefore: Number.MAX_SAFE_INTEGER, attempts: 1 };
    w.store.commit([{ kind: 'batch-trouble', id: settled, trouble }]);
    meetsAtPut(w, {});
    w.engine.tryNow();
    w.add('image', 'c.png');
    await finished(w, 'c.png');
    await rests(w);
    expect(w.store.batch(settled)?.trouble).toEqual(trouble);
    expect([w.state('a.png'), w.state('b.png')]).toEqual(['collecting', 'collecting']);
  });
});

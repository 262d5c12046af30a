/**
 * The events that pages get, by a clock that the test moves: many changes are few ticks, each tick has the next
 * number, and nothing that changed goes untold.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import type { Clock } from '../../main/core/ports.ts';
import { EVENTS, type Events } from '../../preload/contract/events.ts';
import type { EventName } from '../../preload/contract/names.ts';
import { Lab } from '../fixtures/lab.ts';

/** Stands still until it is moved; what is due then happens in order. */
class FakeClock implements Clock {
  #time = 1_000_000;
  #timers: { at: number; fn: () => void }[] = [];

  now = () => this.#time;
  monotonic = () => this.#time;
  after = (ms: number, fn: () => void) => {
    const timer = { at: this.#time + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  move(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const [next] = this.#timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#time = Math.max(this.#time, next.at);
      next.fn();
    }
    this.#time = end;
  }
}

let lab: Lab;
let program: Program;
let clock: FakeClock;
let ticks: Events['changed'][];
let heard: EventName[];

beforeEach(async () => {
  lab = await Lab.open();
  clock = new FakeClock();
  program = await lab.program({}, { clock });
  ticks = [];
  heard = [];
  program.listen((name, payload) => {
    heard.push(name);
    if (name === 'changed') ticks.push(EVENTS.changed.parse(payload));
  });
});

afterEach(async () => {
  await program.close();
  await lab.close();
});

describe('ticks', () => {
  it('are one for a thousand changes at once, and name all topics', () => {
    for (let change = 0; change < 1000; change += 1) program.changed(change % 2 ? 'queue' : 'accounts');
    clock.move(1);
    expect(ticks.map((tick) => tick.topics.toSorted())).toEqual([['accounts', 'queue']]);
    clock.move(10_000);
    expect(ticks).toHaveLength(1);
  });

  it('are a few a second while something changes all the time, numbered without a gap', () => {
    for (let step = 0; step < 1000; step += 1) {
      program.changed('queue');
      clock.move(10);
    }
    clock.move(1000);
    // Ten seconds of changes, at most seven ticks in each, and not fewer than four.
    expect(ticks.length).toBeLessThanOrEqual(70);
    expect(ticks.length).toBeGreaterThanOrEqual(40);
    expect(ticks.map((tick) => tick.seq)).toEqual(ticks.map((_, index) => index + 1));
  });

  it('come after the last change too, so that nothing goes untold', async () => {
    program.changed('queue');
    clock.move(1);
    program.queue.pause({ kind: 'all' });
    expect(ticks.at(-1)?.paused).toBe(false);
    clock.move(150);
    expect(ticks.at(-1)?.paused).toBe(true);
    const answer = await program.handle('app.snapshot', null);
    expect(answer).toMatchObject({ ok: true, value: { seq: ticks.length, paused: true } });
  });

  it('end with the program', async () => {
    program.changed('queue');
    await program.close();
    clock.move(1000);
    expect(heard).toEqual([]);
  });

  it('of progress stop by themselves when nothing is on its way', () => {
    program.changed('queue');
    clock.move(60_000);
    expect(heard.filter((name) => name === 'progress').length).toBeLessThanOrEqual(1);
  });
});

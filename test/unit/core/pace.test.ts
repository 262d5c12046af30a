/** The climb to the best number of files at the same time, on lines that behave in different ways. */

import { describe, expect, it } from 'vitest';
import { type Bounds, Pace } from '../../../main/core/pace.ts';

const WIDE: Bounds = { least: 2, most: 64 };

/** What a line does with so many files at once for 100 milliseconds. */
type Line = (slots: number) => {
  readonly files: number;
  readonly bytes?: number;
  readonly trouble?: boolean;
};

class Sim {
  now = 0;
  readonly pace = new Pace(() => this.now);

  /** Runs for so many seconds with more to send than fits; the slots that were used, from the first to the last. */
  run(line: Line, seconds: number, bounds = WIDE): number[] {
    const used: number[] = [];
    for (let step = 0; step < seconds * 10; step += 1) {
      const slots = this.pace.slots(bounds);
      used.push(slots);
      const { files, bytes = 0, trouble = false } = line(slots);
      for (let file = 0; file < files; file += 1) this.pace.finished();
      this.pace.sent(bytes);
      this.pace.full();
      if (trouble) this.pace.trouble();
      this.now += 100;
    }
    return used;
  }
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the number of files at the same time', () => {
  it('rises to the bound where each more file moves more', () => {
    expect(new Sim().run((slots) => ({ files: slots }), 20).at(-1)).toBe(64);
  });

  it('stays near where more files moved nothing more', () => {
    const used = new Sim().run((slots) => ({ files: 0, bytes: Math.min(slots, 20) * 1_000_000 }), 120);
    expect(average(used)).toBeLessThan(40);
    expect(Math.min(...used)).toBeGreaterThanOrEqual(20);
  });

  it('sinks where the server pleads for patience, and comes back when it no longer does', () => {
    const sim = new Sim();
    const line: Line = (slots) => ({ files: Math.min(slots, 8), trouble: slots > 8 });
    const used = sim.run(line, 120);
    expect(average(used.slice(300))).toBeLessThan(12);
    expect(Math.min(...used)).toBeGreaterThanOrEqual(2);
    expect(sim.run((slots) => ({ files: slots }), 120).at(-1)).toBe(64);
  });

  it('takes troubles of one moment as one', () => {
    const sim = new Sim();
    const before = sim.pace.slots(WIDE);
    for (let each = 0; each < 20; each += 1) sim.pace.trouble();
    expect(sim.pace.slots(WIDE)).toBe(before / 2);
  });

  it('keeps to what a person fixed', () => {
    const fixed = new Sim().run((slots) => ({ files: slots, trouble: slots > 3 }), 30, { least: 5, most: 5 });
    expect(new Set(fixed)).toEqual(new Set([5]));
    const narrow = new Sim().run((slots) => ({ files: slots }), 30, { least: 4, most: 6 });
    expect(Math.max(...narrow)).toBe(6);
    expect(Math.min(...narrow)).toBe(6);
    const hard = new Sim().run(() => ({ files: 0, trouble: true }), 60, { least: 4, most: 6 });
    expect(hard.at(-1)).toBe(4);
  });

  it('learns nothing from a time in which there was not enough to send', () => {
    const sim = new Sim();
    const before = sim.pace.slots(WIDE);
    for (let step = 0; step < 100; step += 1) {
      sim.pace.finished();
      sim.now += 500;
      expect(sim.pace.slots(WIDE)).toBe(before);
    }
  });
});

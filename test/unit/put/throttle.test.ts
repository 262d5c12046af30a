/** The bandwidth limit: exact and fair by its own clock, and what it does to uploads on real sockets. */

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Throttle } from '../../../main/adapters/http/throttle.ts';
import type { PutOutcome } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { type Behaviour, Receiver } from './receiver.ts';
import { fileOf, HandClock, MIB, passUntil, requestOf, senderWith } from './support.ts';

const KIB = 1024;

function throttled(limit: number | null): { clock: HandClock; throttle: Throttle } {
  const clock = new HandClock();
  const throttle = new Throttle(clock);
  throttle.setLimit(limit);
  return { clock, throttle };
}

/** Asks again whenever it was given something; what it got so far. */
function greedy(throttle: Throttle, most = 512 * KIB): { got: number } {
  const asker = { got: 0 };
  const ask = (): void => {
    throttle.ask(most, (bytes) => {
      asker.got += bytes;
      ask();
    });
  };
  ask();
  return asker;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
const sum = (askers: readonly { got: number }[]): number => sumOf(askers.map(({ got }) => got));

describe('what a limit gives', () => {
  it.each(
    [KIB, 100 * KIB, 2 * MIB, 100 * MIB, 1024 * MIB].flatMap((rate) =>
      [1, 8, 64].map((count) => [rate, count]),
    ),
  )('%i bytes a second, to %i in turn', (rate, count) => {
    const { clock, throttle } = throttled(rate);
    const askers = Array.from({ length: count }, () => greedy(throttle));
    let before = 0;
    for (let second = 1; second <= 10; second++) {
      // Timers are late by up to this, as they are on a busy machine.
      for (let ms = 0; ms < 1000; ms += 50) clock.pass(50);
      const inThisSecond = sum(askers) - before;
      before += inThisSecond;
      expect(inThisSecond / rate).toBeGreaterThan(0.8);
      expect(inThisSecond / rate).toBeLessThan(1.2);
    }
    expect(before / (10 * rate)).toBeGreaterThan(0.98);
    expect(before / (10 * rate)).toBeLessThan(1.02);
    const shares = askers.map(({ got }) => got);
    const slice = Math.min(512 * KIB, Math.ceil(Math.max(rate / 50, Math.min(KIB, rate / 10))));
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(slice);
  });

  it('begins with nothing saved up, and saves up no more than a moment', () => {
    const { clock, throttle } = throttled(MIB);
    const first = greedy(throttle);
    expect(first.got).toBe(0);
    clock.pass(3_600_000);
    expect(first.got).toBeLessThan(0.3 * MIB);
    const idle = throttled(MIB);
    idle.clock.pass(3_600_000);
    const later = greedy(idle.throttle);
    for (let ms = 0; ms < 1000; ms += 10) idle.clock.pass(10);
    expect(later.got).toBeLessThan(1.3 * MIB);
  });

  it('makes up for timers that come late', () => {
    const { clock, throttle } = throttled(MIB);
    const asker = greedy(throttle);
    for (let late = 0; late < 50; late++) clock.pass(200);
    expect(asker.got / (10 * MIB)).toBeGreaterThan(0.98);
    expect(asker.got / (10 * MIB)).toBeLessThan(1.02);
  });

  it('serves in the order of asking, and never gives more than was asked for', () => {
    const { clock, throttle } = throttled(100 * KIB);
    const served: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      throttle.ask(300, (bytes) => served.push(`${name} ${bytes}`));
    }
    for (let ms = 0; ms < 20; ms++) clock.pass(1);
    expect(served).toEqual(['a 300', 'b 300', 'c 300']);
  });

  it('passes over what was taken back', () => {
    const { clock, throttle } = throttled(KIB);
    const served: string[] = [];
    throttle.ask(100, () => served.push('first'));
    const takeBack = throttle.ask(100, () => served.push('taken back'));
    throttle.ask(100, () => served.push('last'));
    takeBack();
    for (let ms = 0; ms < 1000; ms += 10) clock.pass(10);
    expect(served).toEqual(['first', 'last']);
  });

  it('gives all at once where there is no limit, and sets no timer', () => {
    const { clock, throttle } = throttled(null);
    const served: number[] = [];
    for (const most of [1, 512 * KIB, 8 * MIB]) throttle.ask(most, (bytes) => served.push(bytes));
    expect(served).toEqual([1, 512 * KIB, 8 * MIB]);
    expect(clock.waiting).toBe(0);
  });
});

describe('a change of the limit', () => {
  it('to none gives who waits all, at once', () => {
    const { clock, throttle } = throttled(1);
    const served: number[] = [];
    for (const most of [1000, 2000]) throttle.ask(most, (bytes) => served.push(bytes));
    expect(served).toEqual([]);
    throttle.setLimit(null);
    expect(served).toEqual([1000, 2000]);
    expect(clock.waiting).toBe(0);
  });

  it('to a higher one holds at once, without the wait of the lower one', () => {
    const { clock, throttle } = throttled(KIB);
    const asker = greedy(throttle);
    clock.pass(10);
    const before = asker.got;
    throttle.setLimit(10 * MIB);
    for (let ms = 0; ms < 1000; ms += 10) clock.pass(10);
    expect((asker.got - before) / (10 * MIB)).toBeGreaterThan(0.95);
  });

  it('to a lower one holds at once, and has the higher one’s bytes not paid back', () => {
    const { clock, throttle } = throttled(100 * MIB);
    const asker = greedy(throttle);
    for (let ms = 0; ms < 1000; ms += 10) clock.pass(10);
    const before = asker.got;
    throttle.setLimit(100 * KIB);
    for (let ms = 0; ms < 10_000; ms += 10) clock.pass(10);
    expect((asker.got - before) / (1000 * KIB)).toBeGreaterThan(0.95);
    expect((asker.got - before) / (1000 * KIB)).toBeLessThan(1.05);
  });

  it('made by one who is given something counts for the next', () => {
    const { clock, throttle } = throttled(KIB);
    const served: number[] = [];
    throttle.ask(10_000, () => throttle.setLimit(null));
    throttle.ask(10_000, (bytes) => served.push(bytes));
    clock.pass(10);
    expect(served).toEqual([10_000]);
  });
});

describe('uploads under a limit', () => {
  async function receive(behaviour: Behaviour = {}): Promise<{ receiver: Receiver; url: string }> {
    const receiver = new Receiver(behaviour);
    onTestFinished(() => receiver.close());
    return { receiver, url: await receiver.listen() };
  }

  it.each([1, 50 * KIB, 512 * KIB + 1, 2 * MIB + 13])('arrive byte for byte: %i', async (size) => {
    const { receiver, url } = await receive();
    const { clock, throttle } = throttled(MIB);
    const { path, sha256 } = fileOf(size);
    let outcome: PutOutcome | null = null;
    void senderWith({ clock, throttle })
      .put(requestOf(url, path))
      .then((ended) => {
        outcome = ended;
      });
    await passUntil(clock, () => outcome !== null);
    expect(outcome).toEqual({ kind: 'stored', bytes: size, sha256 });
    expect(receiver.received).toMatchObject([{ bytes: size, sha256, whole: true }]);
    // Not sooner than the limit allows, but for the moment that may be made up.
    expect(clock.now()).toBeGreaterThanOrEqual((size / MIB - 0.3) * 1000);
  });

  it('send nothing while no time passes, and share what there is', async () => {
    const { receiver, url } = await receive();
    const { clock, throttle } = throttled(100 * KIB);
    const sender = senderWith({ clock, throttle });
    const abort = new AbortController();
    const sending = Array.from({ length: 8 }, () =>
      sender.put(requestOf(url, fileOf(2 * MIB).path, { signal: abort.signal })),
    );
    const arrived = (): number[] => receiver.received.map(({ bytes }) => bytes);
    const total = (): number => sumOf(arrived());
    await passUntil(clock, () => receiver.received.length === 8 && Math.min(...arrived()) > 4 * KIB);
    const begun = clock.now();
    const before = arrived();
    await passUntil(clock, () => total() >= sumOf(before) + 400 * KIB);
    const shares = arrived().map((bytes, index) => bytes - (before[index] ?? 0));
    expect(sumOf(shares) / ((clock.now() - begun) / 1000)).toBeLessThan(110 * KIB);
    expect(Math.min(...shares)).toBeGreaterThan(Math.max(...shares) / 2);
    const still = total();
    for (let turns = 0; turns < 500; turns++) await turn();
    expect(total() - still).toBeLessThanOrEqual(8 * 2 * KIB);
    abort.abort();
    expect((await Promise.all(sending)).map(({ kind }) => kind)).toEqual(Array(8).fill('cancelled'));
  });

  it('are no stall while they wait for the limit', async () => {
    const { receiver, url } = await receive();
    // A byte in a hundred seconds.
    const { clock, throttle } = throttled(0.01);
    const { path } = fileOf(2000);
    let ended: PutOutcome | null = null;
    void senderWith({ clock, throttle, stallMs: 10_000 })
      .put(requestOf(url, path))
      .then((outcome) => {
        ended = outcome;
      });
    await passUntil(clock, () => receiver.received[0]?.bytes === 1, 1);
    await passUntil(clock, () => clock.now() > 90_000, 500);
    expect(receiver.received[0]?.bytes).toBe(1);
    expect(ended).toBeNull();
    throttle.setLimit(null);
    await eventually(() => expect(ended).toMatchObject({ kind: 'stored' }));
  });

  it('stall as ever where the socket takes nothing', async () => {
    const never = new Promise<void>(() => undefined);
    const { url } = await receive({ onData: () => never });
    const { clock, throttle } = throttled(100 * MIB);
    let ended: PutOutcome | null = null;
    void senderWith({ clock, throttle, stallMs: 60_000 })
      .put(requestOf(url, fileOf(64 * MIB).path))
      .then((outcome) => {
        ended = outcome;
      });
    await passUntil(clock, () => ended !== null, 100);
    expect(ended).toMatchObject({ kind: 'transient', error: { code: 'stalled' } });
  });

  it('that the socket does not take leave their share to the others', async () => {
    const never = new Promise<void>(() => undefined);
    const stuck = await receive({ onData: () => never });
    const { receiver, url } = await receive();
    const { clock, throttle } = throttled(50 * MIB);
    const sender = senderWith({ clock, throttle, stallMs: 3_600_000 });
    const abort = new AbortController();
    const { path } = fileOf(32 * MIB);
    const hanging = sender.put(requestOf(stuck.url, path, { signal: abort.signal }));
    let outcome: PutOutcome | null = null;
    void sender.put(requestOf(url, path)).then((ended) => {
      outcome = ended;
    });
    await passUntil(clock, () => outcome !== null);
    expect(receiver.received).toMatchObject([{ bytes: 32 * MIB, whole: true }]);
    abort.abort();
    expect(await hanging).toEqual({ kind: 'cancelled' });
  });

  it('end at once when they are cancelled, and give their place to others', async () => {
    const { receiver, url } = await receive();
    const { clock, throttle } = throttled(1);
    const sender = senderWith({ clock, throttle });
    const abort = new AbortController();
    const first = sender.put(requestOf(url, fileOf(MIB).path, { signal: abort.signal }));
    const second = sender.put(requestOf(url, fileOf(100).path));
    await eventually(() => expect(clock.waiting).toBeGreaterThan(0));
    abort.abort();
    expect(await first).toEqual({ kind: 'cancelled' });
    throttle.setLimit(MIB);
    let stored = false;
    void second.then(({ kind }) => {
      stored = kind === 'stored';
    });
    await passUntil(clock, () => stored);
    expect(receiver.received.filter(({ whole }) => whole)).toMatchObject([{ bytes: 100 }]);
  });

  it('go on at full speed when the limit is lifted in the middle, and are whole', async () => {
    const { receiver, url } = await receive();
    const { clock, throttle } = throttled(100 * KIB);
    const { path, sha256 } = fileOf(8 * MIB);
    const putting = senderWith({ clock, throttle }).put(requestOf(url, path));
    await passUntil(clock, () => (receiver.received[0]?.bytes ?? 0) > 50 * KIB);
    throttle.setLimit(null);
    expect(await putting).toEqual({ kind: 'stored', bytes: 8 * MIB, sha256 });
  });

  it('are held when a limit comes in the middle, and are whole', async () => {
    const { clock, throttle } = throttled(null);
    const { receiver, url } = await receive({
      onData: (_, { bytes }) => {
        if (bytes > MIB) throttle.setLimit(10 * KIB);
      },
    });
    const { path, sha256 } = fileOf(64 * MIB);
    const putting = senderWith({ clock, throttle, stallMs: 3_600_000 }).put(requestOf(url, path));
    await eventually(() => expect(throttle.limit).toBe(10 * KIB));
    await passUntil(clock, () => clock.now() > 2_000, 100);
    expect(receiver.received[0]?.bytes).toBeLessThan(32 * MIB);
    throttle.setLimit(null);
    // The receiver goes on setting it with each piece.
    await passUntil(clock, () => {
      throttle.setLimit(null);
      return receiver.received[0]?.whole === true;
    });
    expect(await putting).toEqual({ kind: 'stored', bytes: 64 * MIB, sha256 });
  });
});

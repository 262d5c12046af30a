/**
 * Turns the many small changes of the engine into the few numbered events that pages get, and keeps the speed.
 * Used by `createApp`; hosts pass the events on.
 */

import type { Events, Topic } from '../../preload/contract/events.ts';
import type { EventName } from '../../preload/contract/names.ts';
import type { Transfer } from '../core/engine.ts';
import type { Clock } from '../core/ports.ts';

/** At most one `changed` in this time; the first comes at once. */
const TICK_MS = 150;
const PROGRESS_MS = 250;
/** Between two ticks while the store cannot be read. */
const BLIND_MS = 1_000;
/** Time constant of the smoothed speed. */
const SPEED_SECONDS = 3;

export type Emit = <N extends EventName>(name: N, payload: Events[N]) => void;

/** What each tick says beside its topics. */
export interface PulseFacts {
  /** From the store. Throws while that cannot be read. */
  readonly counts: () => Counts;
  readonly connection: () => Events['changed']['connection'];
  readonly bandwidth: () => Events['changed']['bandwidth'];
}

type Counts = Pick<Events['changed'], 'totals' | 'paused'>;

export class Pulse {
  readonly #clock: Clock;
  readonly #emit: Emit;
  readonly #facts: PulseFacts;
  readonly #transfers: () => readonly Transfer[];
  #seq = 0;
  readonly #topics = new Set<Topic>();
  #tickScheduled = false;
  #lastTick = Number.NEGATIVE_INFINITY;
  /** As they were when they could be read last. */
  #counts: Counts | null = null;
  #progressScheduled = false;
  #bytes = 0;
  #speed = 0;
  #speedAt: number;
  /** What each transfer had sent at the last beat, for its own speed. */
  #sent = new Map<number, { bytes: number; at: number; speed: number }>();
  #closed = false;

  constructor(clock: Clock, facts: PulseFacts, transfers: () => readonly Transfer[], emit: Emit) {
    this.#clock = clock;
    this.#facts = facts;
    this.#transfers = transfers;
    this.#emit = emit;
    this.#speedAt = clock.monotonic();
  }

  get seq(): number {
    return this.#seq;
  }

  /** Bytes per second, smoothed; 0 when nothing moves. */
  get speed(): number {
    return this.#transfers().length === 0 ? 0 : Math.round(this.#speed);
  }

  changed(...topics: Topic[]): void {
    for (const topic of topics) this.#topics.add(topic);
    this.#beat();
    this.#tickIn(Math.max(0, this.#lastTick + TICK_MS - this.#clock.monotonic()));
  }

  sent(bytes: number): void {
    this.#bytes += bytes;
    this.#beat();
  }

  close(): void {
    this.#closed = true;
  }

  #tickIn(ms: number): void {
    if (this.#tickScheduled || this.#closed) return;
    this.#tickScheduled = true;
    this.#clock.after(ms, () => this.#tick());
  }

  /**
   * While the store cannot be read, pages hear only why uploads stand still; what they would ask for then could not be
   * answered, so they are told of it when it can.
   */
  #tick(): void {
    this.#tickScheduled = false;
    if (this.#closed) return;
    this.#lastTick = this.#clock.monotonic();
    const counts = this.#countsNow();
    if (counts === null) this.#tickIn(BLIND_MS);
    this.#counts = counts ?? this.#counts;
    if (this.#counts === null) return;
    const topics: Topic[] = counts === null ? ['connection'] : [...this.#topics];
    if (counts !== null) this.#topics.clear();
    this.#seq += 1;
    const [connection, bandwidth] = [this.#facts.connection(), this.#facts.bandwidth()];
    this.#emit('changed', { seq: this.#seq, topics, ...this.#counts, connection, bandwidth });
  }

  #countsNow(): Counts | null {
    try {
      return this.#facts.counts();
    } catch {
      // The engine, which reads the same, says so.
      return null;
    }
  }

  #beat(): void {
    if (this.#progressScheduled || this.#closed) return;
    this.#progressScheduled = true;
    this.#clock.after(PROGRESS_MS, () => this.#progress());
  }

  #progress(): void {
    this.#progressScheduled = false;
    if (this.#closed) return;
    const now = this.#clock.monotonic();
    const seconds = Math.max(0.001, (now - this.#speedAt) / 1000);
    const weight = 1 - Math.exp(-seconds / SPEED_SECONDS);
    this.#speed += weight * (this.#bytes / seconds - this.#speed);
    this.#bytes = 0;
    this.#speedAt = now;
    const active = this.#transfers();
    const sent = new Map<number, { bytes: number; at: number; speed: number }>();
    const transfers = active.map((transfer) => {
      const before = this.#sent.get(transfer.itemId) ?? {
        bytes: transfer.resumedBytes,
        at: transfer.startedAt,
        speed: 0,
      };
      const elapsed = Math.max(0.001, (now - before.at) / 1000);
      const current = (transfer.sentBytes - before.bytes) / elapsed;
      const speed = before.speed === 0 ? current : before.speed + weight * (current - before.speed);
      sent.set(transfer.itemId, { bytes: transfer.sentBytes, at: now, speed });
      return {
        itemId: transfer.itemId,
        unitId: transfer.unitId,
        batchId: transfer.batchId,
        sentBytes: transfer.sentBytes,
        size: transfer.size,
        speed: Math.max(0, Math.round(speed)),
      };
    });
    this.#sent = sent;
    this.#emit('progress', { transfers, speed: this.speed });
    if (active.length > 0) this.#beat();
    else this.#speed = 0;
  }
}

/**
 * Holds back all work of one account while its server cannot be reached, asks for patience, or the account's
 * credentials cannot be read. While a gate is closed a single probe at a time finds out whether it may open, so
 * that a server that is down meets one question and not one from each file. Used by the engine only; lives in
 * memory, because it describes the network and not the queue.
 */

import type { Failure } from './errors.ts';
import type { Random } from './ports.ts';
import { type Backoff, backoffMs } from './retry.ts';

export type GateState =
  | { readonly kind: 'open' }
  /** Nothing gets through; tried again at `until`. */
  | { readonly kind: 'offline'; readonly failure: Failure; readonly until: number }
  /** The server asked everybody to wait. */
  | { readonly kind: 'waiting'; readonly failure: Failure; readonly until: number };

/** So many failures in a row without a success close a gate that the network itself leaves open. */
const FAILURES_THAT_CLOSE = 3;
/**
 * A server with trouble that says when to come back knows how long it will last only roughly, so it is asked again
 * after this long at the latest.
 */
export const LONGEST_TROUBLE_MS = 10 * 60_000;

export class Gate {
  #state: GateState = { kind: 'open' };
  #failures = 0;
  #probing = false;
  readonly #random: Random;
  readonly #backoff: Backoff;

  constructor(random: Random, backoff: Backoff) {
    this.#random = random;
    this.#backoff = backoff;
  }

  get state(): GateState {
    return this.#state;
  }

  /** How many pieces of work may start now: any number, one probe, or none. */
  allowance(now: number): 'any' | 'one' | 'none' {
    if (this.#state.kind === 'open') return 'any';
    if (now < this.#state.until || this.#probing) return 'none';
    return 'one';
  }

  /** Said when work starts through a closed gate; ended by any of the three outcomes below. */
  probe(): void {
    this.#probing = true;
  }

  succeeded(): boolean {
    const changed = this.#state.kind !== 'open';
    this.#state = { kind: 'open' };
    this.#failures = 0;
    this.#probing = false;
    return changed;
  }

  /**
   * A call or a transfer did not get through. Several at once, from work under way together, count as one.
   * @param retryAfterMs where the server said when to come back, which concerns everybody: the gate closes at once
   * @param grave true when the network itself failed; a single 5xx may concern only what was asked, so the gate
   * closes at the third in a row
   */
  failed(failure: Failure, now: number, retryAfterMs: number | null, grave: boolean): void {
    if (retryAfterMs !== null) {
      this.toldToWait(failure, now, Math.min(retryAfterMs, LONGEST_TROUBLE_MS));
      return;
    }
    const alreadyHeld = this.#state.kind !== 'open' && now < this.#state.until && !this.#probing;
    this.#probing = false;
    if (alreadyHeld) return;
    this.#failures += 1;
    if (!grave && this.#state.kind === 'open' && this.#failures < FAILURES_THAT_CLOSE) return;
    const wait = backoffMs(this.#failures - 1, this.#random, this.#backoff);
    this.#state = { kind: 'offline', failure, until: now + wait };
  }

  /** 429, or trouble with a Retry-After: never shorten a wait that is running. */
  toldToWait(failure: Failure, now: number, retryAfterMs: number | null): void {
    this.#probing = false;
    // A server that says "at once" is given a moment all the same.
    const least = backoffMs(0, this.#random, this.#backoff);
    const wait = retryAfterMs ?? backoffMs(this.#failures, this.#random, this.#backoff);
    const until = now + Math.max(least, wait);
    this.#failures += 1;
    if (this.#state.kind === 'waiting' && this.#state.until >= until) return;
    this.#state = { kind: 'waiting', failure, until };
  }

  /** The probe ended without telling anything about the server (cancelled, a bad file). */
  probeEnded(): void {
    this.#probing = false;
  }

  /** Somebody asked to try now: the network came back, a retry was clicked. */
  tryNow(now: number): void {
    if (this.#state.kind === 'offline') this.#state = { ...this.#state, until: now };
  }

  /** The clock was set back: nobody knows how long there is still to wait. */
  clockSetBack(now: number): void {
    if (this.#state.kind !== 'open')
      this.#state = { ...this.#state, until: Math.min(this.#state.until, now) };
  }
}

/**
 * What the engine's two halves share: the world they act on, the gates of the accounts, and how a failed call is
 * answered. Used by the engine only.
 */

import type { Committer } from './committer.ts';
import type { Answer, CallFailure, EncordSession } from './encord-port.ts';
import {
  asUploaderError,
  type Failure,
  isDataFolderError,
  isNetworkError,
  toFailure,
  toLogFields,
  UploaderError,
} from './errors.ts';
import { Gate, type GateState } from './gate.ts';
import type { AccountId, BatchId, FileIdentity, ItemId, MediaId, Target, UnitId } from './model.ts';
import { type Bounds, Pace } from './pace.ts';
import type { Clock, Log, Random, Sender } from './ports.ts';
import { type Backoff, DEFAULT_BACKOFF } from './retry.ts';
import type { Shift } from './shift.ts';
import type { QueueStore, WorkingBatch } from './store-port.ts';

/** What the engine has to know of a media type. */
export interface MediaFacts {
  /** True where registering twice under the same identity makes one data row (inferred; see README). */
  readonly repeatable: boolean;
}

/** One file on its way now. */
export interface Transfer {
  readonly itemId: ItemId;
  readonly unitId: UnitId;
  readonly batchId: BatchId;
  readonly size: number;
  sentBytes: number;
  /** Of those, bytes that were there before: an earlier try sent them. */
  resumedBytes: number;
  readonly startedAt: number;
}

/** None of them may throw: most are called where nobody would catch it. */
export interface EngineListener {
  /** Something in the store or the gates changed; coalesce before acting. */
  changed(): void;
  /** `auto` fell back to the documented route, once. */
  routeNotice(accountId: AccountId, notice: string): void;
  /** Bytes were handed to the network. */
  sent(bytes: number): void;
}

export interface EngineDeps {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly sender: Sender;
  /** The session of an account, or why there is none (secret locked, signed out). Cached by the implementation. */
  readonly session: (accountId: AccountId) => Promise<EncordSession | UploaderError>;
  /** Looks at a changed file again: its new identity when it still is of this media type; else throws. */
  readonly inspect: (media: MediaId, path: string) => Promise<FileIdentity>;
  readonly media: (id: MediaId) => MediaFacts;
  /** How many files may be sent at the same time. */
  readonly concurrency: () => Bounds;
  readonly listener: EngineListener;
  /** After this long without a trace of a registration, it did not happen. */
  readonly settleMs: number;
  readonly backoff?: Backoff;
}

/** Work that may start now, of one batch whose account can be used. */
export interface ReadyBatch {
  readonly batch: WorkingBatch;
  readonly target: Target;
  readonly session: EncordSession;
  readonly gate: Gate;
  /** Something stands in the way of sending and registering more; what has been registered goes on. */
  readonly held: boolean;
}

export class Workshop {
  readonly deps: EngineDeps;
  readonly committer: Committer;
  readonly backoff: Backoff;
  readonly pace: Pace;
  readonly #gates = new Map<AccountId, Gate>();
  readonly #shift: Shift;
  #heardFrom = false;

  constructor(deps: EngineDeps, committer: Committer, shift: Shift) {
    this.deps = deps;
    this.committer = committer;
    this.backoff = deps.backoff ?? DEFAULT_BACKOFF;
    this.pace = new Pace(() => deps.clock.monotonic());
    this.#shift = shift;
  }

  /** Aborted while the engine stops or is held: what fails from then on says nothing about the server or the work. */
  get signal(): AbortSignal {
    return this.#shift.signal;
  }

  /**
   * When the last sleep was over, on both clocks: what was sent before it may have left the machine only then. 0: there
   * was none.
   */
  get lastWoke(): Shift['lastWoke'] {
    return this.#shift.lastWoke;
  }

  get heardFrom(): boolean {
    return this.#heardFrom;
  }

  /** For calls whose answer decides what exists on the server: aborted a moment later than everything else. */
  get patientSignal(): AbortSignal {
    return this.#shift.patientSignal;
  }

  now(): number {
    return this.deps.clock.now();
  }

  gate(accountId: AccountId): Gate {
    let gate = this.#gates.get(accountId);
    if (!gate) {
      gate = new Gate(this.deps.random, this.backoff);
      this.#gates.set(accountId, gate);
    }
    return gate;
  }

  gates(): ReadonlyMap<AccountId, Gate> {
    return this.#gates;
  }

  gateStates(): GateState[] {
    return [...this.#gates.values()].map((gate) => gate.state);
  }

  failure(error: UploaderError): Failure {
    return toFailure(error, this.now());
  }

  /** Tells the gate, and where the credentials were refused the store, what a call's failure means for the rest. */
  async noteFailure(accountId: AccountId, failed: CallFailure): Promise<void> {
    const gate = this.gate(accountId);
    const failure = this.failure(failed.error);
    switch (failed.kind) {
      case 'never-sent':
      case 'lost':
        this.pace.trouble();
        gate.failed(failure, this.now(), failed.retryAfterMs ?? null, isNetworkError(failed.error));
        break;
      case 'wait':
        this.pace.trouble();
        gate.toldToWait(failure, this.now(), failed.retryAfterMs);
        break;
      case 'signed-out':
        gate.probeEnded();
        await this.committer.commit([{ kind: 'account-blocked', id: accountId, failure }]);
        break;
      case 'no-such-call':
      case 'refused':
        // The server is there and answers: that it said no concerns only what was asked.
        gate.succeeded();
        break;
      default:
        return unreachable(failed);
    }
    this.deps.listener.changed();
  }

  noteSuccess(accountId: AccountId): void {
    this.#heardFrom = true;
    if (this.gate(accountId).succeeded()) this.deps.listener.changed();
  }

  /** Something could not be written down. That the data folder cannot be used is logged once, elsewhere. */
  noteUnrecorded(what: string, reason: unknown): void {
    const error = asUploaderError(reason);
    if (isDataFolderError(error)) return;
    this.deps.log.error(what, toLogFields(error));
  }

  /** Makes a call on an account and keeps its gate informed. */
  async call<T>(accountId: AccountId, make: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await make();
    if (this.signal.aborted) return answer;
    if (answer.ok) this.noteSuccess(accountId);
    else await this.noteFailure(accountId, answer.failure);
    return answer;
  }
}

/** The answer of a call that never was made because the engine is stopping. */
export function unreachable(value: never): never {
  throw new UploaderError(
    'internal',
    `The engine met a case that it does not know: ${JSON.stringify(value)}`,
  );
}

/** A refusal that will meet every file of the batch alike. */
export function isAboutTarget(error: UploaderError): boolean {
  switch (error.code) {
    case 'forbidden':
    case 'not-found':
    case 'scope-missing':
    case 'dataset-storage':
    case 'dataset-unknown':
      return true;
    default:
      return false;
  }
}

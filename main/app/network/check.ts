/**
 * The connection check: tries proxy, names, TLS, API, clock and storage one after the other and says of each what was
 * found. Made by `network.ts`, which holds the last one.
 */

import type { CheckStepId, CheckStepView, ConnectionCheckView } from '../../../preload/contract/desktop.ts';
import type { AnswerFinding, ConnectionProbe } from '../../adapters/http/connection-probe.ts';
import type { EncordSession } from '../../core/encord-port.ts';
import { asUploaderError, UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import * as words from './check-words.ts';

/** No step takes longer. */
const STEP_MS = 10_000;

export const STEP_IDS: readonly CheckStepId[] = ['proxy', 'dns', 'tls', 'api', 'clock', 'storage'];

export interface CheckParts {
  readonly clock: Clock;
  readonly probe: ConnectionProbe;
  /** Scheme and host of the account's server. */
  readonly domain: string;
  /** Scheme and host to which signed URLs lead. */
  readonly storage: string;
  /** Of the account; null: there is none, and the server is asked without a signature. */
  readonly session: (() => Promise<EncordSession>) | null;
  readonly facts: words.ReportFacts;
}

export type StepResult =
  | { readonly state: 'ok' | 'failed'; readonly sentence: string; readonly tell?: string | undefined }
  | { readonly state: 'skipped'; readonly sentence: string };

export class ConnectionCheck {
  readonly #parts: CheckParts;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  #view: ConnectionCheckView;

  constructor(checkId: string, parts: CheckParts, changed: () => void) {
    this.#parts = parts;
    this.#changed = changed;
    this.#view = {
      checkId,
      domain: parts.domain,
      startedAt: parts.clock.now(),
      finishedAt: null,
      steps: STEP_IDS.map((id) => ({
        id,
        state: 'waiting',
        sentence: '',
        tell: null,
        milliseconds: null,
      })),
      report: '',
    };
    this.#report();
  }

  view(): ConnectionCheckView {
    return this.#view;
  }

  /** In place of this one there is another, or the program ends. */
  cancel(): void {
    this.#stop.abort();
  }

  /** Ends when all steps have; never rejects. */
  async run(): Promise<ConnectionCheckView> {
    const { probe, domain, storage } = this.#parts;
    const api = new URL(domain);
    let proxied = false;
    const proxy = await this.#step('proxy', null, async (signal) => {
      const finding = await probe.proxy(api, signal);
      proxied = finding.proxy !== null;
      return words.ofProxy(finding, api, new URL(storage));
    });
    const names = proxied
      ? await this.#skip('dns', words.NAMES_BY_PROXY)
      : await this.#step('dns', blockedBy(proxy, 'proxy'), async (signal) =>
          words.ofNames(api.hostname, await probe.names(api, signal)),
        );
    const reached = proxy && (names || proxied);
    const blocked = blockedBy(proxy, 'proxy') ?? blockedBy(reached, 'dns');
    const tls =
      api.protocol === 'https:'
        ? await this.#step('tls', blocked, async (signal) =>
            words.ofIdentity(api, await probe.identity(api, signal), domain === storage ? [] : [storage]),
          )
        : (await this.#skip('tls', blocked ?? words.NO_TLS)) || reached;
    let answer: AnswerFinding | null = null;
    await this.#step('api', blocked ?? blockedBy(tls, 'tls'), async (signal) => {
      const found = await probe.answer(new URL(`${domain}/v2/public/user/current`), signal);
      const unsigned = words.ofUnsigned(domain, found);
      // Somebody else's clock would tell nothing.
      if (unsigned.state === 'ok') answer = found;
      return unsigned.state === 'ok' ? this.#ofApi(unsigned, signal) : unsigned;
    });
    await this.#step('clock', answer === null ? words.NO_ANSWER_FOR_CLOCK : null, async () =>
      words.ofClock(answer, this.#parts.clock.now()),
    );
    await this.#step('storage', blockedBy(proxy, 'proxy'), (signal) => this.#ofStorage(signal));
    return this.#end();
  }

  /** The same call again, signed, where there is an account. */
  async #ofApi(unsigned: StepResult, signal: AbortSignal): Promise<StepResult> {
    const { session, domain } = this.#parts;
    if (session === null) return unsigned;
    let open: EncordSession;
    try {
      open = await session();
    } catch (reason) {
      return words.withoutKey(domain, asUploaderError(reason));
    }
    const checked = await open.check(signal);
    return checked.ok ? words.ofSigned(domain) : words.ofRefused(checked.failure.error);
  }

  /** Where the storage's proxy is another one, it is met here. */
  async #ofStorage(signal: AbortSignal): Promise<StepResult> {
    const { probe, storage } = this.#parts;
    const url = new URL(storage);
    const way = await probe.proxy(url, signal);
    if (way.error) return words.ofStorageFailure(url, way.error);
    if (url.protocol === 'https:') {
      const identity = await probe.identity(url, signal);
      if (identity.problem !== null) return words.ofIdentity(url, identity, []);
    }
    return words.ofStorage(url, await probe.answer(url, signal));
  }

  /** True where it is well; a step that cannot be tried is left out with the reason. */
  async #step(
    id: CheckStepId,
    blocked: string | null,
    work: (signal: AbortSignal) => Promise<StepResult>,
  ): Promise<boolean> {
    if (this.#stop.signal.aborted) return false;
    if (blocked !== null) return this.#skip(id, blocked);
    this.#set(id, { state: 'running' });
    const { clock } = this.#parts;
    const startedAt = clock.monotonic();
    const time = new AbortController();
    const stopTimer = clock.after(STEP_MS, () => time.abort());
    const signal = AbortSignal.any([time.signal, this.#stop.signal]);
    let result: StepResult;
    try {
      result = await bounded(work(signal), signal);
    } catch (reason) {
      const error = time.signal.aborted
        ? new UploaderError('stalled', words.noAnswerIn(STEP_MS))
        : asUploaderError(reason);
      result = words.ofFailure(id, error, this.#parts);
    } finally {
      stopTimer();
    }
    if (this.#stop.signal.aborted) return false;
    const milliseconds = Math.round(clock.monotonic() - startedAt);
    const tell = result.state === 'skipped' ? null : (result.tell ?? null);
    this.#set(id, { state: result.state, sentence: result.sentence, tell, milliseconds });
    return result.state === 'ok';
  }

  async #skip(id: CheckStepId, sentence: string): Promise<boolean> {
    if (!this.#stop.signal.aborted) this.#set(id, { state: 'skipped', sentence });
    return false;
  }

  #set(id: CheckStepId, change: Partial<CheckStepView>): void {
    const steps = this.#view.steps.map((step) => (step.id === id ? { ...step, ...change } : step));
    this.#view = { ...this.#view, steps };
    this.#report();
    this.#changed();
  }

  #end(): ConnectionCheckView {
    if (this.#stop.signal.aborted) return this.#view;
    this.#view = { ...this.#view, finishedAt: this.#parts.clock.now() };
    this.#report();
    this.#changed();
    return this.#view;
  }

  #report(): void {
    this.#view = { ...this.#view, report: words.report(this.#view, this.#parts) };
  }
}

function blockedBy(well: boolean, step: CheckStepId): string | null {
  return well ? null : words.LEFT_OUT[step];
}

function bounded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new UploaderError('stalled', 'There was no answer in time.'));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

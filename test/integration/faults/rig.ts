/**
 * The whole program in this process, an emulator, and between them the proxy of faults; all three on one clock that can
 * leap. What a person reads is asked for through the same calls as by the pages. Used by the tests of this folder.
 */

import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../../../main/app/program.ts';
import type { Around } from '../../../main/compose.ts';
import type { EncordSession, Route } from '../../../main/core/encord-port.ts';
import { CALLS, type CallInput, type CallOutput } from '../../../preload/contract/calls.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import type { UnitRow } from '../../../preload/contract/views.ts';
import { type CallKind, FaultProxy } from '../../fixtures/fault-proxy.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { type EmulatorState, Lab } from '../../fixtures/lab.ts';
import { LeapingClock } from '../../fixtures/leaping-clock.ts';
import { makePng } from '../../fixtures/png.ts';
import { type Traces, tracesIn, tracesOfKey } from '../../fixtures/traces.ts';
import { hasProgram } from '../../unit/encord/support.ts';

/** Where a person reads a sentence, its code, and the sentence. */
export interface Reading {
  readonly where: 'connection' | 'account' | 'batch' | 'file';
  readonly code: string;
  readonly message: string;
}

export const HAS_OPENSSL = hasProgram('openssl');

/** Longer than any silence that the program bears. */
const LONG_SILENCE_MS = 200_000;
/** In real time: enough for a busy machine. */
const PATIENCE_MS = 15_000;

export class Rig {
  readonly clock: LeapingClock;
  readonly lab: Lab;
  readonly proxy: FaultProxy;
  readonly program: Program;
  readonly #secrets: Traces;
  #serial = 0;

  private constructor(clock: LeapingClock, lab: Lab, proxy: FaultProxy, program: Program) {
    this.clock = clock;
    this.lab = lab;
    this.proxy = proxy;
    this.program = program;
    this.#secrets = new Map([...tracesOfKey(lab.privateKey), ['a signed URL', 'X-Goog-'], ['a query', '?']]);
  }

  /** @param dataFolder of the program; in the lab's folder unless given */
  static async open(dataFolder: string | null = null): Promise<Rig> {
    const clock = new LeapingClock();
    const now = (): number => clock.now();
    const proxy = await FaultProxy.open({ tls: HAS_OPENSSL, now });
    const lab = await Lab.open({ publicUrl: proxy.url, clock: now, jobDelayMs: 1 }, quickFolder());
    proxy.target = lab.emulator.url;
    const ca = join(lab.folder, 'ca.pem');
    writeFileSync(ca, proxy.ca ?? '');
    const direct = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' };
    const program = await lab.program(
      {
        ...direct,
        ENCORD_DOMAIN: proxy.url,
        ENCORD_UPLOADER_SETTLE_SECONDS: '60',
        ENCORD_CA_FILE: proxy.ca === null ? '' : ca,
      },
      { clock, dataFolder, around: { ...watching(proxy), lookup: proxy.lookup } },
    );
    await program.start();
    return new Rig(clock, lab, proxy, program);
  }

  async close(): Promise<void> {
    await this.program.close();
    await this.proxy.close();
    await this.lab.close();
  }

  /** As a page calls it; throws the sentence where it is refused. */
  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const answer = await this.program.handle(name, input);
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    // Its own schema says what the call answers; the union of all of them is too wide for the compiler.
    return CALLS[name].output.parse(answer.value) as CallOutput<N>;
  }

  /** Drops small images, each of its own content, and starts their upload; answers the batch and the files' paths. */
  async drop(dataset: string, ...names: string[]): Promise<{ batchId: number; paths: string[] }> {
    this.#serial += 1;
    const folder = join(this.lab.folder, `drop-${this.#serial}`);
    mkdirSync(folder);
    const paths = names.map((name, index) => {
      const path = join(folder, name);
      writeFileSync(path, makePng({ seed: this.#serial * 10_000 + index, bytes: 600 }));
      return path;
    });
    return { batchId: await this.upload(dataset, paths), paths };
  }

  async upload(datasetId: string, paths: string[]): Promise<number> {
    const { planId } = await this.call('plan.start', { source: { kind: 'paths', paths }, datasetId });
    await until(async () => {
      if ((await this.call('plan.get', { planId })).phase === 'ready') return true;
      this.clock.leapToNext();
      return false;
    });
    const { batchId } = await this.call('plan.commit', { planId });
    if (batchId === null) throw new Error('Nothing was added.');
    return batchId;
  }

  /** All files of a batch as the queue shows them. */
  async units(batchId: number): Promise<UnitRow[]> {
    const { rows } = await this.call('queue.rows', {
      filter: 'all',
      search: '',
      expandedBatches: [batchId],
      expandedUnits: [],
      offset: 0,
      limit: 500,
    });
    return rows.filter((row) => row.kind === 'unit').filter((row) => row.batchId === batchId);
  }

  /** All sentences of trouble that stand in front of a person now. */
  async readings(batchId: number): Promise<Reading[]> {
    const readings: Reading[] = [];
    const add = (where: Reading['where'], failure: { code: string; message: string } | null): void => {
      if (failure) readings.push({ where, code: failure.code, message: failure.message });
    };
    const { connection, accounts } = await this.call('app.snapshot', null);
    if ('failure' in connection) add('connection', connection.failure);
    for (const account of accounts) add('account', account.blocked);
    add('batch', this.program.deps.store.batch(batchId)?.trouble?.failure ?? null);
    for (const unit of await this.units(batchId)) add('file', unit.failure);
    return readings;
  }

  /** Until a call was met by what is armed for it, and the program has drawn its conclusions. */
  async untilMet(kind: CallKind): Promise<void> {
    await until(() => {
      if (this.proxy.holding) this.clock.leap(LONG_SILENCE_MS);
      else if (!this.#busy && this.proxy.asked[kind] === 0) this.clock.leapToNext();
      return this.proxy.asked[kind] > 0 && !this.#busy;
    });
  }

  /** The answer to a call that a person waits for; only a silence is cut short. */
  async answered<T>(call: Promise<T>): Promise<T> {
    let ended = false;
    const answer = call.finally(() => {
      ended = true;
    });
    await until(() => {
      if (this.proxy.holding) this.clock.leap(LONG_SILENCE_MS);
      return ended;
    });
    return answer;
  }

  /** Lets time fly until the condition holds. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    await until(async () => {
      if (await holds()) return true;
      if (this.proxy.holding) this.clock.leap(LONG_SILENCE_MS);
      else if (!this.#busy) this.clock.leapToNext();
      return false;
    });
  }

  /** Lets time fly until nothing of a batch goes on by itself; answers in which states its files are. */
  async untilAtRest(batchId: number): Promise<string[]> {
    await this.until(() => {
      if (this.#busy) return false;
      const { store } = this.program.deps;
      const { collecting, ready, registering, processing, linking } = store.totals({
        kind: 'batch',
        id: batchId,
      }).units;
      if (collecting + ready + registering + processing + linking === 0) return true;
      const batch = store.batch(batchId);
      const account = batch && store.account(batch.accountId);
      return batch?.trouble?.notBefore === Number.MAX_SAFE_INTEGER || Boolean(account?.blocked);
    });
    return (await this.units(batchId)).map((unit) => unit.state);
  }

  /** What a person does about it: signs in again where that is asked for, and retries. */
  async actUpon(batchId: number): Promise<void> {
    const { accounts } = await this.call('app.snapshot', null);
    for (const { id, blocked } of accounts) if (blocked) await this.call('accounts.check', { accountId: id });
    await this.call('queue.retry', { scope: { kind: 'batch', id: batchId } });
  }

  /** A key that Encord knows, for signing in by hand. */
  async newKey(): Promise<string> {
    this.#serial += 1;
    const email = `user${this.#serial}@example.com`;
    const { privateKey, publicKey } = makeKey(email);
    await this.lab.control('POST', 'keys', { publicKey, email });
    return privateKey;
  }

  /** Names of the secrets that a text gives away. */
  secretsIn(text: string): string[] {
    return tracesIn(text, this.#secrets);
  }

  /** What Encord holds under a title: rows of any dataset, and storage items. */
  async held(title: string): Promise<{ rows: EmulatorState['datasets'][number]['rows']; items: number }> {
    const state = await this.lab.state();
    return {
      rows: state.datasets.flatMap((dataset) => dataset.rows).filter((row) => row.title === title),
      items: state.items.filter((item) => item.title === title).length,
    };
  }

  get #busy(): boolean {
    return this.program.engine.busy;
  }
}

/** In memory where that is possible: hundreds of uploads, each with its transactions, wait for no disk. */
function quickFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > giveUp) throw new Error('It did not come to that in time.');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Tells the proxy of each call that the program is about to make. */
function watching(proxy: FaultProxy): Around {
  const through =
    <A extends unknown[], R>(kind: CallKind, make: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await proxy.begin(kind);
      try {
        return await make(...args);
      } finally {
        await proxy.end();
      }
    };
  const watchRoute = (route: Route): Route => ({
    ...route,
    grant: through('grant', route.grant),
    register: through('register', route.register),
    poll: through('poll', route.poll),
    link: through('link', route.link),
  });
  return {
    session: (session: EncordSession) => ({
      ...session,
      check: through('sign-in', session.check),
      route: (name) => watchRoute(session.route(name)),
    }),
    sender: (sender) => ({ put: through('put', sender.put) }),
  };
}

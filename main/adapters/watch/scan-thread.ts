/**
 * The one thread that lists folders, for all roots in turn. It starts with the first order, ends when none has come for
 * a while, and keeps the process alive only while it works. Where a disk does not answer it is given up, and another one
 * goes on with the other roots. Made once by the composition root; used by `scan.ts` and `folder-watches.ts`.
 */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { ListAnswer, ListOrder, SignOfLife } from './listing.ts';
import { noAnswer } from './problems.ts';

/** The script lies beside this file, as source and as built. */
const SCRIPT = new URL(`./scan.worker${extname(import.meta.url)}`, import.meta.url);
const IDLE_MS = 10_000;
/** From one answer, or sign of life, to the next. A share that is reconnected takes a few seconds. */
const NO_ANSWER_MS = 30_000;

export interface Scanner {
  /** How many threads there are now, without those that were given up. */
  readonly threads: number;
  /**
   * Lists these folders (relative) or the first of them. Rejects with `file-unreadable` when the disk does not answer,
   * and with `internal` when the thread breaks.
   */
  list(root: string, folders: readonly string[], files: boolean): Promise<ListAnswer>;
  /** Ends the thread; what it was asked is rejected with `cancelled`. */
  close(): Promise<void>;
}

export interface ScannerOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** For tests: a script that hangs. */
  readonly script?: URL;
  readonly idleMs?: number;
  readonly noAnswerMs?: number;
}

export function createScanner(options: ScannerOptions): Scanner {
  return new ScanThread(options);
}

interface Asked {
  readonly order: ListOrder;
  readonly resolve: (answer: ListAnswer) => void;
  readonly reject: (error: UploaderError) => void;
}

class ScanThread implements Scanner {
  private readonly options: ScannerOptions;
  private worker: Worker | null = null;
  /** In the order in which the thread answers. */
  private asked: Asked[] = [];
  /** Roots that a thread was given up for, until it comes back: each new try would hang one more. */
  private readonly hanging = new Set<string>();
  private nextId = 0;
  private stopTimer: () => void = () => undefined;

  constructor(options: ScannerOptions) {
    this.options = options;
  }

  get threads(): number {
    return this.worker ? 1 : 0;
  }

  list(root: string, folders: readonly string[], files: boolean): Promise<ListAnswer> {
    if (this.hanging.has(root)) return Promise.reject(noAnswer(root));
    return new Promise((resolve, reject) => {
      const order = { id: this.nextId++, root, folders, files };
      this.asked.push({ order, resolve, reject });
      this.send(order);
      if (this.asked.length === 1) this.waitForAnswer();
    });
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.lose(new UploaderError('cancelled', 'Looking through the folder was cancelled.'));
    await worker?.terminate();
  }

  private send(order: ListOrder): void {
    try {
      this.worker ??= this.start();
      this.worker.ref();
      this.worker.postMessage(order);
    } catch (thrown) {
      this.lose(broken(thrown));
    }
  }

  private start(): Worker {
    // Neither the environment, which may hold a key, nor the flags of this process are its business.
    const worker = new Worker(this.options.script ?? SCRIPT, {
      name: 'scan',
      env: {},
      execArgv: [],
      // A scan makes short-lived objects only; without a limit their room grows to many times what it needs.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    worker.on('message', (message: ListAnswer | SignOfLife) => {
      if (!('alive' in message)) this.onAnswer(message);
      else if (this.asked.length > 0) this.waitForAnswer();
    });
    worker.once('error', (error) => this.lose(broken(error)));
    worker.once('exit', () => this.lose(broken(null)));
    return worker;
  }

  private onAnswer(answer: ListAnswer): void {
    const first = this.asked.shift();
    first?.resolve(answer);
    if (this.asked.length > 0) this.waitForAnswer();
    else this.rest();
  }

  private waitForAnswer(): void {
    this.stopTimer();
    this.stopTimer = this.options.clock.after(this.options.noAnswerMs ?? NO_ANSWER_MS, () => this.giveUp());
  }

  private rest(): void {
    this.worker?.unref();
    this.stopTimer();
    this.stopTimer = this.options.clock.after(this.options.idleMs ?? IDLE_MS, () => {
      void this.detach()?.terminate();
    });
  }

  /** The thread hangs over the first order; the others go to a new thread. */
  private giveUp(): void {
    const worker = this.detach();
    const root = this.asked[0]?.order.root;
    if (!worker || root === undefined) return;
    this.hanging.add(root);
    worker.once('exit', () => this.hanging.delete(root));
    worker.once('error', () => undefined);
    worker.unref();
    // Takes effect when the system call comes back.
    void worker.terminate();
    const hung = this.asked.filter(({ order }) => order.root === root);
    this.asked = this.asked.filter(({ order }) => order.root !== root);
    for (const { reject } of hung) reject(noAnswer(root));
    for (const { order } of [...this.asked]) this.send(order);
    if (this.asked.length > 0) this.waitForAnswer();
  }

  private lose(error: UploaderError): void {
    this.detach();
    for (const { reject } of this.asked.splice(0)) reject(error);
  }

  /** The worker that was, which is heard no more. */
  private detach(): Worker | null {
    const { worker } = this;
    this.stopTimer();
    worker?.removeAllListeners();
    this.worker = null;
    return worker;
  }
}

function broken(cause: unknown): UploaderError {
  const message =
    'The part of the program that looks through folders broke down. It is tried again by itself.';
  return new UploaderError('internal', message, { cause });
}

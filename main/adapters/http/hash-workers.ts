/**
 * Threads that hash while the main thread sends. A file's algorithms go to different threads where there are enough,
 * since SHA-256 alone is slower than any line. Used by `put.ts`.
 *
 * Threads start when the first large file comes and end when none has come for a while; they keep the process alive
 * only while they hash. Where they cannot start, or keep breaking, hashing goes on on the main thread.
 */

import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UploaderError } from '../../core/errors.ts';
import type { Algorithm, Digests } from './digests.ts';
import type { HashOrder, HashReport } from './hash.worker.ts';
import { type Hasher, InlineHasher } from './hasher.ts';

/** The script lies beside this file, as source and as built. */
const SCRIPT = new URL(`./hash.worker${extname(import.meta.url)}`, import.meta.url);
/** Two, so that a file's two hashes do not wait for each other; no more than a few files hash at full speed at once. */
const FEWEST = 2;
const MOST = 4;
/** Milliseconds without a file after which the threads end. */
const IDLE_MS = 10_000;
/** After so many breakdowns nothing is expected of threads any more. */
const BREAKDOWNS_BORNE = 3;

export interface HashWorkersOptions {
  /** For tests: a script that does not start, or breaks. */
  readonly script?: URL;
  readonly idleMs?: number;
}

export class HashWorkers {
  private readonly threads = new Set<Thread>();
  private readonly most = Math.max(FEWEST, Math.min(MOST, availableParallelism() - 1));
  private readonly script: URL;
  private readonly idleMs: number;
  private breakdowns = 0;
  private startable = true;
  private idle: NodeJS.Timeout | null = null;

  constructor(options: HashWorkersOptions = {}) {
    this.script = options.script ?? SCRIPT;
    this.idleMs = options.idleMs ?? IDLE_MS;
  }

  /** How many threads there are now. */
  get size(): number {
    return this.threads.size;
  }

  /** A hasher for a file of which nothing has been read. The buffers that it is given must be over shared memory. */
  async open(algorithms: readonly Algorithm[]): Promise<Hasher> {
    if (!this.startable || this.breakdowns >= BREAKDOWNS_BORNE) return new InlineHasher(algorithms);
    if (this.idle) clearTimeout(this.idle);
    this.idle = null;
    const lanes: Lane[] = [];
    try {
      for (const algorithm of algorithms) {
        const taken = lanes.map((lane) => lane.thread);
        const thread = this.choose(taken);
        lanes.push(thread.open(algorithm));
      }
      const ready = await Promise.all(lanes.map((lane) => lane.thread.ready));
      if (ready.every((started) => started)) return new ThreadedHasher(lanes);
    } catch {
      // The system gives no more threads.
    }
    this.startable = false;
    for (const lane of lanes) lane.close();
    return new InlineHasher(algorithms);
  }

  /** The thread with the least to do, or a new one while there may be more; another than those taken, if possible. */
  private choose(taken: readonly Thread[]): Thread {
    const others = [...this.threads].filter((thread) => !taken.includes(thread));
    const least = others.sort((a, b) => a.lanes.size - b.lanes.size)[0];
    if (least && (least.lanes.size === 0 || this.threads.size >= this.most)) return least;
    const thread: Thread = new Thread(this.script, {
      onIdle: () => this.rest(),
      onEnd: (broke) => {
        this.threads.delete(thread);
        if (broke) this.breakdowns++;
      },
    });
    this.threads.add(thread);
    return thread;
  }

  private rest(): void {
    if (this.idle || [...this.threads].some((thread) => thread.lanes.size > 0)) return;
    this.idle = setTimeout(() => {
      this.idle = null;
      for (const thread of this.threads) thread.end();
    }, this.idleMs);
    this.idle.unref();
  }
}

interface ThreadEvents {
  readonly onIdle: () => void;
  readonly onEnd: (broke: boolean) => void;
}

class Thread {
  readonly lanes = new Map<number, Lane>();
  /** Whether it started. */
  readonly ready: Promise<boolean>;
  private readonly worker: Worker;
  private readonly events: ThreadEvents;
  private next = 0;
  private started: (ready: boolean) => void = () => undefined;

  constructor(script: URL, events: ThreadEvents) {
    this.events = events;
    this.ready = new Promise((resolve) => {
      this.started = resolve;
    });
    // Neither the environment, which may hold a key, nor the flags of this process are its business.
    this.worker = new Worker(script, { name: 'hash', env: {}, execArgv: [] });
    this.worker.on('message', (report: HashReport) => this.onReport(report));
    let broke = false;
    this.worker.once('error', () => {
      broke = true;
    });
    this.worker.once('exit', () => {
      this.started(false);
      events.onEnd(broke || this.lanes.size > 0);
      for (const lane of [...this.lanes.values()]) lane.onLost();
      this.lanes.clear();
    });
  }

  open(algorithm: Algorithm): Lane {
    if (this.lanes.size === 0) this.worker.ref();
    const id = this.next++;
    const lane = new Lane(this, id, algorithm);
    this.lanes.set(id, lane);
    this.order({ to: 'open', lane: id, algorithm });
    return lane;
  }

  close(id: number): void {
    this.lanes.delete(id);
    if (this.lanes.size > 0) return;
    this.worker.unref();
    this.events.onIdle();
  }

  order(order: HashOrder): void {
    this.worker.postMessage(order);
  }

  end(): void {
    void this.worker.terminate();
  }

  private onReport(report: HashReport): void {
    if (report.is === 'ready') {
      this.started(true);
      return;
    }
    const lane = this.lanes.get(report.lane);
    if (report.is === 'read') lane?.onRead();
    else lane?.onDigest(report.hex);
  }
}

/** One algorithm over one file, in one thread. */
class Lane {
  readonly thread: Thread;
  readonly algorithm: Algorithm;
  lost = false;
  private readonly id: number;
  /** For each buffer that the thread has not reported yet, in order. */
  private readonly reading: (() => void)[] = [];
  private readonly digest = Promise.withResolvers<string>();
  private dropped = false;

  constructor(thread: Thread, id: number, algorithm: Algorithm) {
    this.thread = thread;
    this.id = id;
    this.algorithm = algorithm;
    // Asked for at the end or never; until then its failure must not count as unhandled.
    this.digest.promise.catch(() => undefined);
  }

  update(bytes: Buffer, done: () => void): void {
    const { buffer: memory, byteOffset: from, length } = bytes;
    if (!(memory instanceof SharedArrayBuffer)) throw new TypeError('Only shared memory reaches a thread.');
    this.reading.push(done);
    this.thread.order({ to: 'update', lane: this.id, memory, from, length });
  }

  end(): Promise<string> {
    if (!this.lost) this.thread.order({ to: 'end', lane: this.id });
    return this.digest.promise;
  }

  /** The lane stays open until the thread has let go of its last buffer. */
  close(): void {
    if (this.dropped || this.lost) return;
    this.dropped = true;
    this.thread.order({ to: 'drop', lane: this.id });
    if (this.reading.length === 0) this.thread.close(this.id);
  }

  onRead(): void {
    this.reading.shift()?.();
    if (this.dropped && this.reading.length === 0) this.thread.close(this.id);
  }

  onDigest(hex: string): void {
    this.digest.resolve(hex);
  }

  /** The thread is gone, and with it whoever could still read the buffers. */
  onLost(): void {
    this.lost = true;
    this.digest.reject(broken());
    for (const done of this.reading.splice(0)) done();
  }
}

class ThreadedHasher implements Hasher {
  position = 0;
  private readonly lanes: readonly Lane[];

  constructor(lanes: readonly Lane[]) {
    this.lanes = lanes;
  }

  update(bytes: Buffer, done: () => void): void {
    if (this.lanes.some((lane) => lane.lost)) throw broken();
    let left = this.lanes.length;
    const one = (): void => {
      left--;
      if (left === 0) done();
    };
    for (const lane of this.lanes) lane.update(bytes, one);
    this.position += bytes.length;
  }

  async digests(): Promise<Digests> {
    const hexes = await Promise.all(
      this.lanes.map(async (lane) => [lane.algorithm, await lane.end()] as const),
    );
    return new Map(hexes);
  }

  drop(): void {
    for (const lane of this.lanes) lane.close();
  }
}

function broken(): UploaderError {
  const message = 'The part of the program that hashes files broke down. The upload is tried again.';
  return new UploaderError('internal', message);
}

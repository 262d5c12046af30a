/**
 * An emulator in a process of its own that can be killed and started again on the same data, and the questions that the
 * crash harness asks it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { reap } from './reap.ts';

const PROGRAM = join(import.meta.dirname, '..', 'emulator', 'index.ts');

const stateSchema = z.object({
  datasets: z.array(
    z.object({
      dataset_hash: z.string(),
      title: z.string(),
      rows: z.array(
        z.object({
          data_hash: z.string(),
          title: z.string(),
          data_type: z.string(),
          sha256: z.string().nullish(),
          images: z.array(z.object({ title: z.string(), sha256: z.string() })).nullish(),
        }),
      ),
    }),
  ),
  items: z.array(
    z.object({ item_uuid: z.string(), title: z.string(), type: z.string(), linked: z.boolean() }),
  ),
  registrations: z.number(),
});
export type ServerState = z.infer<typeof stateSchema>;

export interface FaultOrder {
  readonly match: { readonly kind: string; readonly nth: number };
  readonly do: Readonly<Record<string, number | boolean>>;
}

export class EmulatorProcess {
  readonly #dataDir: string;
  readonly #publicKey: string;
  readonly #jobDelayMs: number;
  #child: ChildProcess | null = null;
  #port = 0;
  #settings: Record<string, number> = {};

  constructor(options: { dataDir: string; publicKey: string; jobDelayMs: number }) {
    this.#dataDir = options.dataDir;
    this.#publicKey = options.publicKey;
    this.#jobDelayMs = options.jobDelayMs;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [
        PROGRAM,
        ...['--port', String(this.#port), '--data', this.#dataDir, '--public-key', this.#publicKey],
        ...['--job-delay-ms', String(this.#jobDelayMs)],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#child = child;
    reap(child);
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        if (text.includes('\n')) resolve(text);
      });
      child.once('exit', (code) => reject(new Error(`The emulator ended with ${code}.`)));
      child.once('error', reject);
    });
    const { listening } = z.object({ listening: z.string() }).parse(JSON.parse(line));
    this.#port = Number(new URL(listening).port);
    if (Object.keys(this.#settings).length > 0) await this.control('POST', 'settings', this.#settings);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Kept over a restart. */
  async settings(settings: Record<string, number>): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.control('POST', 'settings', settings);
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/__emulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The emulator answered ${response.status}: ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async state(): Promise<ServerState> {
    return stateSchema.parse(await this.control('GET', 'state'));
  }

  async dataset(title: string, mirrored: boolean, email: string): Promise<string> {
    const made = z.object({ datasets: z.array(z.object({ datasetHash: z.string() })).min(1) }).parse(
      await this.control('POST', 'seed', {
        datasets: [{ title, mirrored, users: [{ email, role: 'admin' }] }],
      }),
    );
    return made.datasets[0]?.datasetHash ?? '';
  }
}

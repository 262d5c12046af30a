/**
 * An emulator in a process of its own that can be killed and started again on the same data, and the questions that the
 * crash harness asks it.
 */

import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { EmulatorControl, type EmulatorState } from '../fixtures/emulator-control.ts';
import { type Programs, start } from './spawn.ts';

export interface FaultOrder {
  readonly match: { readonly kind: string; readonly nth: number };
  readonly do: Readonly<Record<string, number | boolean>>;
}

export interface EmulatorStart {
  readonly programs: Programs;
  readonly dataDir: string;
  readonly publicKey: string;
  readonly jobDelayMs: number;
}

export class EmulatorProcess {
  readonly #programs: Programs;
  readonly #dataDir: string;
  readonly #publicKey: string;
  readonly #jobDelayMs: number;
  readonly #control = new EmulatorControl(() => this.url);
  #child: ChildProcess | null = null;
  #port = 0;
  #settings: Record<string, number | boolean> = {};

  constructor(options: EmulatorStart) {
    this.#programs = options.programs;
    this.#dataDir = options.dataDir;
    this.#publicKey = options.publicKey;
    this.#jobDelayMs = options.jobDelayMs;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const options = [
      ...['--port', String(this.#port), '--data', this.#dataDir, '--public-key', this.#publicKey],
      ...['--job-delay-ms', String(this.#jobDelayMs)],
    ];
    const child = start(this.#programs, [this.#programs.emulator, ...options], ['ignore', 'pipe', 'inherit']);
    this.#child = child;
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout?.setEncoding('utf8').on('data', (more: string) => {
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
  async settings(settings: Record<string, number | boolean>): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.control('POST', 'settings', settings);
  }

  control(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#control.call(method, path, body);
  }

  state(): Promise<EmulatorState> {
    return this.#control.state();
  }

  dataset(title: string, mirrored: boolean, email: string): Promise<string> {
    return this.#control.dataset(title, email, { mirrored });
  }
}

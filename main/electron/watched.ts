/**
 * A value of the program that the parts of the desktop host look at (the glance, the settings): asked for anew when the
 * program says that something changed, a few times a second at most. Made by `program.ts`.
 */

import type { z } from 'zod';
import type { CallName, EventName } from '../../preload/contract/names.ts';
import type { App } from '../app/types.ts';
import type { Watched } from './desk.ts';
import { after } from './timer.ts';

/** Between two questions. */
const PAUSE_MS = 300;

/** A value that others may follow. */
export class Followed<T> implements Watched<T> {
  readonly #listeners = new Set<(value: T) => void>();
  #value: T | null;

  constructor(value: T | null = null) {
    this.#value = value;
  }

  get(): T | null {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  follow(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export class Asked<T> extends Followed<T> {
  readonly #program: Pick<App, 'handle'>;
  readonly #call: CallName;
  readonly #schema: z.ZodType<T>;
  readonly #stopListening: () => void;
  #asking: Promise<void> | null = null;
  #again = false;
  #closed = false;
  #cancel: (() => void) | null = null;

  /** @param concerns whether the value may be another after an event of the program */
  constructor(
    program: Pick<App, 'handle' | 'listen'>,
    call: CallName,
    schema: z.ZodType<T>,
    concerns: (name: EventName, payload: unknown) => boolean,
  ) {
    super();
    this.#program = program;
    this.#call = call;
    this.#schema = schema;
    this.#stopListening = program.listen((name, payload) => {
      if (concerns(name, payload)) this.#soon();
    });
  }

  /** Asks now; fulfilled when the answer is known. A program that cannot answer leaves the value as it was. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
      if (this.#again) this.#soon();
    });
    return this.#asking;
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    this.#cancel?.();
  }

  async #ask(): Promise<void> {
    this.#again = false;
    const answer = await this.#program.handle(this.#call, null);
    const read = this.#schema.safeParse(answer.ok ? answer.value : null);
    if (read.success && !this.#closed) this.set(read.data);
  }

  #soon(): void {
    // What changes while it is asked may not be in the answer.
    this.#again = true;
    if (this.#asking || this.#cancel || this.#closed) return;
    this.#cancel = after(PAUSE_MS, () => {
      this.#cancel = null;
      void this.ask();
    });
  }
}

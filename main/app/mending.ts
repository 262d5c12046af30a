/**
 * Stands in for the program while its database is damaged: the pages are told what happened, and may have the damaged
 * file kept aside; then the program itself answers. Made by the composition root.
 */

import type { Answer } from '../../preload/contract/errors.ts';
import type { EventName } from '../../preload/contract/names.ts';
import { asUploaderError, type UploaderError } from '../core/errors.ts';
import type { App, Download, MediaAnswer } from './types.ts';

export interface MendingDeps {
  /** As it was found at the start. */
  readonly damage: UploaderError;
  /** Opens the program; throws as long as the database is damaged. */
  readonly open: () => Promise<App & { start(options: { watch: boolean }): Promise<void> }>;
  /** Keeps the damaged file aside; answers where it is now. */
  readonly setAside: () => string;
}

type Listener = (name: EventName, payload: unknown) => void;

export class Mending implements App {
  readonly #deps: MendingDeps;
  readonly #listeners = new Map<Listener, (() => void) | null>();
  #damage: UploaderError;
  #program: App | null = null;
  /** Pages may ask at the same moment; the program is opened once. */
  #opening: Promise<App> | null = null;

  constructor(deps: MendingDeps) {
    this.#deps = deps;
    this.#damage = deps.damage;
  }

  /** There is nothing to begin with yet. */
  async start(): Promise<void> {}

  async handle(name: string, input: unknown): Promise<Answer<unknown>> {
    if (this.#program) return this.#program.handle(name, input);
    try {
      if (name === 'app.setDatabaseAside') {
        const path = this.#deps.setAside();
        await this.#open();
        return { ok: true, value: { path } };
      }
      // Somebody may have put a copy of the database back.
      if (name === 'app.snapshot') return await (await this.#open()).handle(name, input);
    } catch (reason) {
      this.#damage = asUploaderError(reason);
    }
    return refused(this.#damage);
  }

  listen(listener: Listener): () => void {
    this.#listeners.set(listener, this.#program?.listen(listener) ?? null);
    return () => {
      this.#listeners.get(listener)?.();
      this.#listeners.delete(listener);
    };
  }

  async receive(...args: Parameters<App['receive']>): Promise<Answer<null>> {
    return this.#program ? this.#program.receive(...args) : refused(this.#damage);
  }

  async download(id: string): Promise<Answer<Download>> {
    return this.#program ? this.#program.download(id) : refused(this.#damage);
  }

  async media(...args: Parameters<App['media']>): Promise<MediaAnswer> {
    return this.#program
      ? this.#program.media(...args)
      : { kind: 'refused', status: 503, sentence: this.#damage.message };
  }

  async suspend(): Promise<void> {
    await this.#program?.suspend();
  }

  wake(): void {
    this.#program?.wake();
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#program?.close();
  }

  #open(): Promise<App> {
    this.#opening ??= this.#begin().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #begin(): Promise<App> {
    if (this.#program) return this.#program;
    const program = await this.#deps.open();
    await program.start({ watch: true });
    this.#program = program;
    for (const listener of this.#listeners.keys()) this.#listeners.set(listener, program.listen(listener));
    return program;
  }
}

function refused({ code, message, details }: UploaderError): Answer<never> {
  return { ok: false, error: { code, message, details: { ...details } } };
}

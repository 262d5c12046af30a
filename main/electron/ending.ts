/**
 * The end of the program: a person is asked once where work is under way, then the program writes down what it does and
 * lets go of its data folder, and only then does the process end. Made by `program.ts`.
 */

import type { App } from 'electron';
import type { QuitAnswer } from './quitting.ts';

export interface EndingParts {
  readonly app: Pick<App, 'on' | 'quit'>;
  /** How to ask, null where nothing is under way that anybody would have to be asked about; null at once while it starts. */
  readonly question: () => Promise<(() => Promise<QuitAnswer>) | null> | null;
  readonly whenDone: () => void;
  /** Whether the program is open; until then there is nothing to wait for. */
  readonly isOpen: () => boolean;
  /** Ends everything; never rejects. */
  readonly close: () => Promise<void>;
  /** Calls once, later. */
  readonly after: (ms: number, fn: () => void) => unknown;
}

/** A network drive that does not answer may hold it up for ever. What is not written down then is found at the next start. */
const CLOSE_LIMIT_MS = 30_000;

export class Ending {
  readonly #parts: EndingParts;
  #state: 'no' | 'asking' | 'closing' | 'closed' = 'no';
  /** Nobody is to be asked (any more). */
  #agreed = false;

  constructor(parts: EndingParts) {
    this.#parts = parts;
    parts.app.on('before-quit', (event) => this.#beforeQuit(event));
  }

  /** Whether it has begun, so that nothing new is to be shown. */
  get begun(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  /** Without asking: the system or a signal wants it, or all work is done. */
  quitNow(): void {
    this.#agreed = true;
    this.#parts.app.quit();
  }

  #beforeQuit(event: { preventDefault(): void }): void {
    if (this.#state === 'closed' || !this.#parts.isOpen()) return;
    // Quitting waits until what is under way is written down.
    event.preventDefault();
    if (this.#state === 'closing') return;
    const question = this.#agreed ? null : this.#parts.question();
    if (question === null) this.#close();
    else if (this.#state === 'no') void this.#ask(question);
  }

  async #ask(asked: Promise<(() => Promise<QuitAnswer>) | null>): Promise<void> {
    this.#state = 'asking';
    // A question that cannot be asked is no reason to stay.
    const answer = await asked.then((question) => question?.() ?? 'now').catch((): QuitAnswer => 'now');
    if (this.#state !== 'asking') return;
    this.#state = 'no';
    if (answer === 'now') this.quitNow();
    else if (answer === 'when-done') this.#parts.whenDone();
  }

  #close(): void {
    this.#state = 'closing';
    const end = () => {
      if (this.#state === 'closed') return;
      this.#state = 'closed';
      this.#parts.app.quit();
    };
    this.#parts.after(CLOSE_LIMIT_MS, end);
    // Electron notes what `before-quit` was answered only after microtasks have run: an end among them would be overwritten.
    void this.#parts.close().then(() => setImmediate(end));
  }
}

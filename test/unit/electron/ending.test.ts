/** The end of the program, on a double of how Electron quits: whoever ends it, it ends, and it waits for nobody for ever. */

import { EventEmitter } from 'node:events';
import type Electron from 'electron';
import { expect, test } from 'vitest';
import { Ending } from '../../../main/electron/ending.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeEvent } from './fake-electron.ts';

/** Everything that needs nothing of the world: what Node does before it hands an event's answer back to Electron. */
async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) await null;
}

/** An app with one window. What is quitting it writes down as Electron does: after an event has been answered. */
class QuittingApp extends EventEmitter {
  quitting = false;
  readonly done: string[] = [];

  /** As the program calls it. */
  quit(): void {
    if (!this.quitting) this.#goOn(this.#says('before-quit'));
  }
  /** As the system calls it: by the Dock, or at logout. */
  async quitBySystem(): Promise<void> {
    const agreed = this.#says('before-quit');
    await microtasks();
    this.#goOn(agreed);
  }
  /** A person closes the window, and the program refuses because it quits. */
  async closeRefused(): Promise<void> {
    this.quit();
    await microtasks();
    this.quitting = false;
  }
  #says(name: string): boolean {
    const event = new FakeEvent();
    this.emit(name, event);
    return !event.prevented;
  }
  #goOn(agreed: boolean): void {
    this.quitting = agreed;
    if (agreed) setImmediate(() => this.done.push(this.quitting ? 'quit' : 'all windows closed'));
  }
}

function endingOf(app: object, close: () => Promise<void>, late: (() => void)[] = []): Ending {
  return new Ending({
    // Only what ending looks at is there; anything else would fail as a missing function.
    app: app as Electron.App,
    isOpen: () => true,
    question: () => Promise.resolve(null),
    whenDone: () => undefined,
    close,
    after: (_ms, fn) => late.push(fn),
  });
}

test.each(['quit', 'quitBySystem', 'closeRefused'] as const)(
  'a program that has nothing to do ends at once, however it is ended (%s)',
  async (how) => {
    const app = new QuittingApp();
    endingOf(app, async () => undefined);
    await app[how]();
    await eventually(() => expect(app.done).toEqual(['quit']));
  },
);

test('quitting does not wait for ever for what cannot be closed', async () => {
  const app = new QuittingApp();
  const late: (() => void)[] = [];
  const ending = endingOf(app, () => new Promise(() => undefined), late);
  app.quit();
  await eventually(() => expect(ending.begun).toBe(true));
  expect(app.quitting).toBe(false);
  for (const fn of late) fn();
  await eventually(() => expect(app.done).toEqual(['quit']));
});

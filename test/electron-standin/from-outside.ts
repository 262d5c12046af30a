/**
 * Events that a program may refuse. What the system causes is said from outside of the program's script: then Node
 * runs all microtasks before Electron looks at the answer. What the program's own call causes is said in the midst of its
 * script, and nothing runs in between. Used by `app.ts` and `window.ts`; the test's control acts from outside.
 */

import type { EventEmitter } from 'node:events';
import { StandinEvent } from './strict.ts';

/** As Node has it for its own callbacks; it has no public name. */
const runMicrotasks = Reflect.get(process, '_tickCallback') as () => void;

let outside = false;

/** Does it as the system would; not to be called from within a promise's reaction. */
export function fromOutside(does: () => void): void {
  outside = true;
  try {
    does();
  } finally {
    outside = false;
  }
}

/** False where a listener refuses. */
export function allowed(emitter: EventEmitter, name: string): boolean {
  const event = new StandinEvent();
  const said = outside;
  outside = false;
  emitter.emit(name, event);
  if (said) runMicrotasks();
  outside = said;
  return !event.defaultPrevented;
}

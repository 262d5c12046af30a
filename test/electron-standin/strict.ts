/**
 * What keeps the stand-in honest: objects that throw by name on whatever they lack, and events that can be refused.
 * Used by every part of it.
 */

import { EventEmitter } from 'node:events';

/** Promises, test reports and Node's own modules look at these of any object. */
const ASKED_OF_EVERYTHING: ReadonlySet<string> = new Set(['then', 'toJSON', '__esModule', 'domain']);

/** The object, on which anything that is neither there nor declared as absent is an error that names it. */
export function strict<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get(target, key, receiver) {
      if (typeof key === 'string' && !(key in target) && !ASKED_OF_EVERYTHING.has(key)) {
        throw new Error(`The stand-in for Electron has no ${name}.${key}.`);
      }
      return Reflect.get(target, key, receiver);
    },
    set(target, key, value, receiver) {
      if (typeof key === 'string' && !(key in target) && !key.startsWith('_')) {
        throw new Error(`The stand-in for Electron has no ${name}.${key} to be set.`);
      }
      return Reflect.set(target, key, value, receiver);
    },
  });
}

/** An emitter that throws by name on whatever its class lacks. */
export class StrictEmitter extends EventEmitter {
  /** @param name as Electron calls the class or module */
  constructor(name: string) {
    super();
    // What a constructor gives back is what fields of sub-classes are set on: they must not meet the net.
    let made = false;
    queueMicrotask(() => {
      made = true;
    });
    // biome-ignore lint/correctness/noConstructorReturn: the proxy takes the object's place from the first moment on.
    return new Proxy<StrictEmitter>(this, {
      get(target, key, receiver) {
        if (typeof key === 'string' && !(key in target) && !ASKED_OF_EVERYTHING.has(key)) {
          throw new Error(`The stand-in for Electron has no ${name}.${key}.`);
        }
        return Reflect.get(target, key, receiver);
      },
      set(target, key, value, receiver) {
        if (made && typeof key === 'string' && !(key in target) && !key.startsWith('_')) {
          throw new Error(`The stand-in for Electron has no ${name}.${key} to be set.`);
        }
        return Reflect.set(target, key, value, receiver);
      },
    });
  }
}

/** What a listener may refuse. */
export class StandinEvent {
  defaultPrevented = false;

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

/** An event object with more members, as Electron's newer events have them. */
export function eventWith<T extends object>(members: T): StandinEvent & T {
  return Object.assign(new StandinEvent(), members);
}

/** Says by name what the stand-in does not do. */
export function lacking(what: string): never {
  throw new Error(`The stand-in for Electron does not do this: ${what}.`);
}

/** How the stand-in's shapes are held to Electron's own declarations. Used by all of its parts. */

import type { EventEmitter } from 'node:events';

/**
 * What a class of the stand-in implements: of Electron's members those that it has, each as Electron declares it.
 * Events are left out, for their lists of overloads cannot be implemented one by one.
 */
export type As<T> = Partial<Omit<T, keyof EventEmitter>>;

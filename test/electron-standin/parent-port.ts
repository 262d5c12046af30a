/** Loaded into a child of `utilityProcess.fork`: gives it the `process.parentPort` that Electron gives. */

import { EventEmitter } from 'node:events';
import type Electron from 'electron';
import { strict } from './strict.ts';

const emitter = new EventEmitter();
const port = Object.assign(emitter, {
  postMessage: (message: unknown) => void process.send?.(message),
  start: () => {},
  pause: () => {},
}) as unknown as Electron.ParentPort;

// The line keeps the child alive while somebody listens, and ends it with the program.
process.on('message', (data) => emitter.emit('message', { data, ports: [] }));
process.on('disconnect', () => process.exit(0));

Object.defineProperty(process, 'parentPort', { value: strict('process.parentPort', port) });
Object.defineProperty(process, 'type', { value: 'utility' });

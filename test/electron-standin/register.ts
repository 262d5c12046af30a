/**
 * Loaded before the program (`node --import register.ts dist/main/index.js`): from then on `electron` is the stand-in,
 * for the program and for the packages that it imports, and the process looks like one of Electron's.
 */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const STANDIN = new URL('./electron.ts', import.meta.url).href;
const DECLARED = new URL('../../node_modules/electron/package.json', import.meta.url);

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url: STANDIN, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});

if (isMainThread) {
  Object.defineProperty(process.versions, 'electron', {
    value: JSON.parse(readFileSync(DECLARED, 'utf8')).version,
    enumerable: true,
  });
  Object.defineProperty(process, 'type', { value: 'browser' });
  const { machine } = await import('./machine.ts');
  Object.defineProperty(process, 'resourcesPath', { value: new URL('../..', import.meta.url).pathname });
  // A packaged program is its own executable: it is not told which script it is.
  if (machine.packaged) process.argv.splice(1, 1);
  else Object.defineProperty(process, 'defaultApp', { value: true });
  const { obeyTest } = await import('./control.ts');
  obeyTest();
}

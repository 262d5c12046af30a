/**
 * The Electron program's composition root: puts the program and its desktop host together. Built to
 * `dist/main/index.js`, which is what Electron starts.
 */

import { join } from 'node:path';
import { followUncaughtAndRejected } from './adapters/uncaught.ts';
import { openForPages } from './compose.ts';
import { runDesktop } from './electron/program.ts';
import { forkUtility } from './electron/utility.ts';

const home = process.env.ENCORD_UPLOADER_HOME || null;
/** `dist`, seen from `dist/main`. */
const dist = join(import.meta.dirname, '..');

runDesktop({
  pagesFolder: join(dist, 'renderer'),
  preload: join(dist, 'preload', 'index.cjs'),
  profileFolder: home === null ? null : join(home, 'window'),
  open: (host) =>
    openForPages({
      dataFolder: home,
      host,
      env: process.env,
      forkChild: forkUtility,
      followUncaught: followUncaughtAndRejected,
    }),
});

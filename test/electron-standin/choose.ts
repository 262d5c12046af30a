/** Which of the two drivers the end-to-end tests use: Electron's own where its binary is, else the stand-in. */

import { findElectronForTests } from '../../.setup/find.mjs';
import type { Driver } from './driver.ts';
import { electronDriver } from './driver-electron.ts';
import { standin } from './driver-standin.ts';

export function chooseDriver(env: NodeJS.ProcessEnv = process.env): Driver {
  const binary = findElectronForTests(env);
  return binary === null ? standin : electronDriver(binary);
}

/** Shows a folder of this machine in the system's file manager. Used by the handlers. */

import { UploaderError } from '../core/errors.ts';
import type { HostServices } from './types.ts';

/** Throws `not-available` where the host cannot do such a thing, or could not do it. */
export async function showFolder(host: HostServices, path: string): Promise<void> {
  if (!host.openFolder) {
    throw new UploaderError('not-available', 'A folder can be opened only by the desktop program.');
  }
  try {
    await host.openFolder(path);
  } catch (reason) {
    const sentence = reason instanceof Error ? reason.message : String(reason);
    throw new UploaderError('not-available', sentence, { cause: reason });
  }
}

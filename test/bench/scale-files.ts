/** Where the images of the long queue lie. Used by `scale.ts`, which makes the first of them, and by `scale-program.ts`. */

import { join } from 'node:path';

/** As many as an acquisition leaves there. */
export const FILES_IN_A_FOLDER = 5_000;

export function fileAt(folder: string, index: number): string {
  const name = `frame_${String(index).padStart(7, '0')}.png`;
  return join(folder, `run-${Math.floor(index / FILES_IN_A_FOLDER)}`, name);
}

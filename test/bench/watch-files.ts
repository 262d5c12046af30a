/** The tree of 100,000 files that a watch folder looks through. Used by `watch.ts` and `watch-program.ts`. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FILES = 100_000;
export const FOLDERS = 1_000;
const FOLDERS_IN_A_FOLDER = 100;
const BYTES = 100;
/** What every PNG begins with: the files need not be whole to be met, and are quickly made. */
const HEAD = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Relative, with `/`. */
export function pathAt(index: number): string {
  const folder = index % FOLDERS;
  const name = `frame_${String(index).padStart(6, '0')}.png`;
  return `run-${Math.floor(folder / FOLDERS_IN_A_FOLDER)}/plate-${String(folder).padStart(4, '0')}/${name}`;
}

export function makeTree(root: string): void {
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(root, pathAt(folder), '..'), { recursive: true });
    for (let index = folder; index < FILES; index += FOLDERS) {
      const bytes = Buffer.alloc(BYTES, `${index} `);
      HEAD.copy(bytes);
      writeFileSync(join(root, pathAt(index)), bytes);
    }
  }
}

/** Files in one folder that are never quiet for long enough. */
export function makeWaiting(root: string, count: number): void {
  mkdirSync(root);
  for (let index = 0; index < count; index += 1) {
    writeFileSync(join(root, `waiting_${String(index).padStart(5, '0')}.png`), HEAD);
  }
}

/** A temporary root and short ways to change it, for the tests of this folder. */

import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createClock } from '../../../../main/adapters/clock.ts';
import { createGlobs } from '../../../../main/adapters/watch/globs.ts';
import { createScanner, type Scanner } from '../../../../main/adapters/watch/index.ts';
import type { FileIdentity } from '../../../../main/core/model.ts';
import { DEFAULT_RULES } from '../../../../main/core/watch/rules.ts';
import { createSelection } from '../../../../main/core/watch/selection.ts';

export const clock = createClock();
export const linux = process.platform === 'linux';
export const posix = process.platform !== 'win32';
export const asRoot = process.getuid?.() === 0;
export const never = new AbortController().signal;

const globs = createGlobs();
const selection = createSelection(DEFAULT_RULES, { glob: globs.name, path: globs.path });
/** What a watch folder without rules of its own does not enter. */
export const skipUsual = (folder: string): boolean => selection.skipFolder(folder);

/** Removed at the end of the test. */
export function temporary(parent: string = tmpdir()): string {
  const path = realpathSync(mkdtempSync(join(parent, 'encord-uploader-watch-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function scannerForTest(): Scanner {
  const scanner = createScanner({ clock });
  onTestFinished(() => scanner.close());
  return scanner;
}

const NOBODY = 65_534;

/** Does the work as a user whom rights hold back, who owns the folder meanwhile: root may do everything. */
export async function asOrdinaryUser(folder: string, work: () => Promise<void>): Promise<void> {
  if (!asRoot || !process.seteuid) return work();
  chownSync(folder, NOBODY, NOBODY);
  process.seteuid(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid(0);
  }
}

/** Writes a file below the folder, making what is above it; answers its path. */
export function put(folder: string, path: string, content: string | Buffer = 'x'): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

export function identify(path: string): FileIdentity {
  const { size, mtimeMs } = statSync(path);
  return { size, mtimeMs };
}

/**
 * A file system of its own, unmounted at the end of the test; null where mounting is not allowed.
 */
export function mountTmpfs(options = ''): { path: string; unmount(): void; mount(): void } | null {
  if (!linux || !asRoot) return null;
  const path = temporary();
  const mount = (): void => {
    execFileSync('mount', ['-t', 'tmpfs', ...(options === '' ? [] : ['-o', options]), 'tmpfs', path]);
  };
  const unmount = (): void => {
    execFileSync('umount', ['-l', path], { stdio: 'ignore' });
  };
  try {
    mount();
  } catch {
    return null;
  }
  // Runs before the folder is removed: what was registered last is done first.
  onTestFinished(() => {
    try {
      unmount();
    } catch {
      // The test unmounted it itself.
    }
  });
  return { path, mount, unmount };
}

/** Who has files open for writing, where the system tells. Used by `disk.ts`. */

import { execFile } from 'node:child_process';
import { lstat, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import type { Openness } from '../../core/watch/readiness.ts';
import { systemCode } from '../files/problems.ts';
import { readLsof } from './lsof.ts';
import { findWriters } from './proc.ts';

const NOBODY: Openness = { kind: 'nobody' };
const UNKNOWN: Openness = { kind: 'unknown' };
/** `lsof` asks every file system, and may hang with one. */
const LSOF_MS = 10_000;
const LSOF_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Answers for each path below the root; never throws. */
export async function openness(
  root: string,
  paths: readonly string[],
  platform: NodeJS.Platform,
  clock: Pick<Clock, 'monotonic'>,
): Promise<ReadonlyMap<string, Openness>> {
  if (paths.length === 0) return new Map();
  try {
    // The system names open files by their real paths.
    const real = await realpath(root);
    if (platform === 'linux') return await fromProc(real, paths, clock);
    if (platform === 'darwin') return await fromLsof(real, paths);
    if (platform === 'win32') return await fromSharing(real, paths);
  } catch {
    // The root is away, or there is no `/proc` or `lsof`.
  }
  return new Map(paths.map((path) => [path, UNKNOWN]));
}

async function fromProc(root: string, paths: readonly string[], clock: Pick<Clock, 'monotonic'>) {
  const wanted = new Set(paths.map((path) => join(root, path)));
  const { writers, blind } = await findWriters(wanted, clock);
  const answers = new Map<string, Openness>();
  for (const path of paths) {
    const full = join(root, path);
    const writer = writers.get(full);
    if (writer) answers.set(path, { kind: 'process', ...writer });
    else answers.set(path, blind && !(await isOurs(full)) ? UNKNOWN : NOBODY);
  }
  return answers;
}

/** A process of another user that we may not look at has no business with our files, though with others'. */
async function isOurs(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).uid === process.geteuid?.();
  } catch {
    return false;
  }
}

async function fromLsof(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, Openness>> {
  const writers = readLsof(await runLsof());
  return new Map(
    paths.map((path) => {
      const writer = writers.get(join(root, path).normalize('NFC'));
      return [path, writer ? { kind: 'process', ...writer } : NOBODY] as const;
    }),
  );
}

/** Its exit code says nothing: files that it could not look at make it 1. */
function runLsof(): Promise<string> {
  const options = {
    timeout: LSOF_MS,
    killSignal: 'SIGKILL',
    maxBuffer: LSOF_OUTPUT_BYTES,
    // Else names that are not ASCII are escaped.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'en_US.UTF-8' },
  } as const;
  return new Promise((resolve, reject) => {
    execFile('lsof', ['-n', '-P', '-w', '-F', 'pcan'], options, (error, stdout) => {
      if (error && (error.killed || stdout === '')) reject(error);
      else resolve(stdout);
    });
  });
}

/** Windows refuses to open for writing what another program keeps to itself; it does not say which one. */
async function fromSharing(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, Openness>> {
  const answers = new Map<string, Openness>();
  for (const path of paths) {
    try {
      await (await open(join(root, path), 'r+')).close();
      answers.set(path, NOBODY);
    } catch (thrown) {
      // Anything else is a right that we do not have, such as to a read-only file.
      const shared = systemCode(thrown) === 'EBUSY';
      answers.set(path, shared ? { kind: 'process', pid: null, name: null } : UNKNOWN);
    }
  }
  return answers;
}

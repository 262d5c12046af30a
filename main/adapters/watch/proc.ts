/** Finds who writes to files by one pass over Linux's `/proc`. Used by `openness.ts`. */

import { constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import { createSlicer, type Slicer } from '../../core/slicer.ts';
import { systemCode } from '../files/problems.ts';
import type { Writer } from './lsof.ts';

const WRITING = constants.O_WRONLY | constants.O_RDWR;

interface Handle {
  readonly pid: string;
  readonly fd: string;
  readonly path: string;
}

/**
 * `blind`: some processes could not be looked at. What a process only maps into its memory is not found. Nothing here
 * but the last step touches the disk of the files; reading `/proc` never waits. Throws where there is no `/proc`.
 */
export async function findWriters(
  wanted: ReadonlySet<string>,
  clock: Pick<Clock, 'monotonic'>,
): Promise<{ writers: ReadonlyMap<string, Writer>; blind: boolean }> {
  const slicer = createSlicer(clock);
  const writers = new Map<string, Writer>();
  const elsewhere: Handle[] = [];
  const names = new Set(Array.from(wanted, (path) => basename(path)));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  // A mount option hides the processes of others altogether; the first process is always another's.
  let blind = !pids.includes('1');
  for (const pid of pids) {
    const handles = handlesOf(pid);
    if (handles === 'hidden') {
      blind ||= !isKernelThread(pid);
      continue;
    }
    for (const fd of handles) {
      if (slicer.spent()) await slicer.pause();
      const path = linkOf(pid, fd);
      if (path === null || !names.has(basename(path)) || !isWriting(pid, fd)) continue;
      if (wanted.has(path)) writers.set(path, { pid: Number(pid), name: nameOf(pid) });
      else elsewhere.push({ pid, fd, path });
    }
  }
  await matchElsewhere(elsewhere, wanted, writers, slicer);
  return { writers, blind };
}

/**
 * A process in a container, or behind another mount of the same folder, knows the file by another path, though by the
 * same name: such handles are compared by device and inode.
 */
async function matchElsewhere(
  handles: readonly Handle[],
  wanted: ReadonlySet<string>,
  writers: Map<string, Writer>,
  slicer: Slicer,
): Promise<void> {
  if (handles.length === 0) return;
  const held = new Map<string, Handle>();
  const names = new Set(handles.map(({ path }) => basename(path)));
  for (const handle of handles) {
    const identity = await identify(`/proc/${handle.pid}/fd/${handle.fd}`);
    if (identity !== null) held.set(identity, handle);
  }
  for (const path of wanted) {
    if (!names.has(basename(path)) || writers.has(path)) continue;
    if (slicer.spent()) await slicer.pause();
    const identity = await identify(path);
    const handle = identity === null ? undefined : held.get(identity);
    if (handle) writers.set(path, { pid: Number(handle.pid), name: nameOf(handle.pid) });
  }
}

async function identify(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

function handlesOf(pid: string): readonly string[] | 'hidden' {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch (thrown) {
    const code = systemCode(thrown);
    return code === 'EACCES' || code === 'EPERM' ? 'hidden' : [];
  }
}

/** Threads of the kernel have no command line, and no files of anybody. */
function isKernelThread(pid: string): boolean {
  return readSmall(`/proc/${pid}/cmdline`) === '';
}

/** Null for sockets, pipes, and what was closed meanwhile. */
function linkOf(pid: string, fd: string): string | null {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/${fd}`);
    return path.startsWith('/') ? path : null;
  } catch {
    return null;
  }
}

function isWriting(pid: string, fd: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readSmall(`/proc/${pid}/fdinfo/${fd}`) ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & WRITING) !== 0;
}

function nameOf(pid: string): string | null {
  return readSmall(`/proc/${pid}/comm`)?.trim() || null;
}

function readSmall(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

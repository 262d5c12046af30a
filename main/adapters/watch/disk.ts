/** One root on disk, as the core's port. Made by the composition root, one for each watch folder. */

import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, lstat, open, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { UploaderError } from '../../core/errors.ts';
import type { FileIdentity } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { Look, RootState, WatchDisk } from '../../core/watch/ports.ts';
import type { Openness } from '../../core/watch/readiness.ts';
import { fileChanged, systemCode } from '../files/problems.ts';
import { fileSystemKind } from './kinds.ts';
import { openness } from './openness.ts';
import { absolute, baseOf, folderOf, identityOf, plainFolder } from './paths.ts';
import { Patience, ROOT_MS } from './patience.ts';
import { cancelled, notARegularFile, READ_HERE, rootProblem, watchProblem } from './problems.ts';
import { scan } from './scan.ts';
import type { Scanner } from './scan-thread.ts';

/** How long any other call than that for the root may take to answer. */
const CALL_MS = 30_000;
const BUFFER_BYTES = 512 * 1024;

export interface WatchDiskDeps {
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  readonly scanner: Scanner;
  /** For tests: another system, shorter limits, a disk that hangs. */
  readonly platform?: NodeJS.Platform;
  readonly rootMs?: number;
  readonly callMs?: number;
  readonly stat?: (path: string) => Promise<Stats>;
}

/** `root` is absolute. */
export function createWatchDisk(root: string, deps: WatchDiskDeps): WatchDisk {
  const platform = deps.platform ?? process.platform;
  const callMs = deps.callMs ?? CALL_MS;
  const patience = new Patience(root, deps.clock);
  const ask = <T>(work: () => Promise<T>): Promise<T> => patience.ask(callMs, work);

  return {
    async root() {
      try {
        const probe = () => probeRoot(root, platform, deps.stat ?? stat);
        return await patience.ask(deps.rootMs ?? ROOT_MS, probe, true);
      } catch (thrown) {
        return { kind: 'away', error: rootProblem(root, thrown) };
      }
    },

    kind: () => ask(() => fileSystemKind(root, platform)).catch(() => ({ type: null, events: true })),

    async look(path) {
      try {
        return await ask(() => lookAt(root, path));
      } catch (thrown) {
        if (isAbsence(thrown)) return { kind: 'gone' };
        return { kind: 'problem', error: watchProblem(thrown) };
      }
    },

    scan(folders, skip, signal) {
      const reach = (folder: string) => ask(() => plainFolder(root, folder));
      return scan(deps.scanner, root, reach, folders, skip, signal);
    },

    names: (folder) => ask(async () => readdir(await plainFolder(root, folder))).catch(() => []),

    async read(path, offset, length) {
      const file = await OpenedFile.open(root, path, ask);
      try {
        const buffer = Buffer.allocUnsafe(length);
        return buffer.subarray(0, await file.fill(buffer, offset));
      } finally {
        file.close();
      }
    },

    async hash(path, identity, algorithm, signal) {
      const file = await OpenedFile.open(root, path, ask);
      try {
        const hash = createHash(algorithm);
        const buffer = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, identity.size + 1));
        let total = 0;
        while (total <= identity.size) {
          if (signal.aborted) throw cancelled();
          const bytes = await file.fill(buffer, total);
          hash.update(buffer.subarray(0, bytes));
          total += bytes;
          if (bytes < buffer.length) break;
        }
        if (total !== identity.size || !(await file.is(identity))) throw fileChanged();
        return hash.digest('hex');
      } finally {
        file.close();
      }
    },

    async openness(paths) {
      try {
        return await ask(() => openness(root, paths, platform, deps.clock));
      } catch {
        return new Map(paths.map((path): [string, Openness] => [path, { kind: 'unknown' }]));
      }
    },
  };
}

async function probeRoot(
  root: string,
  platform: NodeJS.Platform,
  look: (path: string) => Promise<Stats>,
): Promise<RootState> {
  const stats = await look(root);
  if (!stats.isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
  // Tried in earnest: servers may refuse what the rights of the folder promise.
  await (await opendir(root)).close();
  await look(`${root}${sep}.`);
  const real = await realpath(root);
  const parent = await stat(dirname(real));
  // Windows gives every folder of a drive the same device, and a mounted folder is rare there.
  const mounted = platform !== 'win32' && (parent.dev !== stats.dev || parent.ino === stats.ino);
  const readOnly = await access(root, constants.W_OK).then(
    () => false,
    () => true,
  );
  return { kind: 'there', mounted, readOnly };
}

async function lookAt(root: string, path: string): Promise<Look> {
  const full = absolute(root, path);
  await plainFolder(root, folderOf(path));
  const stats = path === '' ? await stat(full) : await lstat(full);
  if (stats.isDirectory()) return { kind: 'folder' };
  if (!stats.isFile()) return { kind: 'other' };
  const identity = { size: stats.size, mtimeMs: stats.mtimeMs };
  return { kind: 'file', identity, inode: await inodeOf(full, stats) };
}

async function inodeOf(path: string, { dev, ino }: Stats): Promise<string | null> {
  if (ino === 0) return null;
  // The file numbers of Windows do not fit a double, and rounded ones would fall together.
  return Number.isSafeInteger(ino) && Number.isSafeInteger(dev) ? `${dev}:${ino}` : identityOf(path);
}

function isAbsence(thrown: unknown): boolean {
  if (thrown instanceof UploaderError) return false;
  const code = systemCode(thrown);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

type Ask = <T>(work: () => Promise<T>) => Promise<T>;

/** A file below the root, each call to it with a time limit. What fails is thrown in words. */
class OpenedFile {
  private readonly handle: FileHandle;
  private readonly ask: Ask;

  private constructor(handle: FileHandle, ask: Ask) {
    this.handle = handle;
    this.ask = ask;
  }

  static async open(root: string, path: string, ask: Ask): Promise<OpenedFile> {
    let handle: FileHandle | null = null;
    let left = false;
    const drop = (): void => {
      left = true;
      void handle?.close().catch(() => undefined);
    };
    try {
      return await ask(async () => {
        absolute(root, path);
        handle = await open(join(await plainFolder(root, folderOf(path)), baseOf(path)), READ_HERE);
        // It took too long, and nobody waits any more.
        if (left) drop();
        if (!(await handle.stat()).isFile()) throw notARegularFile();
        return new OpenedFile(handle, ask);
      });
    } catch (thrown) {
      drop();
      throw watchProblem(thrown);
    }
  }

  /** Reads until the buffer is full or the file ends; how much there was. */
  async fill(buffer: Buffer, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await this.call(() =>
        this.handle.read(buffer, filled, buffer.length - filled, position + filled),
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async is(identity: FileIdentity): Promise<boolean> {
    const { size, mtimeMs } = await this.call(() => this.handle.stat());
    return size === identity.size && mtimeMs === identity.mtimeMs;
  }

  /** Not waited for: on a dead share it would hang together with the reading. */
  close(): void {
    void this.handle.close().catch(() => undefined);
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.ask(work);
    } catch (thrown) {
      throw watchProblem(thrown);
    }
  }
}

/**
 * Goes through files and folders in natural order, without ever holding up the event loop. Called through the
 * `Files` port that `index.ts` makes.
 */

import type { Stats } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { UploaderError } from '../../core/errors.ts';
import { compareNatural, sortInSlices } from '../../core/natural.ts';
import type { Clock, WalkEntry } from '../../core/ports.ts';
import { createSlicer, type Slicer } from '../../core/slicer.ts';
import { fileProblem, nameNotText, notAFile, systemCode } from './problems.ts';

const CHUNK = 256;
/** More does not help: the system calls run on four threads. */
const STATS_AT_ONCE = 32;
const READ_AHEAD = 1024;

interface Listed {
  readonly name: string;
  /** Known from the listing, so that it need not be asked for: its content comes from the folder itself. */
  readonly folder: boolean;
}

interface Named {
  readonly entry: WalkEntry;
  /** Whether a walk over its folder meets it too. */
  readonly inFolder: boolean;
}

/** See `Files.walk`. Ends early, without an error, when the signal is aborted. */
export async function* walk(
  paths: readonly string[],
  signal: AbortSignal,
  clock: Pick<Clock, 'monotonic'>,
): AsyncGenerator<readonly WalkEntry[]> {
  const walker = new Walker(paths, signal, createSlicer(clock));
  let chunk: WalkEntry[] = [];
  for await (const entries of walker.all()) {
    for (const entry of entries) {
      chunk.push(entry);
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = [];
    }
    if (signal.aborted) return;
  }
  if (chunk.length > 0) yield chunk;
}

class Walker {
  private readonly named: readonly string[];
  private readonly signal: AbortSignal;
  private readonly slicer: Slicer;
  /** Folders by path whose files were met, and everything that was named, so that overlaps are met once. */
  private readonly walked = new Set<string>();
  private readonly met = new Set<string>();
  /** Folders by device and inode, for links and mounts that lead back into what was walked. */
  private readonly entered = new Set<string>();

  constructor(paths: readonly string[], signal: AbortSignal, slicer: Slicer) {
    this.named = [...new Set(paths.map((path) => resolve(path)))];
    this.signal = signal;
    this.slicer = slicer;
  }

  async *all(): AsyncGenerator<readonly WalkEntry[]> {
    for (let start = 0; start < this.named.length; start += STATS_AT_ONCE) {
      const paths = this.named.slice(start, start + STATS_AT_ONCE);
      const found = await Promise.all(paths.map((path) => this.identifyNamed(path)));
      for (const [i, path] of paths.entries()) {
        if (this.signal.aborted) return;
        const what = found[i];
        if (what === 'folder') yield* this.folder(path);
        else if (what && !(what.inFolder && this.walked.has(dirname(path)))) {
          this.met.add(path);
          yield [what.entry];
        }
      }
      if (this.slicer.spent()) await this.slicer.pause();
    }
  }

  /** A path that was given by name: links are followed here, and hidden files taken. */
  private async identifyNamed(path: string): Promise<'folder' | Named> {
    try {
      const isLink = (await lstat(path)).isSymbolicLink();
      const stats = await stat(path);
      if (stats.isDirectory()) return 'folder';
      const entry = stats.isFile() ? file(path, stats) : problem(path, notAFile(stats));
      return { entry, inFolder: !isLink && !isHidden(basename(path)) };
    } catch (thrown) {
      return { entry: problem(path, fileProblem(thrown)), inFolder: false };
    }
  }

  /** Files of a folder first, then its sub-folders, each in natural order. */
  private async *folder(root: string): AsyncGenerator<readonly WalkEntry[]> {
    // A stack of our own: folders may be nested deeper than generators should be.
    const stack = [root];
    for (let path = stack.pop(); path !== undefined && !this.signal.aborted; path = stack.pop()) {
      if (this.walked.has(path)) continue;
      let listed: Listed[];
      try {
        if (!(await this.enter(path, path === root))) continue;
        listed = await this.list(path);
      } catch (thrown) {
        const unnamable = path.includes('\uFFFD') && systemCode(thrown) === 'ENOENT';
        yield [problem(path, unnamable ? nameNotText() : fileProblem(thrown))];
        continue;
      }
      this.walked.add(path);
      yield* this.filesOf(path, listed);
      for (let i = listed.length - 1; i >= 0; i--) {
        const entry = listed[i];
        if (entry?.folder) stack.push(join(path, entry.name));
      }
    }
  }

  /** False where the folder was entered by another way, or is none any more. */
  private async enter(path: string, named: boolean): Promise<boolean> {
    // As big integers: the file numbers of Windows do not fit a double, and rounded ones would fall together.
    const stats = await (named ? stat(path, { bigint: true }) : lstat(path, { bigint: true }));
    if (!stats.isDirectory()) return false;
    // Some network file systems number nothing; then the paths have to do.
    if (stats.ino === 0n) return true;
    const key = `${stats.dev}:${stats.ino}`;
    if (this.entered.has(key)) return false;
    this.entered.add(key);
    return true;
  }

  /** The names in a folder that are to be looked at, in natural order. */
  private async list(path: string): Promise<Listed[]> {
    const listed: Listed[] = [];
    const directory = await opendir(path, { bufferSize: READ_AHEAD });
    for await (const entry of directory) {
      if (this.signal.aborted) return [];
      if (!isHidden(entry.name) && !entry.isSymbolicLink())
        listed.push({ name: entry.name, folder: entry.isDirectory() });
      if (this.slicer.spent()) await this.slicer.pause();
    }
    await sortInSlices(listed, (a, b) => compareNatural(a.name, b.name), this.slicer);
    return listed;
  }

  private async *filesOf(path: string, listed: readonly Listed[]): AsyncGenerator<readonly WalkEntry[]> {
    for (let start = 0; start < listed.length && !this.signal.aborted; start += CHUNK) {
      const names = listed.slice(start, start + CHUNK).filter((entry) => !entry.folder);
      const entries: (WalkEntry | null)[] = new Array(names.length).fill(null);
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < names.length && !this.signal.aborted) {
          const index = next++;
          entries[index] = await this.entry(path, names, index);
          if (this.slicer.spent()) await this.slicer.pause();
        }
      };
      await Promise.all(Array.from({ length: STATS_AT_ONCE }, work));
      yield entries.filter((entry) => entry !== null);
    }
  }

  private async entry(folder: string, names: readonly Listed[], index: number): Promise<WalkEntry | null> {
    const name = names[index]?.name ?? '';
    const path = join(folder, name);
    if (this.met.has(path)) return null;
    // Two names that decode to the same replacement characters cannot both be that file.
    if (name.includes('\uFFFD') && names[index - 1]?.name === name) return problem(path, nameNotText());
    try {
      const stats = await lstat(path);
      if (stats.isFile()) return file(path, stats);
      // It became a folder or a link since it was listed.
      return stats.isDirectory() || stats.isSymbolicLink() ? null : problem(path, notAFile(stats));
    } catch (thrown) {
      if (name.includes('\uFFFD') && systemCode(thrown) === 'ENOENT') return problem(path, nameNotText());
      return problem(path, fileProblem(thrown));
    }
  }
}

/** What systems put into folders and nobody means to upload. */
const SYSTEM_NAMES = new Set(['thumbs.db', 'desktop.ini', 'system volume information', '$recycle.bin']);

function isHidden(name: string): boolean {
  return name.startsWith('.') || SYSTEM_NAMES.has(name.toLowerCase());
}

function file(path: string, stats: Stats): WalkEntry {
  return { kind: 'file', path, name: basename(path), identity: { size: stats.size, mtimeMs: stats.mtimeMs } };
}

function problem(path: string, error: UploaderError): WalkEntry {
  return { kind: 'problem', path, name: basename(path), error };
}

/**
 * Brings pending files before the ladder: gathers the facts that it asks for, cheap ones first, those that cost a look at
 * the disk only where everything else is fine. Used by `folder-run.ts` alone.
 */

import { asUploaderError } from '../errors.ts';
import { createSlicer } from '../slicer.ts';
import { completenessOf } from './containers/index.ts';
import { judge } from './ladder.ts';
import { manifestText, parseManifest } from './manifests.ts';
import type { Pending } from './pending.ts';
import { join } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { FileFacts, Listed, RungTools } from './readiness.ts';
import type { ReadinessRules } from './rules.ts';

/** An answer about open files is good for so long. */
const OPENNESS_MS = 1_000;
/** A file that somebody has open is asked about again after this, and more seldom when it stays so. */
const OPEN_AGAIN_MS = 1_000;
const OPEN_LATER_MS = 5_000;
const PATIENT_AFTER_MS = 60_000;
/** After a file could not be read. */
const UNREADABLE_AGAIN_MS = 10_000;
const LIST_BYTES = 16 * 1024 * 1024;
/** So many lists are kept parsed; they may be large, and folders by the day bring one each. */
const KEPT_LISTS = 20;
/** How many files are read or hashed at the same time. */
const READ_AT_ONCE = 8;
/** So many files take a few milliseconds; then everything else has its turn. */
const JUDGED_AT_ONCE = 1_000;
/** Of so many files it is asked together who has them open: preparing the question takes a while as well. */
const ASKED_AT_ONCE = 2_000;

interface List {
  readonly name: string;
  readonly entries: ReturnType<typeof parseManifest>['entries'];
}

interface Kept {
  readonly size: number;
  readonly mtimeMs: number;
  readonly list: List;
}

export interface JudgingPorts {
  readonly disk: WatchDisk;
  readonly rules: () => ReadinessRules;
  readonly tools: RungTools;
  readonly monotonic: () => number;
  readonly signal: AbortSignal;
}

export class Judging {
  readonly #ports: JudgingPorts;
  /** Names by folder, for one round. */
  #names = new Map<string, ReadonlySet<string>>();
  /** Lists by path, for as long as they are the same file; the one that was asked for last is the last. */
  readonly #lists = new Map<string, Kept>();

  constructor(ports: JudgingPorts) {
    this.#ports = ports;
  }

  /** Sets verdict and `dueAt` of each; a file that is gone or changed is told to `changed`. Never rejects. */
  async judge(files: readonly Pending[], changed: (path: string) => void): Promise<void> {
    this.#names.clear();
    const rules = this.#ports.rules();
    for (const file of files) if (file.hold?.kind === 'trouble') file.hold = null;
    if (rules.marker !== null || rules.manifest !== null) {
      for (const folder of new Set(files.map((file) => file.folder))) await this.#readNames(folder);
    }
    if (rules.manifest !== null) await this.#findLists(files, rules.manifest);
    const slicer = createSlicer(this.#ports);
    for (const [index, file] of files.entries()) {
      this.#apply(file);
      if ((index + 1) % JUDGED_AT_ONCE === 0) await slicer.pause();
    }
    await this.#each(files, 'complete', changed, (file) => this.#complete(file));
    await this.#each(files, 'hash', changed, (file) => this.#hash(file));
    await this.#askOpen(files);
  }

  async namesIn(folder: string): Promise<ReadonlySet<string>> {
    return this.#names.get(folder) ?? this.#readNames(folder);
  }

  /** The names that the first list in the folder gives whose own name fits the glob; null where there is none. */
  async listIn(folder: string, glob: string): Promise<ReadonlySet<string> | null> {
    const list = await this.#listIn(folder, glob);
    return list ? new Set(list.entries.keys()) : null;
  }

  async #readNames(folder: string): Promise<ReadonlySet<string>> {
    const names = new Set(await this.#ports.disk.names(folder));
    this.#names.set(folder, names);
    return names;
  }

  async #findLists(files: readonly Pending[], glob: string): Promise<void> {
    const lists = new Map<string, List | null>();
    for (const file of files) {
      let list = lists.get(file.folder);
      if (list === undefined) {
        list = await this.#listIn(file.folder, glob);
        lists.set(file.folder, list);
      }
      const listed = listedIn(list, file.name);
      if (JSON.stringify(listed) !== JSON.stringify(file.listed)) file.listedHashFits = null;
      file.listed = listed;
    }
  }

  async #listIn(folder: string, glob: string): Promise<List | null> {
    const fits = this.#ports.tools.glob(glob);
    const name = [...(await this.namesIn(folder))].filter(fits).sort()[0];
    if (name === undefined) return null;
    const path = join(folder, name);
    const look = await this.#ports.disk.look(path);
    if (look.kind !== 'file' || look.identity.size > LIST_BYTES) return null;
    const known = this.#lists.get(path);
    const { size, mtimeMs } = look.identity;
    this.#lists.delete(path);
    if (known && known.size === size && known.mtimeMs === mtimeMs) return this.#keep(path, known);
    try {
      const bytes = await this.#ports.disk.read(path, 0, size);
      const list = { name, entries: parseManifest(name, manifestText(bytes)).entries };
      return this.#keep(path, { size, mtimeMs, list });
    } catch {
      // Not readable now: as if it were not there yet, which is waited for.
      return null;
    }
  }

  #keep(path: string, kept: Kept): List {
    this.#lists.set(path, kept);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > KEPT_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return kept.list;
  }

  #apply(file: Pending): void {
    const now = this.#ports.monotonic();
    file.verdict = judge(this.#facts(file, now), this.#ports.rules(), this.#ports.tools);
    file.dueAt = Number.POSITIVE_INFINITY;
    if (file.verdict.kind !== 'waiting') return;
    const { reason, againMs } = file.verdict;
    if (againMs !== null) file.dueAt = now + againMs;
    else if (reason.kind === 'open') {
      const patient = now - file.firstSeenAt > PATIENT_AFTER_MS;
      file.dueAt = now + (patient ? OPEN_LATER_MS : OPEN_AGAIN_MS);
    }
  }

  #facts(file: Pending, now: number): FileFacts {
    const names = this.#names.get(file.folder);
    return {
      name: file.name,
      identity: file.seen.identity,
      unchangedMs: now - file.changedAt,
      lastChange: file.lastChange,
      seenMs: now - file.firstSeenAt,
      names: names ?? NO_NAMES,
      renamedInto: file.renamedInto,
      listed: file.listed,
      openness: file.openness !== null && now - file.opennessAt <= OPENNESS_MS ? file.openness : null,
      completeness: file.completeness,
      listedHashFits: file.listedHashFits,
    };
  }

  /** For all that wait for this check: makes it, and judges them again. */
  async #each(
    files: readonly Pending[],
    what: 'complete' | 'hash',
    changed: (path: string) => void,
    check: (file: Pending) => Promise<void>,
  ): Promise<void> {
    const wanted = files.filter((file) => asksFor(file, what));
    let next = 0;
    const work = async (): Promise<void> => {
      for (let file = wanted[next++]; file && !this.#ports.signal.aborted; file = wanted[next++]) {
        try {
          await check(file);
          this.#apply(file);
        } catch (thrown) {
          const error = asUploaderError(thrown);
          if (error.code === 'file-missing' || error.code === 'file-changed') changed(file.path);
          file.hold = { kind: 'trouble', text: error.message };
          file.dueAt = this.#ports.monotonic() + UNREADABLE_AGAIN_MS;
        }
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
  }

  async #complete(file: Pending): Promise<void> {
    const { disk } = this.#ports;
    const read = (offset: number, length: number) => disk.read(file.path, offset, length);
    file.completeness = await completenessOf(read, file.seen.identity.size);
  }

  async #hash(file: Pending): Promise<void> {
    if (file.listed.kind !== 'listed' || file.listed.hash === null) return;
    const { algorithm, hex } = file.listed.hash;
    const { disk, signal } = this.#ports;
    file.listedHashFits = (await disk.hash(file.path, file.seen.identity, algorithm, signal)) === hex;
  }

  async #askOpen(files: readonly Pending[]): Promise<void> {
    const all = files.filter((file) => asksFor(file, 'open'));
    for (let first = 0; first < all.length; first += ASKED_AT_ONCE) {
      const wanted = all.slice(first, first + ASKED_AT_ONCE);
      const found = await this.#ports.disk.openness(wanted.map((file) => file.path));
      const now = this.#ports.monotonic();
      for (const file of wanted) {
        file.openness = found.get(file.path) ?? { kind: 'unknown' };
        file.opennessAt = now;
        this.#apply(file);
      }
    }
  }
}

const NO_NAMES: ReadonlySet<string> = new Set();

function asksFor(file: Pending, what: 'open' | 'complete' | 'hash'): boolean {
  const { verdict } = file;
  return verdict.kind === 'waiting' && verdict.reason.kind === 'checking' && verdict.reason.what === what;
}

function listedIn(list: List | null, name: string): Listed {
  if (!list) return { kind: 'no-list' };
  const entry = list.entries.get(name);
  return entry ? { kind: 'listed', list: list.name, ...entry } : { kind: 'not-listed', list: list.name };
}

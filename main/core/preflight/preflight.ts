/**
 * Preflight: looks into the files of a plan, once they are found, and says what Encord may not like of them before a byte
 * is sent. It goes on beside the review, holds nothing up and refuses nothing. Made by the use cases of review.
 */

import type { MediaId } from '../model.ts';
import type { Clock } from '../ports.ts';
import { createSlicer } from '../slicer.ts';
import { completenessOf } from '../watch/containers/index.ts';
import { type Facts, readFacts } from './facts.ts';
import { judgeFile, judgeSequence, judgeWhole } from './judge.ts';

/** A file of a plan, as it is to be uploaded now. */
export interface PreflightFile {
  readonly path: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  /** The sequence that it is a frame of; null for everything else. */
  readonly sequence: { readonly key: string; readonly path: string; readonly title: string } | null;
}

export interface PreflightWarning {
  /** Null where it is about the whole. */
  readonly path: string | null;
  readonly title: string | null;
  readonly message: string;
}

export interface PreflightPlan {
  /** Files of the units that would be uploaded now. */
  preflightFiles(): Iterable<PreflightFile>;
  totals(): { readonly bytes: number; readonly units: Readonly<Record<MediaId, number>> };
}

export interface PreflightPorts {
  /** At most `length` bytes from the offset; throws what disks do. */
  readonly read: (path: string, offset: number, length: number) => Promise<Uint8Array>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly signal: AbortSignal;
}

/** Several at a time: reads wait for disks and network drives. */
const AT_ONCE = 8;

export class Preflight {
  /** Fulfilled when all files were looked into, or it was cancelled. Never rejects. */
  readonly finished: Promise<void>;
  readonly #plan: PreflightPlan;
  readonly #ports: PreflightPorts;
  readonly #changed: () => void;
  /** What was said of the plan as it was when it was asked last. */
  #last: { readonly of: string; readonly warnings: readonly PreflightWarning[] } | null = null;
  /** Only of files of which there is something to say. */
  readonly #said = new Map<string, readonly string[]>();
  /** Width and height of images that may be frames. */
  readonly #sizes = new Map<string, readonly [width: number, height: number]>();

  /** @param changed told when there is more to say, as often as that happens */
  constructor(plan: PreflightPlan, ports: PreflightPorts, changed: () => void) {
    this.#plan = plan;
    this.#ports = ports;
    this.#changed = changed;
    this.finished = this.#look();
  }

  /** Of the plan as it is now: the whole first, then sequences, then files in their order. */
  warnings(): readonly PreflightWarning[] {
    const of = JSON.stringify([this.#plan.totals().units, this.#said.size, this.#sizes.size]);
    if (this.#last?.of !== of) this.#last = { of, warnings: this.#judge() };
    return this.#last.warnings;
  }

  #judge(): readonly PreflightWarning[] {
    const found: PreflightWarning[] = [];
    const { units, bytes } = this.#plan.totals();
    const all = Object.values(units).reduce((sum, each) => sum + each, 0);
    for (const message of judgeWhole({ units: all, videos: units.video, images: units.image, bytes })) {
      found.push({ path: null, title: null, message });
    }
    const sequences = new Map<
      string,
      { readonly path: string; readonly title: string; readonly sizes: { width: number; height: number }[] }
    >();
    const files: PreflightWarning[] = [];
    for (const { path, name, sequence } of this.#plan.preflightFiles()) {
      for (const message of this.#said.get(path) ?? []) files.push({ path, title: name, message });
      if (!sequence) continue;
      const known = sequences.get(sequence.key) ?? { ...sequence, sizes: [] };
      const size = this.#sizes.get(path);
      if (size) known.sizes.push({ width: size[0], height: size[1] });
      sequences.set(sequence.key, known);
    }
    for (const { path, title, sizes } of sequences.values()) {
      const message = judgeSequence(sizes);
      if (message !== null) found.push({ path, title, message });
    }
    return found.concat(files);
  }

  async #look(): Promise<void> {
    const slicer = createSlicer(this.#ports.clock);
    const files = [...this.#plan.preflightFiles()];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let file = files[next++]; file !== undefined; file = files[next++]) {
        if (this.#ports.signal.aborted) return;
        this.#note(file, await this.#factsOf(file), await this.#missing(file));
        if (slicer.spent()) await slicer.pause();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (!this.#ports.signal.aborted) this.#changed();
  }

  /** A file that cannot be read is left to the upload, which says so in its own words. */
  async #factsOf({ path, mime, size }: PreflightFile): Promise<Facts | null | 'unreadable'> {
    try {
      return await readFacts(mime, size, (offset, length) => this.#ports.read(path, offset, length));
    } catch {
      return 'unreadable';
    }
  }

  /** What a video lacks that its format writes last, as for watch folders; null where nothing speaks against it. */
  async #missing({ path, mime, size }: PreflightFile): Promise<string | null> {
    if (!mime.startsWith('video/')) return null;
    try {
      const answer = await completenessOf((offset, length) => this.#ports.read(path, offset, length), size);
      return answer.kind === 'incomplete' ? answer.missing : null;
    } catch {
      return null;
    }
  }

  #note(file: PreflightFile, facts: Facts | null | 'unreadable', missing: string | null): void {
    if (facts === 'unreadable') return;
    if (facts?.kind === 'image') this.#sizes.set(file.path, [facts.width, facts.height]);
    const said = judgeFile(file.mime, facts, missing);
    if (said.length === 0) return;
    this.#said.set(file.path, said);
    this.#changed();
  }
}

/**
 * What a watch folder hands to its plan: which files, as what they were observed, which of them are frames of which
 * group, and how units are called. Called by the planner and its views alone.
 */

import { asUploaderError, type UploaderError } from './errors.ts';
import { folderPrefix } from './paths.ts';
import type { GivenGroup, PlanRequest } from './plan.ts';
import type { Files, WalkEntry } from './ports.ts';
import { changedSince, nameProblem } from './refusals.ts';

/** As of a walk. */
const CHUNK = 256;
/** More does not help: the system calls run on four threads. */
const LOOKS_AT_ONCE = 32;

export class Given {
  /** Whether the paths name files alone, which are looked at by name; else they are gone through. */
  readonly byName: boolean;
  /** Of all files, each once: those of groups first, in the order of their frames. */
  readonly paths: readonly string[];
  private readonly groups = new Map<string, GivenGroup>();
  private readonly titles: ReadonlyMap<string, string>;
  private readonly expected: PlanRequest['expected'];

  constructor(request: Pick<PlanRequest, 'paths' | 'groups' | 'titles' | 'expected'>) {
    const { paths, groups = [], titles, expected } = request;
    this.byName = [request.groups, titles, expected].some((each) => each !== undefined);
    this.titles = titles ?? new Map();
    this.expected = expected;
    for (const group of groups) for (const path of group.paths) this.groups.set(path, group);
    this.paths = [...new Set([...groups.flatMap((group) => group.paths), ...paths])];
  }

  groupOf(path: string): GivenGroup | null {
    return this.groups.get(path) ?? null;
  }

  /** The title of a single file; null where none was given, or one of nothing but white space. */
  titleOf(path: string): string | null {
    return this.titles.get(path)?.trim() || null;
  }

  /** The files of `paths`; one that changed since it was observed, or that is none, is a problem. */
  async *entries(files: Files, signal: AbortSignal): AsyncGenerator<readonly WalkEntry[]> {
    for (let start = 0; start < this.paths.length && !signal.aborted; start += CHUNK) {
      const chunk = this.paths.slice(start, start + CHUNK);
      const entries: WalkEntry[] = new Array(chunk.length);
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < chunk.length && !signal.aborted) {
          const index = next++;
          const path = chunk[index];
          if (path !== undefined) entries[index] = await this.entry(files, path);
        }
      };
      await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, work));
      if (!signal.aborted) yield entries;
    }
  }

  private async entry(files: Files, path: string): Promise<WalkEntry> {
    const name = path.slice(folderPrefix(path).length);
    const problem = (error: UploaderError): WalkEntry => ({ kind: 'problem', path, name, error });
    const title = this.groups.get(path)?.title ?? this.titles.get(path) ?? '';
    const wrong = nameProblem(title.trim(), 'title');
    if (wrong) return problem(wrong);
    try {
      const identity = await files.identify(path);
      const then = this.expected?.get(path);
      const same = then === undefined || (then.size === identity.size && then.mtimeMs === identity.mtimeMs);
      return same ? { kind: 'file', path, name, identity } : problem(changedSince());
    } catch (thrown) {
      return problem(asUploaderError(thrown));
    }
  }
}

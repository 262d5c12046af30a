/**
 * Which files of a watch folder are data at all: its include and exclude globs, what systems put into folders, what was
 * uploaded and moved away, and the markers and lists that only speak of other files. Used by the run of a folder, by dry
 * runs and by live matches.
 */

import { split } from './pending.ts';
import type { RungTools } from './readiness.ts';
import type { WatchRules } from './rules.ts';
import { isMarker } from './rungs/marker.ts';

export type Choice =
  | { readonly taken: true }
  /** `why` is a sentence without its full stop; `silent`: nobody wants to read it unasked. */
  | { readonly taken: false; readonly why: string; readonly silent: boolean };

export interface Selection {
  /** A file by its relative path. A name that means "being written" is taken: the ladder says that it waits. */
  takes(path: string): Choice;
  /** Whether nothing below a folder (relative) can be data, so that it need not be looked into. */
  skipFolder(folder: string): boolean;
}

export interface SelectionTools extends RungTools {
  /** A glob over relative paths; kept by the implementation. */
  readonly path: (pattern: string) => (path: string) => boolean;
}

type LeftOut = Extract<Choice, { taken: false }>;
type Predicate = (text: string) => boolean;

const TAKEN: Choice = { taken: true };

/** What systems and network disks put into folders, in lower case. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  ...['thumbs.db', 'ehthumbs.db', 'desktop.ini', '.ds_store', 'system volume information', '$recycle.bin'],
  ...['lost+found', '@eadir', '#recycle', '@recycle'],
]);

/** The other half of a file on disks that are no Mac's, deleted files that somebody still has open, and our self-test's. */
const SYSTEM_FILE = /^(\._|\.nfs[0-9a-f]{8}|\.fuse_hidden|\.encord-uploader-test-)/i;

/** Where finished files are moved to. Disks that do not tell case apart may have had the folder in another case. */
const MOVED = /^uploaded\/\d{4}-\d{2}-\d{2}(\/|$)/i;

/**
 * Throws `invalid-input`, as the tools do, for rules with a wrong glob. As in `.gitignore`, an exclude pattern that fits
 * a folder leaves out everything below it.
 */
export function createSelection(
  rules: Pick<WatchRules, 'include' | 'exclude' | 'readiness' | 'groups'>,
  tools: SelectionTools,
): Selection {
  const excluded = rules.exclude.map((pattern) => ({
    pattern,
    file: tools.path(pattern),
    folder: folderPredicate(pattern, tools),
  }));
  const included = rules.include.map((pattern) => tools.path(pattern));
  const asides = asideNames(rules).map((pattern) => tools.glob(pattern));

  const ofFolder = (folder: string): LeftOut | null => {
    if (folder === '') return null;
    if (MOVED.test(folder)) return silently('it was uploaded and moved there');
    for (let end = folder.indexOf('/'); ; end = folder.indexOf('/', end + 1)) {
      const part = end < 0 ? folder : folder.slice(0, end);
      const { name } = split(part);
      if (name.startsWith('.')) return silently(`it lies in the hidden folder “${part}”`);
      if (SYSTEM_NAMES.has(name.toLowerCase()))
        return silently(`it lies in “${part}”, a folder of the system`);
      const found = excluded.find((each) => each.folder(part));
      if (found) return openly(`its folder “${part}” fits the pattern “${found.pattern}”, which is left out`);
      if (end < 0) return null;
    }
  };

  // Scans go folder by folder, so the last answer is mostly the next one.
  let lastFolder = '';
  let lastAnswer: LeftOut | null = null;
  const leftOut = (folder: string): LeftOut | null => {
    if (folder !== lastFolder) {
      lastAnswer = ofFolder(folder);
      lastFolder = folder;
    }
    return lastAnswer;
  };

  return {
    takes(path) {
      const { folder, name } = split(path);
      const because = leftOut(folder);
      if (because) return because;
      if (SYSTEM_NAMES.has(name.toLowerCase()) || SYSTEM_FILE.test(name)) {
        return silently('it is a file of the system');
      }
      if (isMarker(name, rules.readiness) || asides.some((fits) => fits(name)))
        return silently('it is a marker or a list of other files');
      const found = excluded.find((each) => each.file(path));
      if (found) return openly(`it fits the pattern “${found.pattern}”, which is left out`);
      if (included.length > 0 && !included.some((fits) => fits(path))) {
        return openly('it fits none of the patterns of what is included');
      }
      return TAKEN;
    },
    skipFolder: (folder) => leftOut(folder) !== null,
  };
}

/**
 * What is wrong with the name of a marker or a list, in a sentence; null when it is fine. One that every file fits would
 * leave no data.
 */
export function asideProblem(name: string): string | null {
  if (name.includes('/') || name.includes('\\')) {
    return `“${name}” has a slash. Markers and lists lie beside the files: write a name without a folder.`;
  }
  return /[^*?.]/.test(withoutPlaceholders(name))
    ? null
    : `“${name}” fits every file, so nothing would be left to upload. Write {name}.done, for example.`;
}

function silently(why: string): LeftOut {
  return { taken: false, why, silent: true };
}

function openly(why: string): LeftOut {
  return { taken: false, why, silent: false };
}

/** For `dir/` and `dir/**` also the folder itself, which those patterns are not about. */
function folderPredicate(pattern: string, tools: SelectionTools): Predicate {
  const inside = tools.path(pattern);
  const [, folder, ending] = /^(.+?)(\/\*\*|\/)$/.exec(pattern) ?? [];
  if (folder === undefined || folder === '/' || folder === '**') return inside;
  const itself = tools.path(ending === '/**' && !folder.includes('/') ? `/${folder}` : folder);
  return (path) => inside(path) || itself(path);
}

/** Globs of the names that are lists, or markers of whole groups, under these rules. */
function asideNames({ readiness, groups }: Pick<WatchRules, 'readiness' | 'groups'>): string[] {
  const { close } = groups;
  const names = readiness.manifest === null ? [] : [readiness.manifest];
  if (close.kind === 'marker' || close.kind === 'manifest') names.push(close.name);
  return names.map(withoutPlaceholders);
}

function withoutPlaceholders(name: string): string {
  return name.replaceAll(/\{[a-z]+\}/g, '*');
}

/**
 * Groups of frames: which one a file belongs to, and whether it is all there. Pure: it is asked again with the files that are
 * known then. Used by the run of a folder and by dry runs.
 */

import { compareNatural } from '../natural.ts';
import type { Dimensions } from './dimensions.ts';
import { type Gap, inWords, numberingOf, sayGap } from './numbering.ts';
import type { Pattern } from './pattern.ts';
import { split } from './pending.ts';
import { sayDuration } from './reasons.ts';
import type { Becoming, FrameMedia, GroupRules } from './rules.ts';
import { splitName } from './templates.ts';

// ---------------------------------------------------------------------------------------------- which group

export interface GroupPlace {
  /** The same for all files of the group; other groups of the root have other keys. */
  readonly key: string;
  /** Relative; where this file lies. */
  readonly folder: string;
  /** What people call the group: what its pattern captured, or its folder; empty for the root's own name. */
  readonly name: string;
  /** The number of the frame as it is written; null where no pattern captures it. */
  readonly frame: string | null;
  readonly captures: Readonly<Record<string, string>>;
}

/** `pattern` is the one that `becomes` has, read; null for folders. `none`: why the file is of no group, without a full stop. */
export function groupOf(
  becomes: Extract<Becoming, { kind: 'folders' | 'pattern' }>,
  pattern: Pattern | null,
  path: string,
): GroupPlace | { readonly none: string } {
  const { folder } = split(path);
  if (becomes.kind === 'folders') {
    return folder === ''
      ? { none: 'it lies in the watch folder itself, and only sub-folders become groups' }
      : { key: folder, folder, name: split(folder).name, frame: null, captures: {} };
  }
  const match = pattern?.match(path);
  if (!match) return { none: `it does not fit the pattern “${becomes.pattern}”` };
  const { captures, key, frameText } = match;
  const named = Object.entries(captures).filter(([name, value]) => name !== 'frame' && value !== '');
  const name = named.length > 0 ? named.map(([, value]) => value).join('_') : split(folder).name;
  return { key, folder, name, frame: frameText, captures };
}

export interface GapGroup<T> {
  /** The path of the oldest file: later ones do not change it, an older one that comes late does. */
  readonly key: string;
  readonly folder: string;
  /** What people call it: the oldest file's name without its ending. */
  readonly name: string;
  /** Oldest first. */
  readonly files: readonly T[];
}

/** Files of one folder belong together until the next one is `seconds` younger than the one before it. */
export function splitByGap<T extends { readonly path: string; readonly mtimeMs: number }>(
  files: readonly T[],
  seconds: number,
): GapGroup<T>[] {
  const byFolder = Map.groupBy(files, ({ path }) => split(path).folder);
  const groups: GapGroup<T>[] = [];
  for (const [folder, all] of byFolder) {
    // Files of one time, as a coarse file system gives them, in the order of their names.
    all.sort((a, b) => a.mtimeMs - b.mtimeMs || compareNatural(a.path, b.path));
    let current: T[] = [];
    for (const [index, file] of all.entries()) {
      const before = all[index - 1];
      if (!before || file.mtimeMs - before.mtimeMs >= seconds * 1_000) {
        current = [];
        groups.push({ key: file.path, folder, name: splitName(split(file.path).name).stem, files: current });
      }
      current.push(file);
    }
  }
  return groups;
}

// ---------------------------------------------------------------------------------------------- all there?

export interface GroupFrame {
  readonly path: string;
  readonly name: string;
  /** As `GroupPlace` has it. */
  readonly frame: string | null;
  readonly finished: boolean;
  /** Why it is not finished, in words. */
  readonly reason: string | null;
  /** MIME type; left out or null where it is not known. */
  readonly format?: string | null;
  readonly dimensions?: Dimensions | null;
}

export interface Group {
  readonly media: FrameMedia;
  /** In natural order. */
  readonly frames: readonly GroupFrame[];
}

/** Durations are milliseconds on a clock that only goes forward. */
export interface GroupFacts {
  /** Since a file of it came or changed last. */
  readonly quietMs: number;
  /** Since everything was fine but missing numbers; 0 where that is new. */
  readonly waitedMs: number;
  /** Whether the marker is there, where the rules want one. */
  readonly marker: boolean;
  /** Base names of data that the list gives for this group, where the rules want a list; null: it is not there. */
  readonly listed: ReadonlySet<string> | null;
  /** A person said to take it as it is: only files that are not finished are waited for, and nothing is asked. */
  readonly asItIs: boolean;
}

/** Sentences come without their full stop. */
export type GroupVerdict =
  | {
      readonly kind: 'open';
      readonly reason: string;
      /** When to ask again though nothing happened, milliseconds from now; null: only when something happens. */
      readonly againMs: number | null;
      /** Nothing but missing numbers is in the way: `waitedMs` counts from the first time that this is said. */
      readonly missing: boolean;
    }
  | { readonly kind: 'complete'; readonly notes: readonly string[] }
  /** `missing`: numbers, as `0041` or `0041 to 0043`; empty where something else is asked about. */
  | { readonly kind: 'ask'; readonly reason: string; readonly missing: readonly string[] }
  | { readonly kind: 'too-large'; readonly reason: string };

export function judgeGroup(group: Group, rules: GroupRules, facts: GroupFacts): GroupVerdict {
  const { frames } = group;
  if (frames.length > rules.maxFrames) return tooLarge(frames.length, rules.maxFrames);
  const unfinished = sayUnfinished(frames);
  if (unfinished !== null) return open(unfinished);
  // Files of a series are ordered by what is in them: the numbers in their names mean nothing.
  const numbering = numberingOf(group.media === 'dicom' ? [] : frames);
  const closing = facts.asItIs ? null : sayOpen(frames, numbering.missing, rules, facts);
  if (closing) return closing;

  const questions: string[] = [];
  const notes: string[] = [];
  let gaps: readonly Gap[] = [];
  if (rules.close.kind === 'count' && frames.length > rules.close.count) {
    questions.push(
      `${files(frames.length)} are there, and ${rules.close.count.toLocaleString('en')} were expected`,
    );
  }
  if (numbering.missing !== null) {
    // A list that is fulfilled knows better than the numbers.
    const asked = rules.close.kind !== 'manifest' && !facts.asItIs;
    const leftMs = rules.missing.waitSeconds * 1_000 - facts.waitedMs;
    if (asked && leftMs > 0) return open(numbering.missing, leftMs, true);
    if (asked && rules.missing.otherwise === 'ask') {
      questions.push(numbering.missing);
      gaps = numbering.gaps;
    } else notes.push(numbering.missing);
  }
  const sizes = sayMixed(
    frames,
    'sizes',
    ({ dimensions }) => dimensions && `${dimensions.width}×${dimensions.height}`,
  );
  if (sizes !== null && group.media === 'image-sequence') {
    questions.push(`${sizes}; Encord would split the sequence by size, or resize its frames`);
  } else if (sizes !== null) notes.push(sizes);
  const formats = sayMixed(frames, 'formats', ({ format }) => format && formatName(format));
  if (formats !== null) notes.push(formats);
  if (numbering.twice !== null) notes.push(numbering.twice);
  if (rules.close.kind === 'manifest') notes.push(...sayUnlisted(frames, facts.listed));

  if (facts.asItIs) return { kind: 'complete', notes: [...questions, ...notes] };
  if (questions.length === 0) return { kind: 'complete', notes };
  return { kind: 'ask', reason: questions.join('; '), missing: gaps.map(sayGap) };
}

function open(reason: string, againMs: number | null = null, missing = false): GroupVerdict {
  return { kind: 'open', reason, againMs, missing };
}

function tooLarge(count: number, most: number): GroupVerdict {
  return {
    kind: 'too-large',
    reason: `it has ${count.toLocaleString('en')} frames, and a group may have ${most.toLocaleString('en')}; divide it into several folders or groups`,
  };
}

function sayUnfinished(frames: readonly GroupFrame[]): string | null {
  if (frames.length === 0) return 'no file of it is there';
  const waiting = frames.filter(({ finished }) => !finished);
  const [first] = waiting;
  if (!first) return null;
  const reason = first.reason === null ? '' : ` (${first.reason})`;
  const more = waiting.length > 1 ? ` and ${(waiting.length - 1).toLocaleString('en')} more` : '';
  return `${waiting.length.toLocaleString('en')} of ${files(frames.length)} ${waiting.length === 1 ? 'is' : 'are'} not finished: ${first.name}${reason}${more}`;
}

/** Whether more files are awaited, by the rule that closes groups. */
function sayOpen(
  frames: readonly GroupFrame[],
  missing: string | null,
  { close }: GroupRules,
  { quietMs, marker, listed }: GroupFacts,
): GroupVerdict | null {
  switch (close.kind) {
    case 'quiet': {
      const leftMs = close.seconds * 1_000 - quietMs;
      if (leftMs <= 0) return null;
      return open(
        `the last of ${files(frames.length)} came or changed ${sayDuration(quietMs)} ago; ${sayDuration(close.seconds * 1_000)} without a change close the group`,
        leftMs,
      );
    }
    case 'marker':
      return marker ? null : open(`the marker ${close.name} is not there`);
    case 'count': {
      if (frames.length >= close.count) return null;
      const which = missing === null ? '' : `; ${missing}`;
      return open(
        `${frames.length.toLocaleString('en')} of ${close.count.toLocaleString('en')} frames are there${which}`,
      );
    }
    case 'manifest': {
      if (listed === null) return open(`the list ${close.name} is not there`);
      const here = new Set(frames.map(({ name }) => name));
      const [first, ...more] = [...listed].filter((name) => !here.has(name)).sort(compareNatural);
      if (first === undefined) return null;
      return open(
        more.length === 0
          ? `${first} is listed and not there`
          : `${first} and ${more.length.toLocaleString('en')} more are listed and not there`,
      );
    }
  }
}

function sayUnlisted(frames: readonly GroupFrame[], listed: ReadonlySet<string> | null): string[] {
  const [first, ...more] = frames.filter(({ name }) => !listed?.has(name));
  if (!first) return [];
  return more.length === 0
    ? [`${first.name} is not listed`]
    : [`${first.name} and ${more.length.toLocaleString('en')} more are not listed`];
}

/** `frames of two sizes: 640×480 (38), 1920×1080 (2)`; null where those that are known are alike. */
function sayMixed(
  frames: readonly GroupFrame[],
  what: string,
  kindOf: (frame: GroupFrame) => string | null | undefined,
): string | null {
  const counts = new Map<string, number>();
  for (const frame of frames) {
    const kind = kindOf(frame);
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  if (counts.size < 2) return null;
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  const told = kinds.slice(0, 3).map(([kind, count]) => `${kind} (${count.toLocaleString('en')})`);
  const list = kinds.length > told.length ? inWords([...told, 'others']) : told.join(', ');
  return `frames of ${counts.size === 2 ? 'two' : counts.size.toLocaleString('en')} ${what}: ${list}`;
}

function formatName(mime: string): string {
  return mime.slice(mime.indexOf('/') + 1).toUpperCase();
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count.toLocaleString('en')} files`;
}

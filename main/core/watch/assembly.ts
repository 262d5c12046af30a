/**
 * What the files that are there would become, if all of them were finished: units and what stays. Pure; used by dry runs and
 * live matches, so that they go by the same rules as the run of a folder.
 */

import { compareNatural } from '../natural.ts';
import {
  type GroupFrame,
  type GroupPlace,
  type GroupVerdict,
  groupOf,
  judgeGroup,
  splitByGap,
} from './groups.ts';
import type { FinishedUnit } from './intake.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { split } from './pending.ts';
import type { SeenFile } from './ports.ts';
import type { FrameMedia, WatchRules } from './rules.ts';

export interface FileHere {
  /** Relative. */
  readonly path: string;
  readonly seen: SeenFile;
}

export interface Assembled {
  readonly unit: FinishedUnit;
  /** What a person would be told or asked about it; null: nothing. */
  readonly note: string | null;
}

export interface Assembly {
  readonly units: readonly Assembled[];
  readonly left: readonly { readonly file: FileHere; readonly why: string }[];
}

/** What is known of a frame beyond its name, where it was looked at. */
export type LookedAt = (path: string) => Pick<GroupFrame, 'format' | 'dimensions'> | undefined;

/** The pattern of the rules; null where they have none, or a wrong one. */
export function patternOf({ becomes }: WatchRules): Pattern | null {
  const read = becomes.kind === 'pattern' ? readPattern(becomes.pattern) : null;
  return read?.ok ? read.pattern : null;
}

/** `files`: those that the selection takes. */
export function assemble(
  files: readonly FileHere[],
  rules: WatchRules,
  looked: LookedAt = () => undefined,
): Assembly {
  const { becomes } = rules;
  const left: { file: FileHere; why: string }[] = [];
  if (becomes.kind === 'files') {
    const units = files.map((file) => {
      const unit = { key: file.path, group: null, files: [{ ...file, captures: {} }] };
      return { unit, note: null };
    });
    return { units, left };
  }
  const groups = new Map<string, { name: string; files: (FileHere & { place: GroupPlace })[] }>();
  const enter = (file: FileHere, place: GroupPlace): void => {
    const group = groups.get(place.key) ?? { name: place.name, files: [] };
    groups.set(place.key, group);
    group.files.push({ ...file, place });
  };
  if (becomes.kind === 'gap') {
    const timed = files.map((file) => ({ path: file.path, mtimeMs: file.seen.identity.mtimeMs, file }));
    for (const { key, folder, name, files: members } of splitByGap(timed, becomes.seconds)) {
      for (const { file } of members) enter(file, { key, folder, name, frame: null, captures: {} });
    }
  } else {
    const pattern = patternOf(rules);
    for (const file of files) {
      const place = groupOf(becomes, pattern, file.path);
      if ('none' in place) left.push({ file, why: place.none });
      else enter(file, place);
    }
  }
  const units = [...groups].flatMap(([key, group]): Assembled[] => {
    const members = group.files.sort((a, b) => compareNatural(a.path, b.path));
    const verdict = judgeNow(members, rules, becomes.media, looked);
    if (verdict.kind === 'too-large') {
      for (const { path, seen } of members) left.push({ file: { path, seen }, why: verdict.reason });
      return [];
    }
    const unit: FinishedUnit = {
      key,
      group: { media: becomes.media, key, name: group.name, late: false },
      files: members.map(({ path, seen, place }) => ({ path, seen, captures: place.captures })),
    };
    return [{ unit, note: noteOn(verdict) }];
  });
  return { units, left };
}

/** The group, were it closed now. */
function judgeNow(
  members: readonly (FileHere & { readonly place: GroupPlace })[],
  rules: WatchRules,
  media: FrameMedia,
  looked: LookedAt,
): GroupVerdict {
  const frames = members.map(({ path, place }) => ({
    path,
    name: split(path).name,
    frame: place.frame,
    finished: true,
    reason: null,
    ...looked(path),
  }));
  const facts = {
    quietMs: Number.POSITIVE_INFINITY,
    waitedMs: Number.POSITIVE_INFINITY,
    marker: true,
    listed: null,
    asItIs: false,
  };
  // A list is read only when the folder is on; here what is there counts.
  const close =
    rules.groups.close.kind === 'manifest' ? ({ kind: 'quiet', seconds: 0 } as const) : rules.groups.close;
  return judgeGroup({ media, frames }, { ...rules.groups, close }, facts);
}

/** What it would be asked about or remarked on; null: nothing. */
function noteOn(verdict: GroupVerdict): string | null {
  if (verdict.kind !== 'complete') return verdict.reason;
  return verdict.notes.length === 0 ? null : verdict.notes.join('; ');
}

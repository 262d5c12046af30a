/**
 * Watch folders as pages see them: rules, states, files that wait and why, dry runs. Used by `watch-calls.ts`, the pages and,
 * for its rules, by the command line. A type in `main/app` fails to compile when the rules differ from the core's.
 */

import { z } from 'zod';
import { failureView } from './errors.ts';
import { itemStateName, mediaId, unitStateName } from './views.ts';

const seconds = z.number().min(0).max(31_536_000);
const glob = z.string().min(1).max(1_000);
const template = z.string().min(1).max(2_000);
const groupMedia = z.enum(['image-group', 'image-sequence']);
const frameMedia = z.enum([...groupMedia.options, 'dicom']);
const fileMedia = z.enum(['auto', 'video', 'image', 'audio', 'nifti', 'pdf', 'text']);

// ------------------------------------------------------------------------------------------------ rules

export const becoming = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('files'), media: fileMedia }),
  z.object({ kind: z.literal('folders'), media: frameMedia }),
  z.object({ kind: z.literal('pattern'), media: groupMedia, pattern: z.string().min(1).max(1_000) }),
  z.object({ kind: z.literal('gap'), media: groupMedia, seconds: z.number().min(0.1).max(86_400) }),
]);
export type BecomingView = z.infer<typeof becoming>;

export const watchRules = z.object({
  becomes: becoming,
  include: z.array(glob).max(100),
  exclude: z.array(glob).max(100),
  title: template.nullable(),
  metadata: z.record(z.string().min(1).max(200), template),
  readiness: z.object({
    combine: z.enum(['all', 'any']),
    unfinishedNames: z.array(glob).max(100),
    marker: glob.nullable(),
    manifest: glob.nullable(),
    renamed: z.boolean(),
    quietSeconds: seconds,
    quietSecondsPerGB: seconds,
    notOpen: z.boolean(),
    complete: z.boolean(),
    stuckAfterSeconds: z.number().min(1).max(31_536_000),
  }),
  groups: z.object({
    close: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('quiet'), seconds: z.number().min(0.1).max(31_536_000) }),
      z.object({ kind: z.literal('marker'), name: glob }),
      z.object({ kind: z.literal('count'), count: z.number().int().min(1).max(1_000_000) }),
      z.object({ kind: z.literal('manifest'), name: glob }),
    ]),
    missing: z.object({ waitSeconds: seconds, otherwise: z.enum(['ask', 'take']) }),
    maxFrames: z.number().int().min(1).max(1_000_000),
  }),
  changed: z.enum(['upload', 'ignore', 'ask']),
  after: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('keep') }),
    z.object({ kind: z.literal('move') }),
    z.object({ kind: z.literal('trash'), graceSeconds: seconds }),
  ]),
  find: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('auto') }),
    z.object({ kind: z.literal('poll'), seconds: z.number().min(0.1).max(86_400) }),
  ]),
});
export type WatchRulesView = z.infer<typeof watchRules>;

export const existing = z.enum(['all', 'new', 'review']);

/** What a person makes in three steps; `on` comes with the last one. */
export const watchDraft = z.object({
  root: z.string().min(1).max(32_768),
  accountId: z.string().min(1).max(200),
  datasetId: z.string().min(1).max(200),
  folderId: z.string().min(1).max(200).nullable(),
  rules: watchRules,
  existing,
});
export type WatchDraftView = z.infer<typeof watchDraft>;

// ------------------------------------------------------------------------------------------------ folders

export const watchState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off') }),
  /** Looking through it for the first time since it was switched on, or since the program started. */
  z.object({ kind: z.literal('starting'), files: z.number().int() }),
  /** Events arrive. */
  z.object({ kind: z.literal('watching'), how: z.string() }),
  /** It is looked through again and again; why events are not used. */
  z.object({ kind: z.literal('polling'), everySeconds: z.number(), why: z.string() }),
  /** It cannot be seen: unmounted, unreachable. It goes on by itself. */
  z.object({ kind: z.literal('suspended'), failure: failureView }),
]);
export type WatchStateView = z.infer<typeof watchState>;

export const watchFolderView = z.object({
  id: z.number().int(),
  root: z.string(),
  accountId: z.string(),
  /** Null when the account was removed: nothing is uploaded then. */
  accountName: z.string().nullable(),
  datasetId: z.string(),
  datasetTitle: z.string(),
  folderId: z.string().nullable(),
  rules: watchRules,
  existing,
  on: z.boolean(),
  state: watchState,
  /** What a person has to know or do, in sentences: limits reached, account missing, self-test skipped. */
  notices: z.array(z.object({ tone: z.enum(['info', 'attention']), text: z.string() })),
  /** Files and bytes registered since midnight. */
  today: z.object({ files: z.number().int(), bytes: z.number() }),
  /** Files that are not finished, or whose group is not. */
  waiting: z.number().int(),
  /** Of those, and of groups: what a person has to decide, and what is stuck. */
  attention: z.number().int(),
  /** Files there before that wait for a review. */
  held: z.number().int(),
  uploaded: z.number().int(),
  skipped: z.number().int(),
  /** Files of it in the queue. */
  queued: z.number().int(),
  lastScanAt: z.number().nullable(),
  nextScanAt: z.number().nullable(),
});
export type WatchFolderView = z.infer<typeof watchFolderView>;

/** A file, or a group, that waits. */
export const waitingRow = z.object({
  /** Names it for `watch.decide`. */
  key: z.string(),
  kind: z.enum(['file', 'group']),
  /** Relative path, or the group's title. */
  name: z.string(),
  size: z.number(),
  /** 1 for a file. */
  frames: z.number().int(),
  /** "size changed 3 s ago", "open by process 4121", "frame 0041 is missing". */
  reason: z.string(),
  tone: z.enum(['waiting', 'stuck', 'ask']),
  /** What a person can say to it; none where it only needs time. */
  choices: z.array(z.enum(['upload', 'ignore', 'wait'])),
  /** Since when it is known, milliseconds since the epoch. */
  since: z.number(),
});
export type WaitingRow = z.infer<typeof waitingRow>;

export const watchedRow = z.object({
  path: z.string(),
  size: z.number(),
  state: z.enum(['before', 'held', 'taken', 'done', 'cancelled', 'skipped', 'refused', 'ignored']),
  at: z.number(),
  /** Why it was skipped, refused or ignored. */
  reason: z.string().nullable(),
  unit: z
    .object({
      id: z.number().int(),
      state: unitStateName,
      itemState: itemStateName.nullable(),
      title: z.string(),
      failure: failureView.nullable(),
    })
    .nullable(),
});
export type WatchedRowView = z.infer<typeof watchedRow>;

export const watchAction = z.object({
  id: z.number().int(),
  kind: z.enum(['move', 'trash']),
  path: z.string(),
  to: z.string().nullable(),
  size: z.number(),
  state: z.enum(['due', 'under-way', 'done', 'failed', 'undone']),
  dueAt: z.number(),
  at: z.number().nullable(),
  reason: z.string().nullable(),
  /** Whether `watch.undo` can take it back, or call it off. */
  undoable: z.boolean(),
});
export type WatchActionView = z.infer<typeof watchAction>;

// ------------------------------------------------------------------------------------------------ before it is on

/** What a folder on disk is, before anything is made of it. */
export const rootView = z.object({
  root: z.string(),
  /** Why it cannot be watched: no folder, nested in another, the data folder; null where it can. */
  problem: z.string().nullable(),
  /** What is good to know: a network share is polled, it is read-only. */
  notes: z.array(z.string()),
});
export type RootView = z.infer<typeof rootView>;

/** What patterns make of the files that are there; a few of them, with how many there are. */
export const matchView = z.object({
  /** A sentence where a pattern or template is wrong; what of the rules it is about. */
  problems: z.array(
    z.object({
      field: z.enum([
        'include',
        'exclude',
        'pattern',
        'title',
        'metadata',
        'names',
        'marker',
        'manifest',
        'close',
      ]),
      text: z.string(),
    }),
  ),
  files: z.number().int(),
  taken: z.number().int(),
  /** Whether the folder has more than were looked at. */
  more: z.boolean(),
  rows: z.array(
    z.object({
      path: z.string(),
      /** The unit it would be of; null where it is not taken. */
      unit: z.string().nullable(),
      captures: z.record(z.string(), z.string()),
      metadata: z.record(z.string(), z.string()),
      /** Why it is not taken. */
      why: z.string().nullable(),
    }),
  ),
});
export type MatchView = z.infer<typeof matchView>;

export const dryRunView = z.object({
  dryRunId: z.string(),
  phase: z.enum(['scanning', 'comparing', 'ready', 'failed']),
  failure: failureView.nullable(),
  files: z.number().int(),
  bytes: z.number(),
  units: z.number().int(),
  /** Files that would stay, for whatever reason. */
  left: z.number().int(),
});
export type DryRunView = z.infer<typeof dryRunView>;

export const dryRunUnit = z.object({
  media: mediaId,
  title: z.string(),
  path: z.string(),
  frames: z.number().int(),
  bytes: z.number(),
  metadata: z.record(z.string(), z.string()),
  /** "frame 0041 is missing", "frames of two sizes: 640×480, 1920×1080". */
  note: z.string().nullable(),
});
export type DryRunUnit = z.infer<typeof dryRunUnit>;

export const dryRunLeft = z.object({ path: z.string(), size: z.number(), why: z.string() });
export type DryRunLeft = z.infer<typeof dryRunLeft>;

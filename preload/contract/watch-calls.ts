/** The calls of watch folders; part of `CALLS`. */

import { z } from 'zod';
import {
  dryRunLeft,
  dryRunUnit,
  dryRunView,
  matchView,
  rootView,
  waitingRow,
  watchAction,
  watchDraft,
  watchedRow,
  watchFolderView,
} from './watch.ts';

const nothing = z.null();
const watchId = z.object({ watchId: z.number().int() });
const dryRunId = z.object({ dryRunId: z.string().min(1).max(200) });
const window = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(500) };
const page = <T extends z.ZodType>(row: T) => z.object({ total: z.number().int(), rows: z.array(row) });
const path = z.string().min(1).max(32_768);

export const WATCH_CALLS = {
  'watch.list': { input: nothing, output: z.array(watchFolderView) },
  /** Refuses nested roots and what the account cannot upload into, with a sentence. */
  'watch.add': { input: watchDraft.extend({ on: z.boolean() }), output: watchFolderView },
  /** Rules and destination; the root of a folder never changes. */
  'watch.change': {
    input: watchId.extend(watchDraft.omit({ root: true, existing: true }).partial().shape),
    output: watchFolderView,
  },
  /** What it uploaded stays known: adding the same folder again uploads nothing twice. */
  'watch.remove': { input: watchId, output: nothing },
  'watch.switch': { input: watchId.extend({ on: z.boolean() }), output: watchFolderView },
  /** Looks through it now. */
  'watch.scan': { input: watchId, output: nothing },
  'watch.waiting': { input: watchId.extend(window), output: page(waitingRow) },
  /** `uploads`: queued and registered, newest first; `skipped`: skipped, refused and ignored; `held`: for review. */
  'watch.files': {
    input: watchId.extend({ which: z.enum(['uploads', 'skipped', 'held']), ...window }),
    output: page(watchedRow),
  },
  /** Keys of `watch.waiting`. */
  'watch.decide': {
    input: watchId.extend({
      keys: z.array(z.string().min(1).max(33_000)).min(1).max(1_000),
      decision: z.enum(['upload', 'ignore', 'wait']),
    }),
    output: nothing,
  },
  /** Files that were there before: take them, or leave them for good. Null: all of them. */
  'watch.review': {
    input: watchId.extend({
      paths: z.array(path).min(1).max(1_000).nullable(),
      decision: z.enum(['upload', 'ignore']),
    }),
    output: z.object({ files: z.number().int() }),
  },
  /** Why a file of a watch folder is not uploaded, or that it is: sentences. The path is absolute. */
  'watch.explain': { input: z.object({ path }), output: z.object({ sentences: z.array(z.string()) }) },
  'watch.actions': { input: watchId.extend(window), output: page(watchAction) },
  'watch.undo': { input: z.object({ actionId: z.number().int() }), output: nothing },
  /** Shows the root in the system's file manager. */
  'watch.openFolder': { input: watchId, output: nothing },

  'watch.inspect': { input: z.object({ root: path }), output: rootView },
  'watch.match': {
    input: watchDraft.pick({ root: true, rules: true }).extend({ limit: z.number().int().min(1).max(200) }),
    output: matchView,
  },
  /** What would be uploaded, grouped and named, were the folder switched on and everything in it finished. */
  'watch.dryRun': { input: watchDraft, output: dryRunView },
  'watch.dryRunView': { input: dryRunId, output: dryRunView },
  'watch.dryRunUnits': { input: dryRunId.extend(window), output: page(dryRunUnit) },
  'watch.dryRunLeft': { input: dryRunId.extend(window), output: page(dryRunLeft) },
  'watch.dryRunEnd': { input: dryRunId, output: nothing },
} as const;

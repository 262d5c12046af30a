/**
 * What pages are shown: plain data, made by main, validated at neither end twice. Imported as types by the pages.
 * Sizes are bytes, times are milliseconds since the epoch, ids of the queue are integers.
 */

import { z } from 'zod';
import { desktopSettings, networkSettings, notificationSettings, updateSettings } from './desktop.ts';
import { failureView } from './errors.ts';

export const mediaId = z.enum([
  'video',
  'image',
  'image-group',
  'image-sequence',
  'audio',
  'dicom',
  'nifti',
  'pdf',
  'text',
]);
export type MediaId = z.infer<typeof mediaId>;

export const routeChoice = z.enum(['auto', 'storage', 'documented']);
export type RouteChoice = z.infer<typeof routeChoice>;

export const unitStateName = z.enum([
  'collecting',
  'ready',
  'registering',
  'processing',
  'linking',
  'done',
  'failed',
  'uncertain',
  'cancelled',
]);
export type UnitStateName = z.infer<typeof unitStateName>;

export const itemStateName = z.enum(['queued', 'granted', 'stored', 'failed', 'cancelled']);
export type ItemStateName = z.infer<typeof itemStateName>;

export const unitOrder = z.enum(['added', 'name', 'smallest', 'largest']);
export type UnitOrder = z.infer<typeof unitOrder>;

/** An account without its secret. */
export const accountView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['ssh', 'api-key']),
  /** `SHA256:…` of the public key; null for an API key. */
  fingerprint: z.string().nullable(),
  email: z.string().nullable(),
  /** Scheme and host, e.g. `https://api.encord.com`. */
  domain: z.string(),
  route: routeChoice,
  /** A sentence when `auto` had to fall back to the documented route. */
  routeNotice: z.string().nullable(),
  /** The one dataset of an API key. */
  datasetId: z.string().nullable(),
  /** Where the secret is: the keychain, this run only, or the environment. */
  secretIn: z.enum(['keychain', 'run', 'environment', 'missing']),
  /** `asked`: kept with its passphrase on, which every start asks for; `needed`: it was not given yet in this run. */
  passphrase: z.enum(['none', 'remembered', 'asked', 'needed']),
  paused: z.boolean(),
  /** Set when Encord no longer takes the credentials: sign in again. */
  blocked: failureView.nullable(),
});
export type AccountView = z.infer<typeof accountView>;

export const totalsView = z.object({
  units: z.record(unitStateName, z.number().int()),
  refused: z.number().int(),
  skipped: z.number().int(),
  bytes: z.number(),
  storedBytes: z.number(),
});
export type TotalsView = z.infer<typeof totalsView>;

const filesAtOnce = z.number().int().min(1).max(64);

export const settingsView = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  /** Files sent at the same time; `auto` lets the program decide. */
  concurrency: z.union([z.literal('auto'), filesAtOnce]),
  /** Between which numbers the program decides. */
  concurrencyBounds: z.object({ least: filesAtOnce, most: filesAtOnce }),
  /** A limit or a weekly timetable of limits, as typed, in the syntax of rclone's `--bwlimit`; empty or `off` is none. */
  bandwidth: z.string().max(4_000),
  /** Larger files are refused at review. */
  sizeLimitBytes: z.number().int().min(1),
  /** Finished batches without failed or uncertain units leave the list after so many days; 0 keeps them. */
  historyDays: z.number().int().min(0).max(36_500),
  /** And where the finished ones hold more units than this, the oldest of them; 0 sets no limit. */
  historyUnits: z.number().int().min(0),
  desktop: desktopSettings,
  notifications: notificationSettings,
  network: networkSettings,
  updates: updateSettings,
  /** Where queue, ledger and logs live; set only for the next start. */
  dataFolder: z.string(),
  nextDataFolder: z.string().nullable(),
});
export type SettingsView = z.infer<typeof settingsView>;

/** The limit of all uploads together that holds now. */
export const bandwidthView = z.object({
  /** Bytes a second; null is no limit. */
  limit: z.number().nullable(),
  /** When the timetable says something else; null where it never does. */
  until: z.number().nullable(),
});
export type BandwidthView = z.infer<typeof bandwidthView>;

/** What a text for the bandwidth setting means. */
export const bandwidthReading = z.object({
  /** A sentence on what is wrong and what to write; null where the text can be used. */
  problem: z.string().nullable(),
  /** Sentences on what was understood and does not count. */
  notes: z.array(z.string()),
  /** E.g. `Monday to Friday`: `no limit, 512 KiB/s from 08:00`. */
  week: z.array(z.object({ days: z.string(), limits: z.string() })),
  /** What of a timetable would hold now, e.g. `512 KiB/s until 19:00`; null where nothing changes. */
  now: z.string().nullable(),
});
export type BandwidthReading = z.infer<typeof bandwidthReading>;

/** The connection to Encord as one truth for the whole window. */
export const connectionView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('online') }),
  /** Nothing gets through; the program tries again by itself, at the time said; null: it is trying now. */
  z.object({
    kind: z.literal('offline'),
    failure: failureView,
    nextTryAt: z.number().nullable(),
    /**
     * Whose turn it is: `network`: it goes on by itself; `login`: the proxy wants a user name and a password; `person`: it
     * stays so until somebody changes the settings or the network.
     */
    waitsFor: z.enum(['network', 'login', 'person']),
  }),
  /** Encord asked everybody to wait. */
  z.object({ kind: z.literal('waiting'), failure: failureView, until: z.number() }),
  /** The data folder cannot be written (its disk is full, say): nothing is sent until it can, and then by itself. */
  z.object({ kind: z.literal('stuck'), failure: failureView }),
]);
export type ConnectionView = z.infer<typeof connectionView>;
export type WaitsFor = Extract<ConnectionView, { kind: 'offline' }>['waitsFor'];

/** All that every page needs at all times. Small; asked again after a gap in the change ticks. */
export const snapshotView = z.object({
  /** The number of the last change tick that this contains. */
  seq: z.number().int(),
  host: z.enum(['electron', 'browser']),
  version: z.string(),
  platform: z.enum(['linux', 'darwin', 'win32', 'other']),
  capabilities: z.object({
    /** `files.choose` opens the system's own dialog. */
    nativeDialogs: z.boolean(),
    /** Dropped files arrive as paths; else their bytes are sent to main first. */
    dropsArePaths: z.boolean(),
    /** `files.browse` lists the machine that main runs on. */
    serverChooser: z.boolean(),
    /** `app.openFolder` works. */
    openFolder: z.boolean(),
    /** There is a tray, start at login, notifications: the settings of the desktop mean something. */
    desktop: z.boolean(),
    /** The program can update itself, or says why not. */
    updates: z.boolean(),
  }),
  keychain: z.object({
    kind: z.enum(['ready', 'locked', 'unavailable']),
    reason: z.string(),
  }),
  accounts: z.array(accountView),
  activeAccountId: z.string().nullable(),
  settings: settingsView,
  paused: z.boolean(),
  /** In which order the waiting units of each batch are taken. */
  order: unitOrder,
  connection: connectionView,
  bandwidth: bandwidthView,
  totals: totalsView,
  /** Bytes per second over the last seconds; 0 when nothing moves. */
  speed: z.number(),
  /** The dataset that the last review chose for the active account. */
  lastDatasetId: z.string().nullable(),
});
export type SnapshotView = z.infer<typeof snapshotView>;

/** Where bytes lie: with Encord, or in somebody's own cloud. */
export const storageName = z.enum(['encord', 'aws', 'gcp', 'azure', 's3-compatible', 'other']);
export type StorageName = z.infer<typeof storageName>;

export const datasetView = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  createdAt: z.string().nullable(),
  editedAt: z.string().nullable(),
  role: z.enum(['admin', 'user']).nullable(),
  /** Mirrored: its storage folder and the dataset are kept the same. Null where the server did not say. */
  mirrored: z.boolean().nullable(),
  storage: storageName.nullable(),
  /** How many other datasets of the account have the same title. */
  sameTitle: z.number().int(),
});
export type DatasetView = z.infer<typeof datasetView>;

export const dataRowView = z.object({
  dataHash: z.string(),
  title: z.string(),
  type: z.string(),
  mime: z.string().nullable(),
  size: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  fps: z.number().nullable(),
  durationSeconds: z.number().nullable(),
  /** Of image groups: whether it is a sequence, of which Encord made a video. */
  sequence: z.boolean().nullable(),
  storage: storageName.nullable(),
  fileLink: z.string().nullable(),
  itemUuid: z.string().nullable(),
  createdAt: z.string().nullable(),
  editedAt: z.string().nullable(),
});
export type DataRowView = z.infer<typeof dataRowView>;

export const storageFolderView = z.object({ id: z.string(), name: z.string(), path: z.array(z.string()) });
export type StorageFolderView = z.infer<typeof storageFolderView>;

// ------------------------------------------------------------------------------------------------ review

export const planView = z.object({
  planId: z.string(),
  /**
   * `scanning`: files are still being found; `settling`: duplicates are being looked for; `adding`: it becomes a batch,
   * and cannot be changed any more.
   */
  phase: z.enum(['receiving', 'scanning', 'settling', 'ready', 'adding', 'failed']),
  failure: failureView.nullable(),
  /** The folder being read now. */
  currentFolder: z.string().nullable(),
  files: z.number().int(),
  bytes: z.number(),
  units: z.record(mediaId, z.number().int()),
  refused: z.number().int(),
  skipped: z.number().int(),
  /** Units that are in the queue already and go on there. */
  queued: z.number().int(),
  /** What preflight found that does not stand in the way. */
  warnings: z.number().int(),
  /** Text files of dropped folders, which are taken only where somebody says so; and whether they are. */
  textFiles: z.number().int(),
  takeText: z.boolean(),
  datasetId: z.string().nullable(),
  /** Why the destination cannot take these files; null when it can. */
  destinationProblem: failureView.nullable(),
  /** While it is added: how many units and turned-away files were, so far. */
  added: z.number().int(),
});
export type PlanView = z.infer<typeof planView>;

export const planUnitView = z.object({
  index: z.number().int(),
  media: mediaId,
  title: z.string(),
  path: z.string(),
  frames: z.number().int(),
  bytes: z.number(),
  /** E.g. "Same content as a.png". */
  note: z.string().nullable(),
});
export type PlanUnitView = z.infer<typeof planUnitView>;

export const planFolderView = z.object({
  path: z.string(),
  name: z.string(),
  images: z.number().int(),
  /** What its images become: rows of their own, an image group, or an image sequence, of which Encord makes a video. */
  as: z.enum(['single', 'group', 'sequence']),
  suggestion: z.enum(['single', 'group']),
});
export type PlanFolderView = z.infer<typeof planFolderView>;

/** What preflight found in a file or in the whole, against Encord's documented types and limits. */
export const planWarningView = z.object({
  /** Null where it is about the whole review. */
  path: z.string().nullable(),
  title: z.string().nullable(),
  /** A sentence, and what to do about it. */
  message: z.string(),
});
export type PlanWarningView = z.infer<typeof planWarningView>;

export const turnedAwayView = z.object({
  kind: z.enum(['refused', 'skipped']),
  path: z.string(),
  title: z.string(),
  size: z.number(),
  failure: failureView,
});
export type TurnedAwayView = z.infer<typeof turnedAwayView>;

// ------------------------------------------------------------------------------------------------ the queue

export const batchRow = z.object({
  kind: z.literal('batch'),
  id: z.number().int(),
  name: z.string(),
  accountName: z.string(),
  datasetId: z.string(),
  datasetTitle: z.string(),
  addedAt: z.number(),
  finishedAt: z.number().nullable(),
  paused: z.boolean(),
  accountPaused: z.boolean(),
  trouble: failureView.nullable(),
  totals: totalsView,
});
export type BatchRow = z.infer<typeof batchRow>;

export const unitRow = z.object({
  kind: z.literal('unit'),
  id: z.number().int(),
  batchId: z.number().int(),
  media: mediaId,
  title: z.string(),
  path: z.string(),
  itemCount: z.number().int(),
  storedItems: z.number().int(),
  bytes: z.number(),
  storedBytes: z.number(),
  paused: z.boolean(),
  state: unitStateName,
  attempts: z.number().int(),
  /** When it is tried next, where it waits for that. */
  notBefore: z.number().nullable(),
  /** The last thing that went wrong, also of a unit that will be tried again. */
  failure: failureView.nullable(),
  dataHash: z.string().nullable(),
});
export type UnitRow = z.infer<typeof unitRow>;

export const itemRow = z.object({
  kind: z.literal('item'),
  id: z.number().int(),
  unitId: z.number().int(),
  position: z.number().int(),
  name: z.string(),
  path: z.string(),
  size: z.number(),
  /** Its unit is: nothing of it goes on without the others. */
  paused: z.boolean(),
  state: itemStateName,
  notBefore: z.number().nullable(),
  failure: failureView.nullable(),
});
export type ItemRow = z.infer<typeof itemRow>;

export const queueRow = z.discriminatedUnion('kind', [
  batchRow,
  unitRow,
  itemRow,
  z.object({
    kind: z.literal('turned-away'),
    id: z.number().int(),
    batchId: z.number().int(),
    turnedAway: turnedAwayView,
  }),
]);
export type QueueRow = z.infer<typeof queueRow>;

export const queueFilter = z.enum(['all', 'active', 'waiting', 'attention', 'done', 'turned-away']);
export type QueueFilter = z.infer<typeof queueFilter>;

/** One file on its way now. At most as many as files are sent at the same time. */
export const transferView = z.object({
  itemId: z.number().int(),
  unitId: z.number().int(),
  batchId: z.number().int(),
  sentBytes: z.number(),
  size: z.number(),
  /** Bytes per second. */
  speed: z.number(),
});
export type TransferView = z.infer<typeof transferView>;

export const scope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('account'), id: z.string().min(1).max(200) }),
  z.object({ kind: z.literal('batch'), id: z.number().int() }),
  z.object({ kind: z.literal('unit'), id: z.number().int() }),
  z.object({ kind: z.literal('item'), id: z.number().int() }),
]);
export type ScopeView = z.infer<typeof scope>;

// ------------------------------------------------------------------------------- receipts and comparisons

/** What became of a text that the person wanted to keep. */
export const savedView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('saved'), path: z.string() }),
  /** The person changed their mind in the system's dialog. */
  z.object({ kind: z.literal('cancelled') }),
  /** Browser mode: to be fetched once, with the token, and handed to the browser under this name. */
  z.object({ kind: z.literal('download'), path: z.string(), name: z.string() }),
]);
export type SavedView = z.infer<typeof savedView>;

/** What this machine uploaded into a dataset beside what Encord lists for it: counts; the lists are windows. */
export const reconcileView = z.object({
  reconcileId: z.string(),
  datasetId: z.string(),
  datasetTitle: z.string(),
  at: z.number(),
  /** Rows of the dataset. */
  rows: z.number().int(),
  /** Uploads of this machine into it. */
  uploaded: z.number().int(),
  both: z.number().int(),
  missing: z.number().int(),
  extra: z.number().int(),
  /** Found, with another size: Encord may have encoded them anew. */
  different: z.number().int(),
  /** Rows of uploads that are not done yet. */
  underway: z.number().int(),
  /** Uploads of the last minute whose rows are not listed yet: too early to call them missing. */
  recent: z.number().int(),
  /** Uploads that cannot be recognised, because Encord never told their ids. */
  unidentified: z.number().int(),
});
export type ReconcileView = z.infer<typeof reconcileView>;

export const missingRowView = z.object({
  id: z.number().int(),
  media: mediaId,
  title: z.string(),
  /** Of the first file. */
  path: z.string(),
  files: z.number().int(),
  bytes: z.number(),
  doneAt: z.number(),
  dataHash: z.string().nullable(),
  itemUuid: z.string().nullable(),
});
export type MissingRowView = z.infer<typeof missingRowView>;

export const extraRowView = z.object({
  dataHash: z.string(),
  itemUuid: z.string().nullable(),
  title: z.string(),
  type: z.string(),
  size: z.number().nullable(),
  createdAt: z.string().nullable(),
});
export type ExtraRowView = z.infer<typeof extraRowView>;

export const differentRowView = z.object({
  id: z.number().int(),
  title: z.string(),
  path: z.string(),
  bytes: z.number(),
  dataHash: z.string(),
  rowBytes: z.number().nullable(),
});
export type DifferentRowView = z.infer<typeof differentRowView>;

export const fileEntryView = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  size: z.number().nullable(),
});
export type FileEntryView = z.infer<typeof fileEntryView>;

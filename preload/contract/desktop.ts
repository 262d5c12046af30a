/**
 * What pages and the desktop host are shown of the program as a whole: one glance, places to open, news for
 * notifications, updates, the connection check, key pairs made here. Times are milliseconds since the epoch.
 */

import { z } from 'zod';

// ------------------------------------------------------------------------------------------------ places

export const COMMANDS = [
  'add-files',
  'add-folders',
  'search',
  'keys',
  'create-dataset',
  'add-account',
  'add-watch-folder',
  'connection-check',
] as const;

/** Where somebody outside the pages (tray, menu, notification, link, command line) wants them to go, once. */
export const placeView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('uploads'), batchId: z.number().int().nullable() }),
  z.object({ kind: z.literal('datasets') }),
  z.object({ kind: z.literal('dataset'), datasetId: z.uuid() }),
  z.object({ kind: z.literal('watch'), watchId: z.number().int().nullable() }),
  z.object({ kind: z.literal('activity') }),
  z.object({
    kind: z.literal('settings'),
    section: z.enum(['accounts', 'desktop', 'notifications', 'network', 'updates']).nullable(),
  }),
  /** Files and folders that somebody handed to the program: planned as if they were dropped on the page. */
  z.object({ kind: z.literal('files'), paths: z.array(z.string().min(1).max(32_768)).min(1).max(100_000) }),
  /** What the page's own buttons do. */
  z.object({ kind: z.literal('command'), command: z.enum(COMMANDS) }),
]);
export type PlaceView = z.infer<typeof placeView>;

// ------------------------------------------------------------------------------------------------ a glance

export const glanceState = z.enum(['idle', 'uploading', 'paused', 'attention']);
export type GlanceState = z.infer<typeof glanceState>;

/** All that tray, taskbar and quitting need to know. */
export const glanceView = z.object({
  /** `attention`: something needs a person, and nothing is on its way that would hide it. */
  state: glanceState,
  /** One line that is true: `312 of 1,204 · 84 MB/s · 6 min`. */
  line: z.string(),
  /** Of the bytes of the work under way, 0 to 1; null where nothing is under way. */
  fraction: z.number().min(0).max(1).nullable(),
  /** Bytes move, or are about to: the machine should stay awake and nothing be installed. */
  moving: z.boolean(),
  /** Work that would go on by itself if the program went on. */
  unfinished: z.number().int(),
  paused: z.boolean(),
  /** Units that failed or are uncertain. */
  attention: z.number().int(),
  /** The last batches, the newest first; at most five. */
  batches: z.array(z.object({ id: z.number().int(), name: z.string(), line: z.string() })),
  folders: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      state: z.enum(['on', 'off', 'suspended', 'attention']),
      line: z.string(),
    }),
  ),
});
export type GlanceView = z.infer<typeof glanceView>;

// ------------------------------------------------------------------------------------------------ news

export const newsKind = z.enum(['finished', 'failed', 'folder', 'sign-in', 'keychain', 'update']);
export type NewsKind = z.infer<typeof newsKind>;

/** Something worth telling a person who looks elsewhere. Coalesced, and held to the settings and the quiet hours. */
export const newsView = z.object({
  id: z.number().int(),
  kind: newsKind,
  title: z.string(),
  body: z.string(),
  /** Where a click leads. */
  place: placeView,
});
export type NewsView = z.infer<typeof newsView>;

// ------------------------------------------------------------------------------------------------ settings

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 07:30');

export const desktopSettings = z.object({
  /** Started hidden when the person signs in to this machine. */
  startAtLogin: z.boolean(),
  /** Closing the window leaves the program in the tray. */
  closeToTray: z.boolean(),
  /** The machine does not go to sleep while bytes move. */
  keepAwake: z.boolean(),
});
export type DesktopSettings = z.infer<typeof desktopSettings>;

export const notificationSettings = z.object({
  kinds: z.record(newsKind, z.boolean()),
  /** Local time; may go over midnight. Null: no quiet hours. */
  quiet: z.object({ from: timeOfDay, to: timeOfDay }).nullable(),
});
export type NotificationSettings = z.infer<typeof notificationSettings>;

export const networkSettings = z.object({
  proxy: z.discriminatedUnion('kind', [
    /** The desktop program: the operating system's (PAC too). Without Electron: HTTP_PROXY and its like. */
    z.object({ kind: z.literal('system') }),
    z.object({ kind: z.literal('none') }),
    /** `http://host:port`, `https://…` or `socks5://…`, without a login. */
    z.object({ kind: z.literal('manual'), address: z.string().min(1).max(2_000) }),
  ]),
  /** PEM file of a lab's own authority, trusted beside the system's. */
  caFile: z.string().min(1).max(32_768).nullable(),
});
export type NetworkSettings = z.infer<typeof networkSettings>;

export const updateSettings = z.object({
  /** `auto`: downloaded quietly and installed at quit; `ask`: only said that there is one; `off`: never looked for. */
  mode: z.enum(['auto', 'ask', 'off']),
  channel: z.enum(['latest', 'beta']),
});
export type UpdateSettings = z.infer<typeof updateSettings>;

// ------------------------------------------------------------------------------------------------ updates

export const updateView = z.discriminatedUnion('kind', [
  /**
   * Not looked for: the reason is a sentence. `managed`: whoever looks after this machine decided so. `bySetting`: so say
   * the settings, and they can say otherwise.
   */
  z.object({
    kind: z.literal('off'),
    reason: z.string(),
    managed: z.boolean(),
    bySetting: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('current'), checkedAt: z.number().nullable() }),
  z.object({ kind: z.literal('checking') }),
  z.object({ kind: z.literal('available'), version: z.string() }),
  z.object({ kind: z.literal('downloading'), version: z.string(), fraction: z.number().min(0).max(1) }),
  /** It is installed when the program is quit and nothing is on its way. */
  z.object({ kind: z.literal('ready'), version: z.string() }),
  z.object({ kind: z.literal('failed'), sentence: z.string(), at: z.number() }),
]);
export type UpdateView = z.infer<typeof updateView>;

// ------------------------------------------------------------------------------------------------ network

export const checkStepId = z.enum(['proxy', 'dns', 'tls', 'api', 'clock', 'storage']);
export type CheckStepId = z.infer<typeof checkStepId>;

export const checkStepView = z.object({
  id: checkStepId,
  state: z.enum(['waiting', 'running', 'ok', 'failed', 'skipped']),
  /** What was found, or why it was left out; empty while it waits. */
  sentence: z.string(),
  /** What to tell those who run the network; null where there is nothing to tell. */
  tell: z.string().nullable(),
  milliseconds: z.number().nullable(),
});
export type CheckStepView = z.infer<typeof checkStepView>;

export const connectionCheckView = z.object({
  checkId: z.string(),
  /** Scheme and host. */
  domain: z.string(),
  startedAt: z.number(),
  finishedAt: z.number().nullable(),
  steps: z.array(checkStepView),
  /** All of it as text to hand on, without a secret. */
  report: z.string(),
});
export type ConnectionCheckView = z.infer<typeof connectionCheckView>;

export const networkView = z.object({
  /** The proxy in use for Encord, without a login, e.g. `http://proxy.lab:8080`; null: none, or not found out yet. */
  proxy: z.string().nullable(),
  /** The user name given to the proxy; null: none. */
  proxyUser: z.string().nullable(),
  /** Where the password is. */
  proxyPasswordIn: z.enum(['keychain', 'run']).nullable(),
  /** The proxy that asked for a login and did not get a good one. */
  loginNeeded: z.string().nullable(),
  /** Why a certificate file that was given is not used; null where there is nothing to say. */
  caTrouble: z.string().nullable(),
  check: connectionCheckView.nullable(),
});
export type NetworkView = z.infer<typeof networkView>;

// ------------------------------------------------------------------------------------------------ keys

/** A key pair made here whose public half is to be registered in Encord. The private half never leaves main. */
export const madeKeyView = z.object({
  keyId: z.string(),
  /** One line in OpenSSH's format. */
  publicKey: z.string(),
  fingerprint: z.string(),
  madeAt: z.number(),
  keptIn: z.enum(['keychain', 'run']),
});
export type MadeKeyView = z.infer<typeof madeKeyView>;

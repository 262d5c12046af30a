/**
 * Every call between pages and main, declared once: what goes in, what comes out. Both hosts validate each input
 * with these schemas before a handler sees it; a call without handler or schema fails to compile.
 * The private key goes in by `accounts.signIn` and has no call that returns it.
 */

import { z } from 'zod';
import { DESKTOP_CALLS } from './desktop-calls.ts';
import { datasetListing } from './manage.ts';
import { MANAGE_CALLS } from './manage-calls.ts';
import type { CallName } from './names.ts';
import {
  accountView,
  bandwidthReading,
  dataRowView,
  datasetView,
  differentRowView,
  extraRowView,
  fileEntryView,
  missingRowView,
  planFolderView,
  planUnitView,
  planView,
  planWarningView,
  queueFilter,
  queueRow,
  reconcileView,
  routeChoice,
  savedView,
  scope,
  settingsView,
  snapshotView,
  storageFolderView,
  storageName,
  totalsView,
  turnedAwayView,
  unitOrder,
} from './views.ts';
import { WATCH_CALLS } from './watch-calls.ts';

const nothing = z.null();
const id = z.string().min(1).max(200);
const path = z.string().min(1).max(32_768);
const planId = z.object({ planId: id });
const reconcileId = z.object({ reconcileId: id });
const window = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(500) };
const page = <T extends z.ZodType>(row: T) => z.object({ total: z.number().int(), rows: z.array(row) });

/** What a review is made from. */
const planSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('paths'), paths: z.array(path).min(1).max(100_000) }),
  /** Browser mode: files whose bytes were sent into the data folder under this drop. */
  z.object({ kind: z.literal('drop'), dropId: id }),
]);

const signIn = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('ssh'),
    /** The private key's text, as pasted or read from a chosen or dropped file. */
    key: z.string().min(1).max(100_000),
    passphrase: z.string().max(10_000).nullable(),
    /** False: the key is kept with its passphrase on, and every start asks for it. Nothing to choose where it has none. */
    rememberPassphrase: z.boolean(),
    domain: z.string().max(2_000),
    name: z.string().max(200).nullable(),
    /** Without a keychain: keep the key for this run only instead of refusing. */
    forThisRunOnly: z.boolean(),
  }),
  /** With a key pair made by `accounts.makeKey`, once its public half is registered. */
  z.object({
    method: z.literal('made-key'),
    keyId: id,
    domain: z.string().max(2_000),
    name: z.string().max(200).nullable(),
    forThisRunOnly: z.boolean(),
  }),
  z.object({
    method: z.literal('api-key'),
    apiKey: z.string().min(1).max(10_000),
    datasetId: z.string().min(1).max(200),
    domain: z.string().max(2_000),
    name: z.string().max(200).nullable(),
    forThisRunOnly: z.boolean(),
  }),
]);

export const CALLS = {
  'app.snapshot': { input: nothing, output: snapshotView },
  /** Only while the database is damaged: keeps the file aside and starts with an empty queue; its new path. */
  'app.setDatabaseAside': { input: nothing, output: z.object({ path: z.string() }) },
  /** Shows a folder of the data folder in the system's file manager. */
  'app.openFolder': { input: z.object({ folder: z.enum(['data', 'logs']) }), output: nothing },

  'accounts.signIn': { input: signIn, output: accountView },
  /** Looks at a key without keeping it: is it usable, does it want a passphrase? */
  'accounts.inspectKey': {
    input: z.object({ key: z.string().min(1).max(100_000) }),
    output: z.object({ passphraseNeeded: z.boolean(), fingerprint: z.string().nullable() }),
  },
  'accounts.switch': { input: z.object({ accountId: id }), output: nothing },
  /** Removes the secret; refuses while unfinished uploads need it, unless they are to be cancelled. */
  'accounts.signOut': { input: z.object({ accountId: id, cancelUnfinished: z.boolean() }), output: nothing },
  'accounts.setRoute': { input: z.object({ accountId: id, route: routeChoice }), output: accountView },
  /** A live call with the stored credentials; lifts the account's block when it succeeds. */
  'accounts.check': { input: z.object({ accountId: id }), output: accountView },

  'datasets.list': {
    input: z.object({
      search: z.string().max(1_000),
      /** All of the account's own, the last changed first, where it is left out. */
      listing: datasetListing.optional(),
      refresh: z.boolean(),
      ...window,
    }),
    output: page(datasetView),
  },
  'datasets.create': {
    input: z.object({
      title: z.string().trim().min(1).max(1_000),
      description: z.string().max(10_000),
      mirrored: z.boolean(),
      /** Another than Encord's own is made by the documented call and takes no uploads, only registered cloud data. */
      storage: storageName.exclude(['other']).optional(),
    }),
    output: datasetView,
  },
  'datasets.rows': {
    input: z.object({ datasetId: id, search: z.string().max(1_000), refresh: z.boolean(), ...window }),
    output: page(dataRowView),
  },
  'datasets.folders': {
    input: z.object({ search: z.string().max(1_000) }),
    output: z.array(storageFolderView),
  },

  'plan.start': {
    input: z.object({ source: planSource, datasetId: id.nullable() }),
    output: planView,
  },
  'plan.get': { input: planId, output: planView },
  'plan.units': { input: planId.extend(window), output: page(planUnitView) },
  'plan.folders': { input: planId.extend(window), output: page(planFolderView) },
  'plan.turnedAway': { input: planId.extend(window), output: page(turnedAwayView) },
  'plan.warnings': { input: planId.extend(window), output: page(planWarningView) },
  /** Whether text files of dropped folders are taken. */
  'plan.takeText': { input: planId.extend({ take: z.boolean() }), output: planView },
  'plan.setFolder': {
    input: planId.extend({ path, as: planFolderView.shape.as }),
    output: planView,
  },
  'plan.setDataset': { input: planId.extend({ datasetId: id, folderId: id.nullable() }), output: planView },
  /** Adds the batch in one transaction and starts it. Null when all of it was in the queue already. */
  'plan.commit': { input: planId, output: z.object({ batchId: z.number().int().nullable() }) },
  'plan.discard': { input: planId, output: nothing },

  /** Browser mode: opens a place for dropped bytes; each file is then PUT to `uploadPath`. */
  'drops.open': {
    input: z.object({ files: z.number().int().min(1), bytes: z.number().min(0) }),
    output: z.object({ dropId: id, uploadPath: z.string() }),
  },
  /** Browser mode: gives up a drop before its review, and removes the copies that arrived. */
  'drops.discard': { input: z.object({ dropId: id }), output: nothing },
  /** Browser mode: lists a folder of the machine that main runs on; null is the person's home. */
  'files.browse': {
    input: z.object({ path: path.nullable(), ...window }),
    output: z.object({
      path,
      parent: path.nullable(),
      total: z.number().int(),
      entries: z.array(fileEntryView),
    }),
  },
  /** Electron: the system's dialog. An empty list means that the person changed their mind. */
  'files.choose': { input: z.object({ what: z.enum(['files', 'folders']) }), output: z.array(path) },

  'queue.rows': {
    input: z.object({
      filter: queueFilter,
      search: z.string().max(1_000),
      expandedBatches: z.array(z.number().int()).max(10_000),
      expandedUnits: z.array(z.number().int()).max(10_000),
      ...window,
    }),
    output: page(queueRow),
  },
  'queue.totals': { input: z.object({ scope }), output: totalsView },
  'queue.pause': { input: z.object({ scope }), output: nothing },
  'queue.resume': { input: z.object({ scope }), output: nothing },
  /** Cancels what can still be taken back; answers how many units were. */
  'queue.cancel': { input: z.object({ scope }), output: z.object({ units: z.number().int() }) },
  'queue.retry': { input: z.object({ scope }), output: z.object({ units: z.number().int() }) },
  'queue.checkAgain': { input: z.object({ unitId: z.number().int() }), output: nothing },
  'queue.registerAnyway': { input: z.object({ unitId: z.number().int() }), output: nothing },
  /** Takes finished batches off the list; what was uploaded stays known. Null: all finished ones. */
  'queue.clear': {
    input: z.object({ batchId: z.number().int().nullable() }),
    output: z.object({ batches: z.number().int() }),
  },
  /** Makes a batch, or a unit within all that its account has, the first of what still waits. */
  'queue.moveToTop': {
    input: z.object({
      scope: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('batch'), id: z.number().int() }),
        z.object({ kind: z.literal('unit'), id: z.number().int() }),
      ]),
    }),
    output: nothing,
  },
  /** What was moved to the top stays there. */
  'queue.setOrder': { input: z.object({ order: unitOrder }), output: nothing },

  /** The record of a batch, into a file that the person chooses or as a download. */
  'receipts.save': {
    input: z.object({ batchId: z.number().int(), format: z.enum(['json', 'csv']) }),
    output: savedView,
  },

  /** Asks Encord for the rows of a dataset and compares them with what was uploaded from here. */
  'reconcile.start': { input: z.object({ datasetId: id }), output: reconcileView },
  'reconcile.missing': { input: reconcileId.extend(window), output: page(missingRowView) },
  'reconcile.extra': { input: reconcileId.extend(window), output: page(extraRowView) },
  'reconcile.different': { input: reconcileId.extend(window), output: page(differentRowView) },
  /** A review of what is missing, as it was uploaded; what the ledger knows of it is no reason to skip it. */
  'reconcile.again': { input: reconcileId, output: planView },
  /** All three lists as CSV. */
  'reconcile.save': { input: reconcileId, output: savedView },

  ...WATCH_CALLS,
  ...MANAGE_CALLS,
  ...DESKTOP_CALLS,

  'settings.get': { input: nothing, output: settingsView },
  'settings.set': {
    input: settingsView
      .omit({ dataFolder: true })
      .partial()
      .extend({ nextDataFolder: path.nullable().optional() }),
    output: settingsView,
  },
  /** What a text for the bandwidth setting would mean; changes nothing. */
  'settings.readBandwidth': {
    input: z.object({ text: settingsView.shape.bandwidth }),
    output: bandwidthReading,
  },
} as const satisfies Record<CallName, { input: z.ZodType; output: z.ZodType }>;

export type Calls = typeof CALLS;
export type CallInput<N extends CallName> = z.infer<Calls[N]['input']>;
export type CallOutput<N extends CallName> = z.infer<Calls[N]['output']>;

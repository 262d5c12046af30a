/**
 * The names of everything that passes between pages and main, without schemas, so that the sandboxed preload can
 * import them without carrying a validator. `calls.ts` and `events.ts` fail to compile when they differ from these.
 */

export const CALL_NAMES = [
  'app.snapshot',
  'app.openFolder',
  'app.setDatabaseAside',
  'accounts.signIn',
  'accounts.inspectKey',
  'accounts.switch',
  'accounts.signOut',
  'accounts.setRoute',
  'accounts.check',
  'datasets.list',
  'datasets.create',
  'datasets.rows',
  'datasets.folders',
  'plan.start',
  'plan.get',
  'plan.units',
  'plan.folders',
  'plan.turnedAway',
  'plan.setFolder',
  'plan.setDataset',
  'plan.commit',
  'plan.discard',
  'drops.open',
  'drops.discard',
  'files.browse',
  'files.choose',
  'queue.rows',
  'queue.totals',
  'queue.pause',
  'queue.resume',
  'queue.cancel',
  'queue.retry',
  'queue.checkAgain',
  'queue.registerAnyway',
  'queue.clear',
  'queue.moveToTop',
  'queue.setOrder',
  'receipts.save',
  'reconcile.start',
  'reconcile.missing',
  'reconcile.extra',
  'reconcile.different',
  'reconcile.again',
  'reconcile.save',
  'watch.list',
  'watch.add',
  'watch.change',
  'watch.remove',
  'watch.switch',
  'watch.scan',
  'watch.waiting',
  'watch.files',
  'watch.decide',
  'watch.review',
  'watch.explain',
  'watch.actions',
  'watch.undo',
  'watch.openFolder',
  'watch.inspect',
  'watch.match',
  'watch.dryRun',
  'watch.dryRunView',
  'watch.dryRunUnits',
  'watch.dryRunLeft',
  'watch.dryRunEnd',
  'settings.get',
  'settings.set',
  'settings.readBandwidth',
] as const;

export type CallName = (typeof CALL_NAMES)[number];

export const EVENT_NAMES = ['changed', 'progress', 'plan'] as const;

export type EventName = (typeof EVENT_NAMES)[number];

/** Channel names of the Electron bridge. */
export const CALL_CHANNEL = 'encord-uploader:call';
export const EVENT_CHANNEL = 'encord-uploader:event';

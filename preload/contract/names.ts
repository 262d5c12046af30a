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

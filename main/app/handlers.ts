/**
 * The one map from calls to use cases. A call without handler fails to compile; so does an answer of another shape.
 */

import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { UploaderError } from '../core/errors.ts';
import { storageLocation } from '../core/manage/storage-location.ts';
import { bandwidthReading } from './bandwidth.ts';
import { datasetView } from './datasets.ts';
import { createDesktopHandlers } from './desktop/handlers.ts';
import { createManageHandlers } from './manage/handlers.ts';
import { windowOf, withoutUndefined } from './outcome.ts';
import type { Program } from './program.ts';
import { showFolder } from './show-folder.ts';
import { createWatchHandlers } from './watch/handlers.ts';
import { wholePath } from './whole-path.ts';

export type Handlers = {
  readonly [N in CallName]: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>>;
};

export function createHandlers(program: Program): Handlers {
  const { accounts, datasets, reviews, queue, settings, deps, drops, receipts, reconcile, signal } = program;
  return {
    'app.snapshot': () => program.snapshot(),
    'app.setDatabaseAside': () => {
      throw new UploaderError(
        'not-available',
        'The database is in use and not damaged, so it stays where it is.',
      );
    },
    'app.openFolder': async ({ folder }) => {
      await showFolder(deps.host, folder === 'data' ? deps.dataFolder : deps.logFolder);
      return null;
    },

    'accounts.signIn': async (input) => {
      const view = await accounts.signIn(input, signal);
      // What waited for these credentials goes on.
      program.engine.tryNow();
      return view;
    },
    'accounts.inspectKey': ({ key }) => accounts.inspectKey(key),
    'accounts.switch': ({ accountId }) => {
      accounts.switchTo(accountId);
      return null;
    },
    'accounts.signOut': async ({ accountId, cancelUnfinished }) => {
      await accounts.signOut(accountId, cancelUnfinished, (id) => queue.cancel({ kind: 'account', id }));
      datasets.forget(accountId);
      program.people.forget(accountId);
      program.storage.forget();
      return null;
    },
    'accounts.setRoute': ({ accountId, route }) => accounts.setRoute(accountId, route),
    'accounts.check': async ({ accountId }) => {
      const view = await accounts.check(accountId, signal);
      program.engine.tryNow();
      return view;
    },

    'datasets.list': (input) => datasets.window(accounts.active().id, input),
    'datasets.create': async (input) => {
      const account = accounts.active();
      if (account.kind === 'api-key') {
        throw notHere(
          'A dataset API key belongs to one dataset. Sign in with a private key to create others.',
        );
      }
      const { storage, ...request } = input;
      const created = await datasets.create(account.id, {
        ...request,
        ...(storage === undefined ? {} : { storage: storageLocation(storage) }),
      });
      program.changed('datasets');
      return datasetView(created, await datasets.othersCalled(account.id, created));
    },
    'datasets.rows': (input) => datasets.rows(accounts.active().id, input),
    'datasets.folders': ({ search }) => datasets.folders(accounts.active().id, search),

    'plan.start': async ({ source, datasetId }) => {
      const account = accounts.active();
      const dropId = source.kind === 'drop' ? source.dropId : null;
      const paths = source.kind === 'drop' ? await drops.paths(source.dropId) : source.paths;
      const review = reviews.start({ paths, as: 'auto', account, dropId });
      if (datasetId) await reviews.setDataset(review, datasetId, null);
      return reviews.view(review);
    },
    'plan.get': ({ planId }) => reviews.view(reviews.get(planId)),
    'plan.units': ({ planId, offset, limit }) => reviews.units(reviews.get(planId), offset, limit),
    'plan.folders': ({ planId, offset, limit }) => reviews.folders(reviews.get(planId), offset, limit),
    'plan.warnings': ({ planId, offset, limit }) => reviews.warnings(reviews.get(planId), offset, limit),
    'plan.takeText': ({ planId, take }) => {
      const review = reviews.get(planId);
      reviews.takeText(review, take);
      return reviews.view(review);
    },
    'plan.turnedAway': ({ planId, offset, limit }) => reviews.turnedAway(reviews.get(planId), offset, limit),
    'plan.setFolder': ({ planId, path, as }) => {
      const review = reviews.get(planId);
      reviews.setFolder(review, path, as);
      return reviews.view(review);
    },
    'plan.setDataset': async ({ planId, datasetId, folderId }) => {
      const review = reviews.get(planId);
      await reviews.setDataset(review, datasetId, folderId);
      return reviews.view(review);
    },
    'plan.commit': async ({ planId }) => {
      const { batchId, twins } = await reviews.commit(reviews.get(planId));
      await queue.goOn(twins);
      program.engine.wake();
      program.changed('queue');
      return { batchId };
    },
    'plan.discard': async ({ planId }) => {
      await reviews.discard(reviews.get(planId));
      return null;
    },

    'drops.open': () => drops.open(),
    'drops.discard': async ({ dropId }) => {
      await drops.discard(dropId);
      return null;
    },
    'files.browse': async ({ path, offset, limit }) => {
      if (!deps.host.serverChooser) throw notHere('This host has a file dialog of its own.');
      const folder = await deps.browse(path);
      const { total, rows } = windowOf(folder.entries, offset, limit);
      return { path: folder.path, parent: folder.parent, total, entries: rows };
    },
    'files.choose': async ({ what }) => {
      if (!deps.host.chooseFiles) throw notHere('This host has no file dialog.');
      return [...(await deps.host.chooseFiles(what))];
    },

    'queue.rows': (input) => queue.rows(input),
    'queue.totals': ({ scope }) => queue.totals(scope),
    'queue.pause': ({ scope }) => {
      queue.pause(scope);
      if (scope.kind === 'account') program.changed('accounts');
      return null;
    },
    'queue.resume': ({ scope }) => {
      queue.resume(scope);
      if (scope.kind === 'account') program.changed('accounts');
      return null;
    },
    'queue.cancel': async ({ scope }) => ({ units: await queue.cancel(scope) }),
    'queue.retry': async ({ scope }) => ({ units: await queue.retry(scope) }),
    'queue.checkAgain': ({ unitId }) => {
      queue.checkAgain(unitId);
      return null;
    },
    'queue.registerAnyway': ({ unitId }) => {
      queue.registerAnyway(unitId);
      return null;
    },
    'queue.clear': ({ batchId }) => ({ batches: queue.clear(batchId) }),
    'queue.moveToTop': ({ scope }) => {
      queue.moveToTop(scope);
      return null;
    },
    'queue.setOrder': ({ order }) => {
      queue.setOrder(order);
      program.changed('settings');
      return null;
    },

    'receipts.save': ({ batchId, format }) => receipts.save(batchId, format),

    'reconcile.start': async ({ datasetId }) =>
      reconcile.view(await reconcile.compare(accounts.active(), datasetId)),
    'reconcile.missing': ({ reconcileId, offset, limit }) =>
      reconcile.missing(reconcile.get(reconcileId), offset, limit),
    'reconcile.extra': ({ reconcileId, offset, limit }) =>
      reconcile.extra(reconcile.get(reconcileId), offset, limit),
    'reconcile.different': ({ reconcileId, offset, limit }) =>
      reconcile.different(reconcile.get(reconcileId), offset, limit),
    'reconcile.again': async ({ reconcileId }) =>
      reviews.view(await reconcile.again(reconcile.get(reconcileId))),
    'reconcile.save': ({ reconcileId }) => reconcile.save(reconcile.get(reconcileId)),

    ...createWatchHandlers(program),
    ...createManageHandlers(program),
    ...createDesktopHandlers(program),

    'settings.get': () => settings.get(),
    'settings.set': (input) => {
      if (input.nextDataFolder) wholePath(input.nextDataFolder, deps.platform);
      if (input.network !== undefined) program.network.mustWork(input.network);
      const view = settings.set(withoutUndefined(input));
      program.bandwidth.follow(view.bandwidth);
      program.network.follow();
      if (input.historyDays !== undefined || input.historyUnits !== undefined) program.housekeeping.prune();
      program.engine.wake();
      program.changed('settings');
      return view;
    },
    'settings.readBandwidth': ({ text }) => bandwidthReading(text, deps.clock.now()),
  };
}

function notHere(message: string): UploaderError {
  return new UploaderError('not-available', message);
}

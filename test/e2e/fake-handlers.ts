/** What the pretended main answers to each call: total over the contract, so that no page can ask for more. */
import { bandwidthReading } from '../../main/app/bandwidth.ts';
import { limitAt, nextChange, readBandwidth } from '../../main/core/timetable.ts';
import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { ItemRow, QueueRow, ScopeView, UnitRow } from '../../preload/contract/views.ts';
import { attachHandlers } from './fake-attach.ts';
import { cloudHandlers } from './fake-cloud.ts';
import { datasetsHandlers } from './fake-datasets.ts';
import { desktopHandlers } from './fake-desktop.ts';
import { jobsHandlers } from './fake-jobs.ts';
import { takeMadeKey } from './fake-keys.ts';
import type { FakeMain } from './fake-main.ts';
import { peopleHandlers } from './fake-people.ts';
import { FakePlan, WARNINGS } from './fake-plan.ts';
import { fakeReconcile } from './fake-reconcile.ts';
import { Refusal } from './fake-refusal.ts';
import { rowsHandlers } from './fake-rows.ts';
import { type FakeBatch, totalsOf } from './fake-state.ts';
import { storageHandlers } from './fake-storage.ts';
import { watchHandlers } from './fake-watch.ts';

export type FakeHandlers = { [N in CallName]: (input: CallInput<N>) => CallOutput<N> };

/** Runs one handler. The name and the input come as a pair that the schema has made. */
export function answerCall(handlers: FakeHandlers, name: CallName, input: unknown): Answer<unknown> {
  try {
    const handler = handlers[name] as (input: unknown) => unknown;
    return { ok: true, value: handler(input) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, error: { code: error.code, message: error.message, details: {} } };
  }
}

const SHELVES: Record<string, (unit: UnitRow) => boolean> = {
  all: () => true,
  active: (unit) =>
    ['ready', 'registering', 'processing', 'linking'].includes(unit.state) || unit.storedBytes > 0,
  waiting: (unit) => unit.state === 'collecting' && unit.storedBytes === 0,
  attention: (unit) => unit.state === 'failed' || unit.state === 'uncertain',
  done: (unit) => unit.state === 'done',
};

function flat(batches: readonly FakeBatch[], input: CallInput<'queue.rows'>): QueueRow[] {
  const text = input.search.toLowerCase();
  const open = new Set(input.expandedBatches);
  const openUnits = new Set(input.expandedUnits);
  const rows: QueueRow[] = [];
  for (const batch of batches) {
    const fits = SHELVES[input.filter] ?? (() => false);
    const units = batch.units.filter((unit) => fits(unit) && unit.title.toLowerCase().includes(text));
    const away =
      input.filter === 'all' || input.filter === 'turned-away'
        ? batch.away.filter((each) => each.turnedAway.title.toLowerCase().includes(text))
        : [];
    if (units.length + away.length === 0 && (input.filter !== 'all' || !batch.row.name.includes(text)))
      continue;
    rows.push({ ...batch.row, totals: totalsOf([batch]) });
    if (!open.has(batch.row.id)) continue;
    for (const unit of units) {
      rows.push(unit);
      if (openUnits.has(unit.id)) rows.push(...itemsOf(unit));
    }
    rows.push(...away);
  }
  return rows;
}

function itemsOf(unit: UnitRow): ItemRow[] {
  return Array.from({ length: unit.itemCount }, (_, position) => ({
    kind: 'item',
    id: unit.id * 1_000 + position,
    unitId: unit.id,
    position,
    name: `frame_${String(position).padStart(4, '0')}.png`,
    path: `${unit.path}/frame_${String(position).padStart(4, '0')}.png`,
    size: Math.round(unit.bytes / unit.itemCount),
    paused: unit.paused,
    state: position < unit.storedItems ? 'stored' : 'queued',
    notBefore: null,
    failure: null,
  }));
}

const window = <Row>(rows: readonly Row[], input: { offset: number; limit: number }) => ({
  total: rows.length,
  rows: rows.slice(input.offset, input.offset + input.limit),
});

export function handlersOf(main: FakeMain): FakeHandlers {
  const { state } = main;
  const inScope = (scope: ScopeView): UnitRow[] => {
    const all = state.batches.flatMap((batch) => batch.units);
    if (scope.kind === 'batch') return all.filter((unit) => unit.batchId === scope.id);
    if (scope.kind === 'unit') return all.filter((unit) => unit.id === scope.id);
    if (scope.kind === 'item') return all.filter((unit) => unit.id === Math.floor(scope.id / 1_000));
    return all;
  };
  const setPaused = (scope: ScopeView, paused: boolean) => {
    if (scope.kind === 'all') state.snapshot.paused = paused;
    else if (scope.kind === 'batch') {
      for (const { row } of state.batches) if (row.id === scope.id) row.paused = paused;
    } else if (scope.kind === 'account') {
      account(scope.id).paused = paused;
      const { name } = account(scope.id);
      for (const { row } of state.batches) if (row.accountName === name) row.accountPaused = paused;
      main.changed('accounts');
    } else for (const unit of inScope(scope)) unit.paused = paused;
    main.changed('queue');
    return null;
  };
  const move = (scope: ScopeView, from: readonly string[], to: 'cancelled' | 'collecting') => {
    const units = inScope(scope).filter((unit) => from.includes(unit.state));
    for (const unit of units) Object.assign(unit, { state: to, failure: null });
    main.changed('queue');
    return { units: units.length };
  };
  const plan = () => {
    if (!main.plan) throw new Refusal('not-found', 'This review is closed.');
    return main.plan;
  };
  const account = (accountId: string) => {
    const found = state.snapshot.accounts.find((each) => each.id === accountId);
    if (!found) throw new Refusal('account-unknown', 'There is no such account.');
    return found;
  };
  /** By the id of the dataset, or of the comparison, which ends in it. */
  const comparison = (id: string) => {
    const dataset = state.datasets.find((each) => each.id === id || id === `reconcile-${each.id}`);
    if (!dataset) throw new Refusal('dataset-unknown', 'This account cannot see a dataset with this id.');
    return fakeReconcile(dataset);
  };

  return {
    'app.snapshot': () => ({ ...state.snapshot, seq: main.seq, totals: totalsOf(state.batches) }),
    'app.openFolder': () => null,
    'app.setDatabaseAside': () => ({ path: '/home/lab/.local/share/encord-uploader/uploader.db.damaged' }),
    'accounts.signIn': (input) => {
      if (input.method === 'ssh' && input.key.includes('ENCRYPTED') && input.passphrase !== 'open')
        throw new Refusal('passphrase-wrong', 'This passphrase does not open the key. Try again.');
      if (state.snapshot.keychain.kind !== 'ready' && !input.forThisRunOnly)
        throw new Refusal('keychain-unavailable', 'There is no keychain to keep the key in.');
      const pair = input.method === 'made-key' ? takeMadeKey(main, input.keyId) : null;
      const sealed = input.method === 'ssh' && input.key.includes('ENCRYPTED');
      const made = {
        ...state.snapshot.accounts[0],
        id: `made-${state.snapshot.accounts.length}`,
        name: input.name ?? 'reader@lab.example',
        kind: input.method === 'api-key' ? ('api-key' as const) : ('ssh' as const),
        fingerprint: pair?.fingerprint ?? 'SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE',
        email: 'reader@lab.example',
        domain: input.domain,
        route: 'auto' as const,
        routeNotice: null,
        datasetId: input.method === 'api-key' ? input.datasetId : null,
        secretIn: input.forThisRunOnly ? ('run' as const) : ('keychain' as const),
        passphrase: !sealed
          ? ('none' as const)
          : input.rememberPassphrase
            ? ('remembered' as const)
            : ('asked' as const),
        paused: false,
        blocked: null,
      };
      state.snapshot.accounts = [...state.snapshot.accounts, made];
      state.snapshot.activeAccountId = made.id;
      main.changed('accounts');
      return made;
    },
    'accounts.inspectKey': ({ key }) => {
      if (!key.includes('PRIVATE KEY'))
        throw new Refusal(
          'key-format',
          'This is not an OpenSSH private key. Choose the file without “.pub”, often named id_ed25519.',
        );
      const locked = key.includes('ENCRYPTED');
      return {
        passphraseNeeded: locked,
        fingerprint: locked ? null : 'SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE',
      };
    },
    'accounts.switch': ({ accountId }) => {
      state.snapshot.activeAccountId = account(accountId).id;
      main.changed('accounts', 'datasets');
      return null;
    },
    'accounts.signOut': ({ accountId, cancelUnfinished }) => {
      const open = state.batches
        .flatMap((batch) => batch.units)
        .filter((unit) => unit.state === 'collecting');
      if (open.length > 0 && !cancelUnfinished)
        throw new Refusal('uploads-unfinished', `${open.length} uploads of this account are not finished.`);
      state.snapshot.accounts = state.snapshot.accounts.filter((each) => each.id !== accountId);
      state.snapshot.activeAccountId = state.snapshot.accounts[0]?.id ?? null;
      main.changed('accounts', 'queue');
      return null;
    },
    'accounts.setRoute': ({ accountId, route }) => {
      account(accountId).route = route;
      main.changed('accounts');
      return account(accountId);
    },
    'accounts.check': ({ accountId }) => account(accountId),

    ...datasetsHandlers(main),
    'datasets.folders': ({ search }) =>
      ['Traffic Data', 'Raw captures', 'Reader study']
        .filter((name) => name.toLowerCase().includes(search.toLowerCase()))
        .map((name) => ({ id: `f-${name}`, name, path: ['Lab', name] })),

    'plan.start': (input) => {
      main.plan?.stop();
      const { files, ticks } = main.options.plan;
      main.plan = new FakePlan('plan-1', files, ticks, input.datasetId, (view) => main.tellPlan(view));
      return main.plan.view;
    },
    'plan.get': () => plan().view,
    'plan.units': ({ offset, limit }) => {
      const { units } = plan();
      const rows = Array.from({ length: Math.max(0, Math.min(limit, units - offset)) }, (_, index) =>
        plan().unit(offset + index),
      );
      return { total: units, rows };
    },
    'plan.folders': (input) => window(plan().folders, input),
    'plan.turnedAway': (input) => window(plan().view.phase === 'scanning' ? [] : plan().away, input),
    'plan.warnings': (input) => window(plan().view.phase === 'scanning' ? [] : WARNINGS, input),
    'plan.takeText': ({ take }) => {
      plan().takeText(take);
      return plan().view;
    },
    'plan.setFolder': ({ path, as }) => {
      plan().setFolder(path, as);
      return plan().view;
    },
    'plan.setDataset': ({ datasetId }) => {
      plan().setDataset(datasetId);
      return plan().view;
    },
    'plan.commit': () => {
      const id = 900_000 + state.batches.length;
      const units = Array.from({ length: plan().units }, (_, index): UnitRow => {
        const planned = plan().unit(index);
        return {
          kind: 'unit',
          id: id + 1 + index,
          batchId: id,
          media: planned.media,
          title: planned.title,
          path: planned.path,
          itemCount: planned.frames,
          storedItems: 0,
          bytes: planned.bytes,
          storedBytes: 0,
          paused: false,
          state: 'collecting',
          attempts: 1,
          notBefore: null,
          failure: null,
          dataHash: null,
        };
      });
      const datasetId = plan().view.datasetId ?? '';
      state.batches.unshift({
        row: {
          kind: 'batch',
          id,
          name: 'in',
          accountName: 'Imaging lab',
          datasetId,
          datasetTitle: state.datasets.find((dataset) => dataset.id === datasetId)?.title ?? '',
          addedAt: Date.now(),
          finishedAt: null,
          paused: false,
          accountPaused: false,
          trouble: null,
        },
        units,
        away: [],
      });
      main.plan = null;
      main.changed('queue');
      return { batchId: id };
    },
    'plan.discard': () => {
      main.plan?.stop();
      main.plan = null;
      return null;
    },
    'drops.open': () => ({ dropId: 'drop-1', uploadPath: '/drops/drop-1' }),
    'drops.discard': () => null,
    'files.browse': ({ path, offset, limit }) => {
      const here = path ?? '/home/lab';
      const entries = ['captures', 'exports', 'scans'].map((name) => ({
        name,
        path: `${here === '/' ? '' : here}/${name}`,
        kind: 'folder' as const,
        size: null,
      }));
      const files = Array.from({ length: 300 }, (_, index) => ({
        name: `capture_${String(index).padStart(4, '0')}.mp4`,
        path: `${here}/capture_${String(index).padStart(4, '0')}.mp4`,
        kind: 'file' as const,
        size: 12_000_000 + index,
      }));
      const { total, rows } = window([...entries, ...files], { offset, limit });
      const parent = here === '/' ? null : here.split('/').slice(0, -1).join('/') || '/';
      return { path: here, parent, total, entries: rows };
    },
    'files.choose': () => ['/data/in'],

    'queue.rows': (input) => window(flat(state.batches, input), input),
    'queue.totals': ({ scope }) =>
      totalsOf(state.batches.filter((batch) => scope.kind !== 'batch' || batch.row.id === scope.id)),
    'queue.pause': ({ scope }) => setPaused(scope, true),
    'queue.resume': ({ scope }) => setPaused(scope, false),
    'queue.cancel': ({ scope }) => move(scope, ['collecting', 'ready', 'failed', 'uncertain'], 'cancelled'),
    'queue.retry': ({ scope }) => move(scope, ['failed', 'cancelled'], 'collecting'),
    'queue.checkAgain': () => null,
    'queue.registerAnyway': ({ unitId }) => {
      for (const unit of inScope({ kind: 'unit', id: unitId }))
        Object.assign(unit, { state: 'registering', failure: null });
      main.changed('queue');
      return null;
    },
    'queue.clear': () => {
      const before = state.batches.length;
      state.batches = state.batches.filter((batch) => batch.row.finishedAt === null);
      main.changed('queue');
      return { batches: before - state.batches.length };
    },
    // What goes first of what waits does not show in the list, which is in the order of adding.
    'queue.moveToTop': () => null,
    'queue.setOrder': ({ order }) => {
      state.snapshot.order = order;
      main.changed('settings');
      return null;
    },
    'receipts.save': ({ batchId, format }) => {
      const batch = state.batches.find(({ row }) => row.id === batchId);
      if (!batch) throw new Refusal('not-found', 'This batch is not in the list of uploads (any more).');
      return main.save(`Receipt of ${batch.row.name}.${format}`, `receipt of batch ${batchId} as ${format}`);
    },
    'reconcile.start': ({ datasetId }) => comparison(datasetId).view,
    'reconcile.missing': (input) => window(comparison(input.reconcileId).missing, input),
    'reconcile.extra': (input) => window(comparison(input.reconcileId).extra, input),
    'reconcile.different': (input) =>
      window(
        comparison(input.reconcileId)
          .missing.slice(0, 1)
          .map(({ id, path, bytes }) => ({
            id,
            title: 'dawn.mp4',
            path,
            bytes,
            dataHash: 'row-1',
            rowBytes: bytes - 4_096,
          })),
        input,
      ),
    'reconcile.again': ({ reconcileId }) => {
      main.plan?.stop();
      const { view, missing } = comparison(reconcileId);
      main.plan = new FakePlan('plan-again', missing.length, 1, view.datasetId, (plan) =>
        main.tellPlan(plan),
      );
      return main.plan.view;
    },
    'reconcile.save': ({ reconcileId }) =>
      main.save(`Reconcile ${comparison(reconcileId).view.datasetTitle}.csv`, 'result,title\r\n'),
    ...desktopHandlers(main),
    ...watchHandlers(main),
    ...rowsHandlers(main),
    ...jobsHandlers(main),
    ...attachHandlers(main),
    ...cloudHandlers(main),
    ...peopleHandlers(main),
    ...storageHandlers(main),
    'settings.get': () => state.snapshot.settings,
    'settings.set': (input) => {
      const { settings } = state.snapshot;
      const reading = readBandwidth(input.bandwidth ?? settings.bandwidth);
      if (!reading.ok) throw new Refusal('invalid-input', reading.problem);
      const now = Date.now();
      const { timetable } = reading;
      state.snapshot.bandwidth = { limit: limitAt(timetable, now), until: nextChange(timetable, now) };
      state.snapshot.settings = {
        ...settings,
        theme: input.theme ?? settings.theme,
        density: input.density ?? settings.density,
        concurrency: input.concurrency ?? settings.concurrency,
        concurrencyBounds: input.concurrencyBounds ?? settings.concurrencyBounds,
        bandwidth: input.bandwidth ?? settings.bandwidth,
        sizeLimitBytes: input.sizeLimitBytes ?? settings.sizeLimitBytes,
        desktop: input.desktop ?? settings.desktop,
        notifications: input.notifications ?? settings.notifications,
        network: input.network ?? settings.network,
        updates: input.updates ?? settings.updates,
        nextDataFolder: input.nextDataFolder === undefined ? settings.nextDataFolder : input.nextDataFolder,
      };
      main.changed('settings');
      return state.snapshot.settings;
    },
    'settings.readBandwidth': ({ text }) => bandwidthReading(text, Date.now()),
  };
}

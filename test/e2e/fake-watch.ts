/** What the pretended main answers to the calls of watch folders. Used by `fake-handlers.ts` alone. */
import type { DryRunLeft, DryRunUnit, DryRunView } from '../../preload/contract/watch.ts';
import type { WATCH_CALLS } from '../../preload/contract/watch-calls.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';
import { dryRunOf, matchOf } from './fake-watch-rules.ts';
import { type FakeFolder, makeFolder, tally, uploaded } from './fake-watch-scenes.ts';

interface FakeRun {
  view: DryRunView;
  units: DryRunUnit[];
  left: DryRunLeft[];
  /** How often it was asked for: it is ready the third time. */
  asked: number;
}

const page = <Row>(rows: readonly Row[], { offset, limit }: { offset: number; limit: number }) => ({
  total: rows.length,
  rows: rows.slice(offset, offset + limit),
});

export function watchHandlers(main: FakeMain): Pick<FakeHandlers, keyof typeof WATCH_CALLS> {
  const { state } = main;
  const runs = new Map<string, FakeRun>();
  const folder = (watchId: number): FakeFolder => {
    const found = state.watch.find(({ view }) => view.id === watchId);
    if (!found) throw new Refusal('watch-unknown', 'This watch folder was removed.');
    return found;
  };
  const changed = (touched: FakeFolder) => {
    tally(touched);
    main.changed('watch');
  };
  const run = (dryRunId: string): FakeRun => {
    const found = runs.get(dryRunId);
    if (!found) throw new Refusal('not-found', 'This dry run is over.');
    return found;
  };
  const account = (accountId: string) => {
    const found = state.snapshot.accounts.find((each) => each.id === accountId);
    if (!found) throw new Refusal('account-unknown', 'There is no such account.');
    return found;
  };
  const titleOf = (datasetId: string) =>
    state.datasets.find((dataset) => dataset.id === datasetId)?.title ?? datasetId;

  /** Why a root cannot be watched. */
  const problemOf = (root: string): string | null => {
    if (!root.startsWith('/')) return 'Write the whole path, from the root of the disk.';
    if (root.includes('missing')) return `There is no folder “${root}”.`;
    const near = state.watch.find(({ view }) => `${root}/`.startsWith(`${view.root}/`));
    return near ? `“${near.view.root}” is watched already, and this folder lies in it.` : null;
  };

  return {
    'watch.list': () => state.watch.map(({ view }) => view),
    'watch.add': ({ on, ...draft }) => {
      const problem = problemOf(draft.root);
      if (problem) throw new Refusal('watch-nested', problem);
      const id = Math.max(0, ...state.watch.map(({ view }) => view.id)) + 1;
      const { units } = dryRunOf(draft.root, draft.rules);
      const made = makeFolder(
        id,
        draft.root,
        {
          accountId: draft.accountId,
          accountName: account(draft.accountId).name,
          datasetId: draft.datasetId,
          datasetTitle: titleOf(draft.datasetId),
          folderId: draft.folderId,
          rules: draft.rules,
          existing: draft.existing,
          on,
          state: on ? { kind: 'watching', how: 'one watch a folder' } : { kind: 'off' },
        },
        draft.existing === 'all' && on
          ? { uploads: units.slice(0, 50).map((_, index) => uploaded(index, { state: 'taken' })) }
          : {},
      );
      state.watch.push(made);
      main.changed('watch');
      return made.view;
    },
    'watch.change': ({ watchId, rules }) => {
      const found = folder(watchId);
      if (rules) found.view.rules = rules;
      changed(found);
      return found.view;
    },
    'watch.remove': ({ watchId }) => {
      folder(watchId);
      state.watch = state.watch.filter(({ view }) => view.id !== watchId);
      main.changed('watch');
      return null;
    },
    'watch.switch': ({ watchId, on }) => {
      const found = folder(watchId);
      Object.assign(found.view, {
        on,
        state: on ? { kind: 'watching', how: 'one watch a folder' } : { kind: 'off' },
      });
      changed(found);
      return found.view;
    },
    'watch.scan': ({ watchId }) => {
      const found = folder(watchId);
      found.view.lastScanAt = Date.now();
      changed(found);
      return null;
    },
    'watch.waiting': (input) => {
      const now = Date.now();
      const { total, rows } = page(folder(input.watchId).waiting, input);
      return { total, rows: rows.map((row) => ({ ...row, reason: row.reason(now) })) };
    },
    'watch.files': (input) => page(folder(input.watchId)[input.which], input),
    'watch.decide': ({ watchId, keys, decision }) => {
      const found = folder(watchId);
      const named = new Set(keys);
      const told = found.waiting.filter((row) => named.has(row.key));
      if (decision === 'wait') for (const row of told) Object.assign(row, { tone: 'waiting', choices: [] });
      else {
        found.waiting = found.waiting.filter((row) => !named.has(row.key));
        const at = Date.now();
        for (const { name, size } of told)
          if (decision === 'upload')
            found.uploads.unshift(uploaded(90, { path: name, size, at, state: 'taken' }));
          else
            found.skipped.unshift({
              path: name,
              size,
              at,
              state: 'ignored',
              reason: 'You chose to leave it.',
              unit: null,
            });
      }
      changed(found);
      return null;
    },
    'watch.review': ({ watchId, paths, decision }) => {
      const found = folder(watchId);
      const named = paths === null ? null : new Set(paths);
      const told = found.held.filter((row) => named === null || named.has(row.path));
      found.held = found.held.filter((row) => !told.includes(row));
      for (const row of told)
        if (decision === 'upload') found.uploads.unshift({ ...row, state: 'taken' });
        else found.skipped.unshift({ ...row, state: 'ignored', reason: 'You chose to leave it.' });
      changed(found);
      return { files: told.length };
    },
    'watch.explain': ({ path }) => ({ sentences: [`“${path}” lies in no watch folder.`] }),
    'watch.actions': (input) => page(folder(input.watchId).actions, input),
    'watch.undo': ({ actionId }) => {
      for (const each of state.watch)
        for (const action of each.actions)
          if (action.id === actionId) Object.assign(action, { state: 'undone', undoable: false, to: null });
      main.changed('watch');
      return null;
    },
    'watch.openFolder': () => null,

    'watch.inspect': ({ root }) => ({
      root: root.replace(/(.)\/$/, '$1'),
      problem: problemOf(root),
      notes: root.startsWith('/mnt/')
        ? ['This is a network share (cifs), which sends no events: it is looked through every 30 s.']
        : [],
    }),
    'watch.match': ({ root, rules, limit }) => matchOf(root, rules, limit),
    'watch.dryRun': ({ root, rules }) => {
      const { units, left } = dryRunOf(root, rules);
      const dryRunId = `dry-${runs.size}`;
      const view = {
        dryRunId,
        phase: 'scanning' as const,
        failure: null,
        files: 0,
        bytes: 0,
        units: 0,
        left: 0,
      };
      runs.set(dryRunId, { view, units, left, asked: 0 });
      return view;
    },
    'watch.dryRunView': ({ dryRunId }) => {
      const found = run(dryRunId);
      const { units, left } = found;
      found.asked += 1;
      const share = Math.min(1, found.asked / 2);
      const bytes = [...units, ...left.map((each) => ({ bytes: each.size }))].reduce(
        (sum, each) => sum + each.bytes,
        0,
      );
      const files = units.reduce((sum, each) => sum + each.frames, left.length);
      found.view = {
        ...found.view,
        phase: found.asked < 2 ? 'scanning' : found.asked < 3 ? 'comparing' : 'ready',
        files: Math.round(files * share),
        bytes: Math.round(bytes * share),
        units: Math.round(units.length * share),
        left: Math.round(left.length * share),
      };
      return found.view;
    },
    'watch.dryRunUnits': (input) =>
      page(run(input.dryRunId).units.slice(0, run(input.dryRunId).view.units), input),
    'watch.dryRunLeft': (input) =>
      page(run(input.dryRunId).left.slice(0, run(input.dryRunId).view.left), input),
    'watch.dryRunEnd': ({ dryRunId }) => {
      runs.delete(dryRunId);
      return null;
    },
  };
}

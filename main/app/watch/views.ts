/** Watch folders as the contract shows them. Used by `watching.ts`. */

import type {
  WatchActionView,
  WatchedRowView,
  WatchFolderView,
  WatchStateView,
} from '../../../preload/contract/watch.ts';
import type { FolderRun, RunState } from '../../core/watch/folder-run.ts';
import type { WatchFolder } from '../../core/watch/rules.ts';
import type { WatchAction, WatchedRow } from '../../core/watch/store-port.ts';
import type { AppDeps } from '../deps.ts';
import { failureView } from '../outcome.ts';

export function stateView(state: RunState): WatchStateView {
  switch (state.kind) {
    case 'off':
      return { kind: 'off' };
    case 'starting':
      return { kind: 'starting', files: state.files };
    case 'watching':
      return { kind: 'watching', how: state.how };
    case 'polling':
      return { kind: 'polling', everySeconds: Math.round(state.everyMs / 100) / 10, why: state.why };
    case 'suspended':
      return { kind: 'suspended', failure: failureView(state.failure) };
  }
}

export function folderView(folder: WatchFolder, run: FolderRun | null, deps: AppDeps): WatchFolderView {
  const { store, clock, watch } = deps;
  const account = store.account(folder.accountId);
  const now = clock.now();
  const { hour, minute, second } = watch.local(now);
  const midnight = now - ((hour * 60 + minute) * 60 + second) * 1000;
  const { files, bytes, states } = store.watchTally(folder.ledger, midnight);
  const notices: WatchFolderView['notices'] = [];
  if (!account) {
    notices.push({
      tone: 'attention',
      text: 'Its account was removed. Choose another one: until then nothing of it is uploaded.',
    });
  } else if (account.blocked) notices.push({ tone: 'attention', text: account.blocked.message });
  for (const text of run?.notices ?? []) notices.push({ tone: 'info', text });
  return {
    id: folder.id,
    root: folder.root,
    accountId: folder.accountId,
    accountName: account?.name ?? null,
    datasetId: folder.datasetId,
    datasetTitle: folder.datasetTitle,
    folderId: folder.folderChoice,
    rules: rulesView(folder),
    existing: folder.existing,
    on: folder.on,
    state: stateView(run?.state ?? { kind: 'off' }),
    notices,
    today: { files, bytes },
    waiting: run?.waiting.size ?? 0,
    attention: run?.waiting.attention ?? 0,
    held: states.held,
    uploaded: states.done,
    skipped: states.skipped + states.refused + states.ignored,
    queued: states.taken,
    lastScanAt: run?.scans.lastAt ?? null,
    nextScanAt: run?.scans.nextAt ?? null,
  };
}

/** A copy whose lists are the page's own. */
function rulesView({ rules }: WatchFolder): WatchFolderView['rules'] {
  return {
    ...rules,
    include: [...rules.include],
    exclude: [...rules.exclude],
    metadata: { ...rules.metadata },
    readiness: { ...rules.readiness, unfinishedNames: [...rules.readiness.unfinishedNames] },
  };
}

export function watchedRowView(row: WatchedRow): WatchedRowView {
  const { unit } = row;
  return {
    path: row.path,
    size: row.size,
    state: row.state,
    at: row.at,
    reason: row.reason?.message ?? null,
    unit: unit && { ...unit, failure: unit.failure ? failureView(unit.failure) : null },
  };
}

export function actionView(action: WatchAction): WatchActionView {
  const { id, kind, path, to, state, dueAt, at } = action;
  return {
    id,
    kind,
    path,
    to,
    size: action.identity.size,
    state,
    dueAt,
    at,
    reason: action.failure?.message ?? null,
    // What is due can be called off; what was put away can come back where it is known to be.
    undoable: state === 'due' || (state === 'done' && to !== null),
  };
}

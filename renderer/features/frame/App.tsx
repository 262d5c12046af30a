/** The window: sidebar, page, status line, and everything that floats over them. Drawn by `main.tsx`. */
import { type ReactElement, useEffect } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { useDestination } from '../../state/destination.ts';
import { followJobs } from '../../state/jobs.ts';
import { followQueue } from '../../state/queue.ts';
import { countsOf } from '../../state/status.ts';
import { useUi } from '../../state/ui.ts';
import { followWatch } from '../../state/watch.ts';
import { Boundary } from '../../ui/Boundary.tsx';
import { ConfirmHost } from '../../ui/Confirm.tsx';
import { Toasts } from '../../ui/Toasts.tsx';
import { TooltipProvider } from '../../ui/Tooltip.tsx';
import { AddAccountDialog } from '../accounts/AddAccountDialog.tsx';
import { ActivityPage } from '../activity/ActivityPage.tsx';
import { JobNews } from '../activity/JobNews.tsx';
import { CreateDatasetDialog } from '../datasets/CreateDataset.tsx';
import { DatasetsPage } from '../datasets/DatasetsPage.tsx';
import { FirstRun } from '../first-run/FirstRun.tsx';
import { ReviewSheet } from '../review/ReviewSheet.tsx';
import { ServerFilesDialog } from '../review/ServerFiles.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';
import { UploadsPage } from '../uploads/UploadsPage.tsx';
import { WatchPage } from '../watch/WatchPage.tsx';
import { DropOverlay } from './DropOverlay.tsx';
import { KeysDialog, useShortcuts } from './Shortcuts.tsx';
import { Sidebar } from './Sidebar.tsx';
import { Starting } from './Starting.tsx';
import { StatusLine } from './StatusLine.tsx';
import { Unreachable } from './Unreachable.tsx';

export function App(): ReactElement {
  const snapshot = useApp((state) => state.snapshot);
  useEffect(followQueue, []);
  useEffect(followWatch, []);
  useEffect(followJobs, []);
  return (
    <TooltipProvider>
      {snapshot ? <Window /> : <Starting />}
      <Toasts />
      <ConfirmHost />
    </TooltipProvider>
  );
}

function Window(): ReactElement {
  useShortcuts();
  const page = useUi((state) => state.page);
  const leading = useFirstRun();
  return (
    <div className="window">
      {leading ? null : <Sidebar />}
      <div className="window-main">
        <Unreachable />
        <main
          className="page"
          aria-label={leading ? 'First steps' : page === 'watch' ? 'watch folders' : page}
        >
          <Boundary resetKey={leading ? 'first-run' : page}>
            {leading ? (
              <FirstRun />
            ) : page === 'uploads' ? (
              <UploadsPage />
            ) : page === 'datasets' ? (
              <DatasetsPage />
            ) : page === 'watch' ? (
              <WatchPage />
            ) : page === 'activity' ? (
              <ActivityPage />
            ) : (
              <SettingsPage />
            )}
          </Boundary>
        </main>
        <StatusLine />
      </div>
      <ReviewSheet />
      <ServerFilesDialog />
      <AddAccountDialog />
      <CreateDatasetDialog />
      <KeysDialog />
      <DropOverlay />
      <JobNews />
    </div>
  );
}

/** True until there is an account, and a destination for a first drop. */
function useFirstRun(): boolean {
  const account = useApp((state) => activeAccount(state.snapshot));
  const started = useApp((state) => {
    const totals = state.snapshot?.totals;
    if (!totals) return false;
    const counts = countsOf(totals);
    return counts.total + counts.turnedAway > 0;
  });
  const last = useApp((state) => state.snapshot?.lastDatasetId ?? null);
  const later = useUi((state) => state.laterFor);
  const destination = useDestination();
  if (!account) return true;
  return !started && destination === null && last === null && !later.includes(account.id);
}

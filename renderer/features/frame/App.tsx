/** The window: sidebar, page, status line, and everything that floats over them. Drawn by `main.tsx`. */
import { type ReactElement, type RefObject, useEffect, useRef } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { useDestination } from '../../state/destination.ts';
import { followJobs } from '../../state/jobs.ts';
import { followNetwork } from '../../state/network.ts';
import { followPlaces } from '../../state/places.ts';
import { followQueue } from '../../state/queue.ts';
import { countsOf } from '../../state/status.ts';
import { goTo, useUi } from '../../state/ui.ts';
import { followWatch } from '../../state/watch.ts';
import { Boundary } from '../../ui/Boundary.tsx';
import { Button } from '../../ui/Button.tsx';
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
import { openConnectionCheck } from '../settings/ConnectionCheck.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';
import { UploadsPage } from '../uploads/UploadsPage.tsx';
import { WatchPage } from '../watch/WatchPage.tsx';
import { DropOverlay } from './DropOverlay.tsx';
import { KeysDialog, useShortcuts } from './Shortcuts.tsx';
import { Sidebar } from './Sidebar.tsx';
import { Starting } from './Starting.tsx';
import { StatusLine } from './StatusLine.tsx';
import { Unreachable } from './Unreachable.tsx';
import { Waiting } from './Waiting.tsx';

export function App(): ReactElement {
  const snapshot = useApp((state) => state.snapshot);
  useEffect(followQueue, []);
  useEffect(followWatch, []);
  useEffect(followJobs, []);
  useEffect(followNetwork, []);
  useEffect(() => followPlaces(openConnectionCheck), []);
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
  const first = useFirstRun();
  const unknown = useApp((state) => activeAccount(state.snapshot) === null);
  // A proxy may have to be set before anybody can sign in.
  const leading = first && page !== 'settings';
  const main = useRef<HTMLElement>(null);
  useArrival(main);
  return (
    <div className="window">
      {leading ? null : <Sidebar />}
      <div className="window-main">
        <Unreachable />
        <Waiting />
        <main
          ref={main}
          tabIndex={-1}
          className="page"
          aria-label={leading ? 'First steps' : page === 'watch' ? 'watch folders' : page}
        >
          <Boundary resetKey={leading ? 'first-run' : page}>
            {/* Hidden, it keeps what was given for the sign-in; a key may be nowhere else. */}
            {leading || unknown ? (
              <div className="first-steps" hidden={!leading}>
                <Button
                  size="s"
                  variant="ghost"
                  icon="settings"
                  className="first-run-settings"
                  onClick={() => goTo('settings')}
                >
                  Settings
                </Button>
                <FirstRun />
              </div>
            ) : null}
            {leading ? null : page === 'uploads' ? (
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

/** Whoever is led to a page from elsewhere is told of it by the focus, which stays where it is when pages just change. */
function useArrival(main: RefObject<HTMLElement | null>): void {
  const arrivals = useUi((state) => state.arrivals);
  const seen = useRef(arrivals);
  useEffect(() => {
    if (seen.current === arrivals) return;
    seen.current = arrivals;
    // A section of the settings takes it itself.
    if (useUi.getState().arrivedAt !== null) return;
    const home = main.current?.querySelector<HTMLElement>('[data-focus-home]');
    (home ?? main.current)?.focus({ preventScroll: true });
  }, [arrivals, main]);
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

/**
 * Opens what somebody outside the pages asks for: tray, menu, notification, link, files handed to the program. Main keeps
 * each until it is taken; what cannot be opened yet waits here. `followPlaces` is called once by the frame.
 */
import { create } from 'zustand';
import type { PlaceView } from '../../preload/contract/desktop.ts';
import type { AccountView } from '../../preload/contract/views.ts';
import { dialogFloats, onSunk } from '../ui/floating.ts';
import { plural } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import { activeAccount, onPlaces, useApp } from './app.ts';
import { call } from './bridge.ts';
import { closeDataset, openDataset } from './datasets-list.ts';
import { useNetwork } from './network.ts';
import { pathsIn, tidy, when } from './place-order.ts';
import { revealBatch, useQueue } from './queue.ts';
import { addFiles, chooseAndReview, reviewPaths, useReview } from './review.ts';
import { arriveAt, openDialog, useUi } from './ui.ts';
import { closeWatchFolder, openWatchFolder, useWatch } from './watch.ts';
import { beginAdding, useDraft } from './watch-draft.ts';

interface PlacesState {
  waiting: readonly PlaceView[];
}

export const usePlaces = create<PlacesState>()(() => ({ waiting: [] }));

/** @param checkConnection opens the connection check, which belongs to the Settings page */
export function followPlaces(checkConnection: () => void): () => void {
  const openAll = () => openWhatCan(checkConnection);
  const take = async () => {
    const answer = await call('app.takePlaces', null);
    if (!answer.ok || answer.value.length === 0) return;
    usePlaces.setState(({ waiting }) => ({ waiting: [...waiting, ...answer.value] }));
    const closed = closeHarmless();
    openAll();
    if (!closed) tellWhatWaits();
  };
  const openLater = () => {
    if (usePlaces.getState().waiting.length > 0) openAll();
  };
  const stops = [
    onPlaces(() => void take()),
    onSunk(openLater),
    useApp.subscribe((now, before) => {
      if (activeAccount(now.snapshot) !== null && activeAccount(before.snapshot) === null) openLater();
    }),
  ];
  // The snapshot may have been here first.
  if (useApp.getState().snapshot) void take();
  return () => {
    for (const stop of stops) stop();
  };
}

/** Files that wait are not added after all. */
export function forgetWaiting(): void {
  usePlaces.setState({ waiting: [] });
}

const hasAccount = () => activeAccount(useApp.getState().snapshot) !== null;
/** What was opened a moment ago is not drawn yet. */
const floats = () =>
  dialogFloats() ||
  useReview.getState().stage !== null ||
  useUi.getState().dialog !== null ||
  useDraft.getState().purpose !== null ||
  useNetwork.getState().checking;

/** Closes what only shows something; true where there was such a thing. */
function closeHarmless(): boolean {
  const keys = useUi.getState().dialog === 'keys';
  const details = useQueue.getState().details !== null;
  if (keys) openDialog(null);
  if (details) useQueue.setState({ details: null });
  return keys || details;
}

function openWhatCan(checkConnection: () => void): void {
  const left: PlaceView[] = [];
  for (const place of tidy(usePlaces.getState().waiting, hasAccount())) {
    // Asked for each: the one before may have opened a dialog.
    const time = when(place, { hasAccount: hasAccount(), floating: floats() });
    if (time === 'now') openPlace(place, checkConnection);
    else if (time === 'later') left.push(place);
    else toast('Close what is open first.');
  }
  usePlaces.setState({ waiting: left });
}

/** Without an account the frame says it, for as long as it is so. */
function tellWhatWaits(): void {
  const { waiting } = usePlaces.getState();
  if (waiting.length === 0 || !hasAccount()) return;
  const files = pathsIn(waiting);
  if (files > 0) toast(`${plural(files, 'file or folder', 'files and folders')} wait until this is closed.`);
  else toast('It opens when this is closed.');
}

function openPlace(place: PlaceView, checkConnection: () => void): void {
  switch (place.kind) {
    case 'files':
      reviewPaths(place.paths);
      return;
    case 'command':
      runCommand(place.command, checkConnection);
      return;
    case 'settings':
      arriveAt('settings', place.section);
      return;
    case 'uploads':
      leaveFirstSteps();
      arriveAt('uploads');
      if (place.batchId !== null) void openBatch(place.batchId);
      return;
    case 'datasets':
      leaveFirstSteps();
      closeDataset();
      useUi.setState({ datasetsView: 'datasets' });
      arriveAt('datasets');
      return;
    case 'dataset':
      leaveFirstSteps();
      void openDatasetById(place.datasetId.toLowerCase());
      return;
    case 'watch':
      leaveFirstSteps();
      if (place.watchId === null) closeWatchFolder();
      arriveAt('watch');
      if (place.watchId !== null) void openFolder(place.watchId);
      return;
    case 'activity':
      leaveFirstSteps();
      arriveAt('activity');
  }
}

/** Whoever asks for a page does not want to be held back by the choice of a first dataset. */
function leaveFirstSteps(): void {
  const account = activeAccount(useApp.getState().snapshot);
  if (account) useUi.setState(({ laterFor }) => ({ laterFor: [...new Set([...laterFor, account.id])] }));
}

async function openBatch(batchId: number): Promise<void> {
  const found = await revealBatch(batchId);
  if (found === false)
    toast('That batch is no longer in the list: it was cleared. What it uploaded is in Encord.');
}

async function openFolder(watchId: number): Promise<void> {
  const answer = await call('watch.list', null);
  if (!answer.ok) {
    toast(answer.error.message, { tone: 'fail' });
    return;
  }
  useWatch.setState({ folders: answer.value, failure: null });
  const folder = answer.value.find(({ id }) => id === watchId);
  if (!folder) {
    toast('That folder is no longer watched.');
    return;
  }
  openWatchFolder(folder);
  if (useUi.getState().page === 'watch') arriveAt('watch');
}

/** Of several datasets that were asked for in a row, the last one. */
let datasetTurn = 0;

async function openDatasetById(datasetId: string): Promise<void> {
  datasetTurn += 1;
  const turn = datasetTurn;
  arriveAt('datasets');
  // It may have been made, or shared, since the list was asked for.
  for (const refresh of [false, true]) {
    const answer = await call('datasets.list', { search: datasetId, refresh, offset: 0, limit: 10 });
    if (turn !== datasetTurn || useUi.getState().page !== 'datasets') return;
    if (!answer.ok) {
      toast(answer.error.message, { tone: 'fail' });
      return;
    }
    const found = answer.value.rows.find(({ id }) => id === datasetId);
    if (found) {
      openDataset(found, null);
      arriveAt('datasets');
      return;
    }
  }
  const account = activeAccount(useApp.getState().snapshot);
  if (account) toast(unseenSentence(account), { tone: 'fail' });
}

function unseenSentence({ name, kind }: AccountView): string {
  return kind === 'api-key'
    ? `The key of ${name} is for another dataset. Switch to an account that is a member of this one, then open the link again.`
    : `${name} cannot see this dataset. Ask one of its administrators to add you, or switch to another account, then open the link again.`;
}

function runCommand(
  command: Extract<PlaceView, { kind: 'command' }>['command'],
  checkConnection: () => void,
): void {
  const { snapshot } = useApp.getState();
  const account = activeAccount(snapshot);
  switch (command) {
    case 'keys':
      openDialog('keys');
      return;
    case 'search':
      focusSearch();
      return;
    case 'connection-check':
      checkConnection();
      return;
    case 'add-account':
      // Before the first sign-in, it is what the window shows.
      if (account) openDialog('account');
      else arriveAt('uploads');
      return;
  }
  if (!account) {
    arriveAt('uploads');
    toast('Connect an account first.');
    return;
  }
  switch (command) {
    case 'add-files':
      addFiles();
      return;
    case 'add-folders':
      if (snapshot?.capabilities.nativeDialogs) void chooseAndReview('folders');
      else addFiles();
      return;
    case 'create-dataset':
      if (account.kind === 'ssh') openDialog('create-dataset');
      else
        toast(
          'An API key belongs to one dataset: switch to an account with a private key to create another.',
        );
      return;
    case 'add-watch-folder':
      leaveFirstSteps();
      arriveAt('watch');
      beginAdding();
  }
}

/** The page's own search; the uploads where it has none. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  if (field) {
    field.focus();
    field.select();
  } else arriveAt('uploads');
}

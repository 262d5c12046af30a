/**
 * A review: from dropped or chosen files to the batch that goes into the queue. One at a time; the sheet is open
 * while `stage` is not null. Main makes the plan; this follows it.
 */
import { create } from 'zustand';
import type { CallInput } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type {
  PlanFolderView,
  PlanUnitView,
  PlanView,
  PlanWarningView,
  ReconcileView,
  TurnedAwayView,
} from '../../preload/contract/views.ts';
import { plural } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import { activeAccount, onPlan, useApp } from './app.ts';
import { ask, bridge, call } from './bridge.ts';
import { destinationOf } from './destination.ts';
import { entriesOf, type LooseFile, looseFiles, openDrop, type Sending, send, walk } from './dropped.ts';
import { Paged } from './paged.ts';
import { showBatch } from './queue.ts';
import { chooseDestination, type Destination, goTo, openDialog } from './ui.ts';

type Source = CallInput<'plan.start'>['source'];

/** Browser mode, before main has the files. */
export interface Receiving extends Sending {
  step: 'walking' | 'sending';
  files: number;
  bytes: number;
  failure: string | null;
}

interface ReviewState {
  stage: 'receiving' | 'starting' | 'plan' | 'failed' | null;
  receiving: Receiving | null;
  plan: PlanView | null;
  failure: string | null;
  destination: Destination | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
  committing: boolean;
  /** The list of datasets is open. */
  picking: boolean;
}

const CLOSED: ReviewState = {
  stage: null,
  receiving: null,
  plan: null,
  failure: null,
  destination: null,
  startedAt: 0,
  committing: false,
  picking: false,
};

export const useReview = create<ReviewState>()(() => CLOSED);

const nothingYet = async () => ({ ok: true as const, value: { total: 0, rows: [] } });
export const planUnits = new Paged<PlanUnitView>(nothingYet);
export const planFolders = new Paged<PlanFolderView>(nothingYet);
export const planTurnedAway = new Paged<TurnedAwayView>(nothingYet);
export const planWarnings = new Paged<PlanWarningView>(nothingYet);

let stopReceiving = new AbortController();
/** The drop that main takes files for at the moment. */
let openedDrop: string | null = null;
let lastFiles: LooseFile[] = [];
/** Main may tell of a plan before `plan.start` has answered with its id. */
let awaiting = false;

onPlan((plan) => {
  const state = useReview.getState();
  if (state.plan?.planId === plan.planId || (awaiting && state.plan === null)) take(plan);
});

let listsDue: ReturnType<typeof setTimeout> | null = null;

function take(plan: PlanView): void {
  const before = useReview.getState().plan;
  useReview.setState({ plan, stage: 'plan' });
  if (before?.planId !== plan.planId) {
    const { planId } = plan;
    planUnits.replace((offset, limit) => call('plan.units', { planId, offset, limit }));
    planFolders.replace((offset, limit) => call('plan.folders', { planId, offset, limit }));
    planTurnedAway.replace((offset, limit) => call('plan.turnedAway', { planId, offset, limit }));
    planWarnings.replace((offset, limit) => call('plan.warnings', { planId, offset, limit }));
    return;
  }
  // While files are found, the lists follow a few times a second; the last state is never left out.
  if (listsDue === null)
    listsDue = setTimeout(
      () => {
        listsDue = null;
        planUnits.refresh();
        planFolders.refresh();
        planTurnedAway.refresh();
        planWarnings.refresh();
      },
      plan.phase === 'ready' ? 0 : 400,
    );
}

/** Opens the sheet, unless there is no account yet or another review is open. `stay`: over the page that is shown. */
function open(stage: 'receiving' | 'starting', stay = false): boolean {
  const { snapshot } = useApp.getState();
  const account = activeAccount(snapshot);
  if (!snapshot || !account) {
    toast('Connect an account first: then drop the files again.');
    return false;
  }
  if (useReview.getState().stage !== null) {
    toast('Finish this review first.');
    return false;
  }
  if (!stay) goTo('uploads');
  useReview.setState({ ...CLOSED, stage, destination: destinationOf(account), startedAt: Date.now() });
  return true;
}

/** Reviews paths of the machine that main runs on. */
export function reviewPaths(paths: readonly string[]): void {
  if (paths.length === 0 || !open('starting')) return;
  void start({ kind: 'paths', paths: [...paths] });
}

/** Reviews what a comparison found missing, into the dataset that it is missing from. */
export function reviewAgain({ reconcileId, datasetId, datasetTitle }: ReconcileView): void {
  // Whoever changes their mind finds the comparison where it was.
  if (!open('starting', true)) return;
  useReview.setState({ destination: { id: datasetId, title: datasetTitle } });
  void follow(() => call('reconcile.again', { reconcileId }));
}

function start(source: Source): Promise<void> {
  const datasetId = useReview.getState().destination?.id ?? null;
  return follow(() => call('plan.start', { source, datasetId }));
}

async function follow(ask: () => Promise<Answer<PlanView>>): Promise<void> {
  useReview.setState({ stage: 'starting', receiving: null });
  awaiting = true;
  const answer = await ask();
  awaiting = false;
  if (useReview.getState().stage === null) {
    // Closed meanwhile.
    if (answer.ok) void call('plan.discard', { planId: answer.value.planId });
    return;
  }
  if (!answer.ok) {
    useReview.setState({ stage: 'failed', failure: answer.error.message });
    return;
  }
  // Events may have told more than the answer, which was made before them.
  if (useReview.getState().plan === null) take(answer.value);
}

/** A drop anywhere on the window. */
export function reviewDrop(data: DataTransfer): void {
  const paths = bridge.pathsOf([...data.files]);
  if (paths) {
    reviewPaths(paths.filter(Boolean));
    return;
  }
  const entries = entriesOf(data);
  if (entries.length === 0) {
    toast('That held no files. Drop files or folders.');
    return;
  }
  if (!open('receiving')) return;
  stopReceiving = new AbortController();
  const { signal } = stopReceiving;
  const receiving: Receiving = {
    step: 'walking',
    files: 0,
    bytes: 0,
    sentFiles: 0,
    sentBytes: 0,
    failure: null,
  };
  useReview.setState({ receiving });
  void (async () => {
    const files = await walk(
      entries,
      (found) => {
        if (!signal.aborted) useReview.setState({ receiving: { ...receiving, files: found } });
      },
      signal,
    );
    if (!signal.aborted) await receive(files);
  })();
}

/** Files of an input in browser mode. */
export function reviewFiles(list: FileList): void {
  if (list.length === 0 || !open('receiving')) return;
  stopReceiving = new AbortController();
  void receive(looseFiles(list));
}

async function receive(files: LooseFile[]): Promise<void> {
  const { signal } = stopReceiving;
  lastFiles = files;
  if (files.length === 0) {
    useReview.setState({
      stage: 'failed',
      failure: 'There are no files in what was dropped. Drop another folder.',
    });
    return;
  }
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const base = { step: 'sending' as const, files: files.length, bytes, failure: null };
  useReview.setState({ receiving: { ...base, sentFiles: 0, sentBytes: 0 } });
  const opened = await openDrop(files);
  if (signal.aborted) {
    if (opened.ok) void call('drops.discard', { dropId: opened.value.dropId });
    return;
  }
  if (!opened.ok) {
    useReview.setState({ receiving: { ...base, sentFiles: 0, sentBytes: 0, failure: opened.error.message } });
    return;
  }
  openedDrop = opened.value.dropId;
  const sent = await send(
    files,
    opened.value.uploadPath,
    (now) => {
      if (!signal.aborted) useReview.setState({ receiving: { ...base, ...now } });
    },
    signal,
  );
  if (signal.aborted) return;
  if (!sent.ok) {
    const { receiving } = useReview.getState();
    if (receiving) useReview.setState({ receiving: { ...receiving, failure: sent.error.message } });
    return;
  }
  lastFiles = [];
  openedDrop = null;
  await start({ kind: 'drop', dropId: opened.value.dropId });
}

/** What arrived of a drop is of no more use: main removes the copies. */
function discardDrop(): void {
  if (openedDrop !== null) void call('drops.discard', { dropId: openedDrop });
  openedDrop = null;
}

/** After sending broke off: from the start of what was dropped. */
export function receiveAgain(): void {
  discardDrop();
  stopReceiving = new AbortController();
  void receive(lastFiles);
}

/** The button of the Uploads page in Electron: the system's dialog. */
export async function chooseAndReview(what: 'files' | 'folders'): Promise<void> {
  const paths = await ask('files.choose', { what });
  if (paths) reviewPaths(paths);
}

/** Opens whatever this host has for adding files; browser mode's menu has its own entries. */
export function addFiles(): void {
  const { snapshot } = useApp.getState();
  if (snapshot?.capabilities.nativeDialogs) void chooseAndReview('files');
  else if (snapshot?.capabilities.serverChooser) openDialog('server-files');
}

/** Closes the sheet; nothing of it is kept. */
export function discardReview(): void {
  const { plan } = useReview.getState();
  stopReceiving.abort();
  discardDrop();
  lastFiles = [];
  useReview.setState(CLOSED);
  if (plan) void call('plan.discard', { planId: plan.planId });
}

export async function setPlanFolder(path: string, as: PlanFolderView['as']): Promise<void> {
  const { plan } = useReview.getState();
  if (!plan) return;
  changed(await ask('plan.setFolder', { planId: plan.planId, path, as }));
}

/** Whether text files of dropped folders are uploaded as well. */
export async function setTakeText(take: boolean): Promise<void> {
  const { plan } = useReview.getState();
  if (!plan) return;
  changed(await ask('plan.takeText', { planId: plan.planId, take }));
}

/** Shows what the plan has become, unless another one is looked at by now. */
function changed(next: PlanView | null): void {
  if (!next || useReview.getState().plan?.planId !== next.planId) return;
  useReview.setState({ plan: next });
  planFolders.refresh();
  planUnits.refresh();
  planTurnedAway.refresh();
  planWarnings.refresh();
}

/** Folders of numbered frames that would become single images, as far as they are listed here. */
export function suggestedGroups(): PlanFolderView[] {
  const found: PlanFolderView[] = [];
  for (const { row } of planFolders.loaded())
    if (row.suggestion === 'group' && row.as === 'single') found.push(row);
  return found;
}

export async function takeSuggestions(): Promise<void> {
  for (const folder of suggestedGroups()) await setPlanFolder(folder.path, 'group');
}

export async function setPlanDataset(
  destination: Destination,
  folderId: string | null = null,
): Promise<void> {
  const { plan } = useReview.getState();
  const account = activeAccount(useApp.getState().snapshot);
  useReview.setState({ destination });
  if (account) chooseDestination(account.id, destination);
  if (!plan) return;
  const next = await ask('plan.setDataset', { planId: plan.planId, datasetId: destination.id, folderId });
  if (next && useReview.getState().plan?.planId === next.planId) {
    useReview.setState({ plan: next });
    planUnits.refresh();
    planTurnedAway.refresh();
  }
}

export async function commitReview(): Promise<void> {
  const { plan, destination } = useReview.getState();
  if (!plan) return;
  useReview.setState({ committing: true });
  const answer = await call('plan.commit', { planId: plan.planId });
  // Cancelled meanwhile: nothing of it was added.
  if (useReview.getState().plan?.planId !== plan.planId) return;
  if (!answer.ok) {
    useReview.setState({ committing: false });
    toast(answer.error.message, { tone: 'fail' });
    return;
  }
  useReview.setState(CLOSED);
  if (answer.value.batchId === null) {
    toast('All of it was in the queue already, and goes on there.');
    return;
  }
  goTo('uploads');
  showBatch(answer.value.batchId);
  toast(`${plural(plan.files, 'file')} on the way to ${destination?.title ?? 'Encord'}`);
}

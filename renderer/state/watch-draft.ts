/**
 * Adding a watch folder in three steps, or changing the rules of one: what was typed, what main says to it, and the dry
 * run. One at a time; the sheet is open while `purpose` is not null. Used by `features/watch`.
 */
import { create } from 'zustand';
import type { StorageFolderView } from '../../preload/contract/views.ts';
import type {
  DryRunLeft,
  DryRunUnit,
  DryRunView,
  MatchView,
  RootView,
  WatchDraftView,
  WatchFolderView,
} from '../../preload/contract/watch.ts';
import { toast } from '../ui/Toasts.tsx';
import { activeAccount, useApp } from './app.ts';
import { ask, call } from './bridge.ts';
import { destinationOf } from './destination.ts';
import { Paged } from './paged.ts';
import type { Destination } from './ui.ts';
import { openWatchFolder, refreshWatch } from './watch.ts';
import { DEFAULT_RULES, formOf, type Problems, problemsOf, type RulesForm, rulesOf } from './watch-form.ts';
import { nameOfRoot } from './watch-status.ts';

export type Step = 1 | 2 | 3;
type Purpose = { kind: 'add' } | { kind: 'edit'; folder: WatchFolderView };

interface DraftState {
  purpose: Purpose | null;
  step: Step;
  /** The person wanted to go on while something was missing: from then on it is said. */
  tried: boolean;
  root: string;
  /** What main says of `root`; null while it has not said it yet. */
  inspected: RootView | null;
  destination: Destination | null;
  folder: StorageFolderView | null;
  form: RulesForm;
  existing: WatchDraftView['existing'];
  match: MatchView | null;
  matchFailure: string | null;
  /** True while main has not answered to what was typed last. */
  matching: boolean;
  run: DryRunView | null;
  runFailure: string | null;
  saving: 'on' | 'off' | null;
  /** Why the last attempt to go on or to save failed. */
  failure: string | null;
}

const CLOSED: DraftState = {
  purpose: null,
  step: 1,
  tried: false,
  root: '',
  inspected: null,
  destination: null,
  folder: null,
  form: formOf(DEFAULT_RULES),
  existing: 'all',
  match: null,
  matchFailure: null,
  matching: false,
  run: null,
  runFailure: null,
  saving: null,
  failure: null,
};

export const useDraft = create<DraftState>()(() => CLOSED);

const nothingYet = async () => ({ ok: true as const, value: { total: 0, rows: [] } });
export const dryUnits = new Paged<DryRunUnit>(nothingYet);
export const dryLeft = new Paged<DryRunLeft>(nothingYet);

/** How long after the last key main is asked. */
const TYPING_MS = 250;
const POLL_MS = 300;
const MATCHES = 200;

let inspectTimer: ReturnType<typeof setTimeout> | undefined;
let matchTimer: ReturnType<typeof setTimeout> | undefined;
/** Answers to older questions are dropped. */
let matchTurn = 0;
let runTurn = 0;

// ---------------------------------------------------------------------------------------------- open and close

export function beginAdding(): void {
  const account = activeAccount(useApp.getState().snapshot);
  useDraft.setState({
    ...CLOSED,
    purpose: { kind: 'add' },
    destination: account ? destinationOf(account) : null,
  });
}

export function beginEditing(folder: WatchFolderView): void {
  useDraft.setState({
    ...CLOSED,
    purpose: { kind: 'edit', folder },
    step: 2,
    root: folder.root,
    form: formOf(folder.rules),
  });
  matchSoon(0);
}

export function closeDraft(): void {
  clearTimeout(inspectTimer);
  clearTimeout(matchTimer);
  matchTurn += 1;
  endRun();
  useDraft.setState(CLOSED);
}

// ---------------------------------------------------------------------------------------------- where

export function setRoot(root: string): void {
  useDraft.setState({ root, inspected: null, failure: null, match: null });
  clearTimeout(inspectTimer);
  if (root.trim() !== '') inspectTimer = setTimeout(() => void inspect(), TYPING_MS);
}

/** Electron: the system's dialog. */
export async function chooseRoot(): Promise<void> {
  const [path] = (await ask('files.choose', { what: 'folders' })) ?? [];
  if (path !== undefined) setRoot(path);
}

async function inspect(): Promise<void> {
  clearTimeout(inspectTimer);
  const root = useDraft.getState().root.trim();
  const answer = await call('watch.inspect', { root });
  if (useDraft.getState().root.trim() !== root) return;
  useDraft.setState({
    inspected: answer.ok ? answer.value : { root, problem: answer.error.message, notes: [] },
  });
}

export function chooseDataset(destination: Destination): void {
  useDraft.setState({ destination, folder: null, failure: null });
}

/** Another account is another list of datasets. */
export function forgetDataset(): void {
  const account = activeAccount(useApp.getState().snapshot);
  useDraft.setState({ destination: account ? destinationOf(account) : null, folder: null });
}

// ---------------------------------------------------------------------------------------------- what

export function change(patch: Partial<RulesForm>): void {
  useDraft.setState((state) => ({ form: { ...state.form, ...patch }, failure: null }));
  matchSoon();
}

export function addMetadata(): void {
  const { metadata } = useDraft.getState().form;
  const id = Math.max(0, ...metadata.map((line) => line.id + 1));
  change({ metadata: [...metadata, { id, key: '', template: '' }] });
}

/** What is wrong with the fields: what the page sees, and what main said to what it was asked last. */
export function problemsNow(state: Pick<DraftState, 'form' | 'match' | 'tried'>): Problems {
  const problems: Problems = {};
  for (const { field, text } of state.match?.problems ?? []) problems[field] ??= text;
  return { ...problems, ...(state.tried ? problemsOf(state.form) : {}) };
}

function matchSoon(wait = TYPING_MS): void {
  clearTimeout(matchTimer);
  matchTurn += 1;
  const { form } = useDraft.getState();
  if (Object.keys(problemsOf(form)).length > 0) {
    // Main would only refuse it; what was there is no longer what the fields say.
    useDraft.setState({ match: null, matching: false, matchFailure: null });
    return;
  }
  useDraft.setState({ matching: true });
  matchTimer = setTimeout(() => void match(), wait);
}

async function match(): Promise<void> {
  const turn = matchTurn;
  const { root, form } = useDraft.getState();
  const answer = await call('watch.match', { root: root.trim(), rules: rulesOf(form), limit: MATCHES });
  if (turn !== matchTurn) return;
  useDraft.setState(
    answer.ok
      ? { match: answer.value, matchFailure: null, matching: false }
      : { match: null, matchFailure: answer.error.message, matching: false },
  );
}

// ---------------------------------------------------------------------------------------------- check

function draftNow(existing: WatchDraftView['existing']): WatchDraftView | null {
  const { root, destination, folder, form } = useDraft.getState();
  const accountId = useApp.getState().snapshot?.activeAccountId;
  if (!destination || !accountId) return null;
  return {
    root: root.trim(),
    accountId,
    datasetId: destination.id,
    folderId: folder?.id ?? null,
    rules: rulesOf(form),
    existing,
  };
}

/** Everything that is there, whatever is chosen for it afterwards: that choice is made from this. */
export async function startRun(): Promise<void> {
  endRun();
  const turn = runTurn;
  const draft = draftNow('all');
  if (!draft) return;
  const answer = await call('watch.dryRun', draft);
  if (turn !== runTurn) {
    if (answer.ok) void call('watch.dryRunEnd', { dryRunId: answer.value.dryRunId });
    return;
  }
  if (!answer.ok) {
    useDraft.setState({ runFailure: answer.error.message });
    return;
  }
  const { dryRunId } = answer.value;
  useDraft.setState({ run: answer.value });
  dryUnits.replace((offset, limit) => call('watch.dryRunUnits', { dryRunId, offset, limit }));
  dryLeft.replace((offset, limit) => call('watch.dryRunLeft', { dryRunId, offset, limit }));
  await pollRun(turn);
}

async function pollRun(turn: number): Promise<void> {
  for (;;) {
    const { run } = useDraft.getState();
    if (turn !== runTurn || !run || run.phase === 'ready' || run.phase === 'failed') return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const answer = await call('watch.dryRunView', { dryRunId: run.dryRunId });
    if (turn !== runTurn) return;
    if (answer.ok) {
      useDraft.setState({ run: answer.value });
      dryUnits.refresh();
      dryLeft.refresh();
    } else if (answer.error.code !== 'connection-lost') {
      useDraft.setState({ run: null, runFailure: answer.error.message });
      return;
    }
  }
}

/** The run is of no more use; main forgets it. */
function endRun(): void {
  runTurn += 1;
  const { run } = useDraft.getState();
  if (run) void call('watch.dryRunEnd', { dryRunId: run.dryRunId });
  useDraft.setState({ run: null, runFailure: null });
}

// ---------------------------------------------------------------------------------------------- going on

/** To the next step, where nothing is missing; what is missing is said from now on. */
export async function next(): Promise<void> {
  const { step } = useDraft.getState();
  if (step === 1) {
    if (useDraft.getState().root.trim() !== '' && useDraft.getState().inspected === null) await inspect();
    const { inspected, destination } = useDraft.getState();
    if (!inspected || inspected.problem !== null || !destination) {
      useDraft.setState({ tried: true });
      return;
    }
    useDraft.setState({ step: 2, tried: false, root: inspected.root });
    matchSoon(0);
  } else if (step === 2) {
    if (wrong()) return;
    useDraft.setState({ step: 3, tried: false });
    void startRun();
  }
}

/** What was typed stays. */
export function back(): void {
  const { step } = useDraft.getState();
  if (step === 3) endRun();
  useDraft.setState({ step: step === 3 ? 2 : 1, tried: false, failure: null });
}

function wrong(): boolean {
  useDraft.setState({ tried: true });
  const state = useDraft.getState();
  // What main said to older text does not count; what it will say to this one comes with the next call.
  return Object.keys(problemsNow(state.matching ? { ...state, match: null } : state)).length > 0;
}

export async function addFolder(on: boolean): Promise<void> {
  const draft = draftNow(useDraft.getState().existing);
  if (!draft || useDraft.getState().saving) return;
  useDraft.setState({ saving: on ? 'on' : 'off', failure: null });
  const answer = await call('watch.add', { ...draft, on });
  if (!answer.ok) {
    useDraft.setState({ saving: null, failure: answer.error.message });
    return;
  }
  closeDraft();
  await refreshWatch();
  openWatchFolder(answer.value);
  const name = nameOfRoot(answer.value.root);
  toast(on ? `${name} is watched` : `${name} is added, and switched off`, { tone: 'done' });
}

export async function saveRules(): Promise<void> {
  const { purpose, form, saving } = useDraft.getState();
  if (purpose?.kind !== 'edit' || saving || wrong()) return;
  useDraft.setState({ saving: 'on', failure: null });
  const answer = await call('watch.change', { watchId: purpose.folder.id, rules: rulesOf(form) });
  if (!answer.ok) {
    useDraft.setState({ saving: null, failure: answer.error.message });
    return;
  }
  closeDraft();
  await refreshWatch();
  toast(`The rules of ${nameOfRoot(answer.value.root)} are changed`, { tone: 'done' });
}

/**
 * The watch folders, and what can be done to them. The folders live in main; every command is a contract call. Used by
 * the Watch folders page, the sidebar and the status line.
 */
import { create } from 'zustand';
import type { CallInput } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { WatchActionView, WatchFolderView } from '../../preload/contract/watch.ts';
import { confirm } from '../ui/Confirm.tsx';
import { plural } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import { onTopics } from './app.ts';
import { ask, call } from './bridge.ts';
import { setFilter, setSearch } from './queue.ts';
import { goTo } from './ui.ts';
import { nameOfRoot } from './watch-status.ts';

export type Decision = CallInput<'watch.decide'>['decision'];
export type FolderTab = 'waiting' | 'uploads' | 'skipped' | 'held' | 'actions';

interface WatchState {
  /** Null until the first answer. */
  folders: readonly WatchFolderView[] | null;
  failure: string | null;
  /** The folder that is open on the page. */
  openId: number | null;
  tab: FolderTab;
  /** The folder that was open last: the focus comes back to its row. */
  lastOpenId: number | null;
  search: string;
  /** Only folders that want a look are listed. */
  onlyHeeded: boolean;
}

export const useWatch = create<WatchState>()(() => ({
  folders: null,
  failure: null,
  openId: null,
  tab: 'waiting',
  lastOpenId: null,
  search: '',
  onlyHeeded: false,
}));

const REFRESH_MS = 400;
let asking = false;
let askAgain = false;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Asks for the folders anew; calls that come while one is on its way become one more. */
export async function refreshWatch(): Promise<void> {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  do {
    askAgain = false;
    const answer = await call('watch.list', null);
    if (answer.ok) useWatch.setState({ folders: answer.value, failure: null });
    else if (answer.error.code !== 'connection-lost') useWatch.setState({ failure: answer.error.message });
  } while (askAgain);
  asking = false;
}

/** Called once by the frame. */
export function followWatch(): () => void {
  void refreshWatch();
  return onTopics((topics) => {
    if ((!topics.has('watch') && !topics.has('accounts')) || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      void refreshWatch();
    }, REFRESH_MS);
  });
}

/** What a person most likely comes for: what needs them, else what waits, else what was uploaded. */
function firstTab(folder: WatchFolderView): FolderTab {
  if (folder.attention > 0) return 'waiting';
  if (folder.held > 0) return 'held';
  return folder.waiting > 0 ? 'waiting' : 'uploads';
}

export function openWatchFolder(folder: WatchFolderView): void {
  useWatch.setState({ openId: folder.id, lastOpenId: folder.id, tab: firstTab(folder) });
}

export function closeWatchFolder(): void {
  useWatch.setState({ openId: null });
}

function replace(next: WatchFolderView): void {
  useWatch.setState((state) => ({
    folders: state.folders?.map((folder) => (folder.id === next.id ? next : folder)) ?? null,
  }));
}

export async function switchFolder(folder: WatchFolderView, on: boolean): Promise<void> {
  // At once, so that the switch follows the finger; the answer is the truth.
  replace({ ...folder, on });
  const answer = await call('watch.switch', { watchId: folder.id, on });
  if (succeeded(answer)) replace(answer.value);
  else await refreshWatch();
}

export async function scanFolder(folder: WatchFolderView): Promise<void> {
  if (succeeded(await call('watch.scan', { watchId: folder.id })))
    toast(`Looking through ${nameOfRoot(folder.root)}`);
  await refreshWatch();
}

export async function showFolder(folder: WatchFolderView): Promise<void> {
  await ask('watch.openFolder', { watchId: folder.id });
}

/** Says what stays before it removes. */
export async function removeFolder(folder: WatchFolderView): Promise<void> {
  const name = nameOfRoot(folder.root);
  const sure = await confirm({
    title: `Stop watching “${name}”?`,
    body: `The folder, its files, and what is in Encord stay as they are; ${
      folder.queued > 0 ? `${plural(folder.queued, 'file')} in the queue still go up. ` : ''
    }What was uploaded stays known: add the folder again for the same dataset, and nothing goes up twice.`,
    action: 'Remove watch folder',
    keep: 'Keep it',
    danger: true,
  });
  if (!sure) return;
  if (!succeeded(await call('watch.remove', { watchId: folder.id }))) return;
  closeWatchFolder();
  await refreshWatch();
  toast(`${name} is no longer watched`);
}

/** As many as one call takes. */
const AT_ONCE = 1_000;

function* chunks<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += AT_ONCE) yield all.slice(at, at + AT_ONCE);
}

const DECIDED: Record<Decision, string> = {
  upload: 'uploaded as it is',
  ignore: 'left where it is',
  wait: 'waited for',
};
const DECIDED_MANY: Record<Decision, string> = {
  upload: 'uploaded as they are',
  ignore: 'left where they are',
  wait: 'waited for',
};

/** Files or groups that wait; true when main took all of it. */
export async function decide(
  watchId: number,
  rows: readonly { key: string; name: string }[],
  decision: Decision,
): Promise<boolean> {
  for (const some of chunks(rows)) {
    const keys = some.map((row) => row.key);
    if (!succeeded(await call('watch.decide', { watchId, keys, decision }))) return false;
  }
  const [only] = rows;
  toast(
    rows.length === 1 && only
      ? `${only.name} is ${DECIDED[decision]}`
      : `${plural(rows.length, 'entry', 'entries')} are ${DECIDED_MANY[decision]}`,
  );
  void refreshWatch();
  return true;
}

/** Files that were there before; null is all of them. Asks first where all are left, which is for good. */
export async function review(
  folder: WatchFolderView,
  paths: readonly string[] | null,
  decision: 'upload' | 'ignore',
): Promise<boolean> {
  if (paths === null && decision === 'ignore') {
    const sure = await confirm({
      title: `Leave all ${plural(folder.held, 'file')}?`,
      body: 'They stay in the folder and are not uploaded, unless they change. New files are uploaded as they come.',
      action: `Leave ${plural(folder.held, 'file')}`,
      keep: 'Go on reviewing',
    });
    if (!sure) return false;
  }
  let files = 0;
  for (const some of paths === null ? [null] : chunks(paths)) {
    const answer = await call('watch.review', { watchId: folder.id, paths: some, decision });
    if (!succeeded(answer)) return false;
    files += answer.value.files;
  }
  toast(
    `${plural(files, 'file')} ${files === 1 ? 'is' : 'are'} ${decision === 'upload' ? 'on the way' : 'left'}`,
  );
  void refreshWatch();
  return true;
}

/** Moves a file back, or calls off what has not happened yet. */
export async function undoAction(action: WatchActionView): Promise<void> {
  if (!succeeded(await call('watch.undo', { actionId: action.id }))) return;
  toast(action.state === 'due' ? `${action.path} stays where it is` : `${action.path} is back where it was`);
}

/** The rows of an upload in the queue. */
export function showInUploads(title: string): void {
  setFilter('all');
  setSearch(title);
  goTo('uploads');
}

/** True, or false after a note on what went wrong. */
function succeeded<T>(answer: Answer<T>): answer is Extract<Answer<T>, { ok: true }> {
  if (!answer.ok) toast(answer.error.message, { tone: 'fail' });
  return answer.ok;
}

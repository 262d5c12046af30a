/** Which watch folders want to be looked at, and the sentence that says so. Pure; used by sidebar, status line and list. */
import type { WatchFolderView } from '../../preload/contract/watch.ts';
import { plural } from '../ui/format.ts';
import type { WatchStatus } from './status.ts';

type Folder = Pick<
  WatchFolderView,
  'on' | 'root' | 'state' | 'attention' | 'held' | 'notices' | 'accountName'
>;

/** The folder's own name, of a path with either kind of separator. */
export function nameOfRoot(root: string): string {
  return root.split(/[\\/]/).filter(Boolean).at(-1) ?? root;
}

/** It is switched on and cannot be seen. It goes on by itself. */
export function isSuspended(folder: Pick<WatchFolderView, 'on' | 'state'>): boolean {
  return folder.on && folder.state.kind === 'suspended';
}

/** Something in it waits for a person's word. Who switched a folder off has said it. */
export function needsPerson(folder: Folder): boolean {
  return (
    folder.on &&
    (folder.attention > 0 ||
      folder.held > 0 ||
      folder.accountName === null ||
      folder.notices.some((notice) => notice.tone === 'attention'))
  );
}

/** How many of them want a look. */
export function heed(folders: readonly Folder[]): number {
  return folders.filter((folder) => isSuspended(folder) || needsPerson(folder)).length;
}

/** One sentence for all of them; null where none is switched on. */
export function watchStatus(folders: readonly Folder[]): WatchStatus | null {
  const on = folders.filter((folder) => folder.on);
  const needing = on.filter(needsPerson);
  const away = on.filter((folder) => isSuspended(folder) && !needsPerson(folder));
  const [lost] = away;
  if (needing.length > 0) {
    const also = away.length > 0 ? ` · ${plural(away.length, 'folder')} cannot be seen` : '';
    const text =
      needing.length === 1
        ? '1 watch folder needs you'
        : `${plural(needing.length, 'watch folder')} need you`;
    return { text: `${text}${also}`, tone: 'warn', icon: 'warn', urgent: true };
  }
  if (lost)
    return {
      text: `${
        away.length === 1
          ? `The watch folder “${nameOfRoot(lost.root)}” cannot be seen`
          : `${plural(away.length, 'watch folder')} cannot be seen`
      }: goes on by itself`,
      tone: 'warn',
      icon: 'folderAway',
      urgent: true,
    };
  if (on.length === 0) return null;
  return { text: `Watching ${plural(on.length, 'folder')}`, tone: 'neutral', icon: 'watch', urgent: false };
}

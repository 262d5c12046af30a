/** What is said of storage folders and items. Used by the Storage folders page. */
import type { FolderSummaryView, FolderView, ItemView } from '../../../preload/contract/manage.ts';
import { oneLine, plural, size } from '../../ui/format.ts';
import { itemType } from '../add-data/item-types.ts';

const PLACES: Readonly<Record<string, string>> = {
  encord: 'Encord',
  gcp: 'Google Cloud',
  s3: 'AWS S3',
  azure: 'Azure',
  openTelekom: 'Open Telekom Cloud',
  directAccess: 'Direct access',
  s3Compatible: 'S3 compatible',
};

/** Where the bytes of an item lie; words that nobody here knows are said as Encord says them. */
export function placeWord(storage: string | null): string {
  return storage === null ? '' : (PLACES[storage] ?? storage);
}

/** Why somebody may not change a folder and what is in it; null where they may, or where it is not known. */
export function mayNotChange(folder: FolderView | null): string | null {
  if (folder?.role !== 'user') return null;
  const owner = folder.owner ? `, or its owner ${oneLine(folder.owner)}` : '';
  return `Your role on this folder is User: you can look, not change. Ask one of its admins${owner}.`;
}

export const roleWord = (role: FolderView['role']): string =>
  role === 'admin' ? 'Admin' : role === 'user' ? 'User' : '';

/** `48 files, 3 folders, 1.2 GB, 1 pending upload job`; only what there is. */
export function summaryWord({ files, folders, totalBytes, uploadJobs }: FolderSummaryView): string {
  return [
    files > 0 ? plural(files, 'file') : '',
    folders > 0 ? plural(folders, 'folder') : '',
    totalBytes > 0 ? size(totalBytes) : '',
    uploadJobs > 0 ? plural(uploadJobs, 'pending upload job') : '',
  ]
    .filter(Boolean)
    .join(', ');
}

export const isEmpty = ({ files, folders, uploadJobs }: FolderSummaryView): boolean =>
  files + folders + uploadJobs === 0;

/** `2 × Video, 1 × Image`. */
export function typesOf(items: readonly ItemView[]): string {
  const types = new Map<string, number>();
  for (const { type } of items) types.set(type, (types.get(type) ?? 0) + 1);
  return [...types]
    .sort(([, a], [, b]) => b - a)
    .map(([type, many]) => `${many} × ${itemType(type).word}`)
    .join(', ');
}

export const bytesOf = (items: Iterable<ItemView>): number => {
  let sum = 0;
  for (const item of items) sum += item.size ?? 0;
  return sum;
};

/** What a person has to type before something is deleted: the name, where one can type it. */
export function wordToType(name: string): string {
  // Letters that cannot be seen or typed: controls, and what turns the direction around.
  const strange = /[\p{C}\p{M}\p{Zl}\p{Zp}\u{1F000}-\u{1FAFF}]/u;
  return name.trim() === name && name.length > 0 && name.length <= 60 && !strange.test(name)
    ? name
    : 'delete';
}

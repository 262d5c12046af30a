/** A window on one place of the storage: its folders, then its items, as one list of lines. Used by `StoragePage`. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FolderView, ItemView } from '../../../preload/contract/manage.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { type ItemLines, ItemPicker } from '../../state/item-picker.ts';
import { type FetchPage, Paged, type PagedState, usePaged } from '../../state/paged.ts';
import { type StoragePlace, useStoragePlace } from '../../state/storage-place.ts';
import { useRested } from '../add-data/useRested.ts';

export type Line =
  | { readonly kind: 'folder'; readonly folder: FolderView }
  | { readonly kind: 'item'; readonly item: ItemView };

export interface StorageView {
  readonly folders: Paged<FolderView>;
  readonly items: Paged<ItemView>;
  readonly foldersState: PagedState;
  readonly itemsState: PagedState;
  /** Whether the ends of both lists are known. */
  readonly ended: { readonly folders: boolean; readonly items: boolean };
  /** Something is searched for, or a type asked for: items may lie in other folders. */
  readonly finding: boolean;
  /** Another list was asked for, and what is shown is still the old one. */
  readonly asking: boolean;
  readonly picker: ItemPicker;
  /** Lines that are known, and one that is on its way where there are more. */
  readonly lines: number;
  /** Undefined while it is on its way. */
  readonly line: (index: number) => Line | undefined;
  readonly pickFrom: ItemLines;
  readonly look: (first: number, last: number) => void;
  /** Changes when the list is another one. */
  readonly key: string;
  /** Lines may have changed. */
  readonly refresh: () => void;
  /** Asks Encord anew. */
  readonly again: () => void;
}

type Question = Omit<StoragePlace, 'trail'> & { readonly folderId: string | null };

const isFinding = ({ search, types }: Pick<Question, 'search' | 'types'>) =>
  search !== '' || types.length > 0;

/** @param ended is told with each answer whether the list is complete; null where it failed. */
function askFolders(question: Question, refresh: boolean, ended: (complete: boolean | null) => void) {
  const { folderId, search, types, reach, order, descending } = question;
  const fetch: FetchPage<FolderView> = async (offset, limit) => {
    // Who asks for a type wants items.
    if (types.length > 0) {
      ended(true);
      return { ok: true, value: { total: 0, rows: [] } };
    }
    const answer = await call('storage.folders', {
      parentId: search !== '' && reach === 'everywhere' ? null : folderId,
      search,
      order,
      descending,
      refresh: refresh && offset === 0,
      offset,
      limit,
    });
    ended(answer.ok ? answer.value.complete : null);
    return answer;
  };
  return fetch;
}

/** @param ended as for folders */
function askItems(question: Question, refresh: boolean, ended: (complete: boolean | null) => void) {
  const { folderId, search, types, reach, order, descending } = question;
  const fetch: FetchPage<ItemView> = async (offset, limit) => {
    const finding = isFinding(question);
    if (folderId === null && !finding) {
      ended(true);
      return { ok: true, value: { total: 0, rows: [] } };
    }
    const answer = await call('storage.items', {
      folderId: finding && reach === 'everywhere' ? null : folderId,
      search,
      types: [...types],
      recursive: finding,
      inDataset: null,
      order,
      descending,
      refresh: refresh && offset === 0,
      datasetId: null,
      offset,
      limit,
    });
    ended(answer.ok ? answer.value.complete : null);
    return answer;
  };
  return fetch;
}

export function useStorage(): StorageView {
  const { trail, search: typed, types, reach, order, descending } = useStoragePlace();
  const folderId = trail.at(-1)?.id ?? null;
  const rested = useRested(typed.trim());
  // In another folder nothing is searched any more, at once.
  const search = typed.trim() === '' ? '' : rested;
  const question = useMemo(
    (): Question => ({ folderId, search, types, reach, order, descending }),
    [folderId, search, types, reach, order, descending],
  );
  const [ended, setEnded] = useState({ folders: false, items: false });
  const [answered, setAnswered] = useState<Question | null>(null);
  const [picker] = useState(() => new ItemPicker());
  const last = useRef<Question | null>(null);

  const ask = (refresh: boolean) => {
    const told = (which: 'folders' | 'items') => (complete: boolean | null) => {
      if (last.current !== question) return;
      if (complete !== null)
        setEnded((now) => (now[which] === complete ? now : { ...now, [which]: complete }));
      setAnswered(question);
    };
    return {
      folders: askFolders(question, refresh, told('folders')),
      items: askItems(question, refresh, told('items')),
    };
  };
  const [folders] = useState(() => new Paged<FolderView>(async () => NOTHING));
  const [items] = useState(() => new Paged<ItemView>(async () => NOTHING));
  const foldersState = usePaged(folders);
  const itemsState = usePaged(items);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question is all that matters of what is asked.
  useEffect(() => {
    const before = last.current;
    last.current = question;
    picker.reset();
    const { folders: fetchFolders, items: fetchItems } = ask(false);
    // The new list begins at its top, wherever somebody was in the old one.
    folders.look(0, 40);
    items.look(0, 40);
    if (before?.folderId === question.folderId) {
      folders.refresh(fetchFolders);
      items.refresh(fetchItems);
      return;
    }
    // Another folder: nothing of the last one stays in sight.
    setEnded({ folders: false, items: false });
    folders.replace(fetchFolders);
    items.replace(fetchItems);
  }, [question]);

  useEffect(
    () =>
      onTopics((topics) => {
        if (!topics.has('datasets')) return;
        folders.refresh();
        items.refresh();
      }),
    [folders, items],
  );

  const first = foldersState.total ?? 0;
  const known = itemsState.total ?? (itemsState.failure === null ? 1 : 0);
  const lines = first + (ended.folders ? known : 0);
  return {
    folders,
    items,
    foldersState,
    itemsState,
    ended,
    finding: isFinding(question),
    asking: answered !== question || typed.trim() !== search,
    picker,
    lines,
    line: (index) => {
      if (index < first) {
        const folder = folders.row(index);
        return folder && { kind: 'folder', folder };
      }
      const item = items.row(index - first);
      return item && { kind: 'item', item };
    },
    pickFrom: {
      first,
      here: (index) => (index < first ? undefined : items.row(index - first)),
      fetch: ask(false).items,
    },
    look: (from, to) => {
      if (from < first) folders.look(from, to);
      if (to >= first) items.look(Math.max(0, from - first), to - first);
    },
    key: JSON.stringify(question),
    refresh: () => {
      folders.refresh();
      items.refresh();
    },
    again: () => {
      const anew = ask(true);
      folders.replace(anew.folders);
      items.replace(anew.items);
    },
  };
}

const NOTHING = { ok: true, value: { total: 0, rows: [] } } as const;

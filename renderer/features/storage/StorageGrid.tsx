/** The virtual table of a folder: its folders first, then its items; pointer, keys and the menu at the pointer. Used by `StoragePage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type MouseEvent, type ReactElement, useEffect, useRef } from 'react';
import type { FolderView } from '../../../preload/contract/manage.ts';
import { useApp } from '../../state/app.ts';
import { usePickedItems } from '../../state/item-picker.ts';
import { useStoragePlace } from '../../state/storage-place.ts';
import { Icon } from '../../ui/Icon.tsx';
import { hasMod } from '../../ui/Kbd.tsx';
import { type MenuEntry, PointerMenu } from '../../ui/Menu.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';
import { SortHead } from '../datasets/FilterParts.tsx';
import { FolderCells, ItemCells } from './StorageLine.tsx';
import type { StorageView } from './useStorage.ts';

const HEIGHTS = { comfortable: 36, compact: 28 } as const;
const HEAD = 30;
const LEAP = 15;

interface GridProps {
  label: string;
  view: StorageView;
  /** The item whose name is being changed; by its id, so that a new order does not change another's. */
  renaming: string | null;
  onRename: (itemId: string | null) => void;
  onFolder: (folder: FolderView) => void;
  /** F2 on a folder. */
  onEdit: (folder: FolderView) => void;
  /** Opens the panel of the item that keys act from. */
  onOpen: () => void;
  onUp: () => void;
  onDelete: () => void;
  /** Escape with nothing selected. */
  onEscape: () => void;
  entries: readonly MenuEntry[];
}

export function StorageGrid(props: GridProps): ReactElement {
  const { label, view, renaming, onRename, onFolder, onOpen, entries } = props;
  const { picker, lines } = view;
  const picked = usePickedItems(picker);
  const density = useApp((app) => app.snapshot?.settings.density ?? 'comfortable');
  const handle = useRef<ListHandle | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const at = Math.min(picked.active, Math.max(0, lines - 1));
  useReturn(view, (index) => handle.current?.scrollToIndex(index, { align: 'center' }));

  const press = (event: KeyboardEvent) => {
    if (event.target === event.currentTarget)
      handleKey(event, props, at, (index) => handle.current?.scrollToIndex(index));
  };
  const rightClick = (event: MouseEvent) => {
    const element =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    const index = Number(element?.dataset.index);
    const line = element ? view.line(index) : undefined;
    if (!line) event.preventDefault();
    else if (line.kind === 'folder') picker.only(index, undefined);
    else if (!picked.items.has(line.item.id)) picker.only(index, line.item);
  };
  const click = (event: MouseEvent, index: number) => {
    const line = view.line(index);
    const target = event.target as Element;
    if (!line || target.closest('input, .row-link, .storage-mark')) return;
    if (event.shiftKey) void picker.to(index, view.pickFrom);
    else if (line.kind === 'folder') picker.only(index, undefined);
    else if (hasMod(event) || target.closest('.tick')) picker.toggle(index, line.item);
    else picker.only(index, line.item);
  };
  const open = (event: MouseEvent, index: number) => {
    const line = view.line(index);
    if (!line || (event.target as Element).closest('input, .tick, .row-link, .storage-mark')) return;
    if (line.kind === 'folder') onFolder(line.folder);
    else onOpen();
  };

  return (
    <PointerMenu entries={entries}>
      <VirtualList
        className="rows-table storage-table"
        count={lines}
        rowHeight={HEIGHTS[density]}
        headHeight={HEAD}
        handle={handle}
        ref={scroller}
        onRange={view.look}
        resetKey={view.key}
        bodyRole="rowgroup"
        role="grid"
        aria-label={label}
        aria-multiselectable
        aria-busy={view.asking || undefined}
        aria-rowcount={view.ended.folders && view.ended.items ? lines + 1 : -1}
        aria-activedescendant={lines > 0 ? `storage-line-${at}` : undefined}
        tabIndex={0}
        data-focus-home=""
        onKeyDown={press}
        onContextMenu={rightClick}
        before={<Head view={view} />}
        row={(index) => {
          const line = view.line(index);
          if (!line)
            return (
              <div
                id={`storage-line-${index}`}
                className="rows-line row-waiting"
                role="row"
                aria-rowindex={index + 2}
              >
                <span role="gridcell" aria-label="On its way" />
              </div>
            );
          const chosen = line.kind === 'item' && picked.items.has(line.item.id);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
            <div
              id={`storage-line-${index}`}
              className={`rows-line storage-grid${index === at ? ' rows-active' : ''}`}
              role="row"
              tabIndex={-1}
              data-index={index}
              aria-rowindex={index + 2}
              aria-selected={line.kind === 'item' ? chosen : undefined}
              onMouseDown={(event) => {
                // The table keeps the focus; its rows never take it.
                if (event.button !== 0 || (event.target as Element).closest('input')) return;
                event.preventDefault();
                scroller.current?.focus({ preventScroll: true });
              }}
              onClick={(event) => click(event, index)}
              onDoubleClick={(event) => open(event, index)}
            >
              {line.kind === 'folder' ? (
                <FolderCells folder={line.folder} found={view.finding} onOpen={onFolder} />
              ) : (
                <ItemCells
                  item={line.item}
                  picked={chosen}
                  renaming={renaming === line.item.id}
                  onRenamed={(byKey) => {
                    onRename(null);
                    if (byKey) scroller.current?.focus({ preventScroll: true });
                  }}
                />
              )}
            </div>
          );
        }}
      />
    </PointerMenu>
  );
}

/** Whoever goes up finds the folder that they were in. */
function useReturn(view: StorageView, show: (index: number) => void): void {
  const cameFrom = useStoragePlace((place) => place.cameFrom);
  const index = cameFrom === null ? -1 : view.folders.find(({ id }) => id === cameFrom);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the folder is found.
  useEffect(() => {
    if (index < 0) return;
    view.picker.move(index);
    show(index);
    useStoragePlace.setState({ cameFrom: null });
  }, [index]);
}

function Head({ view }: { view: StorageView }): ReactElement {
  const { order, descending } = useStoragePlace();
  const { picker } = view;
  const some = usePickedItems(picker).items.size > 0;
  const sortBy = (by: 'name' | 'createdAt') => ({
    order: order !== by ? null : descending ? ('descending' as const) : ('ascending' as const),
    onSort: () =>
      useStoragePlace.setState({
        order: by,
        // Names begin at A; of dates the newest are looked for.
        descending: order === by ? !descending : by === 'createdAt',
      }),
  });
  return (
    <div className="rows-head" role="rowgroup">
      <div className="rows-columns storage-grid" role="row" aria-rowindex={1}>
        <span role="columnheader" className="tick">
          <button
            type="button"
            className={`tick-box${some ? ' tick-on' : ''}`}
            aria-label={some ? 'Select nothing' : 'Select all items that are loaded'}
            onClick={() => (some ? picker.none() : selectLoaded(view))}
          >
            {some ? <Icon name="minus" size={12} /> : null}
          </button>
        </span>
        <SortHead {...sortBy('name')}>Name</SortHead>
        <span role="columnheader">Type</span>
        <span role="columnheader" className="cell-number">
          Size
        </span>
        <span role="columnheader" className="cell-number storage-extra">
          Data rows
        </span>
        <span role="columnheader" className="storage-role">
          Role
        </span>
        <span role="columnheader" className="storage-extra">
          Owner
        </span>
        <SortHead {...sortBy('createdAt')} className="cell-number">
          Created
        </SortHead>
      </div>
    </div>
  );
}

function* itemsOf(view: StorageView) {
  for (const { row } of view.items.loaded()) yield row;
}

function selectLoaded(view: StorageView): void {
  view.picker.all(itemsOf(view));
}

function handleKey(
  event: KeyboardEvent,
  { view, onFolder, onEdit, onOpen, onRename, onUp, onDelete, onEscape }: GridProps,
  at: number,
  show: (index: number) => void,
): void {
  const { picker, lines } = view;
  const line = view.line(at);
  const item = line?.kind === 'item' ? line.item : undefined;
  const go = (index: number) => {
    const next = Math.max(0, Math.min(lines - 1, index));
    const there = view.line(next);
    if (event.shiftKey) void picker.to(next, view.pickFrom);
    else picker.only(next, there?.kind === 'item' ? there.item : undefined);
    show(next);
  };
  const enter = () => {
    if (line?.kind === 'folder') onFolder(line.folder);
    else if (item) onOpen();
  };
  if (event.altKey) return;
  if (hasMod(event)) {
    if (event.key.toLowerCase() !== 'a') return;
    event.preventDefault();
    selectLoaded(view);
    return;
  }
  const moves: Record<string, () => void> = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    ArrowLeft: onUp,
    ArrowRight: () => line?.kind === 'folder' && onFolder(line.folder),
    PageDown: () => go(at + LEAP),
    PageUp: () => go(at - LEAP),
    Home: () => go(0),
    End: () => go(lines - 1),
    ' ': () => item && picker.toggle(at, item),
    Enter: enter,
    F2: () => (line?.kind === 'folder' ? onEdit(line.folder) : item && onRename(item.id)),
    Delete: onDelete,
    Backspace: onDelete,
    Escape: () => (picker.state.items.size > 0 ? picker.none() : onEscape()),
  };
  const act = moves[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

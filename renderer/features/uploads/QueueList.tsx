/** The virtual tree of the queue, with pointer, keys and the menu at the pointer. Used by `UploadsPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type MouseEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { QueueRow } from '../../../preload/contract/views.ts';
import { useApp } from '../../state/app.ts';
import {
  canAny,
  cancelRows,
  checkAgain,
  clearFinished,
  moveToTop,
  pauseRows,
  registerAnyway,
  resumeRows,
  retryRows,
  togglePause,
} from '../../state/commands.ts';
import { receiptEntries } from '../../state/exports.ts';
import { usePaged } from '../../state/paged.ts';
import {
  canExpand,
  isExpanded,
  keyOf,
  pointerOverList,
  queueRows,
  setExpanded,
  useQueue,
  whereToReveal,
} from '../../state/queue.ts';
import { selectAll, selectNone, selectOnly, selectTo, selectToggle } from '../../state/selection.ts';
import { copyText } from '../../ui/clipboard.ts';
import { plural } from '../../ui/format.ts';
import { hasMod } from '../../ui/Kbd.tsx';
import { type MenuEntry, PointerMenu } from '../../ui/Menu.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';
import { RowBody } from './Row.tsx';

const HEIGHTS = { comfortable: 36, compact: 28 } as const;
const LEVELS = { batch: 1, unit: 2, 'turned-away': 2, item: 3 } as const;

/** Once a second, while anything on screen counts down. */
function useBeat(): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setBeat((now) => now + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return beat;
}

export function QueueList(): ReactElement {
  const paged = usePaged(queueRows);
  const state = useQueue();
  const density = useApp((app) => app.snapshot?.settings.density ?? 'comfortable');
  const handle = useRef<ListHandle | null>(null);
  const beat = useBeat();
  const total = paged.total ?? 0;
  const active = queueRows.row(state.activeIndex);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new page may hold the batch.
  useEffect(() => {
    const where = whereToReveal();
    if (where === null) return;
    handle.current?.scrollToIndex(where.index, { align: 'start' });
    if (where.found) handle.current?.scrollElement?.focus({ preventScroll: true });
  }, [state.reveal, paged.version]);

  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    handleKey(event, total, (index) => handle.current?.scrollToIndex(index));
  };

  const rightClick = (event: MouseEvent) => {
    const index = indexOf(event.target);
    const row = index === null ? undefined : queueRows.row(index);
    if (index === null || !row) {
      event.preventDefault();
      return;
    }
    if (!useQueue.getState().selection.has(keyOf(row))) selectOnly(index);
  };

  return (
    <PointerMenu entries={menuFor([...state.selection.values()])}>
      <VirtualList
        className="queue"
        count={total}
        rowHeight={HEIGHTS[density]}
        handle={handle}
        onRange={queueRows.look}
        resetKey={`${state.filter} ${state.search}`}
        bodyRole="rowgroup"
        role="treegrid"
        aria-label="Uploads"
        aria-multiselectable
        aria-rowcount={total}
        aria-activedescendant={active ? `row-${keyOf(active)}` : undefined}
        tabIndex={0}
        data-focus-home=""
        onKeyDown={press}
        onPointerMove={pointerOverList}
        onContextMenu={rightClick}
        onFocus={() => {
          if (useQueue.getState().selection.size === 0 && handle.current?.isScrolling !== true)
            useQueue.setState({ anchorIndex: state.activeIndex });
        }}
        row={(index) => {
          const row = queueRows.row(index);
          if (!row) return <div className="q-row row-waiting" role="row" aria-rowindex={index + 1} />;
          const key = keyOf(row);
          const expanded = isExpanded(row, state);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the treegrid takes the keys for its rows.
            <div
              id={`row-${key}`}
              className={`q-row${index === state.activeIndex ? ' q-active' : ''}`}
              role="row"
              tabIndex={-1}
              data-index={index}
              data-kind={row.kind}
              aria-level={LEVELS[row.kind]}
              aria-rowindex={index + 1}
              aria-selected={state.selection.has(key)}
              aria-expanded={canExpand(row) ? expanded : undefined}
              onMouseDown={(event) => {
                // The list keeps the focus; its rows never take it.
                if (
                  event.button === 0 &&
                  !(event.target instanceof Element && event.target.closest('button'))
                ) {
                  event.preventDefault();
                  event.currentTarget
                    .closest<HTMLElement>('[role="treegrid"]')
                    ?.focus({ preventScroll: true });
                }
              }}
              onClick={(event) => {
                if (event.shiftKey) void selectTo(index);
                else if (hasMod(event)) selectToggle(index);
                else selectOnly(index);
              }}
              onDoubleClick={() => open(row)}
            >
              <RowBody row={row} expanded={expanded} beat={beat} />
            </div>
          );
        }}
      />
    </PointerMenu>
  );
}

function indexOf(target: EventTarget): number | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  const index = Number(element?.dataset.index);
  return element && Number.isInteger(index) ? index : null;
}

/** Enter, or a double click: opens what can be opened, else shows the details. */
function open(row: QueueRow): void {
  if (canExpand(row)) setExpanded(row, !isExpanded(row, useQueue.getState()));
  else useQueue.setState({ details: row });
}

function handleKey(event: KeyboardEvent, total: number, show: (index: number) => void): void {
  const { activeIndex, selection } = useQueue.getState();
  const row = queueRows.row(activeIndex);
  const rows = selection.size > 0 ? [...selection.values()] : row ? [row] : [];
  const go = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    if (event.shiftKey) void selectTo(next);
    else {
      useQueue.setState({ activeIndex: next, anchorIndex: next });
      selectOnly(next);
    }
    show(next);
  };
  const parent = () => {
    if (!row || row.kind === 'batch') return;
    for (let index = activeIndex - 1; index >= 0; index -= 1) {
      const above = queueRows.row(index);
      if (!above) return;
      if (LEVELS[above.kind] < LEVELS[row.kind]) {
        go(index);
        return;
      }
    }
  };
  const expanded = row ? isExpanded(row, useQueue.getState()) : false;
  const moves: Record<string, () => void> = {
    ArrowDown: () => go(selection.size === 0 && activeIndex === 0 ? 0 : activeIndex + 1),
    ArrowUp: () => go(activeIndex - 1),
    PageDown: () => go(activeIndex + 15),
    PageUp: () => go(activeIndex - 15),
    Home: () => go(0),
    End: () => go(total - 1),
    ArrowRight: () => {
      if (row && canExpand(row) && !expanded) setExpanded(row, true);
      else if (row && expanded) go(activeIndex + 1);
    },
    ArrowLeft: () => {
      if (row && expanded) setExpanded(row, false);
      else parent();
    },
    Enter: () => row && open(row),
    ' ': () => void togglePause(rows),
    Delete: () => void cancelRows(rows),
    Backspace: () => void cancelRows(rows),
    Escape: selectNone,
    r: () => void retryRows(rows),
    t: () => void moveToTop(rows),
  };
  if (hasMod(event)) {
    if (event.key.toLowerCase() === 'a') {
      event.preventDefault();
      void selectAll();
    }
    return;
  }
  const act = moves[event.key];
  if (!act || event.altKey) return;
  event.preventDefault();
  act();
}

function menuFor(rows: readonly QueueRow[]): MenuEntry[] {
  const can = canAny(rows);
  const only = rows.length === 1 ? rows[0] : undefined;
  const entries: MenuEntry[] = [];
  if (rows.length > 1)
    entries.push({ kind: 'label', id: 'count', label: `${plural(rows.length, 'row')} selected` });
  if (only && canExpand(only)) {
    const expanded = isExpanded(only, useQueue.getState());
    entries.push({
      kind: 'item',
      id: 'expand',
      label: expanded ? 'Close' : 'Open',
      icon: expanded ? 'chevronDown' : 'chevronRight',
      keys: expanded ? 'left' : 'right',
      act: () => setExpanded(only, !expanded),
    });
  }
  if (only?.kind === 'unit' && only.state === 'uncertain')
    entries.push(
      { kind: 'item', id: 'check', label: 'Check again', icon: 'search', act: () => void checkAgain(only) },
      {
        kind: 'item',
        id: 'register',
        label: 'Register anyway…',
        icon: 'warn',
        act: () => void registerAnyway(only),
      },
      { kind: 'line', id: 'line-uncertain' },
    );
  if (can.pause)
    entries.push({
      kind: 'item',
      id: 'pause',
      label: 'Pause',
      icon: 'pause',
      keys: 'space',
      act: () => void pauseRows(rows),
    });
  if (can.resume)
    entries.push({
      kind: 'item',
      id: 'resume',
      label: 'Resume',
      icon: 'play',
      keys: 'space',
      act: () => void resumeRows(rows),
    });
  if (can.retry)
    entries.push({
      kind: 'item',
      id: 'retry',
      label: 'Retry',
      icon: 'retry',
      keys: 'r',
      act: () => void retryRows(rows),
    });
  if (can.top)
    entries.push({
      kind: 'item',
      id: 'top',
      label: 'Move to top',
      icon: 'top',
      keys: 't',
      act: () => void moveToTop(rows),
    });
  if (only?.kind === 'batch') entries.push(...receiptEntries(only));
  if (only?.kind === 'batch' && only.finishedAt !== null)
    entries.push({
      kind: 'item',
      id: 'clear',
      label: 'Clear from the list',
      icon: 'check',
      act: () => void clearFinished(only.id),
    });
  if (only)
    entries.push({
      kind: 'item',
      id: 'details',
      label: 'Details',
      icon: 'info',
      act: () => useQueue.setState({ details: only }),
    });
  if (only && only.kind !== 'batch') {
    const path = only.kind === 'turned-away' ? only.turnedAway.path : only.path;
    entries.push({
      kind: 'item',
      id: 'copy',
      label: 'Copy path',
      icon: 'copy',
      act: () => void copyText(path, 'The path'),
    });
  }
  if (can.cancel)
    entries.push(
      { kind: 'line', id: 'line-cancel' },
      {
        kind: 'item',
        id: 'cancel',
        label: 'Cancel',
        icon: 'close',
        keys: 'delete',
        danger: true,
        act: () => void cancelRows(rows),
      },
    );
  return entries;
}

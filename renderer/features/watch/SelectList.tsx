/** A virtual list whose rows are ticked, by pointer and by keys, for one command to many. Used by the tabs of `FolderPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import type { FetchPage } from '../../state/paged.ts';
import { count } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { hasMod } from '../../ui/Kbd.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';
import type { FolderRows } from './useFolderRows.ts';

/** More rows than this are not selected one by one. */
const MOST = 5_000;
const PAGE = 500;

export interface Ticked<Row> {
  selection: ReadonlyMap<string, Row>;
  setSelection: (selection: ReadonlyMap<string, Row>) => void;
}

export function useTicked<Row>(): Ticked<Row> {
  const [selection, setSelection] = useState<ReadonlyMap<string, Row>>(new Map());
  return { selection, setSelection };
}

interface SelectListProps<Row> {
  label: string;
  list: FolderRows<Row>;
  /** Where rows come from that are not here, when many are selected. */
  fetch: FetchPage<Row>;
  ticked: Ticked<Row>;
  keyOf: (row: Row) => string;
  /** Whether anything can be done to it. */
  canTick: (row: Row) => boolean;
  gridClass: string;
  /** Cells of the row, after the tick. */
  cells: (row: Row) => ReactNode;
  /** Single letters: for what is selected, else for the row that keys act from. */
  keys: Readonly<Record<string, (rows: Row[]) => void>>;
}

export function SelectList<Row>({
  label,
  list,
  fetch,
  ticked,
  keyOf,
  canTick,
  gridClass,
  cells,
  keys,
}: SelectListProps<Row>): ReactElement {
  const { rows, state, pointerMoved } = list;
  const { selection, setSelection } = ticked;
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const handle = useRef<ListHandle | null>(null);
  const total = state.total ?? 0;
  const at = Math.min(active, Math.max(0, total - 1));
  const activeRow = rows.row(at);
  const id = (row: Row) => `tick-${keyOf(row)}`;

  // What has left the list can no longer be commanded. Only seen where the whole list is here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each version of the list may have lost rows.
  useEffect(() => {
    if (selection.size === 0) return;
    const here = new Map<string, Row>();
    let loaded = 0;
    for (const { row } of rows.loaded()) {
      loaded += 1;
      here.set(keyOf(row), row);
    }
    if (loaded < total) return;
    const kept = [...selection].filter(([key]) => here.has(key));
    if (kept.length < selection.size) setSelection(new Map(kept));
  }, [state.version]);

  const only = (row: Row) => setSelection(canTick(row) ? new Map([[keyOf(row), row]]) : new Map());
  const toggle = (row: Row) => {
    if (!canTick(row)) return;
    const next = new Map(selection);
    if (!next.delete(keyOf(row))) next.set(keyOf(row), row);
    setSelection(next);
  };
  const between = async (first: number, last: number) => {
    const end = Math.min(last, first + MOST - 1);
    if (end < last) toast(`The first ${count(MOST)} rows are selected`);
    const found: Row[] = [];
    for (let index = first; index <= end; index += 1) {
      const here = rows.row(index);
      if (here !== undefined) {
        found.push(here);
        continue;
      }
      const answer = await fetch(index, Math.min(PAGE, end - index + 1));
      if (!answer.ok || answer.value.rows.length === 0) break;
      found.push(...answer.value.rows);
      index += answer.value.rows.length - 1;
    }
    setSelection(new Map(found.filter(canTick).map((row) => [keyOf(row), row])));
  };

  const go = (index: number, further: boolean) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    handle.current?.scrollToIndex(next);
    if (further) void between(Math.min(anchor.current, next), Math.max(anchor.current, next));
    else anchor.current = next;
  };

  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const further = event.shiftKey;
    if (hasMod(event)) {
      if (event.key.toLowerCase() !== 'a') return;
      event.preventDefault();
      void between(0, total - 1);
      return;
    }
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1, further),
      ArrowUp: () => go(at - 1, further),
      PageDown: () => go(at + 15, further),
      PageUp: () => go(at - 15, further),
      Home: () => go(0, further),
      End: () => go(total - 1, further),
      ' ': () => {
        anchor.current = at;
        if (activeRow !== undefined) toggle(activeRow);
      },
    };
    if (selection.size > 0) moves.Escape = () => setSelection(new Map());
    const command = keys[event.key.toLowerCase()];
    const act =
      moves[event.key] ??
      (command &&
        (() => {
          const chosen = selection.size > 0 ? [...selection.values()] : activeRow ? [activeRow] : [];
          if (chosen.length > 0) command(chosen);
        }));
    if (!act || event.altKey) return;
    event.preventDefault();
    act();
  };

  return (
    <VirtualList
      className="watch-list"
      count={total}
      rowHeight={36}
      handle={handle}
      onRange={rows.look}
      bodyRole="rowgroup"
      role="grid"
      aria-label={label}
      aria-multiselectable
      aria-rowcount={total}
      aria-activedescendant={activeRow === undefined ? undefined : id(activeRow)}
      tabIndex={0}
      onKeyDown={press}
      onPointerMove={pointerMoved}
      row={(index) => {
        const row = rows.row(index);
        if (row === undefined) return <div className="table-row row-waiting" role="row" />;
        const chosen = selection.has(keyOf(row));
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
          <div
            id={id(row)}
            className={`table-row ${gridClass}${index === at ? ' tick-active' : ''}`}
            role="row"
            aria-rowindex={index + 1}
            aria-selected={chosen}
            onMouseDown={(event) => {
              // The list keeps the focus; its rows never take it.
              if (event.button !== 0 || (event.target as Element).closest('button')) return;
              event.preventDefault();
              event.currentTarget.closest<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
            }}
            onClick={(event) => {
              setActive(index);
              if (event.shiftKey) {
                void between(Math.min(anchor.current, index), Math.max(anchor.current, index));
                return;
              }
              anchor.current = index;
              const box = event.target instanceof Element && event.target.closest('.tick');
              if (box || hasMod(event)) toggle(row);
              else only(row);
            }}
          >
            <span role="gridcell" className="tick" aria-hidden="true">
              {canTick(row) ? (
                <span className={`tick-box${chosen ? ' tick-on' : ''}`}>
                  {chosen ? <Icon name="check" size={12} /> : null}
                </span>
              ) : null}
            </span>
            {cells(row)}
          </div>
        );
      }}
    />
  );
}

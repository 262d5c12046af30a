/**
 * A virtual list whose rows are picked one by one, in ranges, or all, and what is picked stays while other lists are looked
 * at. By pointer and by keys. Used by the lists of storage folders and items.
 */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useId,
  useRef,
  useState,
} from 'react';
import type { Paged, PagedState } from '../../state/paged.ts';
import { Icon } from '../../ui/Icon.tsx';
import { hasMod } from '../../ui/Kbd.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';

const ROW = 34;
const LEAP = 12;

export interface Picking<Row> {
  has: (row: Row) => boolean;
  toggle: (row: Row) => void;
  /** Adds everything from one row to another. */
  range: (from: number, to: number) => void;
  all: () => void;
}

interface PickGridProps<Row> {
  label: string;
  rows: Paged<Row>;
  state: PagedState;
  /** Changes when the list is another one. */
  listKey: string;
  gridClass: string;
  /** Cells of the row, after the mark. */
  cells: (row: Row) => ReactNode;
  /** Null: rows are only opened. */
  picking: Picking<Row> | null;
  /** Goes into a row; without it a click anywhere picks. */
  onOpen?: (row: Row) => void;
  /** Goes to what the list lies in. */
  onUp?: () => void;
}

export function PickGrid<Row>(props: PickGridProps<Row>): ReactElement {
  const { label, rows, state, listKey, gridClass, cells, picking, onOpen } = props;
  const id = useId();
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const shownKey = useRef(listKey);
  const handle = useRef<ListHandle | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  if (shownKey.current !== listKey) {
    // Another list begins at its top: a range never reaches over from the one before.
    shownKey.current = listKey;
    anchor.current = 0;
    if (active !== 0) setActive(0);
  }
  const total = state.total ?? 0;
  const at = Math.min(active, Math.max(0, total - 1));

  const go = (index: number, further: boolean) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    handle.current?.scrollToIndex(next);
    if (further && picking) picking.range(Math.min(anchor.current, next), Math.max(anchor.current, next));
    else anchor.current = next;
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey) return;
    const act = actOf(event, props, { at, row: rows.row(at), go, mark: () => (anchor.current = at) });
    if (!act) return;
    event.preventDefault();
    act();
  };
  const click = (event: MouseEvent, index: number, row: Row) => {
    const onMark = (event.target as Element).closest('.tick') !== null;
    setActive(index);
    if (picking && event.shiftKey) {
      picking.range(Math.min(anchor.current, index), Math.max(anchor.current, index));
      return;
    }
    anchor.current = index;
    if (picking && (onMark || !onOpen || hasMod(event))) picking.toggle(row);
    else onOpen?.(row);
  };

  return (
    <VirtualList
      className="pick-grid"
      count={total}
      rowHeight={ROW}
      handle={handle}
      ref={scroller}
      onRange={rows.look}
      resetKey={listKey}
      bodyRole="rowgroup"
      role="grid"
      aria-label={label}
      aria-multiselectable={picking !== null}
      aria-rowcount={total}
      aria-busy={state.loading || undefined}
      aria-activedescendant={rows.row(at) === undefined ? undefined : `${id}-${at}`}
      tabIndex={0}
      onKeyDown={press}
      row={(index) => {
        const row = rows.row(index);
        if (row === undefined)
          return (
            <div className="pick-line row-waiting" role="row" aria-rowindex={index + 1}>
              <span role="gridcell" aria-label="On its way" />
            </div>
          );
        const picked = picking?.has(row) ?? false;
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
          <div
            id={`${id}-${index}`}
            className={`pick-line ${gridClass}${index === at ? ' pick-at' : ''}`}
            role="row"
            aria-rowindex={index + 1}
            aria-selected={picking ? picked : undefined}
            onMouseDown={(event) => {
              // The list keeps the focus; its rows never take it. Shift would select text.
              if (event.button !== 0) return;
              event.preventDefault();
              scroller.current?.focus({ preventScroll: true });
            }}
            onClick={(event) => click(event, index, row)}
          >
            {picking ? (
              <span role="gridcell" className="tick" aria-hidden="true">
                <span className={`tick-box${picked ? ' tick-on' : ''}`}>
                  {picked ? <Icon name="check" size={12} /> : null}
                </span>
              </span>
            ) : null}
            {cells(row)}
          </div>
        );
      }}
    />
  );
}

function actOf<Row>(
  event: KeyboardEvent,
  { picking, onOpen, onUp }: PickGridProps<Row>,
  {
    at,
    row,
    go,
    mark,
  }: { at: number; row: Row | undefined; go: (index: number, further: boolean) => void; mark: () => void },
): (() => void) | null {
  if (hasMod(event)) return picking && event.key.toLowerCase() === 'a' ? picking.all : null;
  const further = event.shiftKey;
  switch (event.key) {
    case 'ArrowDown':
      return () => go(at + 1, further);
    case 'ArrowUp':
      return () => go(at - 1, further);
    case 'PageDown':
      return () => go(at + LEAP, further);
    case 'PageUp':
      return () => go(at - LEAP, further);
    case 'Home':
      return () => go(0, further);
    case 'End':
      return () => go(Number.MAX_SAFE_INTEGER, further);
    case ' ':
      return () => {
        mark();
        if (row !== undefined) picking?.toggle(row);
      };
    case 'Enter':
    case 'ArrowRight':
      // Enter is taken even where nothing opens: it must not send the form around the list.
      if (!onOpen) return event.key === 'Enter' ? () => row !== undefined && picking?.toggle(row) : null;
      return () => row !== undefined && onOpen(row);
    case 'Backspace':
    case 'ArrowLeft':
      return onUp ?? null;
    default:
      return null;
  }
}

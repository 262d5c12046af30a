/** The virtual table of a dataset's rows, with pointer, keys and the menu at the pointer. Used by `DataTab`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  useEffect,
  useRef,
} from 'react';
import { useApp } from '../../../state/app.ts';
import { useRowColumns } from '../../../state/row-columns.ts';
import { usePicked } from '../../../state/row-picker.ts';
import { Icon } from '../../../ui/Icon.tsx';
import { hasMod } from '../../../ui/Kbd.tsx';
import { type MenuEntry, PointerMenu } from '../../../ui/Menu.tsx';
import { type ListHandle, VirtualList } from '../../../ui/VirtualList.tsx';
import { SortHead } from '../FilterParts.tsx';
import { COLUMNS, layoutOf } from './columns.tsx';
import { RenameField } from './RenameField.tsx';
import { RowCells } from './RowLine.tsx';
import type { RowsView } from './useRows.ts';

const HEIGHTS = { comfortable: 36, compact: 28 } as const;
const HEAD = 30;

interface GridProps {
  label: string;
  view: RowsView;
  /** The row whose title is being changed; by its hash, so that a new order does not change another's. */
  renaming: string | null;
  onRename: (dataHash: string | null) => void;
  /** Opens the panel of the row that keys act from. */
  onOpen: () => void;
  onDelete: () => void;
  /** Escape with nothing selected. */
  onEscape: () => void;
  entries: readonly MenuEntry[];
}

export function RowGrid(props: GridProps): ReactElement {
  const { label, view, renaming, onRename, onOpen, entries } = props;
  const { rows, picker } = view;
  const picked = usePicked(picker);
  const { columns } = useRowColumns();
  const density = useApp((app) => app.snapshot?.settings.density ?? 'comfortable');
  const handle = useRef<ListHandle | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const total = view.state.total ?? 0;
  const at = Math.min(picked.active, Math.max(0, total - 1));
  const layout = layoutOf(columns);
  const template: CSSProperties = { gridTemplateColumns: layout.template };

  // Whoever opened the dataset from the list lost the focus with it: keys go on here.
  useEffect(() => {
    if (document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
  }, []);

  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey) return;
    handleKey(event, props, at, total, (index) => handle.current?.scrollToIndex(index));
  };
  const rightClick = (event: MouseEvent) => {
    const element =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    const index = Number(element?.dataset.index);
    const row = element ? rows.row(index) : undefined;
    if (!row) {
      event.preventDefault();
      return;
    }
    if (!picker.has(row.dataHash)) picker.only(index, row);
  };

  return (
    <PointerMenu entries={entries}>
      <VirtualList
        className="rows-table"
        style={{ '--rows-width': `${layout.width}px` } as CSSProperties}
        count={total}
        rowHeight={HEIGHTS[density]}
        headHeight={HEAD}
        handle={handle}
        ref={scroller}
        onRange={rows.look}
        resetKey={JSON.stringify([view.filter, view.sort])}
        bodyRole="rowgroup"
        role="grid"
        aria-label={label}
        aria-multiselectable
        aria-busy={view.asking || undefined}
        aria-rowcount={total + 1}
        aria-activedescendant={total > 0 ? `data-row-${at}` : undefined}
        tabIndex={0}
        data-focus-home=""
        onKeyDown={press}
        onContextMenu={rightClick}
        before={<Head view={view} template={template} />}
        row={(index) => {
          const row = rows.row(index);
          if (!row) return <div className="rows-line row-waiting" role="row" aria-rowindex={index + 2} />;
          const chosen = picker.has(row.dataHash);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
            <div
              id={`data-row-${index}`}
              className={`rows-line${index === at ? ' rows-active' : ''}`}
              style={template}
              role="row"
              tabIndex={-1}
              data-index={index}
              aria-rowindex={index + 2}
              aria-selected={chosen}
              onMouseDown={(event) => {
                // The table keeps the focus; its rows never take it.
                if (event.button !== 0 || (event.target as Element).closest('button, input')) return;
                event.preventDefault();
                scroller.current?.focus({ preventScroll: true });
              }}
              onClick={(event) => {
                const target = event.target as Element;
                if (target.closest('input')) return;
                if (event.shiftKey) void picker.to(index, (each) => rows.row(each), view.fetch);
                else if (hasMod(event) || target.closest('.tick')) picker.toggle(index, row);
                else picker.only(index, row);
              }}
              onDoubleClick={(event) => {
                if (!(event.target as Element).closest('input, .tick')) onOpen();
              }}
            >
              <RowCells
                datasetId={view.datasetId}
                row={row}
                columns={columns}
                picked={chosen}
                rename={
                  renaming === row.dataHash ? (
                    <RenameField
                      datasetId={view.datasetId}
                      row={row}
                      onDone={(byKey) => {
                        onRename(null);
                        if (byKey) scroller.current?.focus({ preventScroll: true });
                      }}
                    />
                  ) : null
                }
              />
            </div>
          );
        }}
      />
    </PointerMenu>
  );
}

function Head({ view, template }: { view: RowsView; template: CSSProperties }): ReactElement {
  const { sort, picker } = view;
  const picked = usePicked(picker);
  const { columns } = useRowColumns();
  const total = view.state.total ?? 0;
  const whole = picked.all && picked.named.size === 0;
  const some = picker.count(total) > 0;
  return (
    <div className="rows-head" role="rowgroup">
      <div className="rows-columns" style={template} role="row" aria-rowindex={1}>
        <span role="columnheader" className="tick">
          <button
            type="button"
            className={`tick-box${some ? ' tick-on' : ''}`}
            aria-label={some ? 'Select nothing' : 'Select all rows that are found'}
            onClick={() => (some ? picker.selectNone() : picker.selectAll())}
          >
            {some ? <Icon name={whole ? 'check' : 'minus'} size={12} /> : null}
          </button>
        </span>
        {columns.map((id) => (
          <SortHead
            key={id}
            className={COLUMNS[id].number ? 'cell-number' : ''}
            order={sort.column !== id ? null : sort.descending ? 'descending' : 'ascending'}
            onSort={() =>
              view.setSort({
                column: id,
                // Newest and largest are what people look for; words begin at A.
                descending: sort.column === id ? !sort.descending : COLUMNS[id].number === true,
              })
            }
          >
            {COLUMNS[id].name}
          </SortHead>
        ))}
      </div>
    </div>
  );
}

function handleKey(
  event: KeyboardEvent,
  { view, onOpen, onRename, onDelete, onEscape }: GridProps,
  at: number,
  total: number,
  show: (index: number) => void,
): void {
  const { rows, picker } = view;
  const row = rows.row(at);
  const go = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    if (event.shiftKey) void picker.to(next, (each) => rows.row(each), view.fetch);
    else picker.only(next, rows.row(next));
    show(next);
  };
  if (hasMod(event)) {
    if (event.key.toLowerCase() !== 'a') return;
    event.preventDefault();
    picker.selectAll();
    return;
  }
  const first = at === 0 && picker.count(total) === 0;
  const moves: Record<string, () => void> = {
    ArrowDown: () => go(first && !event.shiftKey ? 0 : at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + 15),
    PageUp: () => go(at - 15),
    Home: () => go(0),
    End: () => go(total - 1),
    ' ': () => row && picker.toggle(at, row),
    Enter: () => row && onOpen(),
    F2: () => row && onRename(row.dataHash),
    Delete: onDelete,
    Backspace: onDelete,
    Escape: () => (picker.count(total) > 0 ? picker.selectNone() : onEscape()),
  };
  const act = moves[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

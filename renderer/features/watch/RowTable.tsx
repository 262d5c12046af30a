/** A virtual table of a watch folder's files, to read. Used by the tabs of `FolderPage` and by the dry run. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import type { ReactElement, ReactNode } from 'react';
import type { Paged, PagedState } from '../../state/paged.ts';
import { VirtualList } from '../../ui/VirtualList.tsx';

export interface Column {
  readonly name: string;
  readonly number?: boolean;
  /** A first cell, or one with buttons: not cut off, not greyed. */
  readonly plain?: boolean;
}

interface RowTableProps<Row> {
  readonly label: string;
  readonly rows: Paged<Row>;
  readonly state: PagedState;
  readonly gridClass: string;
  readonly columns: readonly Column[];
  readonly cells: (row: Row) => readonly ReactNode[];
}

export function RowTable<Row>({
  label,
  rows,
  state,
  gridClass,
  columns,
  cells,
}: RowTableProps<Row>): ReactElement {
  const total = state.total ?? 0;
  const shape = (column: Column) => `${column.plain ? '' : 'truncate'}${column.number ? ' cell-number' : ''}`;
  return (
    <div className="table" role="table" aria-label={label} aria-rowcount={total}>
      <div className={`table-head ${gridClass}`} role="row">
        {columns.map((column) => (
          <span key={column.name} role="columnheader" className={shape(column)}>
            {column.name}
          </span>
        ))}
      </div>
      <VirtualList
        className="table-body"
        // What takes the focus cannot be without a role between a table and its rows.
        role="rowgroup"
        bodyRole="presentation"
        count={total}
        rowHeight={36}
        onRange={rows.look}
        tabIndex={0}
        row={(index) => {
          const row = rows.row(index);
          if (row === undefined) return <div className="table-row row-waiting" role="row" />;
          const texts = cells(row);
          return (
            <div className={`table-row ${gridClass}`} role="row" aria-rowindex={index + 1}>
              {columns.map((column, at) => (
                <span
                  key={column.name}
                  role="cell"
                  className={column.plain ? (at === 0 ? 'inline' : '') : `muted ${shape(column)}`}
                >
                  {texts[at]}
                </span>
              ))}
            </div>
          );
        }}
      />
    </div>
  );
}

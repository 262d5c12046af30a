/** One row of the table, drawn anew only where something of it has changed. Used by `RowGrid`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { memo, type ReactElement, type ReactNode } from 'react';
import type { RowColumn } from '../../../../preload/contract/manage.ts';
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { Icon } from '../../../ui/Icon.tsx';
import { MiddleTruncate } from '../../../ui/MiddleTruncate.tsx';
import { typeOf } from '../types.ts';
import { COLUMNS } from './columns.tsx';
import { Thumbnail } from './Thumbnail.tsx';

interface LineProps {
  datasetId: string;
  row: DataRowView;
  columns: readonly RowColumn[];
  picked: boolean;
  /** In place of the title, while it is changed. */
  rename: ReactNode;
}

/** The cells; the table makes the row around them. */
export const RowCells = memo(function RowCells({
  datasetId,
  row,
  columns,
  picked,
  rename,
}: LineProps): ReactElement {
  return (
    <>
      <span role="gridcell" className="tick">
        <span className={`tick-box${picked ? ' tick-on' : ''}`} aria-hidden="true">
          {picked ? <Icon name="check" size={12} /> : null}
        </span>
        <span className="visually-hidden">{picked ? 'Selected' : 'Not selected'}</span>
      </span>
      <span role="gridcell" className="inline">
        <Thumbnail
          picture={{ datasetId, dataHash: row.dataHash, imageHash: null }}
          type={row.type}
          icon={typeOf(row.type).icon}
        />
        {rename ?? <MiddleTruncate text={row.title} />}
      </span>
      {columns.map((id) => {
        if (id === 'title') return null;
        const column = COLUMNS[id];
        return (
          <span
            key={id}
            role="gridcell"
            className={`muted truncate${column.number ? ' cell-number' : ''}${column.mono ? ' mono' : ''}`}
            title={column.hover?.(row) ?? undefined}
          >
            {column.cell(row)}
          </span>
        );
      })}
    </>
  );
});

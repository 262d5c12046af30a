/** The buttons above the rows: search, filters, columns, and what is done to the whole table. Used by `DataTab`. */
import type { ReactElement } from 'react';
import type { RowColumn } from '../../../../preload/contract/manage.ts';
import { useApp } from '../../../state/app.ts';
import { ask } from '../../../state/bridge.ts';
import { ALL_COLUMNS, showColumn, showUsualColumns, useRowColumns } from '../../../state/row-columns.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { SearchField } from '../../../ui/Field.tsx';
import { Spinner } from '../../../ui/Icon.tsx';
import { Menu } from '../../../ui/Menu.tsx';
import { Popover } from '../../../ui/Popover.tsx';
import { COLUMNS } from './columns.tsx';
import { RowFilters } from './RowFilters.tsx';
import type { RowsView } from './useRows.ts';

interface ToolsProps {
  view: RowsView;
  onExport: () => void;
  /** Metadata from a CSV file. */
  onTable: () => void;
}

export function RowTools({ view, onExport, onTable }: ToolsProps): ReactElement {
  return (
    <>
      <span className="grow" />
      {view.asking ? (
        <span className="inline muted small" role="status">
          <Spinner size={14} />
          <span className="visually-hidden">Asking for the rows</span>
        </span>
      ) : null}
      <SearchField
        primary
        label="Search rows"
        value={view.filter.search}
        onChange={(search) => view.setFilter({ search })}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          document.querySelector<HTMLElement>('.rows-table')?.focus();
        }}
      />
      <RowFilters view={view} />
      <Columns />
      <IconButton label="Ask Encord again" icon="retry" onClick={view.again} />
      <Menu
        entries={[
          { kind: 'item', id: 'export', label: 'Export table…', icon: 'receipt', act: onExport },
          { kind: 'item', id: 'csv', label: 'Metadata from a CSV file…', icon: 'braces', act: onTable },
        ]}
      >
        <IconButton label="More for the table" icon="more" />
      </Menu>
    </>
  );
}

function Columns(): ReactElement {
  const { columns } = useRowColumns();
  const density = useApp((state) => state.snapshot?.settings.density ?? 'comfortable');
  const line = (id: RowColumn) => (
    <label key={id} className="filter-type">
      <input
        type="checkbox"
        checked={columns.includes(id)}
        disabled={id === 'title'}
        onChange={(event) => showColumn(id, event.target.checked)}
      />
      <span className="grow">{COLUMNS[id].name}</span>
    </label>
  );
  return (
    <Popover
      label="Columns"
      align="end"
      className="filter-panel columns-panel"
      trigger={
        <Button size="s" icon="columns">
          Columns
        </Button>
      }
    >
      <fieldset className="field">
        <legend className="field-label">Columns</legend>
        <div className="filter-types columns-list">{ALL_COLUMNS.map(line)}</div>
      </fieldset>
      <label className="filter-type">
        <input
          type="checkbox"
          checked={density === 'compact'}
          onChange={(event) =>
            void ask('settings.set', { density: event.target.checked ? 'compact' : 'comfortable' })
          }
        />
        <span className="grow">Compact lines</span>
      </label>
      <div>
        <button type="button" className="inline-link small" onClick={showUsualColumns}>
          Show the usual columns
        </button>
      </div>
    </Popover>
  );
}

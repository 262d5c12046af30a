/** The table of rows as a file. Used by `RowActions`. */
import { type ReactElement, useState } from 'react';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { saveRows } from '../../../state/exports.ts';
import { ALL_COLUMNS, useRowColumns } from '../../../state/row-columns.ts';
import { Button } from '../../../ui/Button.tsx';
import { Segmented } from '../../../ui/Controls.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { plural } from '../../../ui/format.ts';
import { COLUMNS } from './columns.tsx';
import { NO_FILTER, type RowsView } from './useRows.ts';

interface ExportProps {
  dataset: DatasetView;
  view: RowsView;
  onClose: () => void;
}

export function ExportDialog({ dataset, view, onClose }: ExportProps): ReactElement {
  const { columns } = useRowColumns();
  const [format, setFormat] = useState<'csv' | 'json'>('csv');
  const [which, setWhich] = useState<'shown' | 'all'>('shown');
  const found = view.state.total ?? 0;
  const whole = view.whole?.rows ?? found;
  const narrowed = found !== whole;
  const [rows, setRows] = useState<'found' | 'whole'>('found');
  const save = () => {
    onClose();
    void saveRows({
      datasetId: dataset.id,
      filter: rows === 'whole' ? NO_FILTER : { ...view.filter, search: view.filter.search.trim() },
      sort: view.sort,
      columns: [...(which === 'shown' ? columns : ALL_COLUMNS)],
      format,
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Export the table"
      description="What is known of each row, in the order of the table. Files are not part of it."
      size="s"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" icon="receipt" onClick={save}>
            Export {plural(rows === 'whole' ? whole : found, 'row')}
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        <div className="field">
          <span className="field-label">Format</span>
          <div>
            <Segmented
              label="Format"
              size="s"
              value={format}
              options={[
                { value: 'csv', label: 'CSV' },
                { value: 'json', label: 'JSON' },
              ]}
              onChange={setFormat}
            />
          </div>
        </div>
        <div className="field">
          <span className="field-label">Columns</span>
          <div>
            <Segmented
              label="Columns to export"
              size="s"
              value={which}
              options={[
                { value: 'shown', label: 'Those shown' },
                { value: 'all', label: 'All' },
              ]}
              onChange={setWhich}
            />
          </div>
          <p className="field-hint">
            {(which === 'shown' ? columns : ALL_COLUMNS).map((column) => COLUMNS[column].name).join(', ')}
          </p>
        </div>
        {narrowed ? (
          <div className="field">
            <span className="field-label">Rows</span>
            <div>
              <Segmented
                label="Rows to export"
                size="s"
                value={rows}
                options={[
                  { value: 'found', label: 'Those found' },
                  { value: 'whole', label: 'All of the dataset' },
                ]}
                onChange={setRows}
              />
            </div>
          </div>
        ) : null}
      </div>
    </Dialog>
  );
}

/** The data rows of one dataset, as Encord tells them. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useState } from 'react';
import type { DataRowView, DatasetView } from '../../../preload/contract/views.ts';
import { activeAccount, onTopics, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { useDestination } from '../../state/destination.ts';
import { Paged, usePaged } from '../../state/paged.ts';
import { chooseDestination, useUi } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { DrawingDataset, DrawingNothing, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { Badge, EmptyState } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { playTime, plural, size, whenText } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { typeOf } from './types.ts';

interface RowsProps {
  dataset: DatasetView;
  onReconcile: () => void;
}

export function DatasetRows({ dataset, onReconcile }: RowsProps): ReactElement {
  const account = useApp((state) => activeAccount(state.snapshot));
  const destination = useDestination();
  const [search, setSearch] = useState('');
  const fetchRows = (text: string, refresh: boolean) => (offset: number, limit: number) =>
    call('datasets.rows', {
      datasetId: dataset.id,
      search: text,
      refresh: refresh && offset === 0,
      offset,
      limit,
    });
  const [rows] = useState(() => new Paged<DataRowView>(fetchRows('', false)));
  const state = usePaged(rows);
  useEffect(() => {
    rows.look(0, 30);
    return onTopics((topics) => {
      if (topics.has('datasets')) rows.refresh();
    });
  }, [rows]);

  const again = () => rows.replace(fetchRows(search.trim(), true));
  const total = state.total ?? 0;
  const chosen = destination?.id === dataset.id;
  return (
    <>
      <PageHead
        before={
          <IconButton
            label="All datasets"
            icon="chevronRight"
            className="turn-back"
            onClick={() => useUi.setState({ openDataset: null })}
          />
        }
        title={dataset.title}
        lead={state.total === null ? 'Asking Encord' : plural(total, 'data row')}
      >
        <SearchField
          primary
          label="Search rows"
          value={search}
          onChange={(next) => {
            setSearch(next);
            rows.refresh(fetchRows(next.trim(), false));
          }}
        />
        <IconButton label="Ask Encord again" icon="retry" onClick={again} />
        <Button icon="compare" onClick={onReconcile}>
          Reconcile
        </Button>
        {chosen ? (
          <Badge tone="accent">Next drop goes here</Badge>
        ) : (
          <Button
            variant="primary"
            icon="upload"
            onClick={() => {
              if (account) chooseDestination(account.id, dataset);
              toast(`The next drop goes to ${dataset.title}`);
            }}
          >
            Upload here
          </Button>
        )}
      </PageHead>
      {state.failure ? (
        <EmptyState
          drawing={<DrawingUnplugged />}
          title="The rows could not be listed"
          action={
            <Button variant="primary" icon="retry" onClick={again}>
              Try again
            </Button>
          }
        >
          {state.failure}
        </EmptyState>
      ) : state.total === null ? (
        <Skeleton rows={12} label="Asking Encord for the rows" />
      ) : total === 0 ? (
        <EmptyState
          drawing={search ? <DrawingNothing /> : <DrawingDataset />}
          title={search ? `Nothing matches “${search}”` : 'This dataset is empty'}
        >
          {search
            ? 'Titles are searched.'
            : 'What you upload here becomes its rows. Drop files anywhere on this window.'}
        </EmptyState>
      ) : (
        <div className="table" role="table" aria-label={`Rows of ${dataset.title}`} aria-rowcount={total}>
          <div className="table-head rows-grid" role="row">
            <span role="columnheader">Title</span>
            <span role="columnheader">Type</span>
            <span role="columnheader" className="cell-number rows-extent">
              Extent
            </span>
            <span role="columnheader" className="cell-number">
              Size
            </span>
            <span role="columnheader" className="cell-number">
              Added
            </span>
          </div>
          <VirtualList
            className="table-body"
            bodyRole="rowgroup"
            count={total}
            rowHeight={36}
            onRange={rows.look}
            resetKey={search}
            row={(index) => {
              const row = rows.row(index);
              return row ? <DataLine row={row} /> : <div className="table-row row-waiting" />;
            }}
          />
        </div>
      )}
    </>
  );
}

function DataLine({ row }: { row: DataRowView }): ReactElement {
  const type = typeOf(row.type);
  const extent = [
    row.width !== null && row.height !== null ? `${row.width} × ${row.height}` : null,
    row.durationSeconds !== null ? playTime(row.durationSeconds) : null,
  ];
  return (
    <div className="table-row rows-grid" role="row">
      <span role="cell" className="inline">
        <Icon name={type.icon} className="faint" />
        <MiddleTruncate text={row.title} className="selectable" />
      </span>
      <span role="cell" className="muted truncate">
        {type.word}
      </span>
      <span role="cell" className="muted truncate cell-number rows-extent">
        {extent.filter(Boolean).join(' · ')}
      </span>
      <span role="cell" className="muted cell-number">
        {row.size === null ? '' : size(row.size)}
      </span>
      <span role="cell" className="muted cell-number truncate">
        {whenText(row.createdAt)}
      </span>
    </div>
  );
}

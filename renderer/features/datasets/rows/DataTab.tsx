/** The rows of a dataset: found, selected, looked at, changed. The tab *Data* of `DatasetPage`. */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { DatasetDetail } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { closeDataset } from '../../../state/datasets-list.ts';
import { usePicked } from '../../../state/row-picker.ts';
import { Button } from '../../../ui/Button.tsx';
import { DrawingDataset, DrawingNothing, DrawingUnplugged } from '../../../ui/Drawings.tsx';
import { Banner, EmptyState } from '../../../ui/Feedback.tsx';
import { oneLine } from '../../../ui/format.ts';
import { toast } from '../../../ui/Toasts.tsx';
import { Skeleton } from '../../frame/Skeleton.tsx';
import { Chips } from '../FilterParts.tsx';
import { entriesFor } from './entries.ts';
import { RowActions, type RowDialog } from './RowActions.tsx';
import { RowBar } from './RowBar.tsx';
import { rowChips } from './RowFilters.tsx';
import { RowGrid } from './RowGrid.tsx';
import { RowPanel } from './RowPanel.tsx';
import { RowTools } from './RowTools.tsx';
import { NO_FILTER, type RowsView, useRows, type Whole } from './useRows.ts';

export type { Whole } from './useRows.ts';

interface DataTabProps {
  dataset: DatasetView;
  /** Null while it is not known: main refuses what may not be. */
  may: DatasetDetail['may'] | null;
  /** Where the tab's own buttons stand. */
  slot: HTMLElement | null;
  onWhole: (whole: Whole | null) => void;
}

export function DataTab({ dataset, may, slot, onWhole }: DataTabProps): ReactElement {
  const view = useRows(dataset.id);
  const picked = usePicked(view.picker);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [panel, setPanel] = useState(false);
  const [dialog, setDialog] = useState<RowDialog | null>(null);
  const home = useRef<HTMLDivElement>(null);
  const { whole } = view;
  useEffect(() => onWhole(whole), [whole, onWhole]);

  const total = view.state.total ?? 0;
  const many = view.picker.count(total);
  // The same object while the selection is the same: it is counted by main.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the picker's state is what its answer follows from.
  const selection = useMemo(
    () => view.picker.selection({ ...view.filter, search: view.filter.search.trim() }, total),
    [picked.all, picked.named, view.filter, total],
  );
  const mayNot = may?.changeRows ?? null;
  const activeRow = view.rows.row(Math.min(picked.active, Math.max(0, total - 1)));
  const chosen = useMemo(
    () => (selection === null ? null : { rows: selection, count: many }),
    [selection, many],
  );

  /** Opens a question about what is selected; where it may not be, says why. */
  const begin = (kind: 'delete' | 'metadata' | 'reencode' | 'download') => {
    if (!chosen) return;
    if (mayNot !== null && kind !== 'download') toast(mayNot);
    else setDialog({ kind, ...chosen });
  };
  const rename = (dataHash: string | null) => {
    if (dataHash !== null && mayNot !== null) toast(mayNot);
    else setRenaming(dataHash);
  };
  const closePanel = () => {
    setPanel(false);
    home.current?.querySelector<HTMLElement>('.rows-table')?.focus({ preventScroll: true });
  };

  const bare = whole !== null && whole.rows === 0;
  const tools = bare ? null : (
    <RowTools
      view={view}
      onExport={() => setDialog({ kind: 'export' })}
      onTable={() => (mayNot === null ? setDialog({ kind: 'table' }) : toast(mayNot))}
    />
  );
  const chips = rowChips(view.filter, view.setFilter);
  return (
    <div className="rows-page" ref={home}>
      {slot ? createPortal(tools, slot) : null}
      {chips.length > 0 ? (
        <div className="narrow">
          <Chips chips={chips} onClear={() => view.setFilter({ ...NO_FILTER, search: view.filter.search })} />
        </div>
      ) : null}
      {view.state.failure !== null && view.state.total !== null ? (
        <div className="rows-failure">
          <Banner
            tone="fail"
            title="The rows could not be asked for again"
            actions={
              <Button size="s" icon="retry" onClick={() => view.rows.refresh()}>
                Try again
              </Button>
            }
          >
            {view.state.failure}
          </Banner>
        </div>
      ) : null}
      <div className="rows-split">
        <div className="rows-main">
          <Content view={view} dataset={dataset}>
            <RowGrid
              label={`Rows of ${oneLine(dataset.title)}`}
              view={view}
              renaming={renaming}
              onRename={rename}
              onOpen={() => setPanel(true)}
              onDelete={() => begin('delete')}
              onEscape={() => (panel ? setPanel(false) : closeDataset())}
              entries={entriesFor({
                row: many === 1 || many === 0 ? activeRow : undefined,
                count: many,
                mayNot,
                open: () => setPanel(true),
                rename,
                begin,
              })}
            />
          </Content>
          {chosen ? (
            <RowBar
              datasetId={dataset.id}
              chosen={chosen}
              mayNot={mayNot}
              begin={begin}
              onNone={() => view.picker.selectNone()}
            />
          ) : null}
        </div>
        {panel && activeRow ? (
          <RowPanel
            dataset={dataset}
            row={activeRow}
            mayNot={mayNot}
            onClose={closePanel}
            onMetadata={() =>
              setDialog({
                kind: 'metadata',
                rows: { kind: 'rows', dataHashes: [activeRow.dataHash] },
                count: 1,
              })
            }
          />
        ) : null}
      </div>
      <RowActions dataset={dataset} view={view} dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  );
}

interface ContentProps {
  view: RowsView;
  dataset: DatasetView;
  children: ReactElement;
}

function Content({ view, dataset, children }: ContentProps): ReactElement {
  const { state, filter, whole } = view;
  if (state.total === null) {
    if (state.failure === null) return <Skeleton rows={12} label="Asking Encord for the rows" />;
    return (
      <EmptyState
        drawing={<DrawingUnplugged />}
        title="The rows could not be listed"
        action={
          <Button variant="primary" icon="retry" onClick={view.again}>
            Try again
          </Button>
        }
      >
        {state.failure}
      </EmptyState>
    );
  }
  if (state.total > 0) return children;
  if (whole !== null && whole.rows > 0)
    return (
      <EmptyState
        drawing={<DrawingNothing />}
        title={filter.search.trim() ? `Nothing matches “${filter.search.trim()}”` : 'No row matches'}
        action={<Button onClick={() => view.setFilter(NO_FILTER)}>Clear search and filters</Button>}
      >
        Titles are searched; every filter that is set must fit.
      </EmptyState>
    );
  return (
    <EmptyState drawing={<DrawingDataset />} title="This dataset is empty">
      {dataset.storage === null || dataset.storage === 'encord'
        ? 'What you upload here becomes its rows. Drop files anywhere on this window, or use Add data.'
        : 'Cloud data that is registered here becomes its rows: use Add data.'}
    </EmptyState>
  );
}

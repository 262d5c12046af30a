/** The account's datasets; one of them opened shows its rows. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useState } from 'react';
import type { AccountView, DatasetView } from '../../../preload/contract/views.ts';
import { activeAccount, onTopics, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { useDestination } from '../../state/destination.ts';
import { Paged, usePaged } from '../../state/paged.ts';
import { chooseDestination, openDialog, useUi } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { DrawingDataset, DrawingNothing, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { Badge, EmptyState } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { plural, whenText } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { DatasetRows } from './DatasetRows.tsx';
import { Reconcile } from './Reconcile.tsx';

export function DatasetsPage(): ReactElement {
  const open = useUi((state) => state.openDataset);
  const account = useApp((state) => activeAccount(state.snapshot));
  const [comparing, setComparing] = useState(false);
  useEffect(() => {
    if (open === null) setComparing(false);
  }, [open]);
  if (open && comparing) return <Reconcile key={open.id} dataset={open} onBack={() => setComparing(false)} />;
  if (open) return <DatasetRows key={open.id} dataset={open} onReconcile={() => setComparing(true)} />;
  return account ? <DatasetList key={account.id} account={account} /> : <NoAccount />;
}

function NoAccount(): ReactElement {
  return (
    <EmptyState
      drawing={<DrawingDataset />}
      title="No account yet"
      action={
        <Button variant="primary" onClick={() => openDialog('account')}>
          Connect an account
        </Button>
      }
    >
      Datasets appear here once an account is connected.
    </EmptyState>
  );
}

function fetchDatasets(search: string, refresh: boolean) {
  return (offset: number, limit: number) =>
    call('datasets.list', { search, refresh: refresh && offset === 0, offset, limit });
}

function DatasetList({ account }: { account: AccountView }): ReactElement {
  const [search, setSearch] = useState('');
  const [list] = useState(() => new Paged<DatasetView>(fetchDatasets('', false)));
  const state = usePaged(list);
  const destination = useDestination();
  const only = account.kind === 'api-key';

  useEffect(() => {
    list.look(0, 30);
    return onTopics((topics) => {
      if (topics.has('datasets')) list.refresh();
    });
  }, [list]);

  const again = () => list.replace(fetchDatasets(search.trim(), true));
  const total = state.total ?? 0;
  return (
    <>
      <PageHead
        title="Datasets"
        lead={
          only
            ? 'An API key belongs to one dataset'
            : state.total === null
              ? undefined
              : `${plural(total, 'dataset')}${search ? ' found' : ''}`
        }
      >
        {only ? null : (
          <SearchField
            primary
            label="Search datasets"
            value={search}
            onChange={(next) => {
              setSearch(next);
              list.refresh(fetchDatasets(next.trim(), false));
            }}
          />
        )}
        <IconButton label="Ask Encord again" icon="retry" onClick={again} />
        {only ? null : (
          <Button variant="primary" icon="plus" onClick={() => openDialog('create-dataset')}>
            Create dataset
          </Button>
        )}
      </PageHead>
      {state.failure ? (
        <EmptyState
          drawing={<DrawingUnplugged />}
          title="Datasets could not be listed"
          action={
            <Button variant="primary" icon="retry" onClick={again}>
              Try again
            </Button>
          }
        >
          {state.failure}
        </EmptyState>
      ) : state.total === null ? (
        <Skeleton rows={8} label="Asking Encord for its datasets" />
      ) : total === 0 ? (
        <EmptyState
          drawing={search ? <DrawingNothing /> : <DrawingDataset />}
          title={search ? `Nothing matches “${search}”` : 'No datasets yet'}
          action={
            search ? (
              <Button
                onClick={() => {
                  setSearch('');
                  list.refresh(fetchDatasets('', false));
                }}
              >
                Clear the search
              </Button>
            ) : (
              <Button variant="primary" icon="plus" onClick={() => openDialog('create-dataset')}>
                Create dataset
              </Button>
            )
          }
        >
          {search
            ? 'Titles are searched, in small and capital letters alike.'
            : 'A dataset is where uploads become data rows. Create one, then drop files.'}
        </EmptyState>
      ) : (
        <div className="table" role="table" aria-label="Datasets" aria-rowcount={total}>
          <div className="table-head datasets-grid" role="row">
            <span role="columnheader">Title</span>
            <span role="columnheader">Storage</span>
            <span role="columnheader">Changed</span>
            <span role="columnheader">
              <span className="visually-hidden">Destination</span>
            </span>
          </div>
          <VirtualList
            className="table-body"
            bodyRole="rowgroup"
            count={total}
            rowHeight={48}
            onRange={list.look}
            resetKey={search}
            row={(index) => {
              const dataset = list.row(index);
              return dataset ? (
                <DatasetLine
                  dataset={dataset}
                  chosen={destination?.id === dataset.id}
                  accountId={account.id}
                  onlyOne={only}
                />
              ) : (
                <div className="table-row row-waiting" />
              );
            }}
          />
        </div>
      )}
    </>
  );
}

interface LineProps {
  dataset: DatasetView;
  chosen: boolean;
  accountId: string;
  onlyOne: boolean;
}

function DatasetLine({ dataset, chosen, accountId, onlyOne }: LineProps): ReactElement {
  const open = () => useUi.setState({ openDataset: dataset });
  return (
    <div className="table-row datasets-grid" role="row">
      <div role="cell" className="inline">
        <Icon name="dataset" className={chosen ? 'tone-accent' : 'faint'} />
        <div className="grow">
          <button type="button" className="row-link truncate" onClick={open}>
            {dataset.title}
          </button>
          {dataset.description ? <span className="truncate row-sub">{dataset.description}</span> : null}
        </div>
      </div>
      <span role="cell" className="muted truncate">
        {dataset.mirrored === null ? '' : dataset.mirrored ? 'Mirrored' : 'Static'}
        {dataset.storage === 'private' ? ' · own cloud' : ''}
      </span>
      <span role="cell" className="muted truncate">
        {whenText(dataset.editedAt ?? dataset.createdAt)}
      </span>
      <div role="cell" className="datasets-action">
        {chosen ? (
          <Badge tone="accent">{onlyOne ? 'Destination' : 'Next drop goes here'}</Badge>
        ) : (
          <Button
            size="s"
            className="row-reveal"
            onClick={() => {
              chooseDestination(accountId, dataset);
              toast(`The next drop goes to ${dataset.title}`);
            }}
          >
            Upload here
          </Button>
        )}
        <IconButton label={`Rows of ${dataset.title}`} icon="chevronRight" onClick={open} />
      </div>
    </div>
  );
}

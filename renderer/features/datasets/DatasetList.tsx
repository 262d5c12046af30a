/** The account's datasets: searched, narrowed, sorted, thousands of them. Used by `DatasetsPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { DatasetListing } from '../../../preload/contract/manage.ts';
import type { AccountView, DatasetView } from '../../../preload/contract/views.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { USUAL_LISTING, useDatasetsList } from '../../state/datasets-list.ts';
import { useDestination } from '../../state/destination.ts';
import { Paged, type PagedState, usePaged } from '../../state/paged.ts';
import { openDialog } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Controls.tsx';
import { DrawingDataset, DrawingNothing, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { plural } from '../../ui/format.ts';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { chipsOf, DatasetFilters, unfiltered } from './DatasetFilters.tsx';
import { DatasetLine } from './DatasetLine.tsx';
import { DatasetsSwitch } from './DatasetsSwitch.tsx';
import { Chips, SortHead } from './FilterParts.tsx';
import { JoinNote } from './JoinNote.tsx';

function fetchDatasets(search: string, listing: DatasetListing, refresh: boolean) {
  return (offset: number, limit: number) =>
    call('datasets.list', {
      search: search.trim(),
      listing,
      refresh: refresh && offset === 0,
      offset,
      limit,
    });
}

export function DatasetList({ account }: { account: AccountView }): ReactElement {
  const { search, listing } = useDatasetsList();
  const [list] = useState(() => new Paged<DatasetView>(fetchDatasets(search, listing, false)));
  const state = usePaged(list);
  const only = account.kind === 'api-key';

  useEffect(() => {
    const { openedAt } = useDatasetsList.getState();
    list.look(openedAt ?? 0, (openedAt ?? 0) + 30);
    return onTopics((topics) => {
      if (topics.has('datasets')) list.refresh();
    });
  }, [list]);

  const show = (next: { search?: string; listing?: DatasetListing }) => {
    useDatasetsList.setState({ ...next, openedAt: null });
    const now = useDatasetsList.getState();
    list.refresh(fetchDatasets(now.search, now.listing, false));
  };
  const change = (part: Partial<DatasetListing>) => show({ listing: { ...listing, ...part } });
  const again = () => list.replace(fetchDatasets(search, listing, true));
  const chips = only ? [] : chipsOf(listing, change);
  const narrowed = search.trim() !== '' || chips.length > 0;
  const clear = () => show({ search: '', listing: unfiltered(listing) });
  const lead = only
    ? 'An API key belongs to one dataset'
    : state.total === null
      ? undefined
      : `${plural(state.total, 'dataset')}${narrowed ? ' found' : ''}`;
  return (
    <>
      <PageHead title="Datasets" lead={lead}>
        <DatasetsSwitch />
        {only ? null : (
          <SearchField
            primary
            label="Search datasets"
            value={search}
            onChange={(next) => show({ search: next })}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown') return;
              event.preventDefault();
              document.querySelector<HTMLElement>('.datasets-list [data-index] .row-link')?.focus();
            }}
          />
        )}
        <IconButton label="Ask Encord again" icon="retry" onClick={again} />
        {only ? null : (
          <Button variant="primary" icon="plus" onClick={() => openDialog('create-dataset')}>
            New dataset
          </Button>
        )}
      </PageHead>
      {only ? null : (
        <div className="narrow">
          <DatasetFilters listing={listing} onChange={change} />
          <Chips chips={chips} onClear={() => show({ listing: unfiltered(listing) })} />
          <span className="grow" />
          <span className="narrow-switch">
            <span aria-hidden="true">All organisation datasets</span>
            <Switch
              label="All organisation datasets"
              checked={listing.organisation}
              onChange={(organisation) =>
                change({
                  organisation,
                  ...(listing.role === 'none' && !organisation ? { role: USUAL_LISTING.role } : {}),
                })
              }
            />
          </span>
        </div>
      )}
      {listing.organisation && !only ? <JoinNote example={list.row(0) ?? null} /> : null}
      <Content
        list={list}
        state={state}
        account={account}
        narrowed={narrowed}
        again={again}
        clear={clear}
        change={change}
      />
    </>
  );
}

interface ContentProps {
  list: Paged<DatasetView>;
  state: PagedState;
  account: AccountView;
  narrowed: boolean;
  again: () => void;
  clear: () => void;
  change: (part: Partial<DatasetListing>) => void;
}

function Content({ list, state, account, narrowed, again, clear, change }: ContentProps): ReactElement {
  if (state.failure !== null)
    return (
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
    );
  if (state.total === null) return <Skeleton rows={8} label="Asking Encord for its datasets" />;
  if (state.total > 0) return <Table list={list} total={state.total} account={account} change={change} />;
  if (narrowed)
    return (
      <EmptyState
        drawing={<DrawingNothing />}
        title="No dataset matches"
        action={<Button onClick={clear}>Clear search and filters</Button>}
      >
        Titles are searched; every filter that is set must fit.
      </EmptyState>
    );
  return (
    <EmptyState
      drawing={<DrawingDataset />}
      title="No dataset yet"
      action={
        account.kind === 'ssh' ? (
          <Button variant="primary" icon="plus" onClick={() => openDialog('create-dataset')}>
            New dataset
          </Button>
        ) : undefined
      }
    >
      A dataset holds what you upload, as data rows. Create the first one here, or be invited to one.
    </EmptyState>
  );
}

type TableProps = Pick<ContentProps, 'list' | 'account' | 'change'> & { total: number };

function Table({ list, total, account, change }: TableProps): ReactElement {
  const { search, listing, openedAt } = useDatasetsList();
  const destination = useDestination();
  const handle = useRef<ListHandle | null>(null);
  const only = account.kind === 'api-key';
  const sortBy = (sort: DatasetListing['sort']) => ({
    order:
      listing.sort !== sort ? null : listing.descending ? ('descending' as const) : ('ascending' as const),
    onSort: () =>
      change({
        sort,
        descending: listing.sort === sort ? !listing.descending : sort !== 'title' && sort !== 'role',
      }),
  });

  // The line whose title is to have the focus, as soon as it is drawn: it may have to be asked for first.
  const wanted = useRef(openedAt);
  useEffect(() => {
    if (wanted.current !== null) handle.current?.scrollToIndex(wanted.current);
  }, []);
  const takeFocus = (index: number, title: HTMLElement | null) => {
    if (title === null || wanted.current !== index) return;
    wanted.current = null;
    title.focus({ preventScroll: true });
  };
  const focusLine = (index: number) => {
    const at = Math.max(0, Math.min(total - 1, index));
    wanted.current = at;
    handle.current?.scrollToIndex(at);
    takeFocus(at, document.querySelector<HTMLElement>(`.datasets-list [data-index="${at}"] .row-link`));
  };

  const press = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.row-link')) return;
    const index = Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index);
    const to: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + 10,
      PageUp: index - 10,
      Home: 0,
      End: total - 1,
    };
    const next = to[event.key];
    if (next === undefined || event.altKey) return;
    event.preventDefault();
    focusLine(next);
  };

  return (
    <div className="table datasets-table" role="table" aria-label="Datasets" aria-rowcount={total}>
      <div className="table-head datasets-grid" role="row">
        <SortHead {...sortBy('title')}>Title</SortHead>
        <span role="columnheader" className="datasets-storage">
          Storage
        </span>
        <SortHead {...sortBy('role')} className="datasets-role">
          Role
        </SortHead>
        <SortHead {...sortBy('created')} className="datasets-created">
          Created
        </SortHead>
        <SortHead {...sortBy('edited')}>Edited</SortHead>
        <span role="columnheader">
          <span className="visually-hidden">Destination</span>
        </span>
      </div>
      <VirtualList
        className="table-body datasets-list"
        bodyRole="rowgroup"
        count={total}
        rowHeight={48}
        handle={handle}
        onRange={list.look}
        resetKey={`${search} ${JSON.stringify(listing)}`}
        onKeyDown={press}
        row={(index) => {
          const dataset = list.row(index);
          return dataset ? (
            <DatasetLine
              dataset={dataset}
              index={index}
              titleRef={(title) => takeFocus(index, title)}
              chosen={destination?.id === dataset.id}
              accountId={account.id}
              onlyOne={only}
              organisation={listing.organisation}
            />
          ) : (
            <div className="table-row row-waiting" role="row" />
          );
        }}
      />
    </div>
  );
}

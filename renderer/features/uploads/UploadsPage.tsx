/** The queue: what is to be done, what is being done, what needs the person, what is in. */
import { type ReactElement, useEffect } from 'react';
import type { QueueFilter, UnitOrder } from '../../../preload/contract/views.ts';
import { useApp } from '../../state/app.ts';
import { useBandwidthEntries } from '../../state/bandwidth.ts';
import {
  canAny,
  cancelAll,
  cancelRows,
  clearFinished,
  moveToTop,
  pauseAll,
  pauseRows,
  resumeAll,
  resumeRows,
  retryAll,
  retryRows,
  setOrder,
} from '../../state/commands.ts';
import { useDestination } from '../../state/destination.ts';
import { usePaged } from '../../state/paged.ts';
import { queueRows, refreshQueue, setFilter, setSearch, useQueue } from '../../state/queue.ts';
import { selectNone } from '../../state/selection.ts';
import { countsOf } from '../../state/status.ts';
import { goTo } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { DrawingClear, DrawingDrop, DrawingNothing, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { count } from '../../ui/format.ts';
import { Menu } from '../../ui/Menu.tsx';
import { Select } from '../../ui/Select.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { AddFiles } from './AddFiles.tsx';
import { DetailsDialog } from './Details.tsx';
import { QueueList } from './QueueList.tsx';

export function UploadsPage(): ReactElement {
  const paged = usePaged(queueRows);
  const filter = useQueue((state) => state.filter);
  const search = useQueue((state) => state.search);
  const snapshot = useApp((state) => state.snapshot);
  useEffect(() => queueRows.look(0, 40), []);
  const counts = snapshot ? countsOf(snapshot.totals) : null;
  const whole = filter === 'all' && search.trim() === '';
  const bare = whole && paged.total === 0;
  return (
    <>
      <PageHead title="Uploads">
        {bare ? null : <SearchField primary label="Search by name" value={search} onChange={setSearch} />}
        {counts && counts.open > 0 ? <PauseAll paused={snapshot?.paused ?? false} /> : null}
        {bare ? null : <AddFiles />}
      </PageHead>
      {bare ? null : <Filters />}
      <Content whole={whole} filter={filter} search={search} />
      <DetailsDialog />
    </>
  );
}

function PauseAll({ paused }: { paused: boolean }): ReactElement {
  return paused ? (
    <Button icon="play" onClick={() => void resumeAll()}>
      Resume all
    </Button>
  ) : (
    <Button icon="pause" onClick={() => void pauseAll()}>
      Pause all
    </Button>
  );
}

function Filters(): ReactElement {
  const filter = useQueue((state) => state.filter);
  const selected = useQueue((state) => state.selection.size);
  const totals = useApp((state) => state.snapshot?.totals);
  const counts = totals ? countsOf(totals) : null;
  const some = (value: number | undefined) => (value ? count(value) : undefined);
  const options: {
    value: QueueFilter;
    label: string;
    count?: string | undefined;
    tone?: 'fail' | undefined;
  }[] = [
    { value: 'all', label: 'All', count: some(counts?.total) },
    { value: 'active', label: 'In progress' },
    { value: 'waiting', label: 'Waiting' },
    { value: 'attention', label: 'Needs you', count: some(counts?.attention), tone: 'fail' },
    { value: 'done', label: 'Done', count: some(counts?.done) },
    { value: 'turned-away', label: 'Not taken', count: some(counts?.turnedAway) },
  ];
  return (
    <div className="filters">
      <Segmented label="Show" size="s" value={filter} options={options} onChange={setFilter} />
      <span className="grow" />
      {selected > 1 ? <SelectionBar /> : <QueueMenu />}
    </div>
  );
}

function SelectionBar(): ReactElement {
  const selection = useQueue((state) => state.selection);
  const rows = [...selection.values()];
  const can = canAny(rows);
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected rows">
      <span className="muted small">{count(rows.length)} selected</span>
      {can.retry ? (
        <Button size="s" variant="ghost" icon="retry" onClick={() => void retryRows(rows)}>
          Retry
        </Button>
      ) : null}
      {can.pause ? (
        <Button size="s" variant="ghost" icon="pause" onClick={() => void pauseRows(rows)}>
          Pause
        </Button>
      ) : null}
      {can.resume ? (
        <Button size="s" variant="ghost" icon="play" onClick={() => void resumeRows(rows)}>
          Resume
        </Button>
      ) : null}
      {can.top ? (
        <Button size="s" variant="ghost" icon="top" onClick={() => void moveToTop(rows)}>
          Move to top
        </Button>
      ) : null}
      {can.cancel ? (
        <Button size="s" variant="ghost" icon="close" onClick={() => void cancelRows(rows)}>
          Cancel
        </Button>
      ) : null}
      <IconButton label="Select nothing" icon="close" size="s" keys="esc" onClick={selectNone} />
    </div>
  );
}

function QueueMenu(): ReactElement {
  const limits = useBandwidthEntries();
  const totals = useApp((state) => state.snapshot?.totals);
  const counts = totals ? countsOf(totals) : null;
  return (
    <div className="selection-bar">
      {counts && counts.open > 0 ? <Order /> : null}
      {counts && counts.failed > 0 ? (
        <Button size="s" variant="ghost" icon="retry" onClick={() => void retryAll()}>
          Retry {count(counts.failed)} failed
        </Button>
      ) : null}
      {counts && counts.done + counts.cancelled > 0 ? (
        <Button size="s" variant="ghost" icon="check" onClick={() => void clearFinished()}>
          Clear finished
        </Button>
      ) : null}
      {counts && counts.open > 0 ? (
        <Menu
          entries={[
            {
              kind: 'item',
              id: 'cancel',
              label: 'Cancel everything…',
              icon: 'close',
              danger: true,
              act: () => void cancelAll(counts.open, counts.uncertain),
            },
            { kind: 'line', id: 'line' },
            ...limits,
          ]}
        >
          <IconButton label="More" icon="more" />
        </Menu>
      ) : null}
    </div>
  );
}

const ORDERS: readonly { value: UnitOrder; label: string; hint?: string }[] = [
  { value: 'added', label: 'As added' },
  { value: 'name', label: 'By name' },
  { value: 'smallest', label: 'Smallest first' },
  { value: 'largest', label: 'Largest first' },
];

/** In which order what waits is taken; the list itself stays as it is. */
function Order(): ReactElement | null {
  const order = useApp((state) => state.snapshot?.order);
  if (order === undefined) return null;
  return (
    <Select
      label="Order of what waits"
      lead="Order"
      value={order}
      options={ORDERS}
      onChange={(next) => void setOrder(next)}
    />
  );
}

const NONE: Record<Exclude<QueueFilter, 'all'>, { title: string; text: string }> = {
  active: {
    title: 'Nothing is in progress',
    text: 'What is being sent, registered or processed shows up here.',
  },
  waiting: { title: 'Nothing is waiting', text: 'Uploads that have not begun yet stand here.' },
  attention: {
    title: 'Nothing needs you',
    text: 'Failed uploads, and those whose fate is not certain, would be here.',
  },
  done: { title: 'Nothing is done yet', text: 'What has become a data row is listed here.' },
  'turned-away': {
    title: 'Everything was taken',
    text: 'Files that review refused or skipped are listed here, with the reason.',
  },
};

function Content({
  whole,
  filter,
  search,
}: {
  whole: boolean;
  filter: QueueFilter;
  search: string;
}): ReactElement {
  const paged = usePaged(queueRows);
  const destination = useDestination();
  if (paged.total === null) {
    if (paged.failure)
      return (
        <EmptyState
          drawing={<DrawingUnplugged />}
          title="The queue could not be read"
          action={
            <Button variant="primary" icon="retry" onClick={refreshQueue}>
              Try again
            </Button>
          }
        >
          {paged.failure}
        </EmptyState>
      );
    return <Skeleton rows={10} label="Reading the queue" />;
  }
  if (paged.total > 0) return <QueueList />;
  if (whole)
    return (
      <EmptyState
        drawing={<DrawingDrop />}
        title="Drop files or folders anywhere"
        action={<AddFiles size="l" />}
      >
        {destination ? (
          <p>
            Videos, images and folders of frames become data rows of{' '}
            <button type="button" className="inline-link" onClick={() => goTo('datasets')}>
              {destination.title}
            </button>
            . You review them before anything is sent.
          </p>
        ) : (
          <p>
            Videos, images and folders of frames become data rows in Encord. You review them before anything
            is sent.
          </p>
        )}
      </EmptyState>
    );
  if (search.trim() !== '')
    return (
      <EmptyState
        drawing={<DrawingNothing />}
        title={`Nothing matches “${search.trim()}”`}
        action={<Button onClick={() => setSearch('')}>Clear the search</Button>}
      >
        Names of batches, uploads and files are searched.
      </EmptyState>
    );
  const none = filter === 'all' ? null : NONE[filter];
  return (
    <EmptyState
      drawing={<DrawingClear />}
      title={none?.title ?? ''}
      action={<Button onClick={() => setFilter('all')}>Show all</Button>}
    >
      {none?.text}
    </EmptyState>
  );
}

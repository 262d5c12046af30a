/** What a watch folder has put into the queue, and what it did not take. Used by `FolderPage`. */
import type { ReactElement } from 'react';
import type { WatchedRowView, WatchFolderView } from '../../../preload/contract/watch.ts';
import { call } from '../../state/bridge.ts';
import { showInUploads } from '../../state/watch.ts';
import { IconButton } from '../../ui/Button.tsx';
import { DrawingClear, DrawingDrop } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { size, when, whenExact } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { PathName } from '../../ui/PathName.tsx';
import { RowTable } from './RowTable.tsx';
import { StateMark } from './StateMark.tsx';
import { TabState } from './TabState.tsx';
import { useFolderRows } from './useFolderRows.ts';
import { skippedWord, uploadWord } from './words.ts';

function useFiles(folder: WatchFolderView, which: 'uploads' | 'skipped') {
  return useFolderRows<WatchedRowView>((offset, limit) =>
    call('watch.files', { watchId: folder.id, which, offset, limit }),
  );
}

export function UploadsTab({ folder }: { folder: WatchFolderView }): ReactElement {
  const { rows, state } = useFiles(folder, 'uploads');
  return (
    <TabState
      state={state}
      again={() => rows.replace()}
      empty={
        <EmptyState drawing={<DrawingDrop />} title="Nothing was uploaded yet">
          Finished files go up by themselves, and are listed here with what became of them.
        </EmptyState>
      }
    >
      <RowTable
        label="Uploads"
        rows={rows}
        state={state}
        gridClass="uploads-grid"
        columns={[
          { name: 'File', plain: true },
          { name: 'State', plain: true },
          { name: 'What happened', plain: true },
          { name: 'Size', number: true },
          { name: 'When', number: true },
        ]}
        cells={(row) => [
          <Name key="name" path={row.path} title={row.unit?.title ?? null} />,
          <StateMark key="state" word={uploadWord(row)} />,
          <Happened key="happened" row={row} />,
          size(row.size),
          <When key="when" at={row.at} />,
        ]}
      />
    </TabState>
  );
}

/** A failure and the way to its upload; of what is under way only the latter. */
function Happened({ row }: { row: WatchedRowView }): ReactElement {
  const { unit } = row;
  const open = unit !== null && unit.state !== 'done';
  return (
    <span className="happened">
      {unit?.failure && open ? (
        <span className="truncate small tone-fail" title={unit.failure.message}>
          {unit.failure.message}
        </span>
      ) : null}
      {open ? (
        <IconButton
          label="Show in Uploads"
          icon="arrowRight"
          size="s"
          className={unit.failure ? '' : 'row-reveal'}
          onClick={() => showInUploads(unit.title)}
        />
      ) : null}
    </span>
  );
}

export function SkippedTab({ folder }: { folder: WatchFolderView }): ReactElement {
  const { rows, state } = useFiles(folder, 'skipped');
  return (
    <TabState
      state={state}
      again={() => rows.replace()}
      empty={
        <EmptyState drawing={<DrawingClear />} title="Everything was taken">
          Files that are already in the dataset, that Encord does not take, or that you left are listed here,
          each with the reason.
        </EmptyState>
      }
    >
      <RowTable
        label="Skipped"
        rows={rows}
        state={state}
        gridClass="skipped-grid"
        columns={[
          { name: 'File', plain: true },
          { name: 'State', plain: true },
          { name: 'Why' },
          { name: 'Size', number: true },
          { name: 'When', number: true },
        ]}
        cells={(row) => [
          <Name key="name" path={row.path} title={null} />,
          <StateMark key="state" word={skippedWord(row)} />,
          <span key="why" title={row.reason ?? undefined} className="selectable">
            {row.reason ?? ''}
          </span>,
          size(row.size),
          <When key="when" at={row.at} />,
        ]}
      />
    </TabState>
  );
}

function Name({ path, title }: { path: string; title: string | null }): ReactElement {
  return (
    <>
      <Icon name="file" className="faint" />
      <PathName path={path} title={title === null || title === path ? path : `${path}\nas ${title}`} />
    </>
  );
}

function When({ at }: { at: number }): ReactElement {
  return <span title={whenExact(at)}>{when(at)}</span>;
}

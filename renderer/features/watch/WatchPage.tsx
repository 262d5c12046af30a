/** The watch folders of this machine; one of them opened shows what happens in it. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import type { ReactElement } from 'react';
import { refreshWatch, useWatch } from '../../state/watch.ts';
import { beginAdding } from '../../state/watch-draft.ts';
import { heed, isSuspended, needsPerson } from '../../state/watch-status.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { DrawingNothing, DrawingUnplugged, DrawingWatch } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { count, plural } from '../../ui/format.ts';
import { PageHead } from '../frame/PageHead.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { FolderList } from './FolderList.tsx';
import { FolderPage } from './FolderPage.tsx';
import { WatchSheet } from './WatchSheet.tsx';

export function WatchPage(): ReactElement {
  const open = useWatch((state) => state.folders?.find((folder) => folder.id === state.openId) ?? null);
  return (
    <>
      {open ? <FolderPage key={open.id} folder={open} /> : <Folders />}
      <WatchSheet />
    </>
  );
}

/** So few are seen at a glance; a search would only be in the way. */
const FEW = 6;

function Folders(): ReactElement {
  const folders = useWatch((state) => state.folders);
  const search = useWatch((state) => state.search);
  const onlyHeeded = useWatch((state) => state.onlyHeeded);
  if (folders === null) return <NoAnswer />;
  if (folders.length === 0) return <Empty />;
  const heeded = heed(folders);
  const text = search.trim().toLowerCase();
  const only = onlyHeeded && heeded > 0;
  const shown = folders.filter(
    (folder) =>
      (!only || isSuspended(folder) || needsPerson(folder)) &&
      `${folder.root}\n${folder.datasetTitle}`.toLowerCase().includes(text),
  );
  const on = folders.filter((folder) => folder.on).length;
  return (
    <>
      <PageHead
        title="Watch folders"
        lead={`${plural(folders.length, 'folder')}${on < folders.length ? `, ${count(on)} switched on` : ''}`}
      >
        {folders.length > FEW ? (
          <SearchField
            primary
            label="Search folders"
            value={search}
            onChange={(next) => useWatch.setState({ search: next })}
          />
        ) : null}
        <AddButton />
      </PageHead>
      {heeded > 0 && folders.length > FEW ? (
        <div className="filters">
          <Segmented
            label="Show"
            size="s"
            value={only ? 'heeded' : 'all'}
            onChange={(value) => useWatch.setState({ onlyHeeded: value === 'heeded' })}
            options={[
              { value: 'all', label: 'All', count: count(folders.length) },
              { value: 'heeded', label: 'Need a look', count: count(heeded), tone: 'warn' },
            ]}
          />
        </div>
      ) : null}
      {shown.length === 0 ? (
        <EmptyState
          drawing={<DrawingNothing />}
          title={`Nothing matches “${search.trim()}”`}
          action={
            <Button onClick={() => useWatch.setState({ search: '', onlyHeeded: false })}>Show all</Button>
          }
        >
          Paths and datasets are searched.
        </EmptyState>
      ) : (
        <FolderList folders={shown} resetKey={`${only} ${text}`} />
      )}
    </>
  );
}

function AddButton({ size = 'm' }: { size?: 'm' | 'l' }): ReactElement {
  return (
    <Button variant="primary" size={size} icon="plus" onClick={beginAdding}>
      Add a folder
    </Button>
  );
}

function NoAnswer(): ReactElement {
  const failure = useWatch((state) => state.failure);
  return (
    <>
      <PageHead title="Watch folders" />
      {failure === null ? (
        <Skeleton rows={6} label="Reading the watch folders" />
      ) : (
        <EmptyState
          drawing={<DrawingUnplugged />}
          title="The watch folders could not be read"
          action={
            <Button variant="primary" icon="retry" onClick={() => void refreshWatch()}>
              Try again
            </Button>
          }
        >
          {failure}
        </EmptyState>
      )}
    </>
  );
}

function Empty(): ReactElement {
  return (
    <>
      <PageHead title="Watch folders" />
      <EmptyState
        drawing={<DrawingWatch />}
        title="Let a folder upload itself"
        action={<AddButton size="l" />}
      >
        <p>
          Choose the folder that your microscope, camera or scanner writes into. Each file, or each group of
          files, becomes a data row once it is finished, and only once. You see what would be uploaded before
          you switch it on.
        </p>
      </EmptyState>
    </>
  );
}

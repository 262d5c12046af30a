/** The list of watch folders: a glance at each, a switch, and the way in. Used by `WatchPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, memo, type ReactElement, useEffect, useRef } from 'react';
import type { WatchFolderView } from '../../../preload/contract/watch.ts';
import { openWatchFolder, switchFolder, useWatch } from '../../state/watch.ts';
import { Switch } from '../../ui/Controls.tsx';
import { count, oneLine, plural, size } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';
import { StateMark } from './StateMark.tsx';
import { folderWord } from './words.ts';

const ROW = 60;

interface FolderListProps {
  folders: readonly WatchFolderView[];
  resetKey: string;
}

export function FolderList({ folders, resetKey }: FolderListProps): ReactElement {
  const handle = useRef<ListHandle | null>(null);
  const list = useRef<HTMLDivElement>(null);

  /** The row may be drawn only after the list has scrolled to it. */
  const focusRow = (index: number) => {
    const folder = folders[index];
    if (!folder) return;
    handle.current?.scrollToIndex(index);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>(`[data-folder="${folder.id}"]`)?.focus(),
    );
  };

  // Who comes back from a folder finds the focus where it was.
  const comeBack = useRef(focusRow);
  comeBack.current = focusRow;
  useEffect(() => {
    const { lastOpenId, folders: all } = useWatch.getState();
    const index = all?.findIndex((folder) => folder.id === lastOpenId) ?? -1;
    if (index >= 0) comeBack.current(index);
    else if (lastOpenId !== null) list.current?.focus({ preventScroll: true });
  }, []);

  const press = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const at = event.target instanceof HTMLElement ? Number(event.target.dataset.folder) : Number.NaN;
    const index = folders.findIndex((folder) => folder.id === at);
    if (index < 0) return;
    event.preventDefault();
    focusRow(index + (event.key === 'ArrowDown' ? 1 : -1));
  };

  return (
    <div className="table" role="table" aria-label="Watch folders" aria-rowcount={folders.length}>
      <div className="table-head watch-grid" role="row">
        <span role="columnheader">Folder</span>
        <span role="columnheader">State</span>
        <span role="columnheader" className="cell-number">
          Today
        </span>
        <span role="columnheader" className="cell-number">
          Waiting
        </span>
        <span role="columnheader" className="cell-number">
          Queued
        </span>
        <span role="columnheader">
          <span className="visually-hidden">On</span>
        </span>
      </div>
      <VirtualList
        ref={list}
        className="table-body"
        // What takes the focus cannot be without a role between a table and its rows.
        role="rowgroup"
        bodyRole="presentation"
        count={folders.length}
        rowHeight={ROW}
        handle={handle}
        resetKey={resetKey}
        data-focus-home=""
        tabIndex={-1}
        onKeyDown={press}
        row={(index) => {
          const folder = folders[index];
          return folder ? <FolderLine folder={folder} index={index} /> : null;
        }}
      />
    </div>
  );
}

const FolderLine = memo(function FolderLine({
  folder,
  index,
}: {
  folder: WatchFolderView;
  index: number;
}): ReactElement {
  const state = folderWord(folder);
  return (
    <div
      className={`table-row watch-grid${folder.on ? '' : ' watch-off'}`}
      role="row"
      aria-rowindex={index + 1}
    >
      <div role="cell" className="inline">
        <Icon name="folder" className="faint" />
        <div className="grow">
          <button
            type="button"
            className="row-link watch-root"
            data-folder={folder.id}
            aria-label={folder.root}
            onClick={() => openWatchFolder(folder)}
          >
            <MiddleTruncate text={folder.root} />
          </button>
          <span className="truncate row-sub">
            to {oneLine(folder.datasetTitle)}
            {folder.accountName === null ? '' : ` as ${folder.accountName}`}
          </span>
        </div>
      </div>
      <div role="cell" className="watch-state">
        <StateMark word={state} />
        {state.why ? (
          <span className="truncate row-sub watch-why" title={state.why}>
            {state.why}
          </span>
        ) : null}
      </div>
      <div role="cell" className="cell-number">
        <span className="watch-figure">
          {folder.today.files > 0 ? plural(folder.today.files, 'file') : ''}
        </span>
        <span className="row-sub">{folder.today.files > 0 ? size(folder.today.bytes) : ''}</span>
        {folder.today.files === 0 ? <span className="faint">none</span> : null}
      </div>
      <Figure value={folder.waiting} />
      <Figure value={folder.queued} />
      <div role="cell" className="watch-switch">
        <Switch
          label={`Watch ${folder.root}`}
          checked={folder.on}
          onChange={(on) => void switchFolder(folder, on)}
        />
        <Icon name="chevronRight" size={14} className="faint" />
      </div>
    </div>
  );
});

function Figure({ value }: { value: number }): ReactElement {
  return (
    <span role="cell" className={`cell-number${value === 0 ? ' faint' : ''}`}>
      {value === 0 ? '–' : count(value)}
    </span>
  );
}

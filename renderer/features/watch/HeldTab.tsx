/** Files that were there before the folder was added, for a person to say what becomes of them. Used by `FolderPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useState } from 'react';
import { createPortal } from 'react-dom';
import type { WatchedRowView, WatchFolderView } from '../../../preload/contract/watch.ts';
import { call } from '../../state/bridge.ts';
import type { FetchPage } from '../../state/paged.ts';
import { review } from '../../state/watch.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { DrawingClear } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { count, plural, size } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { PathName } from '../../ui/PathName.tsx';
import { SelectList, useTicked } from './SelectList.tsx';
import { TabState } from './TabState.tsx';
import { useFolderRows } from './useFolderRows.ts';

type Said = 'upload' | 'ignore';

export function HeldTab({
  folder,
  slot,
}: {
  folder: WatchFolderView;
  slot: HTMLElement | null;
}): ReactElement {
  const watchId = folder.id;
  const [fetch] = useState(
    (): FetchPage<WatchedRowView> => (offset, limit) =>
      call('watch.files', { watchId, which: 'held', offset, limit }),
  );
  const list = useFolderRows(fetch);
  const ticked = useTicked<WatchedRowView>();
  const act = async (rows: readonly WatchedRowView[] | null, decision: Said) => {
    if (!(await review(folder, rows?.map((row) => row.path) ?? null, decision))) return;
    ticked.setSelection(new Map());
    list.rows.refresh();
  };
  const chosen = [...ticked.selection.values()];
  const bar =
    chosen.length > 0 ? (
      <div className="selection-bar" role="toolbar" aria-label="Selected rows">
        <span className="muted small">{count(chosen.length)} selected</span>
        <Button size="s" onClick={() => void act(chosen, 'upload')}>
          Upload
        </Button>
        <Button size="s" onClick={() => void act(chosen, 'ignore')}>
          Leave
        </Button>
        <IconButton
          label="Select nothing"
          icon="close"
          size="s"
          keys="esc"
          onClick={() => ticked.setSelection(new Map())}
        />
      </div>
    ) : folder.held > 0 ? (
      <div className="selection-bar">
        <span className="muted small">
          {folder.held === 1 ? 'This file was' : `These ${plural(folder.held, 'file')} were`} here before
        </span>
        <Button size="s" onClick={() => void act(null, 'ignore')}>
          Leave all
        </Button>
        <Button size="s" variant="primary" onClick={() => void act(null, 'upload')}>
          Upload all
        </Button>
      </div>
    ) : null;
  return (
    <>
      {slot ? createPortal(bar, slot) : null}
      <TabState
        state={list.state}
        again={() => list.rows.replace()}
        empty={
          <EmptyState drawing={<DrawingClear />} title="All of it is reviewed">
            Files that were in the folder before you added it stood here.
          </EmptyState>
        }
      >
        <SelectList
          label="Files that were here before"
          list={list}
          fetch={fetch}
          ticked={ticked}
          keyOf={(row) => row.path}
          canTick={() => true}
          gridClass="held-grid"
          keys={{ u: (rows) => void act(rows, 'upload'), l: (rows) => void act(rows, 'ignore') }}
          cells={(row) => (
            <>
              <span role="gridcell" className="inline">
                <Icon name="file" className="faint" />
                <PathName path={row.path} />
              </span>
              <span role="gridcell" className="muted cell-number">
                {size(row.size)}
              </span>
              <span role="gridcell" className="row-actions row-reveal">
                {(['upload', 'ignore'] as const).map((decision) => (
                  <Button
                    key={decision}
                    size="s"
                    variant="ghost"
                    tabIndex={-1}
                    onClick={(event) => {
                      event.stopPropagation();
                      void act([row], decision);
                    }}
                  >
                    {decision === 'upload' ? 'Upload' : 'Leave'}
                  </Button>
                ))}
              </span>
            </>
          )}
        />
      </TabState>
    </>
  );
}

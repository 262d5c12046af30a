/** Local files that were moved or trashed after their upload, or will be, each with the way back. Used by `FolderPage`. */
import type { ReactElement } from 'react';
import type { WatchActionView, WatchFolderView } from '../../../preload/contract/watch.ts';
import { call } from '../../state/bridge.ts';
import { undoAction } from '../../state/watch.ts';
import { Button } from '../../ui/Button.tsx';
import { DrawingClear } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { size } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { PathName } from '../../ui/PathName.tsx';
import { RowTable } from './RowTable.tsx';
import { StateMark } from './StateMark.tsx';
import { TabState } from './TabState.tsx';
import { useFolderRows } from './useFolderRows.ts';
import { actionWord, afterSentence } from './words.ts';

export function ActionsTab({ folder }: { folder: WatchFolderView }): ReactElement {
  const { rows, state } = useFolderRows<WatchActionView>((offset, limit) =>
    call('watch.actions', { watchId: folder.id, offset, limit }),
  );
  const undo = async (action: WatchActionView) => {
    await undoAction(action);
    rows.refresh();
  };
  return (
    <TabState
      state={state}
      again={() => rows.replace()}
      empty={
        <EmptyState drawing={<DrawingClear />} title="No file was moved">
          {afterSentence(folder.rules)}.{' '}
          {folder.rules.after.kind === 'keep'
            ? 'To have them moved or trashed once they are in Encord, edit the rules.'
            : 'That happens only after Encord has confirmed the upload, and can be undone here.'}
        </EmptyState>
      }
    >
      <RowTable
        label="Moved files"
        rows={rows}
        state={state}
        gridClass="actions-grid"
        columns={[
          { name: 'File', plain: true },
          { name: 'State', plain: true },
          { name: 'Where it is, or why not' },
          { name: 'Size', number: true },
          { name: 'Undo', plain: true },
        ]}
        cells={(action) => [
          <span key="name" className="inline">
            <Icon name={action.kind === 'move' ? 'folder' : 'trash'} className="faint" />
            <PathName path={action.path} />
          </span>,
          <StateMark key="state" word={actionWord(action, Date.now())} />,
          action.reason !== null || action.to === null ? (
            <span key="where" className="selectable" title={action.reason ?? undefined}>
              {action.reason ?? ''}
            </span>
          ) : (
            <PathName key="where" path={action.to} />
          ),
          size(action.size),
          action.undoable ? (
            <Button
              key="undo"
              size="s"
              variant="ghost"
              aria-label={`${action.state === 'due' ? 'Call off' : 'Undo'}: ${action.path}`}
              onClick={() => void undo(action)}
            >
              {action.state === 'due' ? 'Call off' : 'Undo'}
            </Button>
          ) : null,
        ]}
      />
    </TabState>
  );
}

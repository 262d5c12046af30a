/** Files and groups that are not uploaded yet, each with its reason as it stands this second. Used by `FolderPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useState } from 'react';
import { createPortal } from 'react-dom';
import type { WaitingRow, WatchFolderView } from '../../../preload/contract/watch.ts';
import { call } from '../../state/bridge.ts';
import type { FetchPage } from '../../state/paged.ts';
import { type Decision, decide } from '../../state/watch.ts';
import { isSuspended } from '../../state/watch-status.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { DrawingClear, DrawingNothing } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { count, plural, size, whenExact } from '../../ui/format.ts';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { PathName } from '../../ui/PathName.tsx';
import { SelectList, type Ticked, useTicked } from './SelectList.tsx';
import { TabState } from './TabState.tsx';
import { useFolderRows } from './useFolderRows.ts';

const DECISIONS: Record<Decision, string> = {
  upload: 'Upload',
  ignore: 'Leave',
  wait: 'Keep waiting',
};
const WORDS: Record<WaitingRow['tone'], { word: string; icon: IconName }> = {
  waiting: { word: 'Waiting', icon: 'clock' },
  ask: { word: 'Decide', icon: 'question' },
  stuck: { word: 'Stuck', icon: 'warn' },
};

const ORDER = ['upload', 'ignore', 'wait'] as const;

interface TabProps {
  folder: WatchFolderView;
  /** Where what can be done is shown. */
  slot: HTMLElement | null;
}

export function WaitingTab({ folder, slot }: TabProps): ReactElement {
  const watchId = folder.id;
  const [fetch] = useState(
    (): FetchPage<WaitingRow> => (offset, limit) => call('watch.waiting', { watchId, offset, limit }),
  );
  const list = useFolderRows(fetch, true);
  const ticked = useTicked<WaitingRow>();
  const act = async (rows: readonly WaitingRow[], decision: Decision) => {
    const fitting = rows.filter((row) => row.choices.includes(decision));
    if (fitting.length === 0 || !(await decide(watchId, fitting, decision))) return;
    ticked.setSelection(new Map());
    list.rows.refresh();
  };
  return (
    <>
      {slot ? createPortal(<Bar folder={folder} ticked={ticked} onAct={act} />, slot) : null}
      <TabState
        state={list.state}
        again={() => list.rows.replace()}
        empty={
          isSuspended(folder) ? (
            <EmptyState drawing={<DrawingNothing />} title="The folder cannot be seen">
              What waits in it is listed when it is back.
            </EmptyState>
          ) : (
            <EmptyState drawing={<DrawingClear />} title="Nothing waits">
              {folder.on
                ? 'Files that are still being written stand here, each with the reason.'
                : 'This folder is switched off. Switch it on to look through it.'}
            </EmptyState>
          )
        }
      >
        <SelectList
          label="Waiting"
          list={list}
          fetch={fetch}
          ticked={ticked}
          keyOf={(row) => row.key}
          canTick={(row) => row.choices.length > 0}
          gridClass="waiting-grid"
          keys={{
            u: (rows) => void act(rows, 'upload'),
            l: (rows) => void act(rows, 'ignore'),
            k: (rows) => void act(rows, 'wait'),
          }}
          cells={(row) => <Cells row={row} onAct={(decision) => void act([row], decision)} />}
        />
      </TabState>
    </>
  );
}

function Cells({ row, onAct }: { row: WaitingRow; onAct: (decision: Decision) => void }): ReactElement {
  const urgent = row.tone !== 'waiting';
  const word = WORDS[row.tone];
  return (
    <>
      <span role="gridcell" className="inline">
        <Icon name={row.kind === 'group' ? 'group' : 'file'} className="faint" />
        {row.kind === 'group' ? <MiddleTruncate text={row.name} /> : <PathName path={row.name} />}
      </span>
      <span role="gridcell" className="muted cell-number">
        {row.kind === 'group' ? `${plural(row.frames, 'frame')} · ${size(row.size)}` : size(row.size)}
      </span>
      <span role="gridcell" className="waiting-why">
        <Icon name={word.icon} size={14} className={urgent ? 'tone-warn' : 'faint'} />
        <span
          className={`truncate grow${urgent ? '' : ' muted'}`}
          title={`${row.reason}\nKnown since ${whenExact(row.since)}`}
        >
          <span className={row.tone === 'stuck' ? 'tone-warn' : 'visually-hidden'}>{word.word}: </span>
          {row.reason}
        </span>
        <span className={`row-actions${urgent ? '' : ' row-hover'}`}>
          {ORDER.filter((decision) => row.choices.includes(decision)).map((decision) => (
            <Button
              key={decision}
              size="s"
              variant="ghost"
              tabIndex={-1}
              onClick={(event) => {
                event.stopPropagation();
                onAct(decision);
              }}
            >
              {DECISIONS[decision]}
            </Button>
          ))}
        </span>
      </span>
    </>
  );
}

interface BarProps {
  folder: WatchFolderView;
  ticked: Ticked<WaitingRow>;
  onAct: (rows: readonly WaitingRow[], decision: Decision) => Promise<void>;
}

function Bar({ folder, ticked, onAct }: BarProps): ReactElement | null {
  const rows = [...ticked.selection.values()];
  if (rows.length === 0)
    return folder.attention > 0 ? (
      <span className="small tone-warn">
        {folder.attention === 1 ? '1 needs you' : `${count(folder.attention)} need you`}
      </span>
    ) : null;
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected rows">
      <span className="muted small">{count(rows.length)} selected</span>
      {ORDER.filter((decision) => rows.some((row) => row.choices.includes(decision))).map((decision) => (
        <Button key={decision} size="s" onClick={() => void onAct(rows, decision)}>
          {DECISIONS[decision]}
        </Button>
      ))}
      <IconButton
        label="Select nothing"
        icon="close"
        size="s"
        keys="esc"
        onClick={() => ticked.setSelection(new Map())}
      />
    </div>
  );
}

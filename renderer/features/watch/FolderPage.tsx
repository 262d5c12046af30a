/** One watch folder: its state, its switch, and the lists of what waits, went up, was skipped, is held, was moved. */
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import type { WatchFolderView } from '../../../preload/contract/watch.ts';
import { useApp } from '../../state/app.ts';
import {
  closeWatchFolder,
  type FolderTab,
  removeFolder,
  scanFolder,
  showFolder,
  switchFolder,
  useWatch,
} from '../../state/watch.ts';
import { beginEditing } from '../../state/watch-draft.ts';
import { isSuspended } from '../../state/watch-status.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Segmented, Switch } from '../../ui/Controls.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, plural, size, until, when } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { ActionsTab } from './ActionsTab.tsx';
import { ExplainDialog } from './ExplainDialog.tsx';
import { SkippedTab, UploadsTab } from './FilesTabs.tsx';
import { HeldTab } from './HeldTab.tsx';
import { StateMark } from './StateMark.tsx';
import { WaitingTab } from './WaitingTab.tsx';
import { afterSentence, becomesSentence, finishedSentence, folderWord, watchWord } from './words.ts';

export function FolderPage({ folder }: { folder: WatchFolderView }): ReactElement {
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => page.current?.focus({ preventScroll: true }), []);
  const press = (event: KeyboardEvent) => {
    // What is open over the page, and a selection, take the key first.
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    closeWatchFolder();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key belongs to everything on this page.
    <div ref={page} className="watch-page" data-focus-home="" tabIndex={-1} onKeyDown={press}>
      <Head folder={folder} />
      <Summary folder={folder} />
      <Notices folder={folder} />
      <Tabs folder={folder} />
    </div>
  );
}

function Head({ folder }: { folder: WatchFolderView }): ReactElement {
  const [explaining, setExplaining] = useState(false);
  const canShow = useApp((state) => state.snapshot?.capabilities.openFolder ?? false);
  const entries: MenuEntry[] = [
    {
      kind: 'item',
      id: 'copy',
      label: 'Copy path',
      icon: 'copy',
      act: () => void copyText(folder.root, 'The path'),
    },
    {
      kind: 'item',
      id: 'explain',
      label: 'Explain a file…',
      icon: 'question',
      act: () => setExplaining(true),
    },
    { kind: 'line', id: 'line' },
    {
      kind: 'item',
      id: 'remove',
      label: 'Remove…',
      icon: 'trash',
      danger: true,
      act: () => void removeFolder(folder),
    },
  ];
  return (
    <PageHead
      before={
        <IconButton
          label="All watch folders"
          icon="chevronRight"
          keys="esc"
          className="turn-back"
          onClick={closeWatchFolder}
        />
      }
      title={<MiddleTruncate text={folder.root} className="selectable" />}
      lead={`to ${oneLine(folder.datasetTitle)}${folder.accountName === null ? '' : ` as ${folder.accountName}`}`}
    >
      <span className="watch-on">
        <Switch
          label={`Watch ${folder.root}`}
          checked={folder.on}
          onChange={(on) => void switchFolder(folder, on)}
        />
        <span className="muted" aria-hidden="true">
          {folder.on ? 'On' : 'Off'}
        </span>
      </span>
      <Button
        icon="retry"
        disabled={!folder.on || isSuspended(folder)}
        onClick={() => void scanFolder(folder)}
      >
        Scan now
      </Button>
      {canShow ? (
        <Button icon="external" onClick={() => void showFolder(folder)}>
          Open
        </Button>
      ) : null}
      <Button icon="settings" onClick={() => beginEditing(folder)}>
        Edit rules
      </Button>
      <Menu entries={entries}>
        <IconButton label="More" icon="more" />
      </Menu>
      {explaining ? <ExplainDialog root={folder.root} onClose={() => setExplaining(false)} /> : null}
    </PageHead>
  );
}

/** State and figures in one line, the rules in another. */
function Summary({ folder }: { folder: WatchFolderView }): ReactElement {
  const word = folder.on ? watchWord(folder.state) : folderWord(folder);
  const { rules } = folder;
  return (
    <section className="watch-summary" aria-label="Summary">
      <div className="watch-facts">
        <Fact label="State">
          <StateMark word={word} />
        </Fact>
        <Fact label="Today">
          {folder.today.files > 0
            ? `${plural(folder.today.files, 'file')} · ${size(folder.today.bytes)}`
            : 'nothing yet'}
        </Fact>
        <Fact label="Waiting">{count(folder.waiting)}</Fact>
        <Fact label="Queued">{count(folder.queued)}</Fact>
        <Fact label="Looked through">{scans(folder)}</Fact>
      </div>
      <p className="small muted selectable">
        {[becomesSentence(rules), finishedSentence(rules), afterSentence(rules)].join('. ')}.
      </p>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="watch-fact">
      <span className="watch-fact-label">{label}</span>
      <span className="watch-fact-value">{children}</span>
    </div>
  );
}

function scans({ lastScanAt, nextScanAt, on }: WatchFolderView): string {
  const last = lastScanAt === null ? 'not yet' : when(lastScanAt);
  return on && nextScanAt !== null ? `${last} · again ${until(nextScanAt, Date.now())}` : last;
}

function Notices({ folder }: { folder: WatchFolderView }): ReactElement | null {
  const { state } = folder;
  const urgent = folder.notices.filter((notice) => notice.tone === 'attention');
  const quiet = folder.notices.filter((notice) => notice.tone === 'info');
  const away = folder.on && state.kind === 'suspended' ? state.failure : null;
  const polled = folder.on && state.kind === 'polling' ? state : null;
  if (!away && !polled && folder.notices.length === 0 && folder.accountName !== null) return null;
  return (
    <div className="watch-notices">
      {away ? (
        <Banner tone="warn" icon="folderAway" title="This folder cannot be seen">
          {away.message} What was in it does not count as deleted; watching goes on by itself when it is back.
        </Banner>
      ) : null}
      {folder.accountName === null ? (
        <Banner tone="warn" icon="user" title="The account of this folder was removed">
          Nothing of it is uploaded. Sign in again with the same key, or remove the folder and add it anew.
        </Banner>
      ) : null}
      {urgent.map((notice) => (
        <Banner key={notice.text} tone="warn">
          {notice.text}
        </Banner>
      ))}
      {[...(polled ? [polled.why] : []), ...quiet.map((notice) => notice.text)].map((text) => (
        <p key={text} className="watch-note small muted selectable">
          <Icon name="info" size={14} />
          <span>{text}</span>
        </p>
      ))}
    </div>
  );
}

function Tabs({ folder }: { folder: WatchFolderView }): ReactElement {
  const tab = useWatch((state) => state.tab);
  const some = (value: number) => (value > 0 ? count(value) : undefined);
  const options: {
    value: FolderTab;
    label: string;
    count?: string | undefined;
    tone?: 'warn' | undefined;
  }[] = [
    {
      value: 'waiting',
      label: 'Waiting',
      count: some(folder.waiting),
      tone: folder.attention > 0 ? 'warn' : undefined,
    },
    { value: 'uploads', label: 'Uploads', count: some(folder.uploaded) },
    { value: 'skipped', label: 'Skipped', count: some(folder.skipped) },
    ...(folder.held > 0 || tab === 'held'
      ? [{ value: 'held' as const, label: 'Review', count: some(folder.held), tone: 'warn' as const }]
      : []),
    { value: 'actions', label: 'Moved' },
  ];
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <>
      <div className="filters">
        <Segmented
          label="Show"
          size="s"
          value={tab}
          options={options}
          onChange={(next) => useWatch.setState({ tab: next })}
        />
        <span className="grow" />
        {/* What can be done to the list below. Filled by the list, which knows what is selected. */}
        <div ref={setSlot} className="watch-slot" />
      </div>
      {tab === 'waiting' ? (
        <WaitingTab folder={folder} slot={slot} />
      ) : tab === 'held' ? (
        <HeldTab folder={folder} slot={slot} />
      ) : tab === 'uploads' ? (
        <UploadsTab folder={folder} />
      ) : tab === 'skipped' ? (
        <SkippedTab folder={folder} />
      ) : (
        <ActionsTab folder={folder} />
      )}
    </>
  );
}

/** One true sentence at the window's foot, told to screen readers when it changes its meaning. */
import { type ReactElement, useEffect, useState, useSyncExternalStore } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { useBandwidthEntries } from '../../state/bandwidth.ts';
import { useProxyLogin } from '../../state/proxy-login.ts';
import { listedDataset, queueRows } from '../../state/queue.ts';
import { secondsLeft, statusOf } from '../../state/status.ts';
import { useTransfers } from '../../state/transfers.ts';
import { openDialog } from '../../state/ui.ts';
import { useWatch } from '../../state/watch.ts';
import { watchStatus } from '../../state/watch-status.ts';
import { limitNow } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Tip } from '../../ui/Tooltip.tsx';

/** Once a second: more often the numbers flicker, less often they look stuck. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function StatusLine(): ReactElement | null {
  const snapshot = useApp((state) => state.snapshot);
  const connected = useApp((state) => state.connected);
  const datasetTitle = useSyncExternalStore(queueRows.subscribe, listedDataset);
  const folders = useWatch((state) => state.folders);
  const proxy = useProxyLogin();
  const now = useNow();
  // Read at the beat of `now`, not at every progress event: the sentence changes once a second.
  const { sentBytes, speed } = useTransfers.getState();
  if (!snapshot) return null;
  const account = activeAccount(snapshot);
  const status = statusOf({
    connected,
    connection: snapshot.connection,
    paused: snapshot.paused || (account?.paused ?? false),
    accountBlocked: account?.blocked ?? null,
    hasAccount: account !== null,
    passphraseNeeded: account?.passphrase === 'needed',
    proxyLoginNeeded: proxy !== null,
    totals: snapshot.totals,
    sentBytes,
    speed: speed || snapshot.speed,
    datasetTitle,
    watch: folders ? watchStatus(folders) : null,
    now,
  });
  const { bytes, storedBytes } = snapshot.totals;
  const share = bytes > 0 ? Math.min(1, (storedBytes + sentBytes) / bytes) : 0;
  const moving = status.icon === 'spinner' && secondsLeft(snapshot.totals, sentBytes, speed) !== null;
  // The sentence without its running numbers: what a screen reader is told about.
  const spoken = status.text
    .split(' · ')
    .filter((part, index) => index === 0 || /need/.test(part))
    .join(', ');
  return (
    <footer className={`status status-${status.tone}`}>
      <span className="status-icon">
        {status.icon === 'spinner' ? <Spinner size={14} /> : <Icon name={status.icon} size={14} />}
      </span>
      <span className="status-text truncate" data-testid="status">
        {status.text}
      </span>
      <span className="visually-hidden" role="status" aria-live="polite">
        {spoken.replace(/^Uploading [\d,]+ of/, 'Uploading')}
      </span>
      <span className="grow" />
      <LimitNow now={now} />
      <Tip label="All keys" keys="?" side="top">
        <button
          type="button"
          className="status-keys"
          aria-label="All keys"
          onClick={() => openDialog('keys')}
        >
          ?
        </button>
      </Tip>
      {moving ? <span className="status-bar" style={{ transform: `scaleX(${share})` }} /> : null}
    </footer>
  );
}

/** The limit in force, quietly; a click changes it. */
function LimitNow({ now }: { now: number }): ReactElement | null {
  const bandwidth = useApp((state) => state.snapshot?.bandwidth ?? null);
  const entries = useBandwidthEntries();
  if (!bandwidth || bandwidth.limit === null) return null;
  return (
    <Menu entries={entries} side="top">
      <button type="button" className="status-limit" data-testid="limit">
        limited to {limitNow(bandwidth.limit, bandwidth.until, now)}
      </button>
    </Menu>
  );
}

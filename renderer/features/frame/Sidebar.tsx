/** Pages on the left; the account and the connection at the foot. */
import { type ReactElement, useSyncExternalStore } from 'react';
import type { AccountView, ConnectionView } from '../../../preload/contract/views.ts';
import { activeAccount, refreshSnapshot, useApp } from '../../state/app.ts';
import { ask } from '../../state/bridge.ts';
import { useJobs } from '../../state/jobs.ts';
import { useProxyLogin } from '../../state/proxy-login.ts';
import { countsOf } from '../../state/status.ts';
import { arriveAt, goTo, openDialog, type PageName, toggleSidebar, useUi } from '../../state/ui.ts';
import { useWatch } from '../../state/watch.ts';
import { heed } from '../../state/watch-status.ts';
import { IconButton } from '../../ui/Button.tsx';
import { count } from '../../ui/format.ts';
import { Icon, type IconName, Mark } from '../../ui/Icon.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { Tip } from '../../ui/Tooltip.tsx';

/** Below this width the sidebar gives its room to the page. */
const SMALL = '(max-width: 980px)';

function useSmallWindow(): boolean {
  return useSyncExternalStore(
    (told) => {
      const query = matchMedia(SMALL);
      query.addEventListener('change', told);
      return () => query.removeEventListener('change', told);
    },
    () => matchMedia(SMALL).matches,
  );
}

const LINKS: readonly { page: PageName; label: string; icon: IconName; keys: string }[] = [
  { page: 'uploads', label: 'Uploads', icon: 'upload', keys: 'g u' },
  { page: 'datasets', label: 'Datasets', icon: 'dataset', keys: 'g d' },
  { page: 'watch', label: 'Watch folders', icon: 'watch', keys: 'g w' },
  { page: 'activity', label: 'Activity', icon: 'activity', keys: 'g a' },
  { page: 'settings', label: 'Settings', icon: 'settings', keys: 'g s' },
];

export function Sidebar(): ReactElement {
  const page = useUi((state) => state.page);
  const wanted = useUi((state) => state.sidebarOpen);
  const small = useSmallWindow();
  const open = wanted && !small;
  const electron = useApp((state) => state.snapshot?.host === 'electron');
  return (
    <nav className={`sidebar${open ? '' : ' sidebar-narrow'}`} aria-label="Pages">
      <div className="sidebar-head">
        <Mark size={22} />
        <span className="sidebar-brand truncate">Encord Uploader</span>
        {small ? null : (
          <IconButton
            label={open ? 'Make the sidebar narrow' : 'Make the sidebar wide'}
            icon="sidebar"
            onClick={toggleSidebar}
            className="sidebar-toggle"
          />
        )}
      </div>
      <ul className="sidebar-links">
        {LINKS.map((link, index) => (
          <li key={link.page} className="sidebar-item">
            <Tip label={link.label} keys={electron ? `mod+${index + 1}` : link.keys} side="right">
              <button
                type="button"
                className="sidebar-link"
                aria-current={page === link.page ? 'page' : undefined}
                aria-label={link.label}
                onClick={() => goTo(link.page)}
              >
                <Icon name={link.icon} />
                <span className="sidebar-text grow">{link.label}</span>
              </button>
            </Tip>
            {/* Beside the button: its name is the page's, whatever is to be counted. */}
            {link.page === 'uploads' ? <UploadsCount /> : null}
            {link.page === 'watch' ? <WatchCount /> : null}
            {link.page === 'activity' ? <ActivityCount /> : null}
          </li>
        ))}
      </ul>
      <div className="grow" />
      <AccountSwitcher />
    </nav>
  );
}

/** How many need the person, in red; else how many are still to go. */
function UploadsCount(): ReactElement | null {
  const totals = useApp((state) => state.snapshot?.totals);
  if (!totals) return null;
  const { attention, open } = countsOf(totals);
  if (attention > 0)
    return (
      <span
        className="sidebar-count sidebar-count-fail"
        role="img"
        aria-label={`${count(attention)} need you`}
      >
        {count(attention)}
      </span>
    );
  return open > 0 ? (
    <span className="sidebar-count" role="img" aria-label={`${count(open)} to go`}>
      {count(open)}
    </span>
  ) : null;
}

/** How many folders cannot be seen or need the person; nothing where all is well. */
function WatchCount(): ReactElement | null {
  const folders = useWatch((state) => (state.folders ? heed(state.folders) : 0));
  if (folders === 0) return null;
  return (
    <span
      className="sidebar-count sidebar-count-warn"
      role="img"
      aria-label={`${count(folders)} ${folders === 1 ? 'needs' : 'need'} a look`}
    >
      {count(folders)}
    </span>
  );
}

/** How many jobs ended with trouble since somebody looked, in red; else how many run. */
function ActivityCount(): ReactElement | null {
  const unseen = useJobs((state) => state.unseen.size);
  const running = useJobs((state) => state.open?.size ?? 0);
  if (unseen > 0)
    return (
      <span
        className="sidebar-count sidebar-count-fail"
        role="img"
        aria-label={`${count(unseen)} ${unseen === 1 ? 'needs' : 'need'} a look`}
      >
        {count(unseen)}
      </span>
    );
  return running > 0 ? (
    <span className="sidebar-count" role="img" aria-label={`${count(running)} running`}>
      {count(running)}
    </span>
  ) : null;
}

export function hostOf(domain: string): string {
  try {
    return new URL(domain).host;
  } catch {
    return domain;
  }
}

function connectionWord(
  account: AccountView,
  connection: ConnectionView,
  reachable: boolean,
  loginNeeded: boolean,
): { text: string; tone: 'done' | 'warn' | 'fail' | 'faint' } {
  if (!reachable) return { text: 'Uploader not reachable', tone: 'fail' };
  if (account.blocked?.code === 'clock-wrong') return { text: 'The clock is wrong', tone: 'fail' };
  if (account.passphrase === 'needed' || account.blocked?.code === 'passphrase-needed')
    return { text: 'Passphrase needed', tone: 'warn' };
  if (account.blocked) return { text: 'Sign in again', tone: 'fail' };
  if (loginNeeded) return { text: 'The proxy wants a login', tone: 'warn' };
  switch (connection.kind) {
    case 'online':
      return { text: 'Connected', tone: 'done' };
    case 'offline':
      return { text: offlineWord(connection), tone: 'warn' };
    case 'waiting':
      return { text: 'Encord asked to wait', tone: 'warn' };
    case 'stuck':
      return {
        text: connection.failure.code === 'disk-full' ? 'The disk is full' : 'Data folder trouble',
        tone: 'fail',
      };
    case 'unknown':
      return { text: hostOf(account.domain), tone: 'faint' };
  }
}

function offlineWord({ waitsFor, failure }: Extract<ConnectionView, { kind: 'offline' }>): string {
  if (waitsFor === 'person') return 'Not reachable';
  // One that answered named what it could not reach.
  return failure.code === 'proxy' && failure.details.host === undefined
    ? 'The proxy does not answer'
    : 'Offline';
}

function AccountSwitcher(): ReactElement | null {
  const snapshot = useApp((state) => state.snapshot);
  const reachable = useApp((state) => state.connected !== false);
  const loginNeeded = useProxyLogin() !== null;
  const account = activeAccount(snapshot);
  if (!snapshot || !account) return null;
  const word = connectionWord(account, snapshot.connection, reachable, loginNeeded);
  const entries: MenuEntry[] = [
    { kind: 'label', id: 'accounts', label: 'Accounts' },
    ...snapshot.accounts.map(
      (each): MenuEntry => ({
        kind: 'item',
        id: each.id,
        label: each.name,
        hint:
          each.kind === 'ssh'
            ? `Private key · ${hostOf(each.domain)}`
            : `Dataset key · ${hostOf(each.domain)}`,
        icon: each.blocked ? 'warn' : each.kind === 'ssh' ? 'user' : 'key',
        checked: each.id === account.id,
        act: () => {
          if (each.id === account.id) return;
          void ask('accounts.switch', { accountId: each.id }).then(refreshSnapshot);
        },
      }),
    ),
    { kind: 'line', id: 'line' },
    { kind: 'item', id: 'add', label: 'Add account…', icon: 'plus', act: () => openDialog('account') },
    {
      kind: 'item',
      id: 'manage',
      label: 'Manage accounts',
      icon: 'settings',
      act: () => arriveAt('settings', 'accounts'),
    },
  ];
  return (
    <Menu entries={entries} align="start" side="top">
      <button type="button" className="account-switch">
        <span className="visually-hidden">{`Account ${account.name}. ${word.text}`}</span>
        <span className="account-face" aria-hidden="true">
          {account.name.trim().slice(0, 1).toUpperCase() || '·'}
          <span className={`account-dot dot-${word.tone}`} />
        </span>
        <span className="sidebar-text grow" aria-hidden="true">
          <span className="truncate account-name">{account.name}</span>
          <span
            className={`truncate account-word${word.tone === 'fail' || word.tone === 'warn' ? ` tone-${word.tone}` : ''}`}
          >
            {word.text}
          </span>
        </span>
        <Icon name="chevronUpDown" size={14} className="sidebar-text faint" />
      </button>
    </Menu>
  );
}

/**
 * Banners over every page: main does not answer, its data folder cannot be written, the account is refused, a secret is
 * wanted, the network does not let through what only a person can let through.
 */
import { type ReactElement, type ReactNode, useState } from 'react';
import type { AccountView } from '../../../preload/contract/views.ts';
import { activeAccount, refreshSnapshot, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { openCheck } from '../../state/network.ts';
import { useProxyLogin } from '../../state/proxy-login.ts';
import { arriveAt, openDialog, type SettingsSection } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { toast } from '../../ui/Toasts.tsx';

export function Unreachable(): ReactElement | null {
  const connected = useApp((state) => state.connected);
  const account = useApp((state) => activeAccount(state.snapshot));
  const connection = useApp((state) => state.snapshot?.connection);
  const proxy = useProxyLogin();
  if (connected === false)
    return (
      <div className="page-banner">
        <Banner tone="fail" icon="offline" title="The uploader does not answer">
          What you see is what it said last. This page tries again by itself; if the uploader was stopped,
          start it again: it goes on where it was.
        </Banner>
      </div>
    );
  if (connection?.kind === 'stuck')
    return (
      <div className="page-banner">
        <Banner
          tone="fail"
          icon="folder"
          title={
            connection.failure.code === 'disk-full'
              ? 'There is no room left'
              : 'The data folder cannot be used'
          }
        >
          {connection.failure.message}
        </Banner>
      </div>
    );
  if (account?.blocked?.code === 'clock-wrong') return <WrongClock account={account} />;
  if (account && (account.passphrase === 'needed' || account.blocked?.code === 'passphrase-needed'))
    return (
      <Wanted section="accounts" title={`${account.name} needs its passphrase`} action="Enter the passphrase">
        Its key is kept with the passphrase on. Uploads of this account wait for it.
      </Wanted>
    );
  if (account?.blocked)
    return (
      <div className="page-banner">
        <Banner
          tone="fail"
          icon="key"
          title={`${account.name} needs to sign in again`}
          actions={
            <Button size="s" variant="primary" onClick={() => openDialog('account')}>
              Sign in
            </Button>
          }
        >
          {account.blocked.message}
        </Banner>
      </div>
    );
  if (proxy !== null)
    return (
      <Wanted section="network" title="The proxy wants a login" action="Enter the login">
        {proxy === '' ? 'The proxy' : proxy} lets nothing through to Encord without a user name and a
        password. Uploads wait for them.
      </Wanted>
    );
  if (connection?.kind === 'offline' && connection.waitsFor === 'person')
    return (
      <div className="page-banner">
        <Banner
          tone="warn"
          icon="offline"
          title="Encord cannot be reached"
          actions={
            <Button size="s" variant="primary" onClick={() => void openCheck()}>
              Check connection
            </Button>
          }
        >
          {connection.failure.message} Nothing is lost: uploads go on by themselves then.
        </Banner>
      </div>
    );
  return null;
}

interface WantedProps {
  section: SettingsSection;
  title: string;
  action: string;
  children: ReactNode;
}

/** Something that only the person knows, and where it is entered. */
function Wanted({ section, title, action, children }: WantedProps): ReactElement {
  return (
    <div className="page-banner">
      <Banner
        tone="warn"
        icon="lock"
        title={title}
        actions={
          <Button size="s" variant="primary" onClick={() => arriveAt('settings', section)}>
            {action}
          </Button>
        }
      >
        {children}
      </Banner>
    </div>
  );
}

/** Signing in again would not help; the program looks by itself, and at once when it is told to. */
function WrongClock({ account }: { account: AccountView }): ReactElement {
  const [checking, setChecking] = useState(false);
  const check = async () => {
    setChecking(true);
    const answer = await call('accounts.check', { accountId: account.id });
    await refreshSnapshot();
    setChecking(false);
    if (!answer.ok) toast(answer.error.message, { tone: 'fail' });
  };
  return (
    <div className="page-banner">
      <Banner
        tone="fail"
        icon="clock"
        title="The clock of this machine is wrong"
        actions={
          <Button size="s" variant="primary" busy={checking} onClick={() => void check()}>
            Check
          </Button>
        }
      >
        {account.blocked?.message} Nothing is lost: uploads go on by themselves within a minute of it.
      </Banner>
    </div>
  );
}

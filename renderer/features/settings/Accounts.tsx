/** The accounts: who they are, how they upload, whether they work; checking, signing out, adding. */
import { type ReactElement, useState } from 'react';
import type { AccountView, RouteChoice } from '../../../preload/contract/views.ts';
import { refreshSnapshot, useApp } from '../../state/app.ts';
import { ask, call } from '../../state/bridge.ts';
import { openDialog } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Badge, Banner } from '../../ui/Feedback.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Select } from '../../ui/Select.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { useMadeKeys } from '../accounts/made-keys.ts';
import { Unlock } from '../accounts/Unlock.tsx';
import { hostOf } from '../frame/Sidebar.tsx';
import { Section } from './SettingsPage.tsx';

const ROUTES: readonly { value: RouteChoice; label: string; hint: string }[] = [
  {
    value: 'auto',
    label: 'Automatic',
    hint: 'Storage, and documented where the server has no storage calls.',
  },
  { value: 'storage', label: 'Storage', hint: 'Through storage folders, as Encord does it today.' },
  {
    value: 'documented',
    label: 'Documented',
    hint: 'Straight into the dataset, as Encord’s API documentation teaches. Only datasets on Encord’s own storage.',
  },
];

const SECRET: Record<AccountView['secretIn'], string> = {
  keychain: 'Secret in the keychain',
  run: 'Secret kept for this run only',
  environment: 'Secret from the environment',
  missing: 'Secret is missing: sign in again',
};

/** How the key's passphrase is kept, where it has one. */
const PASSPHRASE: Record<AccountView['passphrase'], string | null> = {
  none: null,
  remembered: 'passphrase remembered',
  asked: 'passphrase asked at every start',
  needed: 'passphrase asked at every start',
};

/** What became of the last check of an account on this page. */
type Check = { kind: 'running' } | { kind: 'works' } | { kind: 'failed'; message: string } | null;

export function Accounts(): ReactElement {
  const [madeKeys] = useMadeKeys();
  const waiting = madeKeys?.length ?? 0;
  const snapshot = useApp((state) => state.snapshot);
  const keychain = snapshot?.keychain;
  return (
    <Section title="Accounts" lead="Secrets stay in this machine’s keychain and are never shown.">
      {keychain && keychain.kind !== 'ready' ? (
        <div className="setting-banner">
          <Banner
            tone="warn"
            icon="lock"
            title={
              keychain.kind === 'locked' ? 'The keychain is locked' : 'There is no keychain on this machine'
            }
          >
            {keychain.reason} New accounts can be kept for one run only.
          </Banner>
        </div>
      ) : null}
      {snapshot?.accounts.map((account) => (
        <Account key={account.id} account={account} active={account.id === snapshot.activeAccountId} />
      ))}
      {waiting > 0 ? (
        <div className="setting">
          <div className="grow">
            <p className="setting-label">
              {waiting === 1
                ? 'A key pair waits for its account'
                : `${waiting} key pairs wait for their account`}
            </p>
            <p className="setting-hint">Register the public half in Encord, then sign in with it.</p>
          </div>
          <Button onClick={() => openDialog('account')}>Go on</Button>
        </div>
      ) : null}
      <div className="setting">
        <Button icon="plus" onClick={() => openDialog('account')}>
          Add account
        </Button>
      </div>
    </Section>
  );
}

function Account({ account, active }: { account: AccountView; active: boolean }): ReactElement {
  const [check, setCheck] = useState<Check>(null);

  const runCheck = async () => {
    setCheck({ kind: 'running' });
    const answer = await call('accounts.check', { accountId: account.id });
    await refreshSnapshot();
    setCheck(answer.ok ? { kind: 'works' } : { kind: 'failed', message: answer.error.message });
  };

  return (
    <article className="account" aria-label={account.name}>
      <div className="account-top">
        <span className="account-icon">
          <Icon name={account.kind === 'ssh' ? 'user' : 'key'} />
        </span>
        <div className="grow">
          <p className="inline">
            <span className="strong truncate">{account.name}</span>
            {active ? <Badge tone="accent">In use</Badge> : null}
            {account.paused ? <Badge tone="warn">Paused</Badge> : null}
            {account.blocked ? <Badge tone="fail">Refused</Badge> : null}
          </p>
          <p className="muted small selectable">
            {[
              account.email,
              hostOf(account.domain),
              [SECRET[account.secretIn], PASSPHRASE[account.passphrase]].filter(Boolean).join(', '),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <div className="inline">
          {active ? null : (
            <Button
              size="s"
              onClick={() => void ask('accounts.switch', { accountId: account.id }).then(refreshSnapshot)}
            >
              Use
            </Button>
          )}
          <Button
            size="s"
            onClick={() =>
              void ask(account.paused ? 'queue.resume' : 'queue.pause', {
                scope: { kind: 'account', id: account.id },
              }).then(refreshSnapshot)
            }
          >
            {account.paused ? 'Resume' : 'Pause'}
          </Button>
          <Button
            size="s"
            busy={check?.kind === 'running'}
            disabled={account.passphrase === 'needed'}
            onClick={() => void runCheck()}
          >
            Check key
          </Button>
          <Button size="s" onClick={() => void signOut(account)}>
            Sign out
          </Button>
        </div>
      </div>
      <div className="account-more">
        {account.fingerprint ? <Fingerprint text={account.fingerprint} /> : null}
        <Checked check={check} name={account.name} />
      </div>
      {account.passphrase === 'needed' ? (
        <div className="account-banner">
          <Unlock account={account} />
        </div>
      ) : null}
      {account.blocked ? (
        <div className="account-banner">
          <Banner tone="fail">{account.blocked.message}</Banner>
        </div>
      ) : null}
      {account.routeNotice ? (
        <div className="account-banner">
          <Banner tone="warn">{account.routeNotice}</Banner>
        </div>
      ) : null}
      <div className="account-route">
        <div className="grow">
          <p className="setting-label">Route</p>
          <p className="setting-hint">
            {account.kind === 'api-key'
              ? 'A dataset API key always takes the documented route.'
              : ROUTES.find((route) => route.value === account.route)?.hint}
          </p>
        </div>
        <Select
          label="Route"
          value={account.route}
          disabled={account.kind === 'api-key'}
          options={ROUTES}
          onChange={(route) =>
            void ask('accounts.setRoute', { accountId: account.id, route }).then(refreshSnapshot)
          }
        />
      </div>
    </article>
  );
}

function Fingerprint({ text }: { text: string }): ReactElement {
  return (
    <p className="account-fingerprint">
      <span className="faint mono truncate selectable" title={text}>
        {text}
      </span>
      <IconButton
        label="Copy the fingerprint"
        icon="copy"
        size="s"
        onClick={() => void copyText(text, 'The fingerprint')}
      />
    </p>
  );
}

/** What the check found, where it was asked for. */
function Checked({ check, name }: { check: Check; name: string }): ReactElement {
  return (
    <p role="status" className="account-checked small">
      {check?.kind === 'running' ? 'Asking Encord' : null}
      {check?.kind === 'works' ? (
        <>
          <Icon name="done" size={14} className="tone-done" />
          <span>Encord answers and takes the secret of {name}.</span>
        </>
      ) : null}
      {check?.kind === 'failed' ? (
        <>
          <Icon name="fail" size={14} className="tone-fail" />
          <span className="selectable">{check.message}</span>
        </>
      ) : null}
    </p>
  );
}

async function signOut(account: AccountView): Promise<void> {
  const sure = await confirm({
    title: `Sign out of ${account.name}?`,
    body: 'Its secret is removed from this machine, from the keychain too. What is uploaded stays in Encord; to upload with this account again, connect it anew.',
    action: 'Sign out',
    danger: true,
  });
  if (!sure) return;
  const first = await call('accounts.signOut', { accountId: account.id, cancelUnfinished: false });
  if (first.ok) {
    await refreshSnapshot();
    toast(`Signed out of ${account.name}`);
    return;
  }
  if (first.error.code !== 'uploads-unfinished') {
    toast(first.error.message, { tone: 'fail' });
    return;
  }
  const cancelToo = await confirm({
    title: 'Unfinished uploads need this account',
    body: `${first.error.message} Signing out cancels them; what is already in Encord stays there.`,
    action: 'Cancel them and sign out',
    keep: 'Stay signed in',
    danger: true,
  });
  if (!cancelToo) return;
  const second = await call('accounts.signOut', { accountId: account.id, cancelUnfinished: true });
  await refreshSnapshot();
  toast(
    second.ok ? `Signed out of ${account.name}` : second.error.message,
    second.ok ? {} : { tone: 'fail' },
  );
}

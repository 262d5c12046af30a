/** The login for the proxy: said where one is asked for, given and taken back here. Drawn by `Network`. */
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { NetworkView } from '../../../preload/contract/desktop.ts';
import { useApp } from '../../state/app.ts';
import { ask, call } from '../../state/bridge.ts';
import { useNetwork } from '../../state/network.ts';
import { Button } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Controls.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { SecretField } from '../accounts/SecretFields.tsx';
import { Setting } from './SettingsPage.tsx';

export function ProxyLogin({ view }: { view: NetworkView }): ReactElement {
  const [opened, setOpened] = useState(false);
  const { loginNeeded, proxyUser } = view;
  const open = opened || loginNeeded !== null;
  // Whoever answers it may be typing when it is no longer asked.
  useEffect(() => {
    if (loginNeeded !== null) setOpened(true);
  }, [loginNeeded]);
  const change = useRef<HTMLButtonElement>(null);
  const remove = async (): Promise<void> => {
    const next = await ask('network.setProxyLogin', { user: '', password: null, forThisRunOnly: false });
    if (next) useNetwork.setState({ view: next });
    change.current?.focus();
  };
  return (
    <div className="setting-tall">
      <Setting
        label="Login for the proxy"
        hint={loginNeeded === null ? kept(view) : asked(loginNeeded, proxyUser)}
      >
        {proxyUser === null ? null : (
          <Button size="s" onClick={() => void remove()}>
            Remove
          </Button>
        )}
        {open ? null : (
          <Button ref={change} size="s" icon="user" onClick={() => setOpened(true)}>
            {proxyUser === null ? 'Give a login…' : 'Change…'}
          </Button>
        )}
      </Setting>
      {open ? (
        <LoginForm
          user={proxyUser ?? ''}
          onDone={() => setOpened(false)}
          mayCancel={loginNeeded === null}
          focus={opened}
        />
      ) : null}
    </div>
  );
}

function asked(proxy: string, user: string | null): ReactElement {
  return (
    <span className="tone-warn">
      {user === null
        ? `${proxy} asks for a user name and a password.`
        : `${proxy} asks for a login: it was not given one yet, or did not accept that of ${user}.`}
    </span>
  );
}

function kept({ proxyUser, proxyPasswordIn }: NetworkView): string {
  if (proxyUser === null) return 'Only where your proxy asks for one.';
  switch (proxyPasswordIn) {
    case 'keychain':
      return `${proxyUser}, with the password in the keychain.`;
    case 'run':
      return `${proxyUser}, with the password for this run only.`;
    case null:
      return `${proxyUser}. The password is not here any more: give it again.`;
  }
}

interface LoginFormProps {
  user: string;
  onDone: () => void;
  mayCancel: boolean;
  focus: boolean;
}

function LoginForm({ user, onDone, mayCancel, focus }: LoginFormProps): ReactElement {
  const keychain = useApp((state) => state.snapshot?.keychain.kind === 'ready');
  const [name, setName] = useState(user);
  const [runOnly, setRunOnly] = useState(!keychain);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const field = password.current;
    if (!field || busy) return;
    setBusy(true);
    const secret = field.value;
    // Gone from the page as soon as it is on its way, also where it is not taken.
    field.value = '';
    const answer = await call('network.setProxyLogin', {
      user: name.trim(),
      password: secret,
      forThisRunOnly: runOnly,
    });
    setBusy(false);
    setFailure(answer.ok ? null : answer.error.message);
    if (!answer.ok) return;
    useNetwork.setState({ view: answer.value });
    onDone();
  };
  return (
    <form className="network-form" onSubmit={(event) => void submit(event)}>
      <div className="network-fields">
        <TextField label="User name" value={name} onChange={setName} autoFocus={focus} />
        <SecretField label="Password" field={password} />
      </div>
      <div className="network-run">
        <Switch label="Keep the password for this run only" checked={runOnly} onChange={setRunOnly} />
        <span className="small muted">
          {keychain
            ? 'Keep the password for this run only, not in the keychain'
            : 'Keep the password for this run only: there is no keychain to put it in'}
        </span>
      </div>
      {failure === null ? null : (
        <div className="network-failure">
          <Banner tone="fail">{failure}</Banner>
        </div>
      )}
      <div className="network-actions">
        <Button type="submit" size="s" variant="primary" busy={busy} disabled={name.trim() === ''}>
          Save the login
        </Button>
        {mayCancel ? (
          <Button size="s" onClick={onDone}>
            Cancel
          </Button>
        ) : null}
      </div>
    </form>
  );
}

/**
 * Connects an account: a private key or a dataset API key, and where. The secret is held in a ref while the form is
 * open and forgotten as soon as main has taken it, the key was refused, or the form closes. Used by the first run and
 * by the account dialog.
 */
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import type { AccountView } from '../../../preload/contract/views.ts';
import { refreshSnapshot, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented, Switch } from '../../ui/Controls.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { KeyField, type KeyState, NO_KEY } from './KeyField.tsx';

const DOMAINS = { eu: 'https://api.encord.com', us: 'https://api.us.encord.com' } as const;
type Region = keyof typeof DOMAINS | 'custom';
type Method = 'ssh' | 'api-key';

interface SignInProps {
  onDone: (account: AccountView) => void;
  autoFocus?: boolean;
}

/** Failures after which the same secret can be tried again; after any other it is forgotten. */
const WORTH_KEEPING = new Set([
  'passphrase-needed',
  'passphrase-wrong',
  'keychain-locked',
  'keychain-unavailable',
  'offline',
  'dns',
  'refused',
  'tls',
  'connection-lost',
  'stalled',
  'server-error',
  'rate-limited',
  'clock-wrong',
  'not-found',
  'key-unknown',
  'invalid-input',
  'bad-answer',
  'no-such-call',
]);

export function SignIn({ onDone }: SignInProps): ReactElement {
  const keychain = useApp((state) => state.snapshot?.keychain);
  const [method, setMethod] = useState<Method>('ssh');
  const [region, setRegion] = useState<Region>('eu');
  const [domain, setDomain] = useState('');
  const [name, setName] = useState('');
  const [key, setKey] = useState<KeyState>(NO_KEY);
  const [datasetId, setDatasetId] = useState('');
  const [runOnly, setRunOnly] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ code: string; message: string } | null>(null);
  const keyText = useRef<string | null>(null);
  const passphrase = useRef<HTMLInputElement>(null);
  const apiKey = useRef<HTMLInputElement>(null);

  const forget = () => {
    keyText.current = null;
    if (passphrase.current) passphrase.current.value = '';
    if (apiKey.current) apiKey.current.value = '';
    setKey(NO_KEY);
  };
  useEffect(
    () => () => {
      keyText.current = null;
    },
    [],
  );

  const inspect = async (text: string) => {
    setFailure(null);
    setKey({ ...NO_KEY, kind: 'looking' });
    keyText.current = text;
    const answer = await call('accounts.inspectKey', { key: text });
    if (keyText.current !== text) return;
    if (answer.ok) {
      setKey({ kind: 'usable', message: null, ...answer.value });
      return;
    }
    keyText.current = null;
    setKey({ ...NO_KEY, kind: 'refused', message: answer.error.message });
  };

  const keychainMissing = keychain !== undefined && keychain.kind !== 'ready';
  const keychainRefused = failure?.code === 'keychain-locked' || failure?.code === 'keychain-unavailable';
  const needsRunOnly = keychainMissing || keychainRefused;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const common = {
      domain: region === 'custom' ? domain.trim() : DOMAINS[region],
      name: name.trim() || null,
      forThisRunOnly: runOnly && needsRunOnly,
    };
    let input: CallInput<'accounts.signIn'>;
    if (method === 'ssh') {
      if (keyText.current === null) {
        setKey({
          ...NO_KEY,
          kind: 'refused',
          message: 'Give the private key first: paste it, or choose its file.',
        });
        return;
      }
      const secret = passphrase.current?.value;
      input = {
        method,
        key: keyText.current,
        passphrase: secret ? secret : null,
        rememberPassphrase: true,
        ...common,
      };
    } else {
      const secret = apiKey.current?.value.trim() ?? '';
      if (secret === '' || datasetId.trim() === '') {
        setFailure({ code: 'invalid-input', message: 'Give the API key and the id of its dataset.' });
        return;
      }
      input = { method, apiKey: secret, datasetId: datasetId.trim(), ...common };
    }
    setBusy(true);
    setFailure(null);
    const answer = await call('accounts.signIn', input);
    setBusy(false);
    if (answer.ok) {
      forget();
      await refreshSnapshot();
      onDone(answer.value);
      return;
    }
    setFailure(answer.error);
    if (answer.error.code === 'passphrase-needed') setKey((now) => ({ ...now, passphraseNeeded: true }));
    else if (answer.error.code === 'passphrase-wrong') passphrase.current?.select();
    else if (!WORTH_KEEPING.has(answer.error.code)) forget();
  };

  const passphraseError =
    failure?.code === 'passphrase-wrong' || failure?.code === 'passphrase-needed' ? failure.message : null;

  return (
    <form className="sign-in" onSubmit={(event) => void submit(event)} noValidate>
      <Segmented
        label="How to connect"
        value={method}
        onChange={(next) => {
          setMethod(next);
          setFailure(null);
        }}
        options={[
          { value: 'ssh', label: 'Private key' },
          { value: 'api-key', label: 'Dataset API key' },
        ]}
      />
      {method === 'ssh' ? (
        <>
          <KeyField state={key} onKey={(text) => void inspect(text)} onRemove={forget} />
          {key.kind === 'usable' && key.passphraseNeeded ? (
            <PassphraseField field={passphrase} error={passphraseError} />
          ) : null}
        </>
      ) : (
        <>
          <SecretField field={apiKey} />
          <TextField
            label="Dataset id"
            value={datasetId}
            onChange={setDatasetId}
            placeholder="00000000-0000-0000-0000-000000000000"
            hint="The one dataset that this API key belongs to."
          />
        </>
      )}
      <div className="field">
        <span className="field-label">Encord is at</span>
        <Segmented
          label="Encord is at"
          size="s"
          value={region}
          onChange={setRegion}
          options={[
            { value: 'eu', label: 'encord.com' },
            { value: 'us', label: 'us.encord.com' },
            { value: 'custom', label: 'Other address' },
          ]}
        />
      </div>
      {region === 'custom' ? (
        <TextField
          label="Address of the API"
          value={domain}
          onChange={setDomain}
          placeholder="https://api.encord.example.com"
          inputMode="url"
          autoFocus
        />
      ) : null}
      <TextField label="Name" optional value={name} onChange={setName} placeholder="e.g. Imaging lab" />
      {needsRunOnly ? (
        <Banner
          tone="warn"
          icon="lock"
          title={
            keychain?.kind === 'locked' || failure?.code === 'keychain-locked'
              ? 'The keychain is locked'
              : 'This machine has no keychain to keep the secret in'
          }
        >
          <p>{keychainRefused ? failure?.message : keychain?.reason}</p>
          <div className="run-only">
            <Switch label="Keep it for this run only" checked={runOnly} onChange={setRunOnly} />
            <span>Keep it for this run only: you sign in again after a restart.</span>
          </div>
        </Banner>
      ) : null}
      {failure && !passphraseError && !keychainRefused ? (
        <Banner tone="fail">{failure.message}</Banner>
      ) : null}
      <div className="sign-in-foot">
        <span className="small muted sign-in-promise">
          <span>The key goes to the uploader once and is not shown again.</span>
        </span>
        <Button type="submit" variant="primary" busy={busy} disabled={needsRunOnly && !runOnly}>
          Connect
        </Button>
      </div>
    </form>
  );
}

interface SecretProps {
  field: { current: HTMLInputElement | null };
  error?: string | null;
}

/** Uncontrolled: a passphrase has no place in component state. */
function PassphraseField({ field, error }: SecretProps): ReactElement {
  return (
    <div className="field">
      <label className="field-label" htmlFor="passphrase">
        Passphrase of the key
      </label>
      <input
        ref={field}
        id="passphrase"
        type="password"
        className="input"
        autoComplete="off"
        aria-invalid={error ? true : undefined}
      />
      {error ? (
        <p className="field-error" role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}

function SecretField({ field }: SecretProps): ReactElement {
  return (
    <div className="field">
      <label className="field-label" htmlFor="api-key">
        API key
      </label>
      <input
        ref={field}
        id="api-key"
        type="password"
        className="input"
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  );
}

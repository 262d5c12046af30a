/**
 * Connects an account: with a private key, a key pair that is made here, or a dataset API key; and where. The secret is held in a ref while the form is
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
import { toast } from '../../ui/Toasts.tsx';
import { KeyField, type KeyState, NO_KEY } from './KeyField.tsx';
import { MadeKey } from './MadeKey.tsx';
import { useMadeKeys, WEB_APPS } from './made-keys.ts';
import { RememberPassphrase, SecretField } from './SecretFields.tsx';

const DOMAINS = { eu: 'https://api.encord.com', us: 'https://api.us.encord.com' } as const;
type Region = keyof typeof DOMAINS | 'custom';
type Method = 'ssh' | 'made-key' | 'api-key';

interface SignInProps {
  onDone: (account: AccountView) => void;
}

const SUBMIT: Record<Method, string> = {
  ssh: 'Connect',
  'made-key': 'Check and sign in',
  'api-key': 'Connect',
};
const PROMISE: Record<Method, string> = {
  ssh: 'The key goes to the uploader once and is not shown again.',
  'made-key': 'The private half never leaves the uploader.',
  'api-key': 'The key goes to the uploader once and is not shown again.',
};
/** What Encord says to a key that it was not told of. */
const NOT_REGISTERED = new Set(['unauthenticated', 'key-unknown']);

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
  'proxy',
  'proxy-login',
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
  const [madeKeys, reloadMadeKeys] = useMadeKeys();
  /** Null until a person chose: who made a pair earlier comes back to it. */
  const [chosenMethod, setMethod] = useState<Method | null>(null);
  const method = chosenMethod ?? (madeKeys && madeKeys.length > 0 ? 'made-key' : 'ssh');
  const [madeKeyId, setMadeKeyId] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [remember, setRemember] = useState(false);
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
    setRemember(false);
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
  const madeKey = madeKeys?.find(({ keyId }) => keyId === madeKeyId) ?? madeKeys?.[0] ?? null;
  /** A pair that is kept for this run already needs no second word. */
  const inRunAlready = method === 'made-key' && madeKey?.keptIn === 'run';
  const asksRunOnly = needsRunOnly && !inRunAlready;
  const nothingToCheck = method === 'made-key' && madeKey === null;

  const make = async () => {
    if (making) return;
    setMaking(true);
    setFailure(null);
    // Whoever makes the first pair stays where it is shown.
    setMethod('made-key');
    const answer = await call('accounts.makeKey', { comment: '', forThisRunOnly: runOnly && needsRunOnly });
    if (answer.ok) {
      setMadeKeyId(answer.value.keyId);
      await reloadMadeKeys();
    } else setFailure(answer.error);
    setMaking(false);
  };
  const drop = async (keyId: string) => {
    setMethod('made-key');
    setFailure(null);
    const answer = await call('accounts.dropKey', { keyId });
    if (answer.ok) toast('The key pair is deleted');
    else setFailure(answer.error);
    await reloadMadeKeys();
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const common = {
      domain: region === 'custom' ? domain.trim() : DOMAINS[region],
      name: name.trim() || null,
      forThisRunOnly: needsRunOnly && (runOnly || inRunAlready),
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
        rememberPassphrase: remember,
        ...common,
      };
    } else if (method === 'made-key') {
      if (madeKey === null) return;
      input = { method, keyId: madeKey.keyId, ...common };
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
          { value: 'made-key', label: 'I have no key yet' },
          { value: 'api-key', label: 'Dataset API key' },
        ]}
      />
      {method === 'ssh' ? (
        <>
          <KeyField state={key} onKey={(text) => void inspect(text)} onRemove={forget} />
          {key.kind === 'usable' && key.passphraseNeeded ? (
            <>
              <SecretField label="Passphrase of the key" field={passphrase} error={passphraseError} />
              {needsRunOnly ? null : <RememberPassphrase checked={remember} onChange={setRemember} />}
            </>
          ) : null}
        </>
      ) : method === 'made-key' && madeKey === null ? (
        <p className="muted">
          Encord knows people by key pairs. The private half is made here and stays on this machine; you
          register the public half in Encord, once.
        </p>
      ) : method === 'made-key' && madeKey !== null ? (
        <MadeKey
          keys={madeKeys ?? []}
          chosen={madeKey}
          onChoose={(keyId) => {
            setMadeKeyId(keyId);
            setFailure(null);
          }}
          onMake={() => void make()}
          onDrop={(keyId) => void drop(keyId)}
          making={making}
          mayMake={madeKeys !== null && (!needsRunOnly || runOnly)}
          webApp={region === 'custom' ? null : (WEB_APPS[DOMAINS[region]] ?? null)}
        />
      ) : (
        <>
          <SecretField label="API key" field={apiKey} />
          <TextField
            label="Dataset id"
            value={datasetId}
            onChange={setDatasetId}
            placeholder="00000000-0000-0000-0000-000000000000"
            hint="The one dataset that this API key belongs to."
          />
        </>
      )}
      {nothingToCheck ? null : (
        <>
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
        </>
      )}
      {asksRunOnly ? (
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
        method === 'made-key' && NOT_REGISTERED.has(failure.code) ? (
          <Banner tone="warn" title="Encord does not know this key yet">
            Register its public half as described above, then check again. If you did, see whether Encord is
            at the address that is chosen here.
          </Banner>
        ) : (
          <Banner tone="fail">{failure.message}</Banner>
        )
      ) : null}
      <div className="sign-in-foot">
        <span className="small muted sign-in-promise">
          <span>{PROMISE[method]}</span>
        </span>
        {nothingToCheck ? (
          <Button
            variant="primary"
            icon="key"
            busy={making}
            disabled={madeKeys === null || (needsRunOnly && !runOnly)}
            onClick={() => void make()}
          >
            Make a key pair
          </Button>
        ) : (
          <Button type="submit" variant="primary" busy={busy} disabled={asksRunOnly && !runOnly}>
            {SUBMIT[method]}
          </Button>
        )}
      </div>
    </form>
  );
}

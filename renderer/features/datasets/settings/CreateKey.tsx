/** Creates an API key, shows it this once, and takes it as an account if wanted. Used by `Keys`. */
import { type ReactElement, useRef, useState } from 'react';
import type { CallOutput } from '../../../../preload/contract/calls.ts';
import { refreshSnapshot } from '../../../state/app.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { confirm } from '../../../ui/Confirm.tsx';
import { copyText } from '../../../ui/clipboard.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { Field, TextField } from '../../../ui/Field.tsx';
import { oneLine } from '../../../ui/format.ts';
import { Icon } from '../../../ui/Icon.tsx';

type NewKey = CallOutput<'keys.create'>;
type Scope = 'dataset.read' | 'dataset.write';

const SCOPES: readonly { value: Scope; label: string; hint: string }[] = [
  { value: 'dataset.read', label: 'Read', hint: 'List the dataset’s data and fetch it.' },
  {
    value: 'dataset.write',
    label: 'Write',
    hint: 'Add data, change and delete it. Uploading with the key needs this too.',
  },
];

interface CreateKeyProps {
  datasetId: string;
  onTried: () => void;
  onClose: () => void;
}

export function CreateKey({ datasetId, onTried, onClose }: CreateKeyProps): ReactElement {
  const [made, setMade] = useState<NewKey | null>(null);
  return made === null ? (
    <KeyForm
      datasetId={datasetId}
      onClose={onClose}
      onTried={onTried}
      onMade={(key) => {
        setMade(key);
        onTried();
      }}
    />
  ) : (
    <KeyShown datasetId={datasetId} made={made} onClose={onClose} />
  );
}

interface KeyFormProps extends CreateKeyProps {
  onMade: (key: NewKey) => void;
}

function KeyForm({ datasetId, onClose, onTried, onMade }: KeyFormProps): ReactElement {
  const [title, setTitle] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['dataset.read', 'dataset.write']);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const ready = title.trim() !== '' && scopes.length > 0;

  const create = async () => {
    if (!ready || busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('keys.create', { datasetId, title: title.trim(), scopes: [...scopes] });
    setBusy(false);
    if (answer.ok) {
      onMade(answer.value);
      return;
    }
    setFailure(answer.error.message);
    onTried();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title="Create an API key"
      size="s"
      closeOnOutside={title === ''}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={!ready} onClick={() => void create()}>
            Create key
          </Button>
        </>
      }
    >
      <div className="dialog-body key-form">
        <TextField
          label="Title"
          hint="What it is for, so that it is recognised later."
          value={title}
          maxLength={300}
          onChange={setTitle}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing) void create();
          }}
        />
        <fieldset className="scopes">
          <legend className="field-label">What it may do</legend>
          {SCOPES.map(({ value, label, hint }) => (
            <label key={value} className="scope">
              <input
                type="checkbox"
                checked={scopes.includes(value)}
                onChange={(event) =>
                  setScopes(
                    event.target.checked ? [...scopes, value] : scopes.filter((scope) => scope !== value),
                  )
                }
              />
              <span className="grow">
                <span className="scope-label">{label}</span>
                <span className="field-hint">{hint}</span>
              </span>
            </label>
          ))}
          {scopes.length === 0 ? (
            <p className="field-error" role="alert">
              <Icon name="fail" size={14} />
              <span>Choose at least one.</span>
            </p>
          ) : null}
        </fieldset>
        {failure === null ? null : <Banner tone="fail">{failure}</Banner>}
      </div>
    </Dialog>
  );
}

interface KeyShownProps {
  datasetId: string;
  made: NewKey;
  onClose: () => void;
}

/** The key is in this page until the dialog closes, and nowhere after. */
function KeyShown({ datasetId, made, onClose }: KeyShownProps): ReactElement {
  const [taken, setTaken] = useState(false);
  const [use, setUse] = useState<'no' | 'busy' | 'done'>('no');
  const [failure, setFailure] = useState<string | null>(null);
  const copy = useRef<HTMLButtonElement>(null);

  const close = async () => {
    if (!taken) {
      const sure = await confirm({
        title: 'Close without copying the key?',
        body: 'It is not shown again. Without it another key has to be created.',
        action: 'Close',
        keep: 'Go back',
        danger: true,
      });
      if (!sure) return;
    }
    onClose();
  };
  const takeAsAccount = async () => {
    setUse('busy');
    setFailure(null);
    const answer = await call('keys.use', { datasetId, keyHash: made.keyHash ?? '' });
    if (answer.ok) {
      setUse('done');
      setTaken(true);
      await refreshSnapshot();
    } else {
      setUse('no');
      setFailure(answer.error.message);
    }
  };

  return (
    <Dialog
      open
      onClose={() => void close()}
      title={`The key “${oneLine(made.title)}” is created`}
      description="Copy it now: it is not shown again."
      closeOnOutside={false}
      initialFocus={() => copy.current}
      footer={
        <Button variant={taken ? 'primary' : 'secondary'} onClick={() => void close()}>
          Done
        </Button>
      }
    >
      <div className="dialog-body key-form">
        <Field label="API key">
          {({ id }) => (
            <div className="copy-line">
              <input
                id={id}
                className="input mono"
                readOnly
                value={made.key}
                onFocus={(event) => event.target.select()}
                onCopy={() => setTaken(true)}
              />
              <Button
                ref={copy}
                variant={taken ? 'secondary' : 'primary'}
                icon="copy"
                onClick={() => void copyText(made.key, 'The key').then(() => setTaken(true))}
              >
                Copy key
              </Button>
            </div>
          )}
        </Field>
        <Field label="Dataset id" hint="Whoever uses the key needs this too.">
          {({ id, describedBy }) => (
            <div className="copy-line">
              <input
                id={id}
                className="input mono"
                readOnly
                value={datasetId}
                aria-describedby={describedBy}
                onFocus={(event) => event.target.select()}
              />
              <Button icon="copy" onClick={() => void copyText(datasetId, 'The dataset id')}>
                Copy id
              </Button>
            </div>
          )}
        </Field>
        {made.keyHash === null ? null : (
          <div className="key-use">
            <div className="grow">
              <p className="setting-label">Use it here</p>
              <p className="field-hint" role="status">
                {use === 'done'
                  ? 'It is an account of this program now. The account in use has not changed.'
                  : 'Adds an account with this key. The account in use stays the one that it is.'}
              </p>
            </div>
            {use === 'done' ? (
              <Icon name="done" className="tone-done" />
            ) : (
              <Button busy={use === 'busy'} onClick={() => void takeAsAccount()}>
                Use it here as an account
              </Button>
            )}
          </div>
        )}
        {failure === null ? null : <Banner tone="fail">{failure}</Banner>}
      </div>
    </Dialog>
  );
}

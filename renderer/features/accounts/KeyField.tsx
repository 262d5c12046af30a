/**
 * Takes a private key: pasted, chosen or dropped. The text is never shown: once it is here, only what it is.
 * Used by `SignIn`.
 */
import { type DragEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Icon, Spinner } from '../../ui/Icon.tsx';

/** What is known of the key that was given, or what is wrong with it. */
export interface KeyState {
  kind: 'none' | 'looking' | 'usable' | 'refused';
  fingerprint: string | null;
  passphraseNeeded: boolean;
  message: string | null;
}

export const NO_KEY: KeyState = { kind: 'none', fingerprint: null, passphraseNeeded: false, message: null };

interface KeyFieldProps {
  state: KeyState;
  /** The key's text. The field keeps no copy of it. */
  onKey: (text: string) => void;
  onRemove: () => void;
}

/** A private key is a few hundred bytes; a larger file is something else. */
const MOST_BYTES = 100_000;

export function KeyField({ state, onKey, onRemove }: KeyFieldProps): ReactElement {
  const id = useId();
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (state.kind !== 'refused' && state.kind !== 'none') setProblem(null);
  }, [state.kind]);

  const take = (text: string) => {
    if (area.current) area.current.value = '';
    if (text.trim() === '') return;
    setProblem(null);
    onKey(text);
  };

  const takeFile = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      setProblem(
        `${file.name} is too large to be a private key. Choose the key file, often named id_ed25519.`,
      );
      return;
    }
    try {
      take(await file.text());
    } catch {
      setProblem(`${file.name} could not be read. Check that you may open it, then choose it again.`);
    }
  };

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void takeFile(event.dataTransfer.files[0]);
  };

  if (state.kind === 'usable' || state.kind === 'looking')
    return (
      <div className="field">
        <span className="field-label">Private key</span>
        <div className="key-card">
          {state.kind === 'looking' ? (
            <Spinner />
          ) : (
            <Icon name={state.passphraseNeeded ? 'lock' : 'key'} className="tone-accent" />
          )}
          <div className="grow">
            <p className="strong">
              {state.kind === 'looking'
                ? 'Looking at the key'
                : state.passphraseNeeded
                  ? 'Protected by a passphrase'
                  : 'Ed25519 private key'}
            </p>
            {state.fingerprint ? <p className="truncate mono muted selectable">{state.fingerprint}</p> : null}
          </div>
          <IconButton label="Use another key" icon="close" onClick={onRemove} />
        </div>
      </div>
    );

  const error = problem ?? state.message;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        Private key
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on; the same is offered by paste and button. */}
      <div
        className={`key-drop${over ? ' key-drop-over' : ''}${error ? ' key-drop-bad' : ''}`}
        data-own-drop=""
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <textarea
          ref={area}
          id={id}
          className="key-text"
          rows={3}
          spellCheck={false}
          autoComplete="off"
          placeholder={
            'Paste the private key here, or drop its file.\nIt begins with -----BEGIN OPENSSH PRIVATE KEY-----'
          }
          aria-describedby={error ? `${id}-error` : undefined}
          aria-invalid={error ? true : undefined}
          onPaste={(event) => {
            event.preventDefault();
            take(event.clipboardData.getData('text'));
          }}
          onChange={(event) => {
            // Typed or filled in by a program: complete when its last line is there.
            if (/-----END [A-Z ]+-----\s*$/.test(event.target.value)) take(event.target.value);
          }}
          onBlur={(event) => take(event.target.value)}
        />
        <div className="key-drop-foot">
          <span className="faint small">Ed25519, in OpenSSH format</span>
          <Button size="s" icon="file" onClick={() => chooser.current?.click()}>
            Choose file
          </Button>
        </div>
      </div>
      <input
        ref={chooser}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Private key file"
        data-testid="key-file"
        onChange={(event) => {
          void takeFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      {error ? (
        <p className="field-error" id={`${id}-error`} role="alert">
          <Icon name="fail" size={14} />
          <span>{error}</span>
        </p>
      ) : null}
    </div>
  );
}

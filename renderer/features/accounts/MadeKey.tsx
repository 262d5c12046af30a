/**
 * A key pair that was made here: shows its public half, and says where in Encord it belongs. The private half never
 * comes here. Used by `SignIn`.
 */
import { type ReactElement, useId } from 'react';
import type { MadeKeyView } from '../../../preload/contract/desktop.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { ExternalLink } from '../../ui/ExternalLink.tsx';
import { when } from '../../ui/format.ts';
import { Select } from '../../ui/Select.tsx';

interface MadeKeyProps {
  /** The pairs that wait, the newest first. */
  keys: readonly MadeKeyView[];
  /** The one that is shown. */
  chosen: MadeKeyView;
  onChoose: (keyId: string) => void;
  onMake: () => void;
  onDrop: (keyId: string) => void;
  making: boolean;
  /** False while there is no place where the private half could be kept. */
  mayMake: boolean;
  /** Encord's own pages; null where they are not known. */
  webApp: string | null;
}

export function MadeKey(props: MadeKeyProps): ReactElement {
  const { keys, chosen, onChoose, onMake, onDrop, making, mayMake, webApp } = props;
  const drop = async () => {
    const sure = await confirm({
      title: 'Delete this key pair?',
      body: 'Its private half is removed from this machine. If its public half is registered in Encord already, delete it there too.',
      action: 'Delete',
      danger: true,
    });
    if (sure) onDrop(chosen.keyId);
  };

  return (
    <div className="made-key">
      {keys.length > 1 ? (
        <Select
          label="Key pair"
          value={chosen.keyId}
          onChange={onChoose}
          options={keys.map(({ keyId, madeAt, fingerprint }) => ({
            value: keyId,
            label: `Made ${when(madeAt)}`,
            hint: fingerprint,
          }))}
        />
      ) : null}
      <PublicHalf made={chosen} />
      <ol className="made-key-steps">
        <li>Copy the public key.</li>
        <li>
          {webApp === null ? (
            'Open Encord in your browser and go to '
          ) : (
            <>
              Open <ExternalLink url={webApp}>Encord</ExternalLink> and go to{' '}
            </>
          )}
          <b>Settings</b>, <b>Public keys</b>, <b>New key</b>.
        </li>
        <li>
          Give it a title, paste the public key, and choose <b>Create</b>.
        </li>
        <li>
          Come back here, and choose <b>Check and sign in</b>.
        </li>
      </ol>
      <div className="made-key-foot">
        <span className="faint small">
          {chosen.keptIn === 'keychain'
            ? 'The private half is in the keychain: this pair is still here after a restart.'
            : 'The private half is kept for this run only: sign in before you quit the uploader.'}
        </span>
        <span className="inline">
          <Button size="s" variant="ghost" busy={making} disabled={!mayMake} onClick={onMake}>
            Make another
          </Button>
          <Button size="s" variant="ghost" onClick={() => void drop()}>
            Delete
          </Button>
        </span>
      </div>
    </div>
  );
}

/** All of it is public: it may be read, copied and sent. */
function PublicHalf({ made }: { made: MadeKeyView }): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        Public key
      </label>
      <div className="public-key">
        <textarea
          id={id}
          className="public-key-text mono"
          rows={2}
          readOnly
          value={made.publicKey}
          spellCheck={false}
          onFocus={(event) => event.target.select()}
        />
        <div className="public-key-foot">
          <span className="faint small">Ed25519, in OpenSSH format</span>
          <Button size="s" icon="copy" onClick={() => void copyText(made.publicKey, 'The public key')}>
            Copy public key
          </Button>
        </div>
      </div>
      <p className="made-key-fingerprint">
        <span className="truncate mono muted selectable" title={made.fingerprint}>
          {made.fingerprint}
        </span>
        <IconButton
          label="Copy the fingerprint"
          icon="copy"
          size="s"
          onClick={() => void copyText(made.fingerprint, 'The fingerprint')}
        />
      </p>
    </div>
  );
}

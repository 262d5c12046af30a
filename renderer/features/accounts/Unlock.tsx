/** Asks for the passphrase of an account whose key is kept with it on. Used by the settings. */
import { type FormEvent, type ReactElement, useRef, useState } from 'react';
import type { AccountView } from '../../../preload/contract/views.ts';
import { refreshSnapshot } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { RememberPassphrase, SecretField } from './SecretFields.tsx';

const OF_THE_FIELD = new Set(['passphrase-wrong', 'passphrase-needed']);

export function Unlock({ account }: { account: AccountView }): ReactElement {
  const passphrase = useRef<HTMLInputElement>(null);
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ code: string; message: string } | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const field = passphrase.current;
    if (busy || !field) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('accounts.unlock', {
      accountId: account.id,
      passphrase: field.value,
      remember,
    });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error);
      if (OF_THE_FIELD.has(answer.error.code)) field.select();
      return;
    }
    field.value = '';
    toast(`The key of ${account.name} is open`, { tone: 'done' });
    await refreshSnapshot();
  };

  const ofTheField = failure !== null && OF_THE_FIELD.has(failure.code);
  return (
    // Not a banner, which is read out again with each letter that changes in it.
    <section className="banner banner-warn" aria-label={`Unlock ${account.name}`}>
      <Icon name="lock" />
      <div className="banner-body">
        <p className="banner-title">Its key is locked by its passphrase</p>
        <p className="banner-text">Uploads of this account wait until it is given.</p>
        <form className="unlock" onSubmit={(event) => void submit(event)} noValidate>
          <div className="unlock-line">
            <SecretField
              label="Passphrase of the key"
              field={passphrase}
              error={ofTheField ? failure.message : null}
            />
            <Button type="submit" variant="primary" busy={busy}>
              Unlock
            </Button>
          </div>
          <RememberPassphrase checked={remember} onChange={setRemember} />
          {failure !== null && !ofTheField ? (
            <p className="field-error" role="alert">
              {failure.message}
            </p>
          ) : null}
        </form>
      </div>
    </section>
  );
}

/** The sign-in form in a dialog: another account, or the same one with a new key. */
import type { ReactElement } from 'react';
import { openDialog, useUi } from '../../state/ui.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { SignIn } from './SignIn.tsx';

export function AddAccountDialog(): ReactElement {
  const open = useUi((state) => state.dialog === 'account');
  return (
    <Dialog
      open={open}
      onClose={() => openDialog(null)}
      title="Connect an account"
      description="With the private key whose public half is registered in Encord, with a key that is made here, or with a dataset’s API key."
      closeOnOutside={false}
    >
      <div className="dialog-body">
        <SignIn
          onDone={(account) => {
            openDialog(null);
            toast(`Connected as ${account.name}`, { tone: 'done' });
          }}
        />
      </div>
    </Dialog>
  );
}

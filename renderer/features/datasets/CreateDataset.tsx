/** Making a dataset: title, description, and what its storage folder is to it. */
import { type FormEvent, type ReactElement, useState } from 'react';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { activeAccount, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { chooseDestination, openDialog, useUi } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toasts.tsx';

interface CreateFormProps {
  initialTitle?: string;
  onDone: (dataset: DatasetView) => void;
  onCancel: () => void;
}

export function CreateDatasetForm({ initialTitle = '', onDone, onCancel }: CreateFormProps): ReactElement {
  const [title, setTitle] = useState(initialTitle);
  const [description, setDescription] = useState('');
  const [kind, setKind] = useState<'mirrored' | 'static'>('mirrored');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [titleError, setTitleError] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // The form stands inside dialogs that have forms of their own.
    event.stopPropagation();
    if (title.trim() === '') {
      setTitleError('Give the dataset a title.');
      return;
    }
    setBusy(true);
    setFailure(null);
    const answer = await call('datasets.create', {
      title: title.trim(),
      description,
      mirrored: kind === 'mirrored',
    });
    setBusy(false);
    if (answer.ok) onDone(answer.value);
    else setFailure(answer.error.message);
  };

  return (
    <form className="create-form" onSubmit={(event) => void submit(event)} noValidate>
      <TextField
        label="Title"
        value={title}
        maxLength={1_000}
        error={titleError}
        autoFocus
        onChange={(next) => {
          setTitle(next);
          setTitleError(null);
        }}
      />
      <TextField label="Description" optional value={description} onChange={setDescription} />
      <div className="field">
        <span className="field-label">Storage folder</span>
        <Segmented
          label="Storage folder"
          size="s"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'mirrored', label: 'Mirrored' },
            { value: 'static', label: 'Static' },
          ]}
        />
        <p className="field-hint">
          {kind === 'mirrored'
            ? 'The dataset and its storage folder always hold the same files: what enters one is in the other.'
            : 'The dataset holds what is put into it; its files stay in a storage folder of their own.'}
        </p>
      </div>
      {failure ? <Banner tone="fail">{failure}</Banner> : null}
      <div className="create-foot">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={busy}>
          Create dataset
        </Button>
      </div>
    </form>
  );
}

/** The form in a dialog; what it makes becomes the destination of the next drop. */
export function CreateDatasetDialog(): ReactElement {
  const open = useUi((state) => state.dialog === 'create-dataset');
  const accountId = useApp((state) => activeAccount(state.snapshot)?.id);
  const close = () => openDialog(null);
  return (
    <Dialog open={open} onClose={close} title="Create a dataset" size="m">
      <div className="dialog-body">
        <CreateDatasetForm
          onCancel={close}
          onDone={(dataset) => {
            close();
            if (accountId) chooseDestination(accountId, dataset);
            toast(`${dataset.title} is made, and is where the next drop goes`, { tone: 'done' });
          }}
        />
      </div>
    </Dialog>
  );
}

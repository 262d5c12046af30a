/** Making a dataset: title, description, what its storage folder is to it, and where its bytes lie. */
import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import type { DatasetView, StorageName } from '../../../preload/contract/views.ts';
import { activeAccount, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { chooseDestination, openDialog, useUi } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { count, oneLine } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Select } from '../../ui/Select.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { STORAGE_WORDS } from './types.ts';

interface CreateFormProps {
  initialTitle?: string;
  onDone: (dataset: DatasetView) => void;
  onCancel: () => void;
}

type Storage = Exclude<StorageName, 'other'>;

const STORAGES: readonly { value: Storage; label: string; hint: string }[] = (
  ['encord', 'aws', 'gcp', 'azure', 's3-compatible'] as const
).map((value) => ({
  value,
  label: STORAGE_WORDS[value],
  hint: value === 'encord' ? 'Takes uploads' : 'Your own cloud, registered',
}));

/** How long typing rests before titles are compared. */
const REST_MS = 250;
const LOOKED_AT = 500;

/** How many datasets have exactly this title. */
function useSameTitles(title: string): number {
  const [same, setSame] = useState(0);
  const wanted = title.trim();
  useEffect(() => {
    setSame(0);
    if (wanted === '') return;
    let left = false;
    const timer = setTimeout(async () => {
      const answer = await call('datasets.list', {
        search: wanted,
        refresh: false,
        offset: 0,
        limit: LOOKED_AT,
      });
      if (!left && answer.ok)
        setSame(answer.value.rows.filter((dataset) => dataset.title.trim() === wanted).length);
    }, REST_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return same;
}

export function CreateDatasetForm({ initialTitle = '', onDone, onCancel }: CreateFormProps): ReactElement {
  const [title, setTitle] = useState(initialTitle);
  const [description, setDescription] = useState('');
  const [kind, setKind] = useState<'mirrored' | 'static'>('mirrored');
  const [storage, setStorage] = useState<Storage>('encord');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [titleError, setTitleError] = useState<string | null>(null);
  const same = useSameTitles(title);

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
      ...(storage === 'encord' ? {} : { storage }),
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
        hint={
          same > 0 ? (
            <span className="create-same" role="status">
              <Icon name="warn" size={14} className="tone-warn" />
              <span>
                {same === 1 ? 'A dataset has' : `${count(same)} datasets have`} this title already. Another
                one is allowed; only their ids tell them apart.
              </span>
            </span>
          ) : undefined
        }
        onChange={(next) => {
          setTitle(next);
          setTitleError(null);
        }}
      />
      <TextField
        label="Description"
        optional
        value={description}
        maxLength={10_000}
        onChange={setDescription}
      />
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
            ? 'It gets a backing folder, and the two always hold the same files: what enters one is in the other.'
            : 'It has no backing folder: it holds what is put into it; the files stay in storage folders of your choice.'}
        </p>
      </div>
      <div className="field">
        <span className="field-label">Storage</span>
        <div>
          <Select label="Storage" value={storage} options={STORAGES} onChange={setStorage} />
        </div>
        <p className="field-hint">
          {storage === 'encord'
            ? 'Encord keeps the files. Only such a dataset takes uploads.'
            : 'The files stay in your own cloud: this dataset takes no uploads, only cloud data that you register.'}
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

/** The form in a dialog; what it makes becomes the destination of the next drop, where it takes uploads. */
export function CreateDatasetDialog(): ReactElement {
  const open = useUi((state) => state.dialog === 'create-dataset');
  const accountId = useApp((state) => activeAccount(state.snapshot)?.id);
  const close = () => openDialog(null);
  return (
    <Dialog open={open} onClose={close} title="New dataset" size="m">
      <div className="dialog-body">
        <CreateDatasetForm
          onCancel={close}
          onDone={(dataset) => {
            close();
            const takes = dataset.storage === null || dataset.storage === 'encord';
            if (accountId && takes) chooseDestination(accountId, dataset);
            const made = `${oneLine(dataset.title)} is made`;
            toast(takes ? `${made}, and is where the next drop goes` : made, { tone: 'done' });
          }}
        />
      </div>
    </Dialog>
  );
}

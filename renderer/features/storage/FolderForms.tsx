/** Making a storage folder, and changing what it is called and what belongs to it. Used by `StorageDialogs`. */
import { type FormEvent, type ReactElement, useState } from 'react';
import type { FolderView, TextProblem } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { oneLine } from '../../ui/format.ts';
import { JsonEditor } from '../datasets/rows/JsonEditor.tsx';

interface NewProps {
  /** Null: at the top. */
  parent: FolderView | null;
  onClose: () => void;
  onMade: (folder: FolderView) => void;
}

export function NewFolderDialog({ parent, onClose, onMade }: NewProps): ReactElement {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [nameError, setNameError] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const make = async (event?: FormEvent) => {
    event?.preventDefault();
    if (busy) return;
    if (name.trim() === '') {
      setNameError('Give the folder a name.');
      return;
    }
    setBusy(true);
    setFailure(null);
    const parentId = parent?.id ?? null;
    const answer = await call('storage.createFolder', { name: name.trim(), description, parentId });
    setBusy(false);
    if (!answer.ok) setFailure(answer.error.message);
    else onMade(answer.value);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="New folder"
      description={parent === null ? 'At the top of your storage.' : `In ${oneLine(parent.name)}.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={() => void make()}>
            Create folder
          </Button>
        </>
      }
    >
      <form className="dialog-body stack-m" noValidate onSubmit={(event) => void make(event)}>
        <TextField
          label="Name"
          value={name}
          maxLength={300}
          error={nameError}
          onChange={(next) => {
            setName(next);
            setNameError(null);
          }}
        />
        <TextField
          label="Description"
          optional
          value={description}
          maxLength={10_000}
          onChange={setDescription}
        />
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
        {/* Enter sends a form of several fields only where it has a button that does. */}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}

const EMPTY = '{\n  \n}';

interface EditProps {
  folder: FolderView;
  onClose: () => void;
  onDone: () => void;
}

export function EditFolderDialog({ folder, onClose, onDone }: EditProps): ReactElement {
  const [name, setName] = useState(folder.name);
  const [description, setDescription] = useState(folder.description);
  const [metadata, setMetadata] = useState<string | null>(null);
  const [problems, setProblems] = useState<readonly TextProblem[]>([]);
  const [nameError, setNameError] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const before = folder.clientMetadata ?? EMPTY;
  const change = {
    ...(name.trim() === folder.name ? {} : { name: name.trim() }),
    ...(description === folder.description ? {} : { description }),
    ...(metadata === null || metadata === before ? {} : { clientMetadata: metadata }),
  };
  const changed = Object.keys(change).length > 0;
  const save = async (event?: FormEvent) => {
    event?.preventDefault();
    if (busy) return;
    if (name.trim() === '') {
      setNameError('A folder needs a name.');
      return;
    }
    if (!changed) {
      onClose();
      return;
    }
    setBusy(true);
    setFailure(null);
    setProblems([]);
    const answer = await call('storage.changeFolder', { folderId: folder.id, ...change });
    setBusy(false);
    if (!answer.ok) setFailure(answer.error.message);
    else if (answer.value.problems.length > 0) setProblems(answer.value.problems);
    else onDone();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      closeOnOutside={!changed}
      size="l"
      title="Edit folder"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <form className="dialog-body stack-m" noValidate onSubmit={(event) => void save(event)}>
        <TextField
          label="Name"
          value={name}
          maxLength={300}
          error={nameError}
          onChange={(next) => {
            setName(next);
            setNameError(null);
          }}
        />
        <TextField
          label="Description"
          optional
          value={description}
          maxLength={10_000}
          onChange={setDescription}
        />
        <JsonEditor
          label="Client metadata, a JSON object"
          value={metadata ?? before}
          problems={problems}
          onChange={(next) => {
            setMetadata(next);
            setProblems([]);
          }}
        />
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}

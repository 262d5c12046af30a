/** Asks before a folder is deleted, with what lies in it counted. Used by `StorageDialogs`. */
import { type ReactElement, useRef, useState } from 'react';
import type { FolderSummaryView, FolderView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { count, oneLine, plural, size } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { useDatasetTitle } from './DatasetLink.tsx';
import { useSummary } from './useFolder.ts';
import { isEmpty, wordToType } from './words.ts';

interface DeleteProps {
  folder: FolderView;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteFolderDialog({ folder, onClose, onDeleted }: DeleteProps): ReactElement {
  const { summary, failure: uncounted, again } = useSummary(folder.id);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const word = wordToType(folder.name);
  // What could not be counted is not taken for empty.
  const full = summary === null ? uncounted !== null : !isEmpty(summary);
  const sure = (summary !== null || uncounted !== null) && (!full || typed.trim() === word);

  const remove = async () => {
    if (!sure || busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('storage.deleteFolder', { folderId: folder.id });
    setBusy(false);
    if (answer.ok) onDeleted();
    else setFailure(answer.error.message);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${oneLine(folder.name)}?`}
      // A stray Enter keeps it.
      initialFocus={() => keep.current}
      footer={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" busy={busy} disabled={!sure} onClick={() => void remove()}>
            Delete folder
          </Button>
        </>
      }
    >
      <div className="dialog-body delete-body">
        {summary !== null ? (
          <Contents summary={summary} />
        ) : uncounted !== null ? (
          <Banner
            tone="warn"
            title="What lies in it could not be counted"
            actions={
              <Button size="s" icon="retry" onClick={again}>
                Try again
              </Button>
            }
          >
            {uncounted}
          </Banner>
        ) : (
          <p className="inline muted" role="status">
            <Spinner /> Counting what lies in it
          </p>
        )}
        {folder.syncedDatasetId === null ? null : <Mirrored datasetId={folder.syncedDatasetId} />}
        {full ? (
          <TextField
            label={`Type ${word} to delete it with all that lies in it`}
            value={typed}
            onChange={setTyped}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void remove();
            }}
          />
        ) : null}
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}

function Contents({ summary }: { summary: FolderSummaryView }): ReactElement {
  if (isEmpty(summary)) return <p className="muted">Nothing lies in it.</p>;
  const { files, folders, totalBytes, uploadJobs } = summary;
  return (
    <>
      <p>With it goes all that lies in it, at any depth:</p>
      <dl className="storage-counts">
        <Count name="Files" value={count(files)} />
        <Count name="Folders" value={count(folders)} />
        <Count name="Size" value={size(totalBytes)} />
        <Count name="Pending upload jobs" value={count(uploadJobs)} />
      </dl>
      <ul className="delete-facts">
        {files > 0 ? (
          <li className="delete-fact">
            <Icon name="trash" className="tone-fail" />
            <span>
              {files === 1 ? 'The file' : 'Files'} that Encord stores {files === 1 ? 'is' : 'are'} removed.
              This cannot be undone. Files in your own cloud stay there.
            </span>
          </li>
        ) : null}
        {uploadJobs > 0 ? (
          <li className="delete-fact">
            <Icon name="warn" className="tone-warn" />
            <span>
              {plural(uploadJobs, 'upload job')} {uploadJobs === 1 ? 'is' : 'are'} still putting files here.
              Encord may refuse until {uploadJobs === 1 ? 'it has' : 'they have'} ended.
            </span>
          </li>
        ) : null}
        <li className="delete-fact">
          <Icon name="question" className="faint" />
          <span>What becomes of data rows that these files stand behind is not documented by Encord.</span>
        </li>
      </ul>
    </>
  );
}

function Count({ name, value }: { name: string; value: string }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Mirrored({ datasetId }: { datasetId: string }): ReactElement {
  const title = useDatasetTitle(datasetId);
  return (
    <Banner tone="warn" title="It belongs to a mirrored dataset">
      {title === null ? 'A dataset' : <strong>{oneLine(title)}</strong>} is kept the same as this folder, and
      so are the projects that use it. Encord may refuse to delete the folder while the dataset is there.
    </Banner>
  );
}

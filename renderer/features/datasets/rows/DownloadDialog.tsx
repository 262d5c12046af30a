/** Where the files of rows are downloaded to. Used by `RowActions`. */
import { type ReactElement, useState } from 'react';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { useApp } from '../../../state/app.ts';
import { ask, call } from '../../../state/bridge.ts';
import { noteStarted } from '../../../state/job-notes.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Field } from '../../../ui/Field.tsx';
import { plural, size } from '../../../ui/format.ts';
import { FolderBrowser } from '../../watch/FolderBrowser.tsx';
import { type Chosen, useTally } from './RowBar.tsx';

interface DownloadProps {
  dataset: DatasetView;
  chosen: Chosen;
  onClose: () => void;
}

/** Kept while the program runs: who downloads twice mostly wants the same place. */
let lastFolder = '';

export function DownloadDialog({ dataset, chosen, onClose }: DownloadProps): ReactElement {
  const tally = useTally(dataset.id, chosen.rows);
  const native = useApp((state) => state.snapshot?.capabilities.nativeDialogs ?? false);
  const browsable = useApp((state) => state.snapshot?.capabilities.serverChooser ?? false);
  const [into, setInto] = useState(lastFolder);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const known = tally !== null && typeof tally !== 'string' ? tally : null;

  const start = async () => {
    if (into.trim() === '') {
      setProblem('Choose a folder.');
      return;
    }
    setBusy(true);
    const answer = await call('rows.download', {
      datasetId: dataset.id,
      rows: chosen.rows,
      into: into.trim(),
    });
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.error.message);
      return;
    }
    lastFolder = into.trim();
    onClose();
    noteStarted(`${plural(chosen.count, 'row')} ${chosen.count === 1 ? 'is' : 'are'} being downloaded`);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Download ${plural(chosen.count, 'row')}`}
      description={
        known && known.bytes > 0
          ? `${size(known.bytes)}. Every file is checked; what was interrupted goes on where it stopped.`
          : 'Every file is checked; what was interrupted goes on where it stopped.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" icon="download" busy={busy} onClick={() => void start()}>
            Download
          </Button>
        </>
      }
    >
      <div className="dialog-body">
        <Field
          label="Folder"
          error={problem}
          hint={
            native
              ? 'It is made where it does not exist.'
              : 'A folder of the machine that runs the uploader. It is made where it does not exist.'
          }
        >
          {({ id, describedBy, invalid }) => (
            <div className="root-field">
              <input
                id={id}
                className="input"
                value={into}
                placeholder="/data/from-encord"
                autoComplete="off"
                spellCheck={false}
                aria-describedby={describedBy}
                aria-invalid={invalid || undefined}
                onChange={(event) => {
                  setInto(event.target.value);
                  setProblem(null);
                }}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') void start();
                }}
              />
              {native ? (
                <Button
                  icon="folder"
                  onClick={() =>
                    void ask('files.choose', { what: 'folders' }).then((paths) => {
                      if (paths?.[0] !== undefined) setInto(paths[0]);
                    })
                  }
                >
                  Choose…
                </Button>
              ) : null}
            </div>
          )}
        </Field>
        {!native && browsable ? (
          <FolderBrowser
            at={null}
            onHere={(path) => {
              setInto(path);
              setProblem(null);
            }}
          />
        ) : null}
      </div>
    </Dialog>
  );
}

/** Step 1: which folder is watched, and where its files go. Used by `WatchSheet`. */
import { type ReactElement, useState } from 'react';
import { activeAccount, refreshSnapshot, useApp } from '../../state/app.ts';
import { ask } from '../../state/bridge.ts';
import { useDestination } from '../../state/destination.ts';
import { chooseDataset, chooseRoot, forgetDataset, setRoot, useDraft } from '../../state/watch-draft.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Select } from '../../ui/Select.tsx';
import { DatasetChooser } from '../datasets/DatasetChooser.tsx';
import { StorageFolderChooser } from '../datasets/StorageFolderChooser.tsx';
import { FolderBrowser } from './FolderBrowser.tsx';

export function StepWhere(): ReactElement {
  return (
    <div className="step-where">
      <Root />
      <Destination />
      <Account />
    </div>
  );
}

function Root(): ReactElement {
  const root = useDraft((state) => state.root);
  const inspected = useDraft((state) => state.inspected);
  const tried = useDraft((state) => state.tried);
  const native = useApp((state) => state.snapshot?.capabilities.nativeDialogs ?? false);
  const browsable = useApp((state) => state.snapshot?.capabilities.serverChooser ?? false);
  const [browsing, setBrowsing] = useState(!native && root === '');
  const problem = inspected?.problem ?? (tried && root.trim() === '' ? 'Choose a folder to watch.' : null);
  const fine = inspected !== null && inspected.problem === null;
  return (
    <section>
      <Field
        label="Folder to watch"
        error={problem}
        hint={
          fine ? (
            <span className="root-fine">
              <Icon name="check" size={14} className="tone-done" /> This folder can be watched.
            </span>
          ) : browsable && !native ? (
            'A folder of the machine that runs the uploader.'
          ) : (
            'Where your instrument writes its files. Sub-folders are watched as well.'
          )
        }
      >
        {({ id, describedBy, invalid }) => (
          <div className="root-field">
            <input
              id={id}
              className="input"
              value={root}
              placeholder="/data/acquisition"
              autoComplete="off"
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              onChange={(event) => setRoot(event.target.value)}
            />
            {native ? (
              <Button icon="folder" onClick={() => void chooseRoot()}>
                Choose…
              </Button>
            ) : browsable ? (
              <Button icon="folder" aria-expanded={browsing} onClick={() => setBrowsing(!browsing)}>
                Browse
              </Button>
            ) : null}
          </div>
        )}
      </Field>
      {inspected?.notes.map((note) => (
        <p key={note} className="watch-note small muted">
          <Icon name="info" size={14} />
          <span>{note}</span>
        </p>
      ))}
      {browsing ? <FolderBrowser at={fine ? inspected.root : null} onHere={setRoot} /> : null}
    </section>
  );
}

function Destination(): ReactElement {
  const chosen = useDraft((state) => state.destination);
  const folder = useDraft((state) => state.folder);
  const tried = useDraft((state) => state.tried);
  const account = useApp((state) => activeAccount(state.snapshot));
  // The title of an API key's one dataset may come a little later than its id.
  const usual = useDestination();
  const [open, setOpen] = useState(false);
  const destination = account?.kind === 'api-key' ? usual : chosen;
  return (
    <section className="field">
      <span className="field-label">Dataset that its files go to</span>
      <div className="inline">
        <DatasetChooser
          destination={destination}
          fixed={account?.kind === 'api-key'}
          open={open}
          onOpen={setOpen}
          onChoose={chooseDataset}
        />
        {account?.kind === 'ssh' && account.route !== 'documented' && destination ? (
          <StorageFolderChooser folder={folder} onChoose={(next) => useDraft.setState({ folder: next })} />
        ) : null}
      </div>
      {destination === null && tried ? (
        <p className="field-error" role="alert">
          <Icon name="fail" size={14} />
          <span>Choose a dataset, or create one.</span>
        </p>
      ) : null}
    </section>
  );
}

/** Whose key uploads: said where there is more than one, because the folder keeps it. */
function Account(): ReactElement | null {
  const snapshot = useApp((state) => state.snapshot);
  const account = activeAccount(snapshot);
  if (!snapshot || !account || snapshot.accounts.length < 2) return null;
  return (
    <section className="field">
      <span className="field-label">Account that uploads them</span>
      <div>
        <Select
          label="Account"
          value={account.id}
          options={snapshot.accounts.map((each) => ({ value: each.id, label: each.name, hint: each.domain }))}
          onChange={(accountId) => {
            if (accountId === account.id) return;
            void ask('accounts.switch', { accountId }).then(async () => {
              await refreshSnapshot();
              forgetDataset();
            });
          }}
        />
      </div>
      <p className="field-hint">
        The folder keeps this account, whichever is in use on these pages later. Choosing another here
        switches these pages to it, too.
      </p>
    </section>
  );
}

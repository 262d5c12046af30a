/** Where the queue, the ledger and the logs live: seeing, opening, and changing it for the next start. */
import { type FormEvent, type ReactElement, useState } from 'react';
import { useApp } from '../../state/app.ts';
import { ask } from '../../state/bridge.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { changeSettings, Section, Setting } from './SettingsPage.tsx';

export function DataFolder(): ReactElement | null {
  const snapshot = useApp((state) => state.snapshot);
  const [changing, setChanging] = useState(false);
  if (!snapshot) return null;
  const { dataFolder, nextDataFolder } = snapshot.settings;
  const { openFolder } = snapshot.capabilities;
  return (
    <Section title="Data folder" lead="Holds the queue, the record of what was uploaded, and the logs.">
      <Setting
        label={<span className="mono selectable data-path">{dataFolder}</span>}
        hint={
          nextDataFolder ? (
            <>
              From the next start: <span className="mono selectable">{nextDataFolder}</span>
            </>
          ) : undefined
        }
      >
        <IconButton label="Copy the path" icon="copy" onClick={() => void copyText(dataFolder, 'The path')} />
        {openFolder ? (
          <Button size="s" icon="external" onClick={() => void ask('app.openFolder', { folder: 'data' })}>
            Open
          </Button>
        ) : null}
        {nextDataFolder ? (
          <Button size="s" onClick={() => void changeSettings({ nextDataFolder: null })}>
            Keep this one
          </Button>
        ) : null}
        <Button size="s" onClick={() => setChanging(true)}>
          Change…
        </Button>
      </Setting>
      {openFolder ? (
        <Setting label="Logs" hint="Without keys, signed addresses or credentials.">
          <Button size="s" icon="external" onClick={() => void ask('app.openFolder', { folder: 'logs' })}>
            Open
          </Button>
        </Setting>
      ) : null}
      <ChangeDialog open={changing} onClose={() => setChanging(false)} now={nextDataFolder ?? dataFolder} />
    </Section>
  );
}

function ChangeDialog({
  open,
  onClose,
  now,
}: {
  open: boolean;
  onClose: () => void;
  now: string;
}): ReactElement {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Another data folder"
      description="It is used from the next start on. The queue and the record of this folder stay in it: unfinished uploads go on when it is chosen again."
    >
      <ChangeForm now={now} onClose={onClose} />
    </Dialog>
  );
}

function ChangeForm({ now, onClose }: { now: string; onClose: () => void }): ReactElement {
  const native = useApp((state) => state.snapshot?.capabilities.nativeDialogs ?? false);
  const [path, setPath] = useState(now);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (path.trim() === '') return;
    setBusy(true);
    const done = await changeSettings({ nextDataFolder: path.trim() });
    setBusy(false);
    if (done) onClose();
  };
  return (
    <form className="dialog-body" onSubmit={(event) => void submit(event)}>
      <TextField
        label="Folder"
        value={path}
        onChange={setPath}
        hint="The full path of a folder on a local disk."
      />
      <div className="create-foot change-foot">
        {native ? (
          <Button
            icon="folder"
            onClick={() =>
              void ask('files.choose', { what: 'folders' }).then((paths) => {
                if (paths?.[0]) setPath(paths[0]);
              })
            }
          >
            Choose…
          </Button>
        ) : null}
        <span className="grow" />
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={busy}>
          Use from the next start
        </Button>
      </div>
    </form>
  );
}

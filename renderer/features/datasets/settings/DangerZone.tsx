/**
 * Deleting a dataset, which Encord does in its web app alone: asks for the word, opens the page there, and notices when the
 * dataset is gone. Used by `DatasetSettings`.
 */
import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { closeDataset, USUAL_LISTING, useDatasetsList } from '../../../state/datasets-list.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { ExternalLink } from '../../../ui/ExternalLink.tsx';
import { TextField } from '../../../ui/Field.tsx';
import { oneLine } from '../../../ui/format.ts';
import { Icon, type IconName, Spinner } from '../../../ui/Icon.tsx';
import { toast } from '../../../ui/Toasts.tsx';
import { MayNot, Part } from './Part.tsx';

const WORD = 'delete';

interface DangerZoneProps {
  dataset: DatasetView;
  webUrl: string | null;
}

export function DangerZone({ dataset, webUrl }: DangerZoneProps): ReactElement {
  const [asking, setAsking] = useState(false);
  /** Somebody went to the web app to delete it. */
  const [gone, setGone] = useState(false);
  const looking = useLook(dataset, gone);
  if (dataset.role !== 'admin')
    return (
      <Part title="Danger zone">
        <MayNot>
          {dataset.role === 'user'
            ? 'Your role on this dataset is user: only its admins can delete it. Ask one of them.'
            : 'You have no role on this dataset: only its admins can delete it.'}
        </MayNot>
      </Part>
    );
  return (
    <Part
      title="Danger zone"
      said={gone ? (looking.failure ?? 'Waiting for the dataset to be deleted in Encord’s web app') : ''}
    >
      <div className="part-row part-danger">
        <div className="grow">
          <p>Delete this dataset</p>
          <p className="small muted">All of it, for everybody. Deleting a dataset cannot be undone.</p>
        </div>
        <Button className="button-warns" onClick={() => setAsking(true)}>
          Delete dataset…
        </Button>
      </div>
      {gone ? (
        <div className="part-note">
          {looking.busy ? <Spinner size={14} /> : <Icon name="clock" size={14} className="tone-warn" />}
          <span className="grow">
            {looking.failure === null
              ? looking.looked
                ? 'It is still in Encord. This page looks again whenever you come back to this window.'
                : 'Delete it in the web app, then come back: this page looks whether it is gone.'
              : `Whether it is gone could not be seen. ${looking.failure}`}
          </span>
          <Button size="s" busy={looking.busy} onClick={looking.look}>
            Look now
          </Button>
        </div>
      ) : null}
      {asking ? (
        <DeleteDialog
          dataset={dataset}
          webUrl={webUrl}
          onClose={() => setAsking(false)}
          onLeave={() => {
            setAsking(false);
            setGone(true);
          }}
        />
      ) : null}
    </Part>
  );
}

interface Look {
  busy: boolean;
  /** Seen to be there still, at least once. */
  looked: boolean;
  failure: string | null;
  look: () => void;
}

/** While `wanted`, looks for the dataset whenever the window gets the focus; goes back to the list when it is gone. */
function useLook(dataset: DatasetView, wanted: boolean): Look {
  const [state, setState] = useState<Omit<Look, 'look'>>({ busy: false, looked: false, failure: null });
  const busy = useRef(false);
  const left = useRef(false);
  const { id, title } = dataset;

  const look = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    setState((before) => ({ ...before, busy: true }));
    // One of the organisation that nobody here has joined is on no other list.
    const { organisation } = useDatasetsList.getState().listing;
    const answer = await call('datasets.list', {
      search: id,
      listing: { ...USUAL_LISTING, organisation },
      refresh: true,
      offset: 0,
      limit: 100,
    });
    busy.current = false;
    if (left.current) return;
    if (answer.ok && !answer.value.rows.some((each) => each.id === id)) {
      toast(`${oneLine(title)} is not in Encord any more`, { tone: 'done' });
      closeDataset();
      return;
    }
    setState(
      answer.ok
        ? { busy: false, looked: true, failure: null }
        : { busy: false, looked: false, failure: answer.error.message },
    );
  }, [id, title]);

  useEffect(() => {
    left.current = false;
    if (!wanted) return;
    const focused = () => void look();
    window.addEventListener('focus', focused);
    return () => {
      left.current = true;
      window.removeEventListener('focus', focused);
    };
  }, [wanted, look]);

  return { ...state, look: () => void look() };
}

interface DeleteDialogProps {
  dataset: DatasetView;
  webUrl: string | null;
  onClose: () => void;
  /** The web app was opened, or will be by hand. */
  onLeave: () => void;
}

function DeleteDialog({ dataset, webUrl, onClose, onLeave }: DeleteDialogProps): ReactElement {
  const [typed, setTyped] = useState('');
  const sure = typed.trim().toLowerCase() === WORD;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete “${oneLine(dataset.title)}”?`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          {webUrl === null ? (
            <Button variant="danger" disabled={!sure} onClick={onLeave}>
              I delete it there
            </Button>
          ) : sure ? (
            // The link's own click opens the page; the dialog is left once it has.
            // biome-ignore lint/a11y/noStaticElementInteractions: the link inside is what is pressed.
            // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the link is a click.
            <span className="contents" onClick={onLeave}>
              <ExternalLink url={webUrl} className="button button-danger">
                Delete it in the web app
              </ExternalLink>
            </span>
          ) : (
            <Button variant="danger" disabled trailing="external">
              Delete it in the web app
            </Button>
          )}
        </>
      }
    >
      <div className="dialog-body key-form">
        <ul className="losses">
          <Loss icon="trash" tone="tone-fail">
            The entire dataset is deleted. This cannot be undone.
          </Loss>
          <Loss icon="group">
            Every project that it is attached to loses it. What becomes of labels on its data, Encord does not
            document: export those that you need first.
          </Loss>
          <Loss icon="folder">
            {dataset.mirrored
              ? 'The dataset is mirrored. Whether its storage folder and the files in it stay, Encord does not document.'
              : 'Whether its files stay in storage, Encord does not document.'}
          </Loss>
          <Loss icon="external">
            Encord has no call for it, so the last step is in the web app: open the dataset’s Settings there,
            then Danger zone. It asks for the word once more.
          </Loss>
        </ul>
        <TextField
          label={`Type “${WORD}” to go on`}
          value={typed}
          onChange={setTyped}
          autoCapitalize="none"
        />
      </div>
    </Dialog>
  );
}

function Loss({
  icon,
  tone = 'faint',
  children,
}: {
  icon: IconName;
  tone?: string;
  children: React.ReactNode;
}): ReactElement {
  return (
    <li className="loss">
      <Icon name={icon} className={tone} />
      <span>{children}</span>
    </li>
  );
}

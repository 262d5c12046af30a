/** Asks before rows are deleted, with what goes and what stays spelled out. Used by `RowActions`. */
import { type ReactElement, useRef, useState } from 'react';
import type { RowTally } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { noteStarted } from '../../../state/job-notes.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { TextField } from '../../../ui/Field.tsx';
import { count, oneLine, plural, size } from '../../../ui/format.ts';
import { Icon, type IconName, Spinner } from '../../../ui/Icon.tsx';
import { typesWord } from './columns.tsx';
import { type Chosen, useTally } from './RowBar.tsx';

/** From so many rows on their number has to be typed: a slip of the hand does not do that. */
const MANY = 100;

interface DeleteProps {
  dataset: DatasetView;
  chosen: Chosen;
  onClose: () => void;
  onStarted: () => void;
}

export function DeleteDialog({ dataset, chosen, onClose, onStarted }: DeleteProps): ReactElement {
  const tally = useTally(dataset.id, chosen.rows);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const known = tally !== null && typeof tally !== 'string' ? tally : null;
  const many = known !== null && known.rows >= MANY;
  const sure =
    known !== null && known.rows > 0 && (!many || typed.replace(/[\s,.]/g, '') === String(known.rows));

  const start = async () => {
    if (!sure || known === null) return;
    setBusy(true);
    setFailure(null);
    // As many as were agreed to, though others may have come meanwhile.
    const rows = chosen.rows.kind === 'filter' ? { ...chosen.rows, expected: known.rows } : chosen.rows;
    const answer = await call('rows.delete', { datasetId: dataset.id, rows });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    onStarted();
    onClose();
    noteStarted(`${plural(known.rows, 'row')} ${known.rows === 1 ? 'is' : 'are'} being deleted`);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${chosen.count === 1 ? 'this row' : `${count(chosen.count)} rows`}?`}
      // A stray Enter keeps them.
      initialFocus={() => keep.current}
      footer={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep {chosen.count === 1 ? 'it' : 'them'}
          </Button>
          <Button variant="danger" busy={busy} disabled={!sure} onClick={() => void start()}>
            Delete {known === null ? '' : plural(known.rows, 'row')}
          </Button>
        </>
      }
    >
      <div className="dialog-body delete-body">
        {typeof tally === 'string' ? (
          <Banner tone="fail">{tally}</Banner>
        ) : known === null ? (
          <p className="inline muted" role="status">
            <Spinner /> Counting what is selected
          </p>
        ) : (
          <Consequences dataset={dataset} tally={known} />
        )}
        {many && known ? (
          <TextField
            label={`Type ${count(known.rows)} to delete that many`}
            value={typed}
            inputMode="numeric"
            onChange={setTyped}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void start();
            }}
          />
        ) : null}
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}

/** Only what Encord documents; where it documents nothing, that is what is said. */
function Consequences({ dataset, tally }: { dataset: DatasetView; tally: RowTally }): ReactElement {
  const { rows, bytes, inOwnCloud, types, titles } = tally;
  const hosted = rows - inOwnCloud;
  const all = rows === 1 ? 'Its file is' : 'Their files are';
  return (
    <>
      <p className="selectable">
        {titles.length === 1 && rows === 1 ? (
          <span className="strong delete-title">{oneLine(titles[0] ?? '')}</span>
        ) : (
          <>
            {typesWord(types)}
            {bytes > 0 ? `, ${size(bytes)}` : ''}
          </>
        )}
      </p>
      {rows > 1 ? (
        <ul className="delete-titles small muted selectable">
          {titles.map((title, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: titles may be equal, and the list never changes.
            <li key={at} className="truncate">
              {oneLine(title)}
            </li>
          ))}
          {rows > titles.length ? <li>and {count(rows - titles.length)} more</li> : null}
        </ul>
      ) : null}
      <ul className="delete-facts">
        {hosted > 0 ? (
          <Fact icon="trash" tone="tone-fail">
            {inOwnCloud === 0 ? all : `The files of ${plural(hosted, 'row')} are`} removed from Encord’s
            storage too. This cannot be undone.
          </Fact>
        ) : null}
        {inOwnCloud > 0 ? (
          <Fact icon="check" tone="tone-done">
            {hosted === 0 ? all : `The files of ${plural(inOwnCloud, 'row')} are`} in your own cloud and stay
            there.
          </Fact>
        ) : null}
        {dataset.mirrored ? (
          <Fact icon="folder">The dataset is mirrored: what leaves it leaves its storage folder too.</Fact>
        ) : null}
        <Fact icon="question">
          What becomes of labels on {rows === 1 ? 'it' : 'them'} in projects is not documented by Encord:
          export those that you need first.
        </Fact>
        <Fact icon="search">
          Afterwards the program looks whether {rows === 1 ? 'it is' : 'they are'} gone.
        </Fact>
      </ul>
    </>
  );
}

function Fact({
  icon,
  tone = 'faint',
  children,
}: {
  icon: IconName;
  tone?: string;
  children: React.ReactNode;
}): ReactElement {
  return (
    <li className="delete-fact">
      <Icon name={icon} className={tone} />
      <span>{children}</span>
    </li>
  );
}

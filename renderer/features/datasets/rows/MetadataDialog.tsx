/** Client metadata of one row or of many, as JSON. Used by `RowActions`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { TextProblem } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { noteStarted } from '../../../state/job-notes.ts';
import { Button } from '../../../ui/Button.tsx';
import { Segmented } from '../../../ui/Controls.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { count, plural } from '../../../ui/format.ts';
import { Spinner } from '../../../ui/Icon.tsx';
import { JsonEditor } from './JsonEditor.tsx';
import type { Chosen } from './RowBar.tsx';

interface MetadataProps {
  dataset: DatasetView;
  chosen: Chosen;
  onClose: () => void;
}

const EMPTY = '{\n  \n}';

/** The row that it is about; null for many. */
const onlyOf = ({ rows, count: many }: Chosen): string | null =>
  many === 1 && rows.kind === 'rows' ? (rows.dataHashes[0] ?? null) : null;

/** What one row has now, to begin with; null until it is known. Many rows begin with nothing. */
function useCurrent(datasetId: string, only: string | null): [text: string | null, failure: string | null] {
  const [text, setText] = useState<string | null>(only === null ? EMPTY : null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    if (only === null) return;
    let left = false;
    void call('rows.detail', { datasetId, dataHash: only }).then((answer) => {
      if (left) return;
      if (answer.ok) setText(answer.value.clientMetadata ?? EMPTY);
      else setFailure(answer.error.message);
    });
    return () => {
      left = true;
    };
  }, [datasetId, only]);
  return [text, failure];
}

export function MetadataDialog({ dataset, chosen, onClose }: MetadataProps): ReactElement {
  const only = onlyOf(chosen);
  const [current, unread] = useCurrent(dataset.id, only);
  const one = only !== null;
  const [edited, setEdited] = useState<string | null>(null);
  const [mode, setMode] = useState<'replace' | 'merge'>(one ? 'replace' : 'merge');
  const [problems, setProblems] = useState<readonly TextProblem[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const text = edited ?? current;

  const start = async () => {
    if (text === null) return;
    setBusy(true);
    setFailure(null);
    setProblems([]);
    const answer = await call('rows.setMetadata', { datasetId: dataset.id, rows: chosen.rows, text, mode });
    setBusy(false);
    if (!answer.ok) setFailure(answer.error.message);
    else if (answer.value.kind === 'invalid') setProblems(answer.value.problems);
    else {
      onClose();
      noteStarted(`The metadata of ${plural(chosen.count, 'row')} is being set`);
    }
  };

  return (
    <Dialog
      open
      onClose={onClose}
      closeOnOutside={edited === null}
      size="l"
      title={one ? 'Client metadata' : `Client metadata of ${count(chosen.count)} rows`}
      description={
        one ? 'A JSON object that belongs to the row.' : 'The same JSON object for each of the selected rows.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={text === null} onClick={() => void start()}>
            {one ? 'Save' : `Set for ${plural(chosen.count, 'row')}`}
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        {unread !== null ? (
          <Banner tone="warn" title="What it has now could not be read">
            {unread} What you set here takes its place, or joins it.
          </Banner>
        ) : null}
        {text === null && unread === null ? (
          <p className="inline muted" role="status">
            <Spinner /> Reading what it has now
          </p>
        ) : (
          <JsonEditor
            label="JSON"
            value={text ?? EMPTY}
            problems={problems}
            onChange={(next) => {
              setEdited(next);
              setProblems([]);
            }}
          />
        )}
        <div className="field">
          <span className="field-label">What is there already</span>
          <div>
            <Segmented
              label="What is there already"
              size="s"
              value={mode}
              options={[
                { value: 'merge', label: 'Keep other keys' },
                { value: 'replace', label: 'Replace all of it' },
              ]}
              onChange={setMode}
            />
          </div>
          <p className="field-hint">
            {mode === 'merge'
              ? 'Keys of the top level that are not named here stay as they are.'
              : 'Keys that are not named here are lost.'}
          </p>
        </div>
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}

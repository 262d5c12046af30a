/** Client metadata of many rows from a CSV file: read, shown, confirmed. Used by `RowActions`. */
import { type ReactElement, useState } from 'react';
import type { MetadataTableView } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { noteStarted } from '../../../state/job-notes.ts';
import { type ChosenText, chooseText } from '../../../state/text-source.ts';
import { Button } from '../../../ui/Button.tsx';
import { Segmented } from '../../../ui/Controls.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { count, oneLine, plural } from '../../../ui/format.ts';
import { Icon, Spinner } from '../../../ui/Icon.tsx';
import { Select } from '../../../ui/Select.tsx';

type Key = NonNullable<MetadataTableView['key']>;

const BY: readonly { value: Key['by']; label: string }[] = [
  { value: 'title', label: 'Title' },
  { value: 'dataHash', label: 'Data hash' },
  { value: 'itemUuid', label: 'Storage item' },
];

export function MetadataTableDialog({
  dataset,
  onClose,
}: {
  dataset: DatasetView;
  onClose: () => void;
}): ReactElement {
  const [chosen, setChosen] = useState<ChosenText | null>(null);
  const [table, setTable] = useState<MetadataTableView | null>(null);
  const [reading, setReading] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [mode, setMode] = useState<'replace' | 'merge'>('merge');
  const [busy, setBusy] = useState(false);

  const read = async (text: ChosenText, key: Key | null) => {
    setReading(true);
    setFailure(null);
    const answer = await call('rows.readMetadataTable', { datasetId: dataset.id, source: text.source, key });
    setReading(false);
    if (answer.ok) setTable(answer.value);
    else setFailure(answer.error.message);
  };
  const choose = async () => {
    const text = await chooseText('.csv,text/csv,text/plain');
    if (!text) return;
    setChosen(text);
    setTable(null);
    await read(text, null);
  };
  const apply = async () => {
    if (!table) return;
    setBusy(true);
    const answer = await call('rows.applyMetadataTable', { tableId: table.tableId, mode });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    onClose();
    noteStarted(`The metadata of ${plural(table.matched, 'row')} is being set`);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      size="l"
      closeOnOutside={chosen === null}
      title="Client metadata from a CSV file"
      description="One line for each row of the dataset; one column names the row, the others are its metadata."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={busy}
            disabled={!table || table.matched === 0 || reading}
            onClick={() => void apply()}
          >
            {table && table.matched > 0 ? `Set for ${plural(table.matched, 'row')}` : 'Set metadata'}
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        <div className="inline">
          <Button icon="file" onClick={() => void choose()}>
            {chosen ? 'Choose another file…' : 'Choose a CSV file…'}
          </Button>
          {chosen ? <span className="truncate">{oneLine(chosen.name)}</span> : null}
          {reading ? (
            <span className="inline muted" role="status">
              <Spinner /> Reading the file
            </span>
          ) : null}
        </div>
        {failure ? (
          <Banner
            tone="fail"
            actions={
              chosen && !table ? (
                <Button size="s" icon="retry" onClick={() => void read(chosen, null)}>
                  Try again
                </Button>
              ) : undefined
            }
          >
            {failure}
          </Banner>
        ) : null}
        {table && chosen ? (
          <Read table={table} onKey={(key) => void read(chosen, key)} mode={mode} onMode={setMode} />
        ) : null}
      </div>
    </Dialog>
  );
}

interface ReadProps {
  table: MetadataTableView;
  onKey: (key: Key) => void;
  mode: 'replace' | 'merge';
  onMode: (mode: 'replace' | 'merge') => void;
}

/** What the file means, before anything is done with it. */
function Read({ table, onKey, mode, onMode }: ReadProps): ReactElement {
  const { headings, key, lines, matched, problems, problemCount, examples } = table;
  const heading = key?.heading ?? headings[0] ?? '';
  return (
    <>
      <div className="field">
        <span className="field-label">Which row a line is about</span>
        <div className="table-key">
          <span>Column</span>
          <Select
            label="Column that names the row"
            value={heading}
            options={headings.map((each) => ({ value: each, label: oneLine(each) || '(no heading)' }))}
            onChange={(next) => onKey({ heading: next, by: key?.by ?? 'title' })}
          />
          <span>is its</span>
          <Select
            label="What the column holds"
            value={key?.by ?? 'title'}
            options={BY}
            onChange={(by) => onKey({ heading, by })}
          />
        </div>
      </div>
      <p role="status" className="selectable">
        <span className="strong">
          {count(matched)} of {plural(lines, 'line')}
        </span>{' '}
        {matched === 1 ? 'names a row' : 'name a row'} of this dataset.
        {key === null ? ' No column names rows by itself: choose one.' : ''}
      </p>
      {problemCount > 0 ? (
        <details className="table-problems">
          <summary>
            {plural(problemCount, 'line')} {problemCount === 1 ? 'is' : 'are'} left out
          </summary>
          <ul className="small selectable">
            {problems.map((problem) => (
              <li key={`${problem.line} ${problem.message}`} className="delete-fact">
                <Icon name="warn" size={14} className="tone-warn" />
                <span>
                  {problem.line === null ? '' : `Line ${count(problem.line)}: `}
                  {problem.message}
                </span>
              </li>
            ))}
            {problemCount > problems.length ? (
              <li className="muted">and {count(problemCount - problems.length)} more</li>
            ) : null}
          </ul>
        </details>
      ) : null}
      {examples.length > 0 ? (
        <div className="field">
          <span className="field-label">What the first rows would get</span>
          <dl className="table-examples selectable">
            {examples.map((example) => (
              <div key={`${example.title} ${example.json}`}>
                <dt className="truncate">{oneLine(example.title)}</dt>
                <dd className="mono">{example.json}</dd>
              </div>
            ))}
          </dl>
        </div>
      ) : null}
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
            onChange={onMode}
          />
        </div>
      </div>
    </>
  );
}

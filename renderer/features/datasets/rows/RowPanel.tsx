/** One row beside the table: what it looks like, and all that is known of it. Follows the row that keys act from. */
import { type ReactElement, useEffect, useState } from 'react';
import type { RowDetailView } from '../../../../preload/contract/manage.ts';
import type { DataRowView, DatasetView } from '../../../../preload/contract/views.ts';
import { onTopics } from '../../../state/app.ts';
import { call } from '../../../state/bridge.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { copyText } from '../../../ui/clipboard.ts';
import { Banner } from '../../../ui/Feedback.tsx';
import { count, oneLine, plural } from '../../../ui/format.ts';
import { Spinner } from '../../../ui/Icon.tsx';
import { typeOf } from '../types.ts';
import { COLUMNS, typeWord } from './columns.tsx';
import { Frames } from './Frames.tsx';
import { Preview } from './Preview.tsx';
import { RecogniseText } from './RecogniseText.tsx';
import { RenameField } from './RenameField.tsx';

interface PanelProps {
  dataset: DatasetView;
  row: DataRowView;
  /** Why it may not be changed; null where it may. */
  mayNot: string | null;
  onClose: () => void;
  onMetadata: () => void;
}

export function RowPanel({ dataset, row, mayNot, onClose, onMetadata }: PanelProps): ReactElement {
  const [renaming, setRenaming] = useState(false);
  const { dataHash } = row;
  const off = mayNot === null ? {} : { disabled: true, 'aria-describedby': 'dataset-may-not' };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is not renamed because the last one was.
  useEffect(() => setRenaming(false), [dataHash]);
  return (
    <aside
      className="row-panel"
      aria-label={`Row ${row.title}`}
      onKeyDown={(event) => {
        // What is open over the page belongs to this panel for React, but not for the person.
        if (!(event.target instanceof Node) || !event.currentTarget.contains(event.target)) return;
        if (event.key === 'Escape') {
          event.preventDefault();
          onClose();
        } else if (event.key === 'F2' && mayNot === null) {
          event.preventDefault();
          setRenaming(true);
        }
      }}
    >
      <header className="row-panel-head">
        {renaming ? (
          <RenameField datasetId={dataset.id} row={row} onDone={() => setRenaming(false)} />
        ) : (
          <h2 className="row-panel-title selectable" title={row.title}>
            {oneLine(row.title)}
          </h2>
        )}
        {renaming ? null : (
          <IconButton
            label="Rename"
            icon="edit"
            keys="F2"
            size="s"
            onClick={() => setRenaming(true)}
            {...off}
          />
        )}
        <IconButton label="Close the panel" icon="close" keys="esc" size="s" onClick={onClose} />
      </header>
      <div className="row-panel-body">
        {row.type === 'IMG_GROUP' ? (
          <Frames key={dataHash} datasetId={dataset.id} row={row} />
        ) : (
          <Preview
            picture={{ datasetId: dataset.id, dataHash, imageHash: null }}
            name={row.title}
            icon={typeOf(row.type).icon}
          />
        )}
        <Known key={`known ${dataHash}`} dataset={dataset} row={row} off={off} onMetadata={onMetadata} />
      </div>
    </aside>
  );
}

/** Whoever walks through rows by keys reads few of them. */
const REST_MS = 160;

function useRowDetail(datasetId: string, dataHash: string) {
  const [detail, setDetail] = useState<RowDetailView | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks for the same again.
  useEffect(() => {
    let left = false;
    const ask = async () => {
      const answer = await call('rows.detail', { datasetId, dataHash });
      if (left) return;
      setFailure(answer.ok ? null : answer.error.message);
      if (answer.ok) setDetail(answer.value);
    };
    const timer = setTimeout(ask, REST_MS);
    const stop = onTopics((topics) => {
      if (topics.has('datasets')) void ask();
    });
    return () => {
      left = true;
      clearTimeout(timer);
      stop();
    };
  }, [datasetId, dataHash, turn]);
  return { detail, failure, again: () => setTurn((before) => before + 1) };
}

type Known = readonly [label: string, value: string];

interface KnownProps extends Pick<PanelProps, 'dataset' | 'row' | 'onMetadata'> {
  off: { disabled?: boolean };
}

function Known({ dataset, row, off, onMetadata }: KnownProps): ReactElement {
  const { detail, failure, again } = useRowDetail(dataset.id, row.dataHash);
  const shown = (['mime', 'size', 'dimensions', 'fps', 'duration', 'storage'] as const).map(
    (id): Known => [COLUMNS[id].name, String(COLUMNS[id].cell(row) ?? '')],
  );
  const facts: Known[] = [
    ['Type', typeWord(row)],
    ...shown,
    ...(detail?.frames == null ? [] : [['Frames', count(detail.frames)] as const]),
    ...(detail?.facts ?? []).map(({ name, value }): Known => [name, value]),
    ...(detail?.folder ? [['Folder', detail.folder.path.join(' / ')] as const] : []),
    ...(detail?.usage ? [['Used in', usageWord(detail.usage)] as const] : []),
    ['Created', COLUMNS.created.hover?.(row) ?? ''],
    ['Edited', COLUMNS.edited.hover?.(row) ?? ''],
  ];
  const ids: readonly (readonly [label: string, value: string | null, what: string])[] = [
    ['Data hash', row.dataHash, 'The data hash'],
    ['Storage item', row.itemUuid, 'The id of the storage item'],
    ['File link', row.fileLink, 'The file link'],
  ];
  return (
    <>
      <dl className="row-facts selectable">
        {facts
          .filter(([, value]) => value !== '')
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{oneLine(value)}</dd>
            </div>
          ))}
        {ids.map(([label, value, what]) =>
          value === null || value === '' ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="row-id">
                <span className="mono truncate" title={value}>
                  {value}
                </span>
                <IconButton
                  label={`Copy ${label.toLowerCase()}`}
                  icon="copy"
                  size="s"
                  onClick={() => void copyText(value, what)}
                />
              </dd>
            </div>
          ),
        )}
      </dl>
      <section className="row-metadata">
        <div className="row-metadata-head">
          <h3 className="grow">Client metadata</h3>
          <Button size="s" variant="ghost" icon="edit" onClick={onMetadata} {...off}>
            Edit
          </Button>
        </div>
        {failure !== null ? (
          <Banner
            tone="fail"
            actions={
              <Button size="s" icon="retry" onClick={again}>
                Try again
              </Button>
            }
          >
            {failure}
          </Banner>
        ) : detail === null ? (
          <span className="inline muted small" role="status">
            <Spinner size={14} /> Asking for the rest
          </span>
        ) : detail.clientMetadata === null ? (
          <p className="small muted">None.</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys.
          <pre className="row-json mono selectable" tabIndex={0}>
            {detail.clientMetadata}
          </pre>
        )}
      </section>
      {row.type === 'IMG_GROUP' ? <RecogniseText datasetId={dataset.id} row={row} /> : null}
    </>
  );
}

function usageWord({ datasets, datasetTitles, groups }: NonNullable<RowDetailView['usage']>): string {
  const named = datasetTitles.map(oneLine).join(', ');
  return [
    `${plural(datasets, 'dataset')}${named ? ` (${named})` : ''}`,
    groups > 0 ? plural(groups, 'group') : '',
  ]
    .filter(Boolean)
    .join(', ');
}

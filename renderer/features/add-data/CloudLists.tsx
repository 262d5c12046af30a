/** What is wrong in a file of cloud data, and what it would register. Used by `CloudFileStep`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { CloudCheckView, CloudEntryView, CloudProblem } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { type FetchPage, Paged, usePaged } from '../../state/paged.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { count, oneLine } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { type Column, RowTable } from '../watch/RowTable.tsx';

const PROBLEM_COLUMNS: readonly Column[] = [
  { name: 'What is wrong', plain: true },
  { name: 'Line', number: true },
];
const ENTRY_COLUMNS: readonly Column[] = [
  { name: 'Title', plain: true },
  { name: 'Kind' },
  { name: 'Files', number: true },
  { name: 'URL' },
  { name: 'Line', number: true },
];

export function CloudLists({ view, version }: { view: CloudCheckView; version: number }): ReactElement {
  const { errors, warnings, entries } = view;
  const problems = errors + warnings;
  const [wanted, setWanted] = useState<'problems' | 'entries' | null>(null);
  const tab = wanted ?? (problems > 0 ? 'problems' : 'entries');
  return (
    <section className="cloud-lists" aria-label="What was read">
      <div className="cloud-tabs">
        <Segmented
          label="Show"
          size="s"
          value={tab}
          options={[
            {
              value: 'problems',
              label: 'Problems',
              count: count(problems),
              tone: errors > 0 ? 'fail' : warnings > 0 ? 'warn' : undefined,
            },
            { value: 'entries', label: 'Entries', count: count(entries) },
          ]}
          onChange={setWanted}
        />
      </div>
      {tab === 'problems' ? (
        <Problems checkId={view.checkId} version={version} />
      ) : (
        <Entries checkId={view.checkId} version={version} />
      )}
    </section>
  );
}

/** Rows of the reading that is shown: another reading has other ones. */
function useRead<Row>(fetch: FetchPage<Row>, key: string) {
  const [rows] = useState(() => new Paged<Row>(fetch));
  const state = usePaged(rows);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what is asked.
  useEffect(() => rows.replace(fetch), [rows, key]);
  return { rows, state };
}

interface ListProps {
  checkId: string;
  version: number;
}

function Problems({ checkId, version }: ListProps): ReactElement {
  const { rows, state } = useRead<CloudProblem>(
    (offset, limit) => call('cloud.problems', { checkId, offset, limit }),
    `${checkId} ${version}`,
  );
  if (state.failure !== null) return <Failed text={state.failure} onAgain={() => rows.replace()} />;
  if (state.total === 0)
    return (
      <p className="pick-note" role="status">
        Nothing is wrong with it.
      </p>
    );
  return (
    <RowTable
      label="Problems"
      rows={rows}
      state={state}
      gridClass="cloud-problems-grid"
      columns={PROBLEM_COLUMNS}
      cells={({ severity, message, line }) => [
        <span key="what" className="inline" title={message}>
          <Icon
            name={severity === 'error' ? 'fail' : 'warn'}
            className={severity === 'error' ? 'tone-fail' : 'tone-warn'}
          />
          <span className="visually-hidden">{severity === 'error' ? 'Error: ' : 'Warning: '}</span>
          <span className="cloud-message selectable">{oneLine(message)}</span>
        </span>,
        line === null ? 'Whole' : count(line),
      ]}
    />
  );
}

function Entries({ checkId, version }: ListProps): ReactElement {
  const { rows, state } = useRead<CloudEntryView>(
    (offset, limit) => call('cloud.entries', { checkId, offset, limit }),
    `${checkId} ${version}`,
  );
  if (state.failure !== null) return <Failed text={state.failure} onAgain={() => rows.replace()} />;
  if (state.total === 0)
    return (
      <p className="pick-note" role="status">
        Nothing would be registered.
      </p>
    );
  return (
    <RowTable
      label="Entries"
      rows={rows}
      state={state}
      gridClass="cloud-entries-grid"
      columns={ENTRY_COLUMNS}
      cells={({ title, kind, urls, firstUrl, line, clientMetadata }) => [
        <span key="title" className="inline">
          {title === null ? <span className="faint">Named by its URL</span> : <MiddleTruncate text={title} />}
          {clientMetadata ? (
            <span className="faint" title="With client metadata">
              <Icon name="braces" size={14} />
              <span className="visually-hidden">with client metadata</span>
            </span>
          ) : null}
        </span>,
        kind,
        count(urls),
        <MiddleTruncate key="url" text={firstUrl} />,
        line === null ? '' : count(line),
      ]}
    />
  );
}

function Failed({ text, onAgain }: { text: string; onAgain: () => void }): ReactElement {
  return (
    <div className="pick-note" role="alert">
      <p className="selectable">{text}</p>
      <Button size="s" icon="retry" onClick={onAgain}>
        Try again
      </Button>
    </div>
  );
}

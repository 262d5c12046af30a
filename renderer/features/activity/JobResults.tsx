/** What became of the units of a job, as a virtual table, and one of them in full beneath it. Used by `JobPanel`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { JobResultView, JobView } from '../../../preload/contract/manage.ts';
import { useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { type FetchPage, Paged, usePaged } from '../../state/paged.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, plural } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';

type Only = 'failed' | 'all';
const HEIGHTS = { comfortable: 36, compact: 28 } as const;

export function JobResults({ job }: { job: JobView }): ReactElement {
  const { jobId, errors, results } = job;
  const [chosen, setChosen] = useState<Only | null>(null);
  const only: Only = chosen ?? (errors > 0 ? 'failed' : 'all');
  const both = errors > 0 && errors < results;
  return (
    <section className="job-results" aria-label="Results">
      <div className="job-results-head">
        <h3 className="grow">
          {both ? 'Results' : errors > 0 ? `${count(errors)} failed` : plural(results, 'result')}
        </h3>
        {both ? (
          <Segmented
            label="Which results"
            size="s"
            value={only}
            options={[
              { value: 'failed', label: 'Failed', count: count(errors), tone: 'fail' },
              { value: 'all', label: 'All', count: count(results) },
            ]}
            onChange={setChosen}
          />
        ) : null}
      </div>
      <Table key={only} jobId={jobId} only={only} version={only === 'all' ? results : errors} />
    </section>
  );
}

interface TableProps {
  jobId: number;
  only: Only;
  /** How many there are now: more may come while the job runs. */
  version: number;
}

function Table({ jobId, only, version }: TableProps): ReactElement {
  const [rows] = useState(() => {
    const fetch: FetchPage<JobResultView> = (offset, limit) =>
      call('jobs.results', { jobId, only, offset, limit });
    return new Paged<JobResultView>(fetch);
  });
  const { total, failure } = usePaged(rows);
  const density = useApp((app) => app.snapshot?.settings.density ?? 'comfortable');
  const [active, setActive] = useState<number | null>(null);
  const handle = useRef<ListHandle | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: more results are asked for anew.
  useEffect(() => rows.refresh(), [rows, version]);
  const many = total ?? 0;
  const row = active === null ? undefined : rows.row(active);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(many - 1, index));
    setActive(next);
    handle.current?.scrollToIndex(next);
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = active ?? -1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + 10),
      PageUp: () => go(at - 10),
      Home: () => go(0),
      End: () => go(many - 1),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  return (
    <>
      {failure !== null ? (
        <div className="job-results-failure">
          <Banner
            tone="fail"
            actions={
              <Button size="s" icon="retry" onClick={() => rows.refresh()}>
                Try again
              </Button>
            }
          >
            {failure}
          </Banner>
        </div>
      ) : null}
      <VirtualList
        className="job-results-list"
        count={many}
        rowHeight={HEIGHTS[density]}
        handle={handle}
        onRange={rows.look}
        bodyRole="rowgroup"
        role="grid"
        aria-label="Results of the job"
        aria-rowcount={many}
        aria-activedescendant={row ? `result-${active}` : undefined}
        tabIndex={0}
        onKeyDown={press}
        row={(index) => {
          const result = rows.row(index);
          if (!result)
            return <div className="result-line row-waiting" role="row" aria-rowindex={index + 1} />;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
            <div
              id={`result-${index}`}
              className={`result-line${index === active ? ' result-active' : ''}`}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 1}
              aria-selected={index === active}
              onClick={(event) => {
                if (!(event.target as Element).closest('button')) setActive(index);
              }}
            >
              <ResultCells result={result} />
            </div>
          );
        }}
      />
      {row ? <InFull result={row} /> : null}
    </>
  );
}

function nameOf({ title, urls, index }: JobResultView): string {
  return oneLine(title || urls[0] || `Entry ${count(index + 1)}`);
}

function ResultCells({ result }: { result: JobResultView }): ReactElement {
  const { ok, subtask } = result;
  return (
    <>
      <span role="gridcell" className="inline">
        <Icon name={ok ? 'done' : 'fail'} size={14} className={ok ? 'tone-done' : 'tone-fail'} />
        <span className="visually-hidden">{ok ? 'Done:' : 'Failed:'}</span>
        <MiddleTruncate text={nameOf(result)} />
      </span>
      <span role="gridcell" className="truncate small muted" title={result.message}>
        {oneLine(result.message)}
      </span>
      <span role="gridcell" className="result-tools">
        {subtask === null ? null : (
          <IconButton
            label={`Copy the subtask id of ${nameOf(result)} for Encord’s support`}
            icon="copy"
            size="s"
            tabIndex={-1}
            onClick={() => void copyText(subtask, 'The subtask id')}
          />
        )}
      </span>
    </>
  );
}

function InFull({ result }: { result: JobResultView }): ReactElement {
  const { ok, title, urls, message, action, subtask, dataHash } = result;
  const shown = urls.filter((url) => url !== title);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one is scrolled by keys.
    <section className="result-full selectable" aria-label="The chosen result" tabIndex={0}>
      <p className="strong result-name">{nameOf(result)}</p>
      {message === '' ? null : <p className={ok ? '' : 'tone-fail'}>{oneLine(message)}</p>}
      {action === '' ? null : <p>{oneLine(action)}</p>}
      {shown.length > 0 ? (
        <ul className="mono muted">
          {shown.slice(0, URLS_SHOWN).map((url, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same URL may be named twice.
            <li key={at}>{oneLine(url)}</li>
          ))}
          {shown.length > URLS_SHOWN ? <li>and {count(shown.length - URLS_SHOWN)} more</li> : null}
        </ul>
      ) : null}
      {subtask === null ? null : (
        <CopiedId label="Subtask id, for Encord’s support" value={subtask} what="The subtask id" />
      )}
      {dataHash === null ? null : <CopiedId label="Data hash" value={dataHash} what="The data hash" />}
    </section>
  );
}

/** Frames of a group can be thousands. */
const URLS_SHOWN = 20;

function CopiedId({ label, value, what }: { label: string; value: string; what: string }): ReactElement {
  return (
    <p className="result-id small">
      <span className="muted">{label}</span>
      <span className="mono truncate" title={value}>
        {value}
      </span>
      <IconButton label={`Copy: ${label}`} icon="copy" size="s" onClick={() => void copyText(value, what)} />
    </p>
  );
}

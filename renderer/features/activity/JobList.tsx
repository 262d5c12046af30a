/** The virtual list of jobs, with pointer and keys. Used by `ActivityPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type ReactElement, useRef } from 'react';
import type { JobView } from '../../../preload/contract/manage.ts';
import { useApp } from '../../state/app.ts';
import { canCancel, cancelJob, clearJob, openDatasetOf } from '../../state/job-commands.ts';
import { jobRows, pointerLeftJobs, pointerOverJobs, useJobList } from '../../state/job-list.ts';
import { isOpen, latest, shareOf, useJobs } from '../../state/jobs.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Controls.tsx';
import { oneLine, when, whenExact } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';
import { StateMark } from '../watch/StateMark.tsx';
import type { Command } from './Trouble.tsx';
import { KINDS, stateWord } from './words.ts';

const HEIGHTS = { comfortable: 54, compact: 46 } as const;

interface JobListProps {
  total: number;
  run: (command: Command) => void;
  onEscape: () => void;
}

export function JobList({ total, run, onEscape }: JobListProps): ReactElement {
  const { which, dataset, openId, activeId, activeIndex } = useJobList();
  // What came since the page of rows: progress goes on while rows keep their place.
  useJobs();
  const density = useApp((app) => app.snapshot?.settings.density ?? 'comfortable');
  const handle = useRef<ListHandle | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const active = placeOf(activeId, activeIndex, total);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    activate(next);
    handle.current?.scrollToIndex(next);
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = jobRows.row(active);
    const acts: Record<string, () => void> = {
      ArrowDown: () => go(activeId === null && active === 0 ? 0 : active + 1),
      ArrowUp: () => go(active - 1),
      PageDown: () => go(active + 10),
      PageUp: () => go(active - 10),
      Home: () => go(0),
      End: () => go(total - 1),
      Enter: () => {
        if (row) openAndEnter(row, active);
      },
      Escape: onEscape,
      Delete: () => {
        if (row && !isOpen(row)) run(() => clearJob(row));
      },
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <VirtualList
      className="jobs-list"
      count={total}
      rowHeight={HEIGHTS[density]}
      handle={handle}
      ref={scroller}
      onRange={jobRows.look}
      resetKey={`${which} ${dataset?.id ?? ''}`}
      bodyRole="rowgroup"
      role="grid"
      aria-label="Jobs"
      aria-rowcount={total}
      aria-activedescendant={jobRows.row(active) ? `job-${active}` : undefined}
      tabIndex={0}
      data-focus-home=""
      onKeyDown={press}
      onPointerMove={pointerOverJobs}
      onPointerLeave={pointerLeftJobs}
      row={(index) => {
        const known = jobRows.row(index);
        if (!known) return <div className="job-line row-waiting" role="row" aria-rowindex={index + 1} />;
        const job = latest(known);
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows.
          <div
            id={`job-${index}`}
            className={`job-line${index === active ? ' job-active' : ''}`}
            role="row"
            tabIndex={-1}
            aria-rowindex={index + 1}
            aria-selected={job.jobId === openId}
            onMouseDown={(event) => {
              // The list keeps the focus; its rows never take it.
              if (event.button !== 0 || (event.target as Element).closest('button')) return;
              event.preventDefault();
              scroller.current?.focus({ preventScroll: true });
            }}
            onClick={(event) => {
              if ((event.target as Element).closest('button')) return;
              useJobList.setState({ openId: job.jobId, activeId: job.jobId, activeIndex: index });
            }}
          >
            <Cells job={job} run={run} />
          </div>
        );
      }}
    />
  );
}

/** Where the job stands now; where it stood, while it is not here. */
function placeOf(activeId: number | null, activeIndex: number, total: number): number {
  const there = Math.max(0, Math.min(activeIndex, total - 1));
  if (activeId === null || jobRows.row(there)?.jobId === activeId) return there;
  const found = jobRows.find((job) => job.jobId === activeId);
  return found < 0 ? there : found;
}

/** An open panel follows the row that keys act from. */
function activate(index: number): void {
  const row = jobRows.row(index);
  useJobList.setState(({ openId }) => ({
    activeId: row?.jobId ?? null,
    activeIndex: index,
    openId: openId === null || !row ? openId : row.jobId,
  }));
}

function openAndEnter(job: JobView, index: number): void {
  useJobList.setState({ openId: job.jobId, activeId: job.jobId, activeIndex: index });
  // The panel is drawn after this turn.
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>('.job-panel')?.focus({ preventScroll: true }),
  );
}

function Cells({ job, run }: { job: JobView; run: JobListProps['run'] }): ReactElement {
  const open = isOpen(job);
  const share = open ? shareOf(job) : null;
  const at = job.endedAt ?? job.addedAt;
  const title = oneLine(job.title);
  const dataset = job.datasetId === null ? null : oneLine(job.datasetTitle ?? 'A dataset');
  return (
    <>
      <span role="gridcell" className="job-kind" title={KINDS[job.kind].word}>
        <Icon name={KINDS[job.kind].icon} />
      </span>
      <div role="gridcell" className="job-main">
        <p className="truncate job-title" title={job.title}>
          {title}
        </p>
        <p className="truncate small muted" title={job.sentence}>
          {dataset === null ? null : <span className="job-dataset-said">{dataset} · </span>}
          {oneLine(job.sentence)}
        </p>
        {share === null ? null : (
          <div className="job-bar">
            <Progress label={`Progress of ${title}`} value={share} tone={job.failure ? 'warn' : 'accent'} />
          </div>
        )}
      </div>
      <span role="gridcell" className="job-dataset">
        {dataset === null ? null : (
          <button
            type="button"
            className="inline-link small truncate"
            tabIndex={-1}
            title={`Open ${dataset}`}
            onClick={() => void openDatasetOf(job)}
          >
            {dataset}
          </button>
        )}
      </span>
      <span role="gridcell" className="job-state">
        <StateMark word={stateWord(job)} />
      </span>
      <span
        role="gridcell"
        className="job-when truncate small muted"
        title={`Started ${whenExact(job.addedAt)}${job.endedAt === null ? '' : `\nEnded ${whenExact(job.endedAt)}`}`}
      >
        {when(at)}
      </span>
      <span role="gridcell" className="job-tools">
        {canCancel(job) ? (
          <IconButton
            label={`Cancel ${title}`}
            icon="close"
            size="s"
            tabIndex={-1}
            onClick={() => run(() => cancelJob(job))}
          />
        ) : open ? null : (
          <IconButton
            label={`Clear ${title}`}
            icon="check"
            keys="delete"
            size="s"
            tabIndex={-1}
            onClick={() => run(() => clearJob(job))}
          />
        )}
      </span>
    </>
  );
}

/** One job beside the list: how far it is or what came of it, what can be done, and its results. Used by `ActivityPage`. */
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import type { FailureView } from '../../../preload/contract/errors.ts';
import type { JobView } from '../../../preload/contract/manage.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { saveFailedEntries } from '../../state/exports.ts';
import {
  canCancel,
  cancelJob,
  clearJob,
  openDatasetOf,
  retryJob,
  retryWord,
} from '../../state/job-commands.ts';
import { jobRows, setJobDataset } from '../../state/job-list.ts';
import { isOpen, shareOf, useJobs } from '../../state/jobs.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Controls.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, until, whenExact } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { StateMark } from '../watch/StateMark.tsx';
import { JobResults } from './JobResults.tsx';
import { TroubleBanner, useTrouble } from './Trouble.tsx';
import { KINDS, stateWord } from './words.ts';

const REFRESH_MS = 400;

/** As the list has it by now. */
function known(jobId: number): JobView | null {
  const at = jobRows.find((job) => job.jobId === jobId);
  const { open, ended } = useJobs.getState();
  return ended.get(jobId) ?? open?.get(jobId) ?? jobRows.row(at) ?? null;
}

function useJob(jobId: number) {
  const [job, setJob] = useState<JobView | null>(() => known(jobId));
  const [failure, setFailure] = useState<string | null>(null);
  const ask = useRef<() => void>(() => undefined);
  useEffect(() => {
    let left = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    ask.current = () =>
      void call('jobs.get', { jobId }).then((answer) => {
        if (left) return;
        setFailure(answer.ok ? null : answer.error.message);
        if (answer.ok) setJob(answer.value);
      });
    ask.current();
    const stop = onTopics((topics) => {
      if (!topics.has('jobs') || timer !== null) return;
      timer = setTimeout(() => {
        timer = null;
        ask.current();
      }, REFRESH_MS);
    });
    return () => {
      left = true;
      if (timer !== null) clearTimeout(timer);
      stop();
    };
  }, [jobId]);
  return { job, failure, again: () => ask.current() };
}

export function JobPanel({ jobId, onClose }: { jobId: number; onClose: () => void }): ReactElement {
  const { job, failure, again } = useJob(jobId);
  const panel = useRef<HTMLElement>(null);
  const state = job?.state;
  // A button that has gone with its purpose takes the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a state is what makes buttons go.
  useEffect(() => {
    if (document.activeElement === document.body) panel.current?.focus({ preventScroll: true });
  }, [state]);
  return (
    <aside
      ref={panel}
      className="job-panel"
      aria-label={job ? `Job ${job.title}` : 'Job'}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <header className="job-panel-head">
        {job ? <Icon name={KINDS[job.kind].icon} className="faint" /> : null}
        <h2 className="job-panel-title selectable" title={job?.title}>
          {job ? oneLine(job.title) : 'Job'}
        </h2>
        <IconButton label="Close the job" icon="close" keys="esc" size="s" onClick={onClose} />
      </header>
      {failure !== null ? (
        <div className="job-panel-failure">
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
        </div>
      ) : null}
      {job ? (
        <Body job={job} />
      ) : failure === null ? (
        <p className="job-panel-failure inline muted small" role="status">
          <Spinner size={14} /> Reading the job
        </p>
      ) : null}
    </aside>
  );
}

function Body({ job }: { job: JobView }): ReactElement {
  const { trouble, run } = useTrouble();
  const open = isOpen(job);
  const share = shareOf(job);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long account of a failure is scrolled by keys. */}
      <div className={`job-panel-top${job.results > 0 ? ' job-panel-top-shared' : ''}`} tabIndex={0}>
        <div className="job-said">
          <StateMark word={stateWord(job)} />
          <p className="selectable">{oneLine(job.sentence)}</p>
        </div>
        {open ? (
          <Progress
            label={`Progress of ${oneLine(job.title)}`}
            value={share}
            tone={job.failure ? 'warn' : 'accent'}
          />
        ) : null}
        {/* Of what is in doubt nothing is known. */}
        {job.state === 'uncertain' ? null : <Counts job={job} open={open} />}
        <Actions job={job} run={run} />
        <TroubleBanner trouble={trouble} />
        {open && job.cancelProblem !== null ? (
          <p className="job-note small muted selectable">
            <Icon name="info" size={14} />
            <span>{job.cancelProblem}</span>
          </p>
        ) : null}
        {job.failure ? <Details title={job.title} failure={job.failure} /> : null}
        <Facts job={job} />
      </div>
      {job.results > 0 ? <JobResults job={job} /> : null}
    </>
  );
}

function Counts({ job, open }: { job: JobView; open: boolean }): ReactElement {
  const { pending, done, failed, cancelled } = job.counts;
  const all: readonly (readonly [label: string, value: number, shown: boolean, tone: string])[] = [
    ['To go', pending, open || pending > 0, ''],
    ['Done', done, true, ''],
    ['Failed', failed, true, failed > 0 ? 'tone-fail' : ''],
    ['Cancelled', cancelled, cancelled > 0, ''],
  ];
  return (
    <dl className="job-counts">
      {all
        .filter(([, , shown]) => shown)
        .map(([label, value, , tone]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={tone}>{count(value)}</dd>
          </div>
        ))}
    </dl>
  );
}

function Actions({
  job,
  run,
}: {
  job: JobView;
  run: ReturnType<typeof useTrouble>['run'];
}): ReactElement | null {
  const [saving, setSaving] = useState(false);
  const retry = retryWord(job);
  const open = isOpen(job);
  const save = async () => {
    setSaving(true);
    await saveFailedEntries(job.jobId);
    setSaving(false);
  };
  if (open && !canCancel(job) && !job.failedFile) return null;
  return (
    <div className="job-actions">
      {job.failedFile ? (
        <Button size="s" icon="download" busy={saving} onClick={() => void save()}>
          Save the failed entries…
        </Button>
      ) : null}
      {retry === null ? null : (
        <Button size="s" icon="retry" onClick={() => run(() => retryJob(job))}>
          {retry}
        </Button>
      )}
      {canCancel(job) ? (
        <Button size="s" icon="close" onClick={() => run(() => cancelJob(job))}>
          Cancel
        </Button>
      ) : null}
      {open ? null : (
        <Button size="s" variant="ghost" icon="check" onClick={() => run(() => clearJob(job))}>
          Clear
        </Button>
      )}
    </div>
  );
}

/** What support asks for, folded away. */
function Details({ title, failure }: { title: string; failure: FailureView }): ReactElement {
  const facts: readonly (readonly [string, string])[] = [
    ['Code', failure.code],
    ['Time', whenExact(failure.at)],
    ...Object.entries(failure.details),
  ];
  const text = () =>
    [title, failure.message, ...facts.map(([label, value]) => `${label}: ${value}`)].join('\n');
  return (
    <details className="details-more job-details">
      <summary>Details for support</summary>
      <dl className="details-facts selectable mono">
        {facts.map(([label, value], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: labels come from the server too and need not differ.
          <div key={at}>
            <dt>{label}</dt>
            <dd>{oneLine(value)}</dd>
          </div>
        ))}
      </dl>
      <Button
        size="s"
        variant="ghost"
        icon="copy"
        onClick={() => void copyText(text(), 'What support asks for')}
      >
        Copy details
      </Button>
    </details>
  );
}

function Facts({ job }: { job: JobView }): ReactElement {
  const { datasetId, datasetTitle, folder } = job;
  const title = datasetTitle ?? 'Dataset';
  return (
    <dl className="job-facts">
      {job.notBefore === null ? null : (
        <Fact label="Next try">
          <Countdown at={job.notBefore} />
        </Fact>
      )}
      {datasetId === null ? null : (
        <Fact label="Dataset">
          <button type="button" className="inline-link truncate" onClick={() => void openDatasetOf(job)}>
            {oneLine(title)}
          </button>
          <IconButton
            label="List only the jobs of this dataset"
            icon="filter"
            size="s"
            onClick={() => setJobDataset({ id: datasetId, title })}
          />
        </Fact>
      )}
      {folder === null ? null : (
        <Fact label="Folder">
          <MiddleTruncate text={folder} className="selectable" />
          <IconButton
            label="Copy the path of the folder"
            icon="copy"
            size="s"
            onClick={() => void copyText(folder, 'The path')}
          />
        </Fact>
      )}
      <Fact label="Account">
        <span className="truncate selectable">{oneLine(job.accountName)}</span>
      </Fact>
      <Fact label="Started">{whenExact(job.addedAt)}</Fact>
      {job.endedAt === null ? null : <Fact label="Ended">{whenExact(job.endedAt)}</Fact>}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Countdown({ at }: { at: number }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <span title={whenExact(at)}>{until(at, now)}</span>;
}

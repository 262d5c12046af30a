/** Long work on datasets: what is running, and what became of what has ended. One job opened stands beside the list. */
import { type ReactElement, useEffect, useRef } from 'react';
import { clearAllJobs } from '../../state/job-commands.ts';
import {
  followJobList,
  jobRows,
  setJobDataset,
  setWhich,
  useJobList,
  type WhichJobs,
} from '../../state/job-list.ts';
import { markLooked, useJobs } from '../../state/jobs.ts';
import { usePaged } from '../../state/paged.ts';
import { goTo } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { DrawingActivity, DrawingClear, DrawingNothing, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { Banner, EmptyState } from '../../ui/Feedback.tsx';
import { count, oneLine } from '../../ui/format.ts';
import { Chips } from '../datasets/FilterParts.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { JobList } from './JobList.tsx';
import { JobPanel } from './JobPanel.tsx';
import { TroubleBanner, useTrouble } from './Trouble.tsx';

export function ActivityPage(): ReactElement {
  const { total, failure } = usePaged(jobRows);
  const { which, dataset, openId } = useJobList();
  const unseen = useJobs((state) => state.unseen);
  const { trouble, run } = useTrouble();
  const split = useRef<HTMLDivElement>(null);
  useEffect(followJobList, []);
  // Also what ends while the page is shown has been seen.
  useEffect(() => {
    if (unseen.size > 0) markLooked();
  }, [unseen]);

  const focusList = () =>
    split.current?.querySelector<HTMLElement>('.jobs-list')?.focus({ preventScroll: true });
  const close = () => {
    useJobList.setState({ openId: null });
    focusList();
  };
  const bare = which === 'all' && dataset === null && total === 0;
  return (
    <>
      <PageHead
        title="Activity"
        lead={bare ? null : 'Jobs go on when you leave this page, and after the program was closed.'}
      >
        {bare || total === null ? null : <ClearFinished />}
      </PageHead>
      {bare ? null : <Narrowing />}
      <div className="jobs-troubles">
        {failure !== null && total !== null ? (
          <Banner
            tone="fail"
            title="The jobs could not be asked for again"
            actions={
              <Button size="s" icon="retry" onClick={() => jobRows.refresh()}>
                Try again
              </Button>
            }
          >
            {failure}
          </Banner>
        ) : null}
        <TroubleBanner trouble={trouble} />
      </div>
      <div className="jobs-split" ref={split}>
        <div className="jobs-main">
          <Content bare={bare} total={total} failure={failure}>
            <JobList total={total ?? 0} run={run} onEscape={close} />
          </Content>
        </div>
        {openId === null ? null : <JobPanel key={openId} jobId={openId} onClose={close} />}
      </div>
    </>
  );
}

function ClearFinished(): ReactElement {
  const nothing = useJobs((state) => state.ended.size === 0);
  return (
    <Button icon="check" disabled={nothing} onClick={() => void clearAllJobs()}>
      Clear finished
    </Button>
  );
}

const CHOICES: readonly { value: WhichJobs; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Running' },
  { value: 'ended', label: 'Finished' },
];

function Narrowing(): ReactElement {
  const { which, dataset } = useJobList();
  const running = useJobs((state) => state.open?.size ?? 0);
  const options = CHOICES.map((choice) => ({
    ...choice,
    count: choice.value === 'open' && running > 0 ? count(running) : undefined,
  }));
  const all = () => setJobDataset(null);
  return (
    <div className="narrow">
      <Segmented label="Show" size="s" value={which} options={options} onChange={setWhich} />
      {dataset ? (
        <Chips chips={[{ id: 'dataset', label: oneLine(dataset.title), remove: all }]} onClear={all} />
      ) : null}
    </div>
  );
}

interface ContentProps {
  /** Nothing is narrowed, and there is no job. */
  bare: boolean;
  total: number | null;
  failure: string | null;
  children: ReactElement;
}

const WHAT_IS_HERE =
  'Registering cloud data, re-encoding, attaching, deleting, metadata, downloads: each with its progress and what came of it. You can leave the page or close the program meanwhile; no job is lost.';

function Content({ bare, total, failure, children }: ContentProps): ReactElement {
  const { which, dataset } = useJobList();
  if (total === null) {
    if (failure === null) return <Skeleton rows={8} label="Reading the list of jobs" />;
    return (
      <EmptyState
        drawing={<DrawingUnplugged />}
        title="The jobs could not be listed"
        action={
          <Button variant="primary" icon="retry" onClick={() => jobRows.replace()}>
            Try again
          </Button>
        }
      >
        {failure}
      </EmptyState>
    );
  }
  if (total > 0) return children;
  if (bare)
    return (
      <EmptyState
        drawing={<DrawingActivity />}
        title="Long work shows up here"
        action={
          <Button variant="primary" icon="dataset" onClick={() => goTo('datasets')}>
            Go to Datasets
          </Button>
        }
      >
        {WHAT_IS_HERE}
      </EmptyState>
    );
  if (dataset)
    return (
      <EmptyState
        drawing={<DrawingNothing />}
        title={which === 'open' ? 'Nothing runs on this dataset' : 'No job of this dataset is listed'}
        action={<Button onClick={() => setJobDataset(null)}>Show all datasets</Button>}
      >
        Jobs of {oneLine(dataset.title)} that this program starts stand here.
      </EmptyState>
    );
  return (
    <EmptyState
      drawing={<DrawingClear />}
      title={which === 'open' ? 'Nothing is running' : 'Nothing has finished yet'}
      action={<Button onClick={() => setWhich('all')}>Show all</Button>}
    >
      {which === 'open'
        ? 'What Encord or this program is at, or what waits for its turn, would be here.'
        : 'Jobs that have ended stay here until you clear them.'}
    </EmptyState>
  );
}

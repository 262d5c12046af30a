/** What a drop will become, before anything is sent: counts, folders, names, what is turned away, the destination. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { PlanView } from '../../../preload/contract/views.ts';
import { usePaged } from '../../state/paged.ts';
import {
  commitReview,
  discardReview,
  planFolders,
  setTakeText,
  suggestedGroups,
  takeSuggestions,
  useReview,
} from '../../state/review.ts';
import { Button } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { Segmented, Switch } from '../../ui/Controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { DrawingUnplugged } from '../../ui/Drawings.tsx';
import { Banner, EmptyState } from '../../ui/Feedback.tsx';
import { count, oneLine, plural, size } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MEDIA } from '../uploads/words.ts';
import { DestinationPicker } from './DestinationPicker.tsx';
import { FolderList, UnitList, WarningList } from './Lists.tsx';
import { Receiving } from './Receiving.tsx';
import { TurnedAway } from './TurnedAway.tsx';

/** A review that took longer than this to make is not thrown away by a slip of the Escape key. */
const LONG_MS = 8_000;

async function leave(): Promise<void> {
  const { startedAt, plan, receiving } = useReview.getState();
  const long = Date.now() - startedAt > LONG_MS && ((plan?.files ?? 0) > 500 || receiving !== null);
  if (long) {
    const sure = await confirm({
      title: 'Discard this review?',
      body: 'Nothing has been uploaded. To upload these files later, drop them again.',
      action: 'Discard',
      keep: 'Go on with it',
    });
    if (!sure) return;
  }
  discardReview();
}

const scanning = (plan: PlanView) =>
  plan.phase === 'scanning' || plan.phase === 'receiving' || plan.phase === 'settling';

export function unitCount(plan: PlanView): number {
  return Object.values(plan.units).reduce((sum, units) => sum + units, 0);
}

/** Why nothing of this can go where it should; null where it can. */
function problemOf(plan: PlanView): PlanView['failure'] {
  return plan.destinationProblem ?? plan.failure;
}

export function ReviewSheet(): ReactElement {
  const stage = useReview((state) => state.stage);
  const plan = useReview((state) => state.plan);
  const failure = useReview((state) => state.failure);
  const upload = useRef<HTMLButtonElement>(null);
  const planFailure =
    plan?.phase === 'failed' ? (plan.failure?.message ?? 'The files could not be read.') : null;
  const failed = stage === 'failed' ? failure : planFailure;
  return (
    <Dialog
      open={stage !== null}
      onClose={() => void leave()}
      title="Review"
      size="xl"
      closeOnOutside={false}
      footer={
        plan && !failed ? (
          <Footer plan={plan} buttonRef={upload} />
        ) : (
          <Button onClick={() => void leave()}>{failed ? 'Close' : 'Cancel'}</Button>
        )
      }
    >
      {failed ? (
        <EmptyState drawing={<DrawingUnplugged />} title="These files cannot be reviewed">
          {failed}
        </EmptyState>
      ) : stage === 'receiving' ? (
        <Receiving />
      ) : plan ? (
        <Plan plan={plan} />
      ) : (
        <div className="review-wait" role="status">
          <Spinner /> Looking at the files
        </div>
      )}
    </Dialog>
  );
}

function Footer({
  plan,
  buttonRef,
}: {
  plan: PlanView;
  buttonRef: { current: HTMLButtonElement | null };
}): ReactElement {
  const destination = useReview((state) => state.destination);
  const committing = useReview((state) => state.committing);
  const units = unitCount(plan);
  const busy = scanning(plan);
  const ready = !busy && units > 0 && destination !== null && !problemOf(plan);
  const choose = !busy && units > 0 && destination === null;
  useEffect(() => {
    // Enter uploads, as soon as it can and unless the person is somewhere in the sheet already.
    if ((ready || choose) && document.activeElement?.getAttribute('role') === 'dialog')
      buttonRef.current?.focus();
  }, [ready, choose, buttonRef]);
  const label = committing
    ? addingLabel(plan)
    : busy
      ? 'Upload'
      : units === 0
        ? 'Nothing to upload'
        : destination
          ? `Upload ${plural(plan.files, 'file')} to ${oneLine(destination.title)}`
          : 'Choose a dataset';
  return (
    <>
      <p className="review-promise small muted grow">
        {busy
          ? 'You can upload as soon as everything has been looked at.'
          : committing
            ? 'It is in the queue when all of it is added.'
            : footNote(plan)}
      </p>
      <Button onClick={() => void leave()}>Cancel</Button>
      <Button
        ref={buttonRef}
        variant="primary"
        className="review-upload"
        busy={committing}
        disabled={!ready && !choose}
        onClick={() => (choose ? useReview.setState({ picking: true }) : void commitReview())}
      >
        {label}
      </Button>
    </>
  );
}

/** Only a large batch takes long enough to say how far it is. */
function addingLabel(plan: PlanView): string {
  const all = unitCount(plan) + plan.refused + plan.skipped;
  return plan.added > 0 ? `Adding ${count(plan.added)} of ${count(all)}` : 'Adding';
}

function footNote(plan: PlanView): string {
  const parts: string[] = [];
  if (plan.refused > 0) parts.push(`${plural(plan.refused, 'file')} refused`);
  if (plan.skipped > 0) parts.push(`${count(plan.skipped)} already uploaded`);
  if (plan.queued > 0) parts.push(`${count(plan.queued)} already in the queue`);
  return parts.length > 0 ? `${parts.join(', ')}.` : 'Everything can be taken.';
}

type Tab = 'units' | 'folders' | 'away' | 'warnings';

function Plan({ plan }: { plan: PlanView }): ReactElement {
  const [tab, setTab] = useState<Tab>('units');
  const folders = usePaged(planFolders);
  const folderCount = folders.total ?? 0;
  const problem = problemOf(plan);
  const away = plan.refused + plan.skipped;
  const rows = { units: 1, folders: folderCount, away, warnings: plan.warnings };
  const shown = rows[tab] === 0 ? 'units' : tab;
  return (
    <div className="review">
      <Summary plan={plan} />
      <DestinationPicker />
      {problem ? (
        <div className="review-problem">
          <Banner
            tone="fail"
            title={
              plan.destinationProblem
                ? 'This dataset cannot take these files'
                : 'These files cannot be uploaded'
            }
          >
            {problem.message}
          </Banner>
        </div>
      ) : null}
      {!problem && plan.phase === 'ready' ? <Suggestion /> : null}
      {plan.textFiles > 0 ? <TextFiles plan={plan} /> : null}
      <div className="review-tabs">
        <Segmented
          label="Show"
          size="s"
          value={shown}
          onChange={setTab}
          options={[
            { value: 'units', label: 'What is uploaded', count: count(unitCount(plan)) },
            ...(folderCount > 0
              ? [{ value: 'folders' as const, label: 'Folders', count: count(folderCount) }]
              : []),
            ...(away > 0
              ? [
                  {
                    value: 'away' as const,
                    label: 'Not taken',
                    count: count(away),
                    tone: plan.refused > 0 ? ('warn' as const) : undefined,
                  },
                ]
              : []),
            ...(plan.warnings > 0
              ? [{ value: 'warnings' as const, label: 'Remarks', count: count(plan.warnings) }]
              : []),
          ]}
        />
      </div>
      {shown === 'units' ? (
        <UnitList plan={plan} />
      ) : shown === 'folders' ? (
        <FolderList />
      ) : shown === 'warnings' ? (
        <WarningList />
      ) : (
        <TurnedAway plan={plan} />
      )}
    </div>
  );
}

/** Text lies in most folders and is seldom meant, so it is taken only where somebody says so. */
function TextFiles({ plan }: { plan: PlanView }): ReactElement {
  return (
    <div className="review-text">
      <Switch
        label={`Take ${plural(plan.textFiles, 'text file')} of these folders`}
        checked={plan.takeText}
        onChange={(take) => void setTakeText(take)}
      />
      <span aria-hidden="true">Take {plural(plan.textFiles, 'text file')} of these folders as well</span>
    </div>
  );
}

/** One click for what most people who have folders of frames want. */
function Suggestion(): ReactElement | null {
  usePaged(planFolders);
  const found = suggestedGroups();
  const first = found[0];
  if (!first) return null;
  const more = found.length - 1;
  return (
    <div className="review-problem">
      <Banner
        tone="accent"
        icon="group"
        actions={
          <Button size="s" onClick={() => void takeSuggestions()}>
            {more > 0 ? 'Make image groups' : 'Make it an image group'}
          </Button>
        }
      >
        {more > 0
          ? `“${first.name}” and ${plural(more, 'other folder')} hold numbered frames, which are uploaded as single images.`
          : `“${first.name}” holds numbered frames, which are uploaded as single images.`}
      </Banner>
    </div>
  );
}

function Summary({ plan }: { plan: PlanView }): ReactElement {
  const busy = scanning(plan);
  const kinds = (Object.keys(MEDIA) as (keyof typeof MEDIA)[]).filter((media) => plan.units[media] > 0);
  return (
    <section className="review-summary" aria-label="Summary">
      <div className="review-total">
        <p className="review-number" data-testid="review-files">
          {plural(plan.files, 'file')}
        </p>
        <p className="muted">{size(plan.bytes)}</p>
        {busy ? (
          <p className="review-busy truncate" role="status">
            <Spinner size={14} />
            <span className="truncate">
              {plan.phase === 'settling'
                ? 'Looking for what is already uploaded'
                : plan.currentFolder
                  ? `Looking in ${plan.currentFolder}`
                  : 'Looking at the files'}
            </span>
          </p>
        ) : null}
      </div>
      <ul className="review-kinds">
        {kinds.map((media) => (
          <li key={media} className="review-kind">
            <Icon name={MEDIA[media].icon} />
            <strong>{count(plan.units[media])}</strong>{' '}
            {plan.units[media] === 1 ? MEDIA[media].one : MEDIA[media].many}
          </li>
        ))}
        {plan.refused > 0 ? (
          <li className="review-kind tone-warn">
            <Icon name="cancelled" />
            <strong>{count(plan.refused)}</strong> refused
          </li>
        ) : null}
        {plan.skipped > 0 ? (
          <li className="review-kind">
            <Icon name="skip" />
            <strong>{count(plan.skipped)}</strong> already uploaded
          </li>
        ) : null}
        {plan.queued > 0 ? (
          <li className="review-kind">
            <Icon name="clock" />
            <strong>{count(plan.queued)}</strong> already in the queue
          </li>
        ) : null}
      </ul>
    </section>
  );
}

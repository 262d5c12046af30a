/** Step 3: a dry run says exactly what would be uploaded; then what to do with what is there. Used by `WatchSheet`. */
import { type ReactElement, useState } from 'react';
import type { DryRunLeft, DryRunUnit, DryRunView } from '../../../preload/contract/watch.ts';
import { usePaged } from '../../state/paged.ts';
import { dryLeft, dryUnits, startRun, useDraft } from '../../state/watch-draft.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, plural, size } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { PathName } from '../../ui/PathName.tsx';
import { MEDIA } from '../uploads/words.ts';
import { Cards } from './fields.tsx';
import { RowTable } from './RowTable.tsx';

export function StepCheck(): ReactElement {
  const run = useDraft((state) => state.run);
  const runFailure = useDraft((state) => state.runFailure);
  const failure = runFailure ?? (run?.phase === 'failed' ? (run.failure?.message ?? 'It failed.') : null);
  return (
    <div className="step-check">
      <Existing run={run} />
      <div className="check-run">
        <Verdict run={run} failed={failure !== null} />
        {failure ? (
          <Banner
            tone="fail"
            actions={
              <Button size="s" icon="retry" onClick={() => void startRun()}>
                Try again
              </Button>
            }
          >
            {failure}
          </Banner>
        ) : run ? (
          <Lists run={run} />
        ) : null}
      </div>
    </div>
  );
}

/** One sentence that is told to screen readers when it is final. */
function Verdict({ run, failed }: { run: DryRunView | null; failed: boolean }): ReactElement {
  const destination = useDraft((state) => state.destination);
  const ready = run?.phase === 'ready';
  if (failed) return <h3>The dry run could not be made</h3>;
  return (
    <div className="verdict">
      <p className="verdict-line" role="status">
        {ready
          ? run.units === 0
            ? 'Nothing in it would be uploaded now'
            : `${plural(run.units, 'upload')} to ${destination?.title ?? 'Encord'}`
          : 'Looking through the folder'}
      </p>
      <p className="muted small inline">
        {ready ? null : <Spinner size={14} />}
        {run
          ? `${plural(run.files, 'file')} · ${size(run.bytes)}${
              ready
                ? run.left > 0
                  ? ` · ${count(run.left)} would stay`
                  : ''
                : run.phase === 'comparing'
                  ? ' · comparing with what is uploaded already'
                  : ' so far'
            }`
          : ''}
      </p>
    </div>
  );
}

function Existing({ run }: { run: DryRunView | null }): ReactElement {
  const existing = useDraft((state) => state.existing);
  const ready = run?.phase === 'ready';
  const files = ready ? Math.max(0, run.files - run.left) : null;
  const amount = files === null ? 'What is there' : plural(files, 'file');
  const verb = files === 1 ? 'is' : 'are';
  return (
    <section className="check-existing">
      <h3>What is there already</h3>
      <Cards
        label="What is there already"
        value={existing}
        onChange={(value) => useDraft.setState({ existing: value })}
        options={[
          {
            value: 'all',
            label: 'Upload all of it',
            hint:
              files === null
                ? 'What is there is uploaded once it is finished.'
                : `${amount} ${verb} uploaded once finished.`,
          },
          {
            value: 'new',
            label: 'Only what is new',
            hint:
              files === null
                ? 'What is there stays. Only what comes from now on is uploaded.'
                : `${amount} stay${files === 1 ? 's' : ''}. Only what comes from now on is uploaded.`,
          },
          {
            value: 'review',
            label: 'Let me review it first',
            hint:
              files === null
                ? 'What is there waits until you say for each, or for all. New files are uploaded at once.'
                : `${amount} wait${files === 1 ? 's' : ''} until you say for each, or for all. New files are uploaded at once.`,
          },
        ]}
      />
    </section>
  );
}

function Lists({ run }: { run: DryRunView }): ReactElement {
  const [shown, setShown] = useState<'units' | 'left'>('units');
  const units = usePaged(dryUnits);
  const left = usePaged(dryLeft);
  const list = shown === 'left' && run.left > 0 ? 'left' : 'units';
  return (
    <>
      <div className="check-choice">
        <Segmented
          label="Show"
          size="s"
          value={list}
          onChange={setShown}
          options={[
            { value: 'units', label: 'Would be uploaded', count: count(run.units) },
            ...(run.left > 0
              ? [{ value: 'left' as const, label: 'Would stay', count: count(run.left) }]
              : []),
          ]}
        />
      </div>
      {list === 'units' ? (
        <RowTable<DryRunUnit>
          label="Would be uploaded"
          rows={dryUnits}
          state={units}
          gridClass="dry-units-grid"
          columns={[
            { name: 'Title', plain: true },
            { name: 'Remark', plain: true },
            { name: 'Files', number: true },
            { name: 'Size', number: true },
          ]}
          cells={(unit) => [
            <span key="title" className="inline" title={unitTip(unit)}>
              <Icon name={MEDIA[unit.media].icon} className="faint" />
              <MiddleTruncate text={unit.title} title={unitTip(unit)} className="selectable" />
            </span>,
            unit.note ? (
              <span key="note" className="inline small tone-warn" title={unit.note}>
                <Icon name="warn" size={14} />
                <span className="truncate">{unit.note}</span>
              </span>
            ) : null,
            count(unit.frames),
            size(unit.bytes),
          ]}
        />
      ) : (
        <RowTable<DryRunLeft>
          label="Would stay"
          rows={dryLeft}
          state={left}
          gridClass="dry-left-grid"
          columns={[{ name: 'File', plain: true }, { name: 'Why' }, { name: 'Size', number: true }]}
          cells={(file) => [
            <span key="path" className="inline">
              <Icon name="file" className="faint" />
              <PathName path={file.path} />
            </span>,
            <span key="why" title={file.why} className="selectable">
              {file.why}
            </span>,
            size(file.size),
          ]}
        />
      )}
    </>
  );
}

/** The path, and the metadata that would go with it. */
function unitTip(unit: DryRunUnit): string {
  return [unit.path, ...Object.entries(unit.metadata).map(([key, value]) => `${key}: ${value}`)].join('\n');
}

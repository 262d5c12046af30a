/** Registering data that stays in a bucket: where, which file, and how; then a job does it. Used by `AddDataMenu` and by storage folders. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { noteStarted } from '../../state/job-notes.ts';
import { Button } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { plural } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { CloudFileStep } from './CloudFileStep.tsx';
import { CloudOptions } from './CloudOptions.tsx';
import { type CloudTarget, CloudWhere, useCloudTarget, whereProblems } from './CloudWhere.tsx';
import { type CloudDraft, isPasted, newDraft, pastedText, useCloudFile } from './cloud-draft.ts';
import { useIntegrations } from './IntegrationField.tsx';
import { hereOf, trailText } from './StorageFolders.tsx';
import { shortTitle, Title } from './Title.tsx';

const FORM = 'register-cloud';
const STEPS = ['Where', 'File', 'Start'] as const;
type Step = 1 | 2 | 3;

interface RegisterCloudProps {
  /** Null: only into a folder. */
  dataset: DatasetView | null;
  /** The storage folder that it was opened from. */
  folderId: string | null;
  onClose: () => void;
}

export function RegisterCloud({ dataset, folderId, onClose }: RegisterCloudProps): ReactElement {
  const [step, setStep] = useState<Step>(1);
  const [draft, setDraft] = useState<CloudDraft>(() =>
    newDraft(dataset === null ? '' : dataset.title.slice(0, 300)),
  );
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const integrations = useIntegrations(dataset?.id ?? null);
  const target = useCloudTarget(dataset, folderId);
  const file = useCloudFile();
  const change = (patch: Partial<CloudDraft>) => setDraft((now) => ({ ...now, ...patch }));
  const { view } = file;
  const integration = integrations.all?.find(({ id }) => id === draft.integrationId);
  useFocusOfStep(step);

  const go = (to: Step) => {
    setStep(to);
    setTried(false);
    setFailure(null);
  };
  const next = () => {
    setTried(true);
    if (step === 1) {
      const problems = whereProblems(draft, target);
      if (target.kind !== 'asking' && problems.integration === null && problems.folder === null) go(2);
    } else if (step === 2) {
      if (view === null && draft.pasting && isPasted(draft.pasted)) void file.take(pastedText(draft.pasted));
      else if (view !== null && file.busy === null && view.errors === 0 && view.entries > 0) go(3);
    } else void start();
  };
  const start = async () => {
    if (view === null || draft.integrationId === null) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('cloud.start', {
      checkId: view.checkId,
      integrationId: draft.integrationId,
      datasetId: dataset?.id ?? null,
      folder: folderOf(draft, target),
      ignoreErrors: draft.ignoreErrors,
      skipDuplicates: draft.skipDuplicates,
    });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    onClose();
    noteStarted(`${plural(view.entries, 'entry', 'entries')} of cloud data on the way to Encord`);
  };
  const leave = async () => {
    const sure =
      (view === null && draft.pasted === '') ||
      (await confirm({
        title: 'Register nothing?',
        body: 'Nothing has been sent to Encord. What was chosen and read here is forgotten.',
        action: 'Forget it',
        keep: 'Go on with it',
      }));
    if (sure) onClose();
  };
  const blocked = step === 2 && view !== null && (view.errors > 0 || view.entries === 0);

  return (
    <Dialog
      open
      onClose={() => void leave()}
      size="xl"
      closeOnOutside={false}
      title="Register cloud data"
      description={
        dataset === null ? (
          'Files stay in your bucket; Encord reads them from there.'
        ) : (
          <>
            To <Title text={dataset.title} />. Files stay in your bucket; Encord reads them from there.
          </>
        )
      }
      initialFocus={firstField}
      footer={
        <>
          {step === 1 ? (
            <Button onClick={() => void leave()}>Cancel</Button>
          ) : (
            <Button onClick={() => go(step === 3 ? 2 : 1)}>Back</Button>
          )}
          <span className="grow small muted cloud-why" id="cloud-why">
            {blocked ? (view.errors > 0 ? 'Correct the errors, or change the columns, to go on.' : '') : ''}
          </span>
          <Button
            type="submit"
            form={FORM}
            variant="primary"
            busy={busy}
            disabled={blocked}
            aria-describedby={blocked ? 'cloud-why' : undefined}
            {...(step === 3 ? {} : { trailing: 'arrowRight' as const })}
          >
            {step === 3 && view !== null ? `Register ${plural(view.entries, 'entry', 'entries')}` : 'Next'}
          </Button>
        </>
      }
    >
      <Steps step={step} />
      <form
        id={FORM}
        className="sheet"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          next();
        }}
      >
        {step === 1 ? (
          <CloudWhere
            dataset={dataset}
            integrations={integrations}
            target={target}
            draft={draft}
            onChange={change}
            tried={tried}
          />
        ) : step === 2 || view === null ? (
          <CloudFileStep draft={draft} onChange={change} file={file} tried={tried} />
        ) : (
          <CloudOptions
            view={view}
            integration={shortTitle(integration?.title ?? draft.integrationId ?? '')}
            dataset={dataset}
            folder={folderText(draft, target)}
            draft={draft}
            onChange={change}
          />
        )}
      </form>
      {failure === null ? null : (
        <div className="sheet-failure">
          <Banner tone="fail" title="It could not be started">
            {failure}
          </Banner>
        </div>
      )}
    </Dialog>
  );
}

/** What `cloud.start` is told: nothing of a folder that follows from the dataset. */
function folderOf(draft: CloudDraft, target: CloudTarget): CallInput<'cloud.start'>['folder'] {
  if (target.kind === 'opened') return { kind: 'existing', folderId: target.folderId };
  if (target.kind !== 'choose') return null;
  if (draft.folder === 'new') return { kind: 'new', name: draft.name.trim(), parentId: hereOf(draft.parent) };
  const here = hereOf(draft.existing);
  return here === null ? null : { kind: 'existing', folderId: here };
}

function folderText(draft: CloudDraft, target: CloudTarget): string {
  if (target.kind !== 'choose') return (target.kind === 'asking' ? null : target.folder) ?? 'Its own folder';
  if (draft.folder === 'existing') return trailText(draft.existing);
  return `${[trailText(draft.parent), shortTitle(draft.name.trim())].filter(Boolean).join(' / ')} (new)`;
}

function firstField(): HTMLElement | null {
  const form = document.getElementById(FORM);
  return (
    form?.querySelector<HTMLElement>('[data-first]') ??
    form?.querySelector<HTMLElement>('button:not(:disabled), input:checked, textarea') ??
    null
  );
}

/** Another step begins in its first field; at opening the dialog itself does that. */
function useFocusOfStep(step: Step): void {
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) firstField()?.focus({ preventScroll: true });
    shown.current = step;
  }, [step]);
}

function Steps({ step }: { step: Step }): ReactElement {
  return (
    <>
      <ol className="watch-steps" aria-label="Steps">
        {STEPS.map((name, at) => (
          <li
            key={name}
            className={`watch-step${at + 1 === step ? ' watch-step-now' : ''}`}
            aria-current={at + 1 === step ? 'step' : undefined}
          >
            <span className="watch-step-mark">
              {at + 1 < step ? <Icon name="check" size={12} /> : at + 1}
            </span>
            {name}
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        Step {step} of 3: {STEPS[step - 1]}
      </p>
    </>
  );
}

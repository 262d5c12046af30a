/** The sheet that adds a watch folder in three steps, and the one that changes its rules. Used by `WatchPage`. */
import { type ReactElement, useEffect, useRef } from 'react';
import {
  addFolder,
  back,
  closeDraft,
  next,
  type Step,
  saveRules,
  useDraft,
} from '../../state/watch-draft.ts';
import { nameOfRoot } from '../../state/watch-status.ts';
import { Button } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { StepCheck } from './StepCheck.tsx';
import { StepWhat } from './StepWhat.tsx';
import { StepWhere } from './StepWhere.tsx';

const FORM = 'watch-form';
const STEPS = ['Where', 'What', 'Check'] as const;

/** What took thought to fill in is not thrown away by a slip of the Escape key. */
async function leave(): Promise<void> {
  const { purpose, step } = useDraft.getState();
  const sure =
    step === 1 ||
    (await confirm({
      title: purpose?.kind === 'edit' ? 'Leave the rules as they were?' : 'Discard this watch folder?',
      body:
        purpose?.kind === 'edit'
          ? 'What you changed here is not kept.'
          : 'Nothing has been added or uploaded. What you chose here is not kept.',
      action: purpose?.kind === 'edit' ? 'Leave them' : 'Discard',
      keep: 'Go on with it',
    }));
  if (sure) closeDraft();
}

export function WatchSheet(): ReactElement {
  const purpose = useDraft((state) => state.purpose);
  const step = useDraft((state) => state.step);
  const failure = useDraft((state) => state.failure);
  const editing = purpose?.kind === 'edit' ? purpose.folder : null;
  const shown = useRef({ purpose, step });
  useEffect(() => {
    // At opening the dialog itself does it, once it has seen where the focus comes back to.
    if (shown.current.purpose === purpose && shown.current.step !== step)
      firstField()?.focus({ preventScroll: true });
    shown.current = { purpose, step };
  }, [purpose, step]);
  return (
    <Dialog
      open={purpose !== null}
      onClose={() => void leave()}
      title={editing ? `Rules of “${nameOfRoot(editing.root)}”` : 'Add a watch folder'}
      {...(editing ? { description: 'They hold for files that are taken from now on.' } : {})}
      size="xl"
      closeOnOutside={false}
      initialFocus={firstField}
      footer={<Footer editing={editing !== null} step={step} />}
    >
      {editing ? null : <Steps step={step} />}
      <form
        id={FORM}
        className="sheet"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (editing) void saveRules();
          else if (step < 3) void next();
          else void addFolder(true);
        }}
      >
        {step === 1 ? <StepWhere /> : step === 2 ? <StepWhat editing={editing !== null} /> : <StepCheck />}
      </form>
      {failure ? (
        <div className="sheet-failure">
          <Banner tone="fail">{failure}</Banner>
        </div>
      ) : null}
    </Dialog>
  );
}

/** The field in which a step begins: the first, or what is chosen there. */
function firstField(): HTMLElement | null {
  const form = document.getElementById(FORM);
  return (
    form?.querySelector<HTMLElement>('input:checked') ?? form?.querySelector<HTMLElement>('input') ?? null
  );
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

function Footer({ editing, step }: { editing: boolean; step: Step }): ReactElement {
  const saving = useDraft((state) => state.saving);
  const run = useDraft((state) => state.run);
  const existing = useDraft((state) => state.existing);
  if (editing)
    return (
      <>
        <Button onClick={() => void leave()}>Cancel</Button>
        <Button type="submit" form={FORM} variant="primary" busy={saving !== null}>
          Save rules
        </Button>
      </>
    );
  return (
    <>
      {step > 1 ? <Button onClick={back}>Back</Button> : <Button onClick={() => void leave()}>Cancel</Button>}
      <span className="grow" />
      {step === 3 ? (
        <>
          <Button variant="ghost" busy={saving === 'off'} onClick={() => void addFolder(false)}>
            Add it switched off
          </Button>
          <Button type="submit" form={FORM} variant="primary" busy={saving === 'on'}>
            {existing === 'all' && run?.phase === 'ready' && run.units > 0
              ? 'Switch on and upload'
              : 'Switch on'}
          </Button>
        </>
      ) : (
        <Button type="submit" form={FORM} variant="primary" trailing="arrowRight">
          Next
        </Button>
      )}
    </>
  );
}

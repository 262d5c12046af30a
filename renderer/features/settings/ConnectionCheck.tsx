/** The connection check: six steps as they go, what failed, and what to tell the IT department. Drawn by `Network`. */
import type { ReactElement } from 'react';
import type { CheckStepId, CheckStepView, ConnectionCheckView } from '../../../preload/contract/desktop.ts';
import { closeCheck, openCheck, startCheck, useNetwork } from '../../state/network.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon, type IconName, Spinner } from '../../ui/Icon.tsx';

/** Opens it, from wherever somebody is. */
export function openConnectionCheck(): void {
  void openCheck();
}

const NAMES: Record<CheckStepId, string> = {
  proxy: 'Proxy',
  dns: 'Name (DNS)',
  tls: 'Identity (TLS)',
  api: 'Encord API',
  clock: 'Clock',
  storage: 'Storage',
};

const STATES: Record<
  CheckStepView['state'],
  { word: string; icon: IconName; tone: 'done' | 'fail' | 'quiet' | 'accent' }
> = {
  waiting: { word: 'Waiting', icon: 'clock', tone: 'quiet' },
  running: { word: 'Trying', icon: 'clock', tone: 'accent' },
  ok: { word: 'OK', icon: 'done', tone: 'done' },
  failed: { word: 'Failed', icon: 'fail', tone: 'fail' },
  skipped: { word: 'Left out', icon: 'skip', tone: 'quiet' },
};

export function ConnectionCheckDialog(): ReactElement {
  const open = useNetwork((state) => state.checking);
  const check = useNetwork((state) => (state.beginning ? null : (state.view?.check ?? null)));
  const ended = check !== null && check.finishedAt !== null;
  return (
    <Dialog
      open={open}
      onClose={closeCheck}
      title="Connection check"
      description={check ? headline(check) : 'Beginning…'}
      size="l"
      footer={
        <>
          <Button
            icon="copy"
            disabled={!ended}
            onClick={() => void copyText(check?.report ?? '', 'The report')}
          >
            Copy report
          </Button>
          <span className="grow" />
          <Button icon="retry" disabled={!ended} onClick={() => void startCheck()}>
            Check again
          </Button>
          <Button variant="primary" onClick={closeCheck}>
            Close
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or no key reaches its end. */}
      <section className="dialog-body check-body" aria-label="What was found" tabIndex={0}>
        <ol className="check-steps" aria-label="Steps" aria-busy={!ended}>
          {(check?.steps ?? []).map((step) => (
            <Step key={step.id} step={step} />
          ))}
        </ol>
        <p className="visually-hidden" role="status">
          {check && ended ? headline(check) : ''}
        </p>
      </section>
    </Dialog>
  );
}

function headline(check: ConnectionCheckView): string {
  const host = check.domain.replace(/^https?:\/\//, '');
  if (check.finishedAt === null) return `Trying ${host}, one thing after the other.`;
  const failed = check.steps.filter(({ state }) => state === 'failed');
  // Where it is wrong, Encord takes no signature, so that the step before it fails as well.
  const first = failed.find(({ id }) => id === 'clock') ?? failed[0];
  if (!first) return `All is well between this machine and ${host}.`;
  return failed.length === 1
    ? `One thing stands between this machine and ${host}: ${NAMES[first.id]}.`
    : `${failed.length} things stand between this machine and ${host}. Begin with this one: ${NAMES[first.id]}.`;
}

function Step({ step }: { step: CheckStepView }): ReactElement {
  const { word, icon, tone } = STATES[step.state];
  return (
    <li className={`check-step check-step-${step.state}`}>
      <span className={`check-mark tone-${tone}`}>
        {step.state === 'running' ? <Spinner size={16} /> : <Icon name={icon} />}
      </span>
      <div className="grow">
        <p className="check-line">
          <span className="check-name">{NAMES[step.id]}</span>
          <span className={`small tone-${tone}`}>{word}</span>
          {step.milliseconds === null ? null : (
            <span className="check-time faint small">{timeText(step.milliseconds)}</span>
          )}
        </p>
        {step.sentence ? <p className="check-sentence selectable">{step.sentence}</p> : null}
        {step.tell ? (
          <div className="check-tell">
            <p className="check-tell-head">For the IT department</p>
            <p className="selectable">{step.tell}</p>
          </div>
        ) : null}
      </div>
    </li>
  );
}

function timeText(milliseconds: number): string {
  return milliseconds < 1_000
    ? `${milliseconds} ms`
    : `${(milliseconds / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s`;
}

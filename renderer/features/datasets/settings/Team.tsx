/** Who works with the dataset: inviting by e-mail, and what came of it for each. Used by `DatasetSettings`. */
import { type ReactElement, useRef } from 'react';
import type { AddedUserView } from '../../../../preload/contract/manage.ts';
import { call } from '../../../state/bridge.ts';
import { useDraft } from '../../../state/drafts.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { oneLine, plural } from '../../../ui/format.ts';
import { Icon, type IconName } from '../../../ui/Icon.tsx';
import { EmailField } from './EmailField.tsx';
import { emailsIn, isEmail, MOST_EMAILS, withEmails } from './emails.ts';
import { InWebApp, MayNot, Part } from './Part.tsx';
import { type RoleName, RolePick, roleWord } from './RolePick.tsx';

interface TeamProps {
  datasetId: string;
  webUrl: string | null;
  /** Why this account may not invite. */
  problem: string | null;
}

interface Invitation {
  emails: readonly string[];
  /** What is being typed, and is no address of the list yet. */
  draft: string;
}

const NOBODY: Invitation = { emails: [], draft: '' };
const LEAD = 'People who can open this dataset.';

export function Team({ datasetId, webUrl, problem }: TeamProps): ReactElement {
  const [{ emails, draft }, setInvitation] = useDraft(`${datasetId} invitation`, NOBODY);
  const [role, setRole] = useDraft<RoleName>(`${datasetId} role`, 'user');
  // Kept like the addresses: whoever comes back while they are invited does not invite them twice.
  const [busy, setBusy] = useDraft(`${datasetId} inviting`, false);
  const [failure, setFailure] = useDraft<string | null>(`${datasetId} not invited`, null);
  const [answers, setAnswers] = useDraft<readonly AddedUserView[]>(`${datasetId} answers`, []);
  const field = useRef<HTMLInputElement>(null);

  const all = withEmails(emails, emailsIn(draft));
  const ready = all.length > 0 && all.length <= MOST_EMAILS && all.every(isEmail);
  const write = (next: readonly string[], typing: string) => setInvitation({ emails: next, draft: typing });

  const invite = async () => {
    if (!ready) {
      field.current?.focus();
      return;
    }
    write(all, '');
    setBusy(true);
    setFailure(null);
    const answer = await call('team.add', { datasetId, emails: all, role });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    setAnswers(answer.value);
    write([], '');
    setRole('user');
    field.current?.focus();
  };

  if (problem !== null)
    return (
      <Part title="Team" lead={LEAD}>
        <MayNot>{problem}</MayNot>
      </Part>
    );
  return (
    <Part title="Team" lead={LEAD} said={busy ? 'Inviting' : (failure ?? summaryOf(answers))}>
      <div className="invite">
        <EmailField ref={field} emails={emails} draft={draft} disabled={busy} onChange={write} />
        <div className="invite-foot">
          <RolePick
            value={role}
            disabled={busy}
            onChange={setRole}
            adminNote="Making somebody an admin may not be undone here: in the web app they can be removed and invited again."
          />
          <Button
            variant={all.length === 0 ? 'secondary' : 'primary'}
            busy={busy}
            disabled={!ready}
            onClick={() => void invite()}
          >
            {all.length > 1 ? `Invite ${plural(all.length, 'person', 'people')}` : 'Invite'}
          </Button>
        </div>
        {failure === null ? null : (
          <div className="part-note part-failed selectable">
            <Icon name="fail" size={14} className="tone-fail" />
            <span className="grow">{failure}</span>
            <Button size="s" icon="retry" onClick={() => void invite()}>
              Try again
            </Button>
          </div>
        )}
        {answers.length === 0 ? null : (
          <Answers
            answers={answers}
            onClose={() => {
              setAnswers([]);
              field.current?.focus();
            }}
            onRetry={(again) => {
              setAnswers(answers.filter((each) => each.problem === null));
              write(withEmails(emails, again), draft);
              field.current?.focus();
            }}
          />
        )}
      </div>
      <p className="part-note muted small">
        <Icon name="info" size={14} />
        <span>
          Encord’s API cannot list, change or remove people. See who is in the team <InWebApp url={webUrl} />.
        </span>
      </p>
    </Part>
  );
}

interface AnswersProps {
  answers: readonly AddedUserView[];
  onClose: () => void;
  onRetry: (emails: string[]) => void;
}

function Answers({ answers, onClose, onRetry }: AnswersProps): ReactElement {
  const failed = answers.filter(({ problem }) => problem !== null);
  const kept = answers.filter((each) => each.problem === null && each.kept);
  const added = answers.filter((each) => each.problem === null && !each.kept);
  return (
    <div className="answers">
      <div className="answers-head">
        <p className="strong grow">{summaryOf(answers)}</p>
        {failed.length === 0 ? null : (
          <Button size="s" icon="retry" onClick={() => onRetry(failed.map(({ email }) => email))}>
            Put {failed.length === 1 ? 'it' : 'them'} back into the field
          </Button>
        )}
        <IconButton label="Close the answers" icon="close" size="s" onClick={onClose} />
      </div>
      <ul className="answers-list selectable" aria-label="What came of the invitation">
        {[...failed, ...kept, ...added].map((each) => (
          <AnswerLine key={each.email} answer={each} />
        ))}
      </ul>
    </div>
  );
}

function AnswerLine({ answer }: { answer: AddedUserView }): ReactElement {
  const { email, role, kept, problem } = answer;
  const [icon, tone, words]: [IconName, string, string] =
    problem !== null
      ? ['fail', 'tone-fail', `Could not be added. ${problem}`]
      : kept
        ? ['info', 'tone-warn', `Had a role already and keeps it: ${roleWord(role)}`]
        : ['done', 'tone-done', role === null ? 'Added' : `Added as ${roleWord(role)}`];
  return (
    <li className="answer">
      <Icon name={icon} size={14} className={tone} />
      <span className="truncate answer-email" title={oneLine(email)}>
        {oneLine(email)}
      </span>
      <span className="muted answer-words">{oneLine(words)}</span>
    </li>
  );
}

/** `3 people added, 1 kept an earlier role, 1 could not be added`. */
function summaryOf(answers: readonly AddedUserView[]): string {
  if (answers.length === 0) return '';
  const failed = answers.filter(({ problem }) => problem !== null).length;
  const kept = answers.filter((each) => each.problem === null && each.kept).length;
  const added = answers.length - failed - kept;
  return [
    added > 0 ? `${plural(added, 'person', 'people')} added` : '',
    kept > 0 ? `${kept} kept an earlier role` : '',
    failed > 0 ? `${failed} could not be added` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

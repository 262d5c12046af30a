/** E-mail addresses as chips: typed one by one, or a whole list pasted. Used by Team. */
import { type ClipboardEvent, type KeyboardEvent, type ReactElement, type Ref, useId, useRef } from 'react';
import { oneLine, plural } from '../../../ui/format.ts';
import { Icon } from '../../../ui/Icon.tsx';
import { emailsIn, isEmail, MOST_EMAILS, withEmails } from './emails.ts';

interface EmailFieldProps {
  emails: readonly string[];
  /** What is being typed, and is no chip yet. */
  draft: string;
  onChange: (emails: string[], draft: string) => void;
  disabled: boolean;
  ref: Ref<HTMLInputElement>;
}

const ENDS_ADDRESS = new Set(['Enter', ',', ';', ' ']);

export function EmailField({ emails, draft, onChange, disabled, ref }: EmailFieldProps): ReactElement {
  const id = useId();
  const input = useRef<HTMLInputElement | null>(null);
  const wrong = emails.filter((each) => !isEmail(each));
  const tooMany = emails.length > MOST_EMAILS;

  const take = (text: string) => onChange(withEmails(emails, emailsIn(text)), '');
  const focus = () => input.current?.focus();
  const without = (email: string) => emails.filter((each) => each !== email);

  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    // An Enter that ends a word of an input method is not ours.
    if (event.nativeEvent.isComposing || disabled) return;
    if (ENDS_ADDRESS.has(event.key) && (draft.trim() !== '' || event.key !== 'Enter')) {
      event.preventDefault();
      take(draft);
    } else if (event.key === 'Backspace' && draft === '' && emails.length > 0) {
      event.preventDefault();
      onChange(emails.slice(0, -1), '');
    }
  };
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData('text/plain');
    if (disabled || !/[\s,;<]/.test(text.trim())) return;
    event.preventDefault();
    take(`${draft}${text}`);
  };

  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        Invite by e-mail
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only the pointer needs the room around the field. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field itself takes keys. */}
      <div
        className={`input emails${wrong.length > 0 || tooMany ? ' emails-wrong' : ''}`}
        onClick={(event) => {
          if (event.target === event.currentTarget) focus();
        }}
      >
        {emails.length === 0 ? null : (
          <ul className="email-chips" aria-label="Who will be invited">
            {/* In sight, however long the list is. */}
            {[...wrong, ...emails.filter(isEmail)].map((email) => {
              const right = isEmail(email);
              return (
                <li key={email}>
                  <button
                    type="button"
                    className={right ? 'chip' : 'chip chip-wrong'}
                    aria-label={`${right ? 'Remove' : 'Correct'} ${oneLine(email)}`}
                    title={oneLine(email)}
                    disabled={disabled}
                    onClick={() => {
                      onChange(without(email), right ? draft : email);
                      focus();
                    }}
                  >
                    {right ? null : <Icon name="fail" size={12} />}
                    <span className="truncate">{oneLine(email)}</span>
                    <Icon name={right ? 'close' : 'edit'} size={12} />
                  </button>
                </li>
              );
            })}
          </ul>
        )}
        <input
          ref={(element) => {
            input.current = element;
            if (typeof ref === 'function') ref(element);
            else if (ref) ref.current = element;
          }}
          id={id}
          className="emails-input"
          // Not `email`, which would forbid several.
          type="text"
          inputMode="email"
          value={draft}
          // Not disabled, which would lose the focus.
          readOnly={disabled}
          placeholder={emails.length === 0 ? 'ann@lab.example, ben@lab.example' : ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby={`${id}-note`}
          aria-invalid={wrong.length > 0 || tooMany || undefined}
          onChange={(event) => onChange([...emails], event.target.value)}
          onKeyDown={press}
          onPaste={paste}
          onBlur={() => {
            if (draft.trim() !== '') take(draft);
          }}
        />
      </div>
      <div id={`${id}-note`} aria-live="polite">
        {wrong.length > 0 ? (
          <p className="field-error">
            <Icon name="fail" size={14} />
            <span>
              {wrong.length === 1
                ? `“${oneLine(wrong[0] ?? '')}” is no e-mail address.`
                : `${plural(wrong.length, 'entry', 'entries')} are no e-mail addresses.`}{' '}
              Choose it to correct it.
            </span>
          </p>
        ) : tooMany ? (
          <p className="field-error">
            <Icon name="fail" size={14} />
            <span>
              {plural(MOST_EMAILS, 'person', 'people')} at most at once. Take {emails.length - MOST_EMAILS}{' '}
              out.
            </span>
          </p>
        ) : (
          <p className="field-hint">A list can be pasted: addresses separated by commas, blanks or lines.</p>
        )}
      </div>
    </div>
  );
}

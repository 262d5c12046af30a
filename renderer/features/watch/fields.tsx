/** The fields that the rules of a watch folder are made of. Used by the steps of `WatchSheet`. */
import { type ReactElement, type ReactNode, useEffect, useId, useState } from 'react';
import { Switch } from '../../ui/Controls.tsx';
import { Icon } from '../../ui/Icon.tsx';

interface CardsProps<V extends string> {
  label: string;
  value: V;
  options: readonly { value: V; label: string; hint: ReactNode; more?: ReactNode }[];
  onChange: (value: V) => void;
}

/** One of a few that each want a sentence; the chosen one shows what else it asks. Arrow keys move between them. */
export function Cards<V extends string>({ label, value, options, onChange }: CardsProps<V>): ReactElement {
  const name = useId();
  return (
    <fieldset className="cards" aria-label={label}>
      {options.map((option) => (
        <div key={option.value} className={`card${option.value === value ? ' card-on' : ''}`}>
          <label className="card-head">
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span className="grow">
              <span className="card-label">{option.label}</span>
              <span className="card-hint">{option.hint}</span>
            </span>
          </label>
          {option.value === value && option.more ? <div className="card-more">{option.more}</div> : null}
        </div>
      ))}
    </fieldset>
  );
}

interface AmountProps {
  label: string;
  /** In the unit that main counts in. */
  value: number;
  onChange: (value: number) => void;
  /** How many of main's make one of the person's: 60 for minutes. */
  per?: number;
  unit: string;
  least: number;
  most: number;
  whole?: boolean;
}

/** A number with its unit. A text that is none, or out of bounds, goes back to the last good one when it is left. */
export function Amount({
  label,
  value,
  onChange,
  per = 1,
  unit,
  least,
  most,
  whole = false,
}: AmountProps): ReactElement {
  const shown = String(Number((value / per).toFixed(3)));
  const [text, setText] = useState(shown);
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    if (!typing) setText(shown);
  }, [shown, typing]);
  return (
    <span className="amount">
      <input
        className="input"
        inputMode="decimal"
        aria-label={`${label}, ${unit}`}
        value={typing ? text : shown}
        onFocus={() => {
          setText(shown);
          setTyping(true);
        }}
        onBlur={() => setTyping(false)}
        onChange={(event) => {
          setText(event.target.value);
          const number = Number(event.target.value.trim().replace(',', '.'));
          const good =
            event.target.value.trim() !== '' &&
            Number.isFinite(number) &&
            number >= least &&
            number <= most &&
            (!whole || Number.isInteger(number));
          if (good) onChange(number * per);
        }}
      />
      <span className="muted">{unit}</span>
    </span>
  );
}

interface SignProps {
  label: string;
  hint: ReactNode;
  on: boolean;
  onSwitch: (on: boolean) => void;
  /** What it asks for when it is on. */
  children?: ReactNode;
}

/** A switch with a sentence. */
export function Sign({ label, hint, on, onSwitch, children }: SignProps): ReactElement {
  return (
    <div className="sign">
      <Switch label={label} checked={on} onChange={onSwitch} />
      <div className="grow">
        <p className="sign-label">{label}</p>
        <p className="field-hint">{hint}</p>
        {on && children ? <div className="sign-more">{children}</div> : null}
      </div>
    </div>
  );
}

interface LineProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  error?: string | undefined;
}

/** A short text in a row of others, its label unseen. */
export function Line({ label, value, onChange, placeholder, error }: LineProps): ReactElement {
  const id = useId();
  return (
    <>
      <input
        className="input mono"
        aria-label={label}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? id : undefined}
        value={value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      <Wrong id={id} text={error} />
    </>
  );
}

/** What is wrong with what stands above it. */
export function Wrong({ id, text }: { id?: string; text: string | undefined }): ReactElement | null {
  if (!text) return null;
  return (
    <p className="field-error" id={id} role="alert">
      <Icon name="fail" size={14} />
      <span>{text}</span>
    </p>
  );
}

interface SettingLineProps {
  label: string;
  hint?: ReactNode;
  children: ReactNode;
}

/** A choice with its name on the left. */
export function SettingLine({ label, hint, children }: SettingLineProps): ReactElement {
  return (
    <div className="rule-line">
      <div className="grow">
        <p className="sign-label">{label}</p>
        {hint ? <p className="field-hint">{hint}</p> : null}
      </div>
      <div className="rule-control">{children}</div>
    </div>
  );
}

/** Globs, one a line; grows with them. */
export function Globs({
  label,
  hint,
  value,
  onChange,
  placeholder,
  error,
}: LineProps & { hint?: ReactNode }): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
        <span className="field-optional">optional</span>
      </label>
      <textarea
        id={id}
        className="input mono"
        rows={Math.min(6, Math.max(1, value.split('\n').length))}
        value={value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-note`}
        aria-invalid={error ? true : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {error ? (
        <Wrong id={`${id}-note`} text={error} />
      ) : hint ? (
        <p className="field-hint" id={`${id}-note`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

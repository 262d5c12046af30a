/** Fields: a label, a control, a hint or what is wrong with it. */
import { type InputHTMLAttributes, type ReactElement, type ReactNode, type Ref, useId } from 'react';
import { IconButton } from './Button.tsx';
import { Icon } from './Icon.tsx';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
}

export function Field({ label, hint, error, optional = false, children }: FieldProps): ReactElement {
  const id = useId();
  const note = error || hint ? `${id}-note` : undefined;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
        {optional ? <span className="field-optional">optional</span> : null}
      </label>
      {children({ id, describedBy: note, invalid: Boolean(error) })}
      {error ? (
        <p className="field-error" id={note} role="alert">
          <Icon name="fail" size={14} />
          <span>{error}</span>
        </p>
      ) : hint ? (
        <p className="field-hint" id={note}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  ref?: Ref<HTMLInputElement>;
}

export function TextField({
  label,
  value,
  onChange,
  hint,
  error,
  optional,
  ...rest
}: TextFieldProps): ReactElement {
  return (
    <Field label={label} hint={hint} error={error ?? null} optional={optional ?? false}>
      {({ id, describedBy, invalid }) => (
        <input
          id={id}
          className="input"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          autoComplete="off"
          spellCheck={false}
          {...rest}
        />
      )}
    </Field>
  );
}

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
  /** The field that the search key goes to on this page. */
  primary?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
  onKeyDown?: InputHTMLAttributes<HTMLInputElement>['onKeyDown'];
}

export function SearchField({
  label,
  value,
  onChange,
  ref,
  primary = false,
  placeholder,
  ...rest
}: SearchFieldProps): ReactElement {
  return (
    <div className="search">
      <Icon name="search" size={14} />
      <input
        ref={ref}
        type="search"
        className="search-input"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        data-search={primary ? '' : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
      {value ? (
        <IconButton label="Clear the search" icon="close" size="s" onClick={() => onChange('')} />
      ) : null}
    </div>
  );
}

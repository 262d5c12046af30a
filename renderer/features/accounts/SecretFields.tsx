/**
 * Fields for what nobody may read over a shoulder. Uncontrolled: a secret has no place in component state. Used by
 * `SignIn` and `Unlock`.
 */
import type { ReactElement, RefObject } from 'react';
import { Field } from '../../ui/Field.tsx';

interface SecretFieldProps {
  label: string;
  field: RefObject<HTMLInputElement | null>;
  error?: string | null;
}

export function SecretField({ label, field, error = null }: SecretFieldProps): ReactElement {
  return (
    <Field label={label} error={error}>
      {({ id, describedBy, invalid }) => (
        <input
          ref={field}
          id={id}
          type="password"
          className="input"
          autoComplete="off"
          spellCheck={false}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
        />
      )}
    </Field>
  );
}

interface RememberProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Off until a person chooses otherwise. */
export function RememberPassphrase({ checked, onChange }: RememberProps): ReactElement {
  return (
    <label className="remember">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span className="grow">
        <span className="remember-label">Remember the passphrase in the keychain</span>
        <span className="field-hint">
          {checked
            ? 'The keychain keeps the key without its passphrase: uploads go on by themselves after a restart.'
            : 'The key is kept with its passphrase on: every start asks for it, and uploads wait until then.'}
        </span>
      </span>
    </label>
  );
}

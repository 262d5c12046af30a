/** The role that people or groups get, with what it means. Used by Team and Groups. */
import type { ReactElement } from 'react';
import { Segmented } from '../../../ui/Controls.tsx';

export type RoleName = 'admin' | 'user';

/** Encord's words for the roles of a dataset. */
export function roleWord(role: RoleName | null): string {
  return role === 'admin' ? 'Admin' : role === 'user' ? 'User' : 'Role not told';
}

interface RolePickProps {
  value: RoleName;
  onChange: (role: RoleName) => void;
  /** What is said of admins beyond what they may do. */
  adminNote: string;
  disabled?: boolean;
}

export function RolePick({ value, onChange, adminNote, disabled = false }: RolePickProps): ReactElement {
  return (
    <div className="role-pick">
      <Segmented
        label="Role"
        size="s"
        value={value}
        disabled={disabled}
        onChange={onChange}
        options={[
          { value: 'user', label: 'User' },
          { value: 'admin', label: 'Admin' },
        ]}
      />
      <p className="field-hint grow" aria-live="polite">
        {value === 'user'
          ? 'Can view the dataset and attach it to projects.'
          : `Full administrative control over the dataset. ${adminNote}`}
      </p>
    </div>
  );
}

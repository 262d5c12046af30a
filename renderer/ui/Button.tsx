/** Buttons: a verb, or an icon with a spoken label and a tooltip. */
import type { ButtonHTMLAttributes, ReactElement, ReactNode, Ref } from 'react';
import { Icon, type IconName, Spinner } from './Icon.tsx';
import { Tip } from './Tooltip.tsx';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  size?: 'm' | 's' | 'l';
  icon?: IconName;
  trailing?: IconName;
  /** Work is under way: shows a spinner and takes no clicks, but keeps the focus. */
  busy?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  variant = 'secondary',
  size = 'm',
  icon,
  trailing,
  busy = false,
  children,
  className = '',
  onClick,
  ...rest
}: ButtonProps): ReactElement {
  return (
    <button
      type="button"
      className={`button button-${variant} button-${size} ${className}`}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy ? <Spinner size={14} /> : icon ? <Icon name={icon} size={size === 's' ? 14 : 16} /> : null}
      <span className="button-label">{children}</span>
      {trailing ? <Icon name={trailing} size={14} /> : null}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  icon: IconName;
  /** A key that does the same, shown in the tooltip. */
  keys?: string;
  size?: 'm' | 's';
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({
  label,
  icon,
  keys,
  size = 'm',
  className = '',
  ...rest
}: IconButtonProps): ReactElement {
  return (
    <Tip label={label} keys={keys}>
      <button
        type="button"
        className={`icon-button icon-button-${size} ${className}`}
        aria-label={label}
        {...rest}
      >
        <Icon name={icon} size={size === 's' ? 14 : 16} />
      </button>
    </Tip>
  );
}

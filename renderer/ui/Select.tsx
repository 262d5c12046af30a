/**
 * A choice of a few. Built on the dropdown menu: Radix' own select injects a <style> element, which the CSP refuses.
 */
import { DropdownMenu } from 'radix-ui';
import type { ReactElement } from 'react';
import { Icon } from './Icon.tsx';

interface SelectProps<V extends string> {
  label: string;
  value: V;
  options: readonly { value: V; label: string; hint?: string }[];
  onChange: (value: V) => void;
  disabled?: boolean;
  /** A word before the choice, which names it then; the whole is as quiet as the buttons of a toolbar. */
  lead?: string;
}

export function Select<V extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
  lead,
}: SelectProps<V>): ReactElement {
  const chosen = options.find((option) => option.value === value);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          className={lead === undefined ? 'select' : 'button button-ghost button-s'}
          {...(lead === undefined
            ? { 'aria-label': `${label}: ${chosen?.label ?? value}` }
            : // Who speaks to the machine says what stands there.
              { title: label })}
          disabled={disabled}
        >
          {lead === undefined ? (
            <span className="truncate grow">{chosen?.label ?? value}</span>
          ) : (
            <span className="button-label">
              <span className="muted">{lead}</span> {chosen?.label ?? value}
            </span>
          )}
          <Icon name="chevronUpDown" size={14} />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          data-floating=""
          align="end"
          sideOffset={4}
          collisionPadding={8}
          loop
        >
          <DropdownMenu.RadioGroup
            value={value}
            onValueChange={(next) => {
              const option = options.find((each) => each.value === next);
              if (option) onChange(option.value);
            }}
          >
            {options.map((option) => (
              <DropdownMenu.RadioItem key={option.value} value={option.value} className="menu-item">
                <span className="menu-icon">{option.value === value ? <Icon name="check" /> : null}</span>
                <span className="grow">
                  <span className="menu-label">{option.label}</span>
                  {option.hint ? <span className="menu-hint">{option.hint}</span> : null}
                </span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

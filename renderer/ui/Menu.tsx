/**
 * Menus: from a button, or at the pointer. Never modal in Radix' sense: its scroll lock injects a <style> element,
 * which the CSP refuses.
 */
import { ContextMenu, DropdownMenu } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import { Kbd } from './Kbd.tsx';

export type MenuEntry =
  | {
      kind: 'item';
      id: string;
      label: string;
      icon?: IconName;
      keys?: string;
      hint?: string;
      danger?: boolean;
      disabled?: boolean;
      checked?: boolean;
      act: () => void;
    }
  | { kind: 'line'; id: string }
  | { kind: 'label'; id: string; label: string };

function Body({ entry }: { entry: Extract<MenuEntry, { kind: 'item' }> }): ReactElement {
  return (
    <>
      <span className="menu-icon">
        {entry.checked ? <Icon name="check" /> : entry.icon ? <Icon name={entry.icon} /> : null}
      </span>
      <span className="grow">
        <span className="menu-label">{entry.label}</span>
        {entry.hint ? <span className="menu-hint">{entry.hint}</span> : null}
      </span>
      {entry.keys ? <Kbd keys={entry.keys} /> : null}
    </>
  );
}

const itemClass = (entry: Extract<MenuEntry, { kind: 'item' }>) =>
  `menu-item${entry.danger ? ' menu-danger' : ''}`;

interface MenuProps {
  entries: readonly MenuEntry[];
  children: ReactNode;
  align?: 'start' | 'end' | 'center';
  side?: 'top' | 'bottom';
}

/** A menu that its child, a button, opens. */
export function Menu({ entries, children, align = 'end', side = 'bottom' }: MenuProps): ReactElement {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          data-floating=""
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          loop
        >
          {entries.map((entry) =>
            entry.kind === 'line' ? (
              <DropdownMenu.Separator key={entry.id} className="menu-line" />
            ) : entry.kind === 'label' ? (
              <DropdownMenu.Label key={entry.id} className="menu-heading">
                {entry.label}
              </DropdownMenu.Label>
            ) : (
              <DropdownMenu.Item
                key={entry.id}
                className={itemClass(entry)}
                disabled={entry.disabled ?? false}
                onSelect={entry.act}
              >
                <Body entry={entry} />
              </DropdownMenu.Item>
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A menu at the pointer, for what its child shows. */
export function PointerMenu({
  entries,
  children,
}: {
  entries: readonly MenuEntry[];
  children: ReactNode;
}): ReactElement {
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" data-floating="" collisionPadding={8} loop>
          {entries.map((entry) =>
            entry.kind === 'line' ? (
              <ContextMenu.Separator key={entry.id} className="menu-line" />
            ) : entry.kind === 'label' ? (
              <ContextMenu.Label key={entry.id} className="menu-heading">
                {entry.label}
              </ContextMenu.Label>
            ) : (
              <ContextMenu.Item
                key={entry.id}
                className={itemClass(entry)}
                disabled={entry.disabled ?? false}
                onSelect={entry.act}
              >
                <Body entry={entry} />
              </ContextMenu.Item>
            ),
          )}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

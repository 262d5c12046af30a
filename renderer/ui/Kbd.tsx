/** A key or a chord as this machine's people write it: `mod+f` is ⌘F on a Mac, Ctrl F elsewhere. */
import type { ReactElement } from 'react';

const onMac = /mac|iphone|ipad/i.test(navigator.platform);

const MAC: Record<string, string> = { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↩', delete: '⌫' };
const OTHER: Record<string, string> = {
  mod: 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  enter: 'Enter',
  delete: 'Del',
};
const BOTH: Record<string, string> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  space: 'Space',
  esc: 'Esc',
};

/** `keys`: chords joined by `+`, a sequence by a blank: `g u`. */
export function Kbd({ keys }: { keys: string }): ReactElement {
  const caps = keys.split(/[ +]/).filter(Boolean);
  return (
    <span className="kbd-group">
      {caps.map((cap) => (
        <kbd key={cap} className="kbd">
          {(onMac ? MAC : OTHER)[cap] ?? BOTH[cap] ?? (cap.length === 1 ? cap.toUpperCase() : cap)}
        </kbd>
      ))}
    </span>
  );
}

/** True when the event carries this platform's command key. */
export function hasMod(event: { metaKey: boolean; ctrlKey: boolean }): boolean {
  return onMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

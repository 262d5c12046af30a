/**
 * Brings the focus back to where it was when something that floats closes. Radix does so for its own triggers; ours
 * open by keys, drops and menu items, which are gone by then. Used by `Dialog` and the menus.
 */

let lastOnPage: HTMLElement | null = null;

/** Watches which element of the page itself had the focus last; called once at start. */
export function rememberFocus(): void {
  document.addEventListener('focusin', (event) => {
    const element = event.target;
    if (element instanceof HTMLElement && !element.closest('[data-floating]')) lastOnPage = element;
  });
}

/** The element to come back to, as things stand now. */
export function focusAnchor(): HTMLElement | null {
  const active = document.activeElement;
  if (active instanceof HTMLElement && active !== document.body && !active.closest('[role="menu"]'))
    return active;
  return lastOnPage;
}

/** Focuses the anchor, or the page's content where the anchor is gone. */
export function restoreFocus(anchor: HTMLElement | null): void {
  const target = anchor?.isConnected ? anchor : document.querySelector<HTMLElement>('[data-focus-home]');
  target?.focus({ preventScroll: true });
}

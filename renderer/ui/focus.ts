/**
 * Brings the focus back to where it was when something that floats closes. Radix does so for its own triggers; ours
 * open by keys, drops and menu items, which are gone by then. Used by `Dialog` and the menus.
 */

/** As deep as things float over one another, and the menus that led there. */
const REMEMBERED = 8;

/** What had the focus, newest first. */
let recent: readonly HTMLElement[] = [];

/** Watches which elements had the focus last; called once at start. */
export function rememberFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const others = recent.filter((each) => each !== target && each.isConnected);
    recent = [target, ...others].slice(0, REMEMBERED);
  });
}

/**
 * The element to come back to when `within` closes, asked for when it is drawn. A field in it may have taken the focus
 * by then: what counts is who had it before.
 */
export function focusAnchor(within: Element): HTMLElement | null {
  /** Menus are gone by then. */
  const isPlace = (element: Element | null): element is HTMLElement =>
    element instanceof HTMLElement &&
    element !== document.body &&
    element.isConnected &&
    !within.contains(element) &&
    !element.closest('[role="menu"]');
  const active = document.activeElement;
  return isPlace(active) ? active : (recent.find(isPlace) ?? null);
}

/** Focuses the anchor, or the page's content where the anchor is gone. */
export function restoreFocus(anchor: HTMLElement | null): void {
  const target = anchor?.isConnected ? anchor : document.querySelector<HTMLElement>('[data-focus-home]');
  target?.focus({ preventScroll: true });
}

/**
 * Where keys belong: whether a dialog is over the page, and when none is any more, or a field has the focus. Used by keys
 * of whole pages and places that come from elsewhere.
 */

export function dialogFloats(): boolean {
  return document.querySelector('.dialog') !== null;
}

/** Whether it is a field that somebody writes in or chooses from. */
export function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}

/** Calls back whenever something that floated has gone, once the focus is back where it was; the result stops it. */
export function onSunk(told: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What floats is drawn into elements right under the body.
  const observer = new MutationObserver((changes) => {
    if (!changes.some((change) => change.removedNodes.length > 0)) return;
    clearTimeout(timer);
    // Radix gives the focus back in a task of its own, which stands before this one.
    timer = setTimeout(told, 0);
  });
  observer.observe(document.body, { childList: true });
  return () => {
    observer.disconnect();
    clearTimeout(timer);
  };
}

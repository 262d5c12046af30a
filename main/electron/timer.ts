/** The one timer of the desktop host, which keeps nothing alive. Used by the parts of `main/electron`. */

/** Calls `fn` once after `ms` milliseconds; the result cancels it. */
export function after(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

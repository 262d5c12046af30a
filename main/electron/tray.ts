// PLACEHOLDER
/** The tray. */
import type { Desk } from './desk.ts';

/** The result removes it. */
export function startTray(_desk: Desk): () => void {
  return () => undefined;
}

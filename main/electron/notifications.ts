// PLACEHOLDER
/** Notifications. */
import type { Desk } from './desk.ts';

export function startNotifications(_desk: Desk): () => void {
  return () => undefined;
}

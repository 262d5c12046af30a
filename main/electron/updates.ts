// PLACEHOLDER
/** Updates of the installed program. */
import type { UpdateView } from '../../preload/contract/desktop.ts';
import type { HostUpdates } from '../app/types.ts';
import type { Desk } from './desk.ts';

export interface DesktopUpdates extends HostUpdates {
  /** Once the program is open: follows settings and glance; the result stops it. */
  begin(desk: Desk): () => void;
}

export function createUpdates(): DesktopUpdates {
  const view: UpdateView = { kind: 'off', reason: 'Not there yet.', managed: false };
  return {
    view: () => view,
    check: async () => view,
    install: async () => view,
    listen: () => () => undefined,
    begin: () => () => undefined,
  };
}

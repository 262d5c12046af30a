/**
 * The contract over Electron's IPC: one channel for calls, one for events. Called by `program.ts`. The app
 * validates what comes in; here it is decided who is listened to at all.
 */

import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Answer } from '../../preload/contract/errors.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '../../preload/contract/names.ts';
import type { App } from '../app/types.ts';
import { isTrustedSender } from './address.ts';

/** The contents of the program's own windows, as they are now. */
export type OwnContents = () => readonly WebContents[];

/**
 * Answers the calls of own pages and sends them every event; a call from anybody else rejects and reaches no
 * handler. The result stops both.
 */
export function connectPages(
  ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>,
  app: Pick<App, 'handle' | 'listen'>,
  ownContents: OwnContents,
): () => void {
  ipcMain.handle(
    CALL_CHANNEL,
    async (event: IpcMainInvokeEvent, name: unknown, input: unknown): Promise<Answer<unknown>> => {
      const frame = event.senderFrame;
      const trusted = isTrustedSender({
        frameUrl: frame?.url ?? null,
        isMainFrame: frame !== null && frame.parent === null,
        fromOwnWindow: ownContents().includes(event.sender),
      });
      if (!trusted) throw new Error('This sender is not one of the program’s pages.');
      if (typeof name !== 'string') throw new Error('A call has a name.');
      return app.handle(name, input);
    },
  );
  const stopListening = app.listen((name, payload) => {
    for (const contents of ownContents()) {
      if (!contents.isDestroyed()) contents.send(EVENT_CHANNEL, name, payload);
    }
  });
  return () => {
    stopListening();
    ipcMain.removeHandler(CALL_CHANNEL);
  };
}

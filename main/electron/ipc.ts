/**
 * The contract over Electron's IPC: one channel for calls, one for events. Called by `program.ts`. The app
 * validates what comes in; here it is decided who is listened to at all, how much of it, and how often.
 */

import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Answer } from '../../preload/contract/errors.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '../../preload/contract/names.ts';
import { answerPage, RateLimit, refusal } from '../app/messages.ts';
import type { App } from '../app/types.ts';
import { isTrustedSender } from './address.ts';

/** The contents of the program's own windows, as they are now. */
export type OwnContents = () => readonly WebContents[];

export interface CallLimits {
  /** Calls that are not answered yet. */
  readonly openCalls: number;
  readonly callsPerSecond: number;
  readonly callsBurst: number;
}

/** Far more than a page has reason for; as in browser mode, but that a page here cannot be made to wait. */
export const CALL_LIMITS: CallLimits = { openCalls: 1_000, callsPerSecond: 500, callsBurst: 2_000 };

/**
 * Answers the calls of own pages and sends them every event; a call from anybody else rejects and reaches no
 * handler. An own page is always answered, whatever it sends. The result stops both.
 */
export function connectPages(
  ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>,
  app: Pick<App, 'handle' | 'listen'>,
  ownContents: OwnContents,
  limits: CallLimits = CALL_LIMITS,
): () => void {
  const rate = new RateLimit(limits.callsPerSecond, limits.callsBurst, performance.now());
  let open = 0;
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
      if (open >= limits.openCalls || !rate.take(performance.now())) {
        return refusal('rate-limited', 'The window asks for more than the program can answer. Try again.');
      }
      open += 1;
      try {
        return await answerPage(app, name, input);
      } finally {
        open -= 1;
      }
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

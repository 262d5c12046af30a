/** Electron's `ipcMain` and `protocol`: what answers the pages. Parts of `electron.ts`; `contents.ts` asks them. */

import type Electron from 'electron';
import { StrictEmitter, strict } from './strict.ts';
import type { As } from './types.ts';

type InvokeHandler = Parameters<Electron.IpcMain['handle']>[1];

class StandinIpcMain extends StrictEmitter implements As<Electron.IpcMain> {
  readonly standin = { handlers: new Map<string, InvokeHandler>() };

  constructor() {
    super('ipcMain');
  }

  handle(channel: string, handler: InvokeHandler): void {
    const { handlers } = this.standin;
    if (handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    handlers.set(channel, handler);
  }
  handleOnce(channel: string, handler: InvokeHandler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }
  removeHandler(channel: string): void {
    this.standin.handlers.delete(channel);
  }

  /** Answers one `ipcRenderer.invoke`; rejects with the error as the page hears it. */
  async answer(
    channel: string,
    event: Electron.IpcMainInvokeEvent,
    args: readonly unknown[],
  ): Promise<unknown> {
    try {
      const handler = this.standin.handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      return await handler(event, ...args);
    } catch (thrown) {
      throw new Error(`Error invoking remote method '${channel}': ${thrown}`);
    }
  }
}

export const ipcMain = new StandinIpcMain();

type SchemeHandler = Parameters<Electron.Protocol['handle']>[1];

/** What answers each private scheme. */
export const schemeHandlers = new Map<string, SchemeHandler>();

const privileged = new Map<string, Electron.Privileges>();

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes) {
    for (const { scheme, privileges } of schemes) privileged.set(scheme, privileges ?? {});
  },
  handle(scheme, handler) {
    // Without these the pages would have no origin, and their own relative addresses would lead nowhere.
    const { standard, secure } = privileged.get(scheme) ?? {};
    if (!standard || !secure) {
      throw new Error(
        `The stand-in for Electron serves standard and secure schemes alone, which ${scheme} is not.`,
      );
    }
    if (schemeHandlers.has(scheme)) throw new Error('Failed to register protocol: already handled');
    schemeHandlers.set(scheme, handler);
  },
  unhandle: (scheme) => void schemeHandlers.delete(scheme),
  isProtocolHandled: (scheme) => schemeHandlers.has(scheme),
} satisfies Pick<
  Electron.Protocol,
  'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'
>);

/**
 * The page's one way to main: the preload's bridge in Electron, a WebSocket in browser mode. Everything in the pages
 * that wants something from main calls `call` or `bridge` here.
 */
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { toast } from '../ui/Toasts.tsx';
import { openWebSocketBridge } from './bridge-websocket.ts';

declare global {
  interface Window {
    /** Put there by the preload, in Electron alone. */
    readonly encordUploader?: Bridge;
  }
}

export const bridge: Bridge = window.encordUploader ?? openWebSocketBridge();

/** Calls main; never throws. */
export async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<Answer<CallOutput<N>>> {
  try {
    return await bridge.call(name, input);
  } catch (error) {
    const message = `The program could not answer: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, error: { code: 'internal', message, details: { call: name } } };
  }
}

/** Calls main and says a failure in a note; null where it failed. */
export async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N> | null> {
  const answer = await call(name, input);
  if (answer.ok) return answer.value;
  toast(answer.error.message, { tone: 'fail' });
  return null;
}

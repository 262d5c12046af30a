/**
 * What main knows of the network: the proxy in use, its login, the connection check. Followed while the Settings page
 * shows it.
 */
import { create } from 'zustand';
import type { NetworkView } from '../../preload/contract/desktop.ts';
import { onTopics } from './app.ts';
import { ask, call } from './bridge.ts';
import { goTo } from './ui.ts';

interface NetworkState {
  /** Null until main has answered. */
  view: NetworkView | null;
  /** The connection check is open. */
  checking: boolean;
  /** One is asked for: what an earlier one found no longer counts. */
  beginning: boolean;
}

export const useNetwork = create<NetworkState>()(() => ({
  view: null,
  checking: false,
  beginning: false,
}));

/** Asks for it now and at every change; the result stops it. */
export function followNetwork(): () => void {
  let turn = 0;
  const look = async () => {
    turn += 1;
    const mine = turn;
    const answer = await call('network.view', null);
    // Of two answers on their way, the one to the later question counts.
    if (answer.ok && mine === turn) useNetwork.setState({ view: answer.value });
  };
  void look();
  const stop = onTopics((topics) => {
    if (topics.has('network') || topics.has('settings') || topics.has('accounts')) void look();
  });
  return () => {
    turn += 1;
    stop();
  };
}

/** Begins a check of the account in use, in place of one that runs. */
export async function startCheck(): Promise<void> {
  useNetwork.setState({ beginning: true });
  const check = await ask('network.check', { accountId: null });
  const { view } = useNetwork.getState();
  useNetwork.setState({ beginning: false, ...(check && view ? { view: { ...view, check } } : {}) });
}

/** Shows the check over the Settings page, and begins one unless one runs. */
export async function openCheck(): Promise<void> {
  goTo('settings');
  useNetwork.setState({ checking: true, beginning: true });
  const answer = await call('network.view', null);
  if (answer.ok) useNetwork.setState({ view: answer.value });
  const running = answer.ok && answer.value.check !== null && answer.value.check.finishedAt === null;
  if (running) useNetwork.setState({ beginning: false });
  else await startCheck();
}

export function closeCheck(): void {
  useNetwork.setState({ checking: false });
}

/** Whether the proxy waits for a login. Shown by the banner, the status line and the sidebar. */
import type { ConnectionView } from '../../preload/contract/views.ts';
import { useApp } from './app.ts';
import { useNetwork } from './network.ts';

const isLogin = (connection: ConnectionView | undefined): boolean =>
  connection?.kind === 'offline' && connection.waitsFor === 'login';

/** Without a login of its own, e.g. `http://proxy.lab:8080`; empty where only its refusal is known; null: all is well. */
export function useProxyLogin(): string | null {
  // Known before the first upload, which the connection is not.
  const loginNeeded = useNetwork((state) => state.view?.loginNeeded ?? null);
  const refused = useApp((state) => isLogin(state.snapshot?.connection));
  return loginNeeded ?? (refused ? '' : null);
}

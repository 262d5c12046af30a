// PLACEHOLDER
/** What the pretended main answers around the desktop. */
import type { DESKTOP_CALLS } from '../../preload/contract/desktop-calls.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';

export function desktopHandlers(main: FakeMain): Pick<FakeHandlers, keyof typeof DESKTOP_CALLS> {
  const no = (): never => {
    throw new Refusal('not-available', 'Not there yet.');
  };
  return {
    'app.glance': no,
    'app.goTo': no,
    'app.takePlaces': () => [],
    'app.networkBack': () => null,
    'app.diagnostics': no,
    'accounts.makeKey': no,
    'accounts.madeKeys': () => [],
    'accounts.dropKey': no,
    'accounts.unlock': no,
    'network.view': () => ({
      proxy: null,
      proxyUser: null,
      proxyPasswordIn: null,
      loginNeeded: null,
      check: null,
    }),
    'network.check': no,
    'network.setProxyLogin': no,
    'updates.view': () => ({ kind: 'off', reason: `Host ${main.constructor.name}.`, managed: false }),
    'updates.check': no,
    'updates.install': no,
  };
}

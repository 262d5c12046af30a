// PLACEHOLDER
/** Use cases of the network: which proxy, its login, the connection check. */
import type { CallInput } from '../../../preload/contract/calls.ts';
import type { ConnectionCheckView, NetworkView } from '../../../preload/contract/desktop.ts';
import { UploaderError } from '../../core/errors.ts';
import type { Program } from '../program.ts';

export class Network {
  constructor(_program: Program) {}
  view(): NetworkView {
    return { proxy: null, proxyUser: null, proxyPasswordIn: null, loginNeeded: null, check: null };
  }
  check(_accountId: string | null): ConnectionCheckView {
    throw new UploaderError('not-available', 'Not there yet.');
  }
  async setProxyLogin(_input: CallInput<'network.setProxyLogin'>): Promise<NetworkView> {
    return this.view();
  }
  /** Settings changed. */
  follow(): void {}
  close(): void {}
}

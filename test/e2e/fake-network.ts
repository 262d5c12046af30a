/** What the pretended main answers of the network. Used by `fake-desktop.ts`. */
import type {
  CheckStepId,
  CheckStepView,
  ConnectionCheckView,
  NetworkView,
} from '../../preload/contract/desktop.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';

const STEPS: readonly CheckStepId[] = ['proxy', 'dns', 'tls', 'api', 'clock', 'storage'];

const WELL: Record<CheckStepId, string> = {
  proxy: 'No proxy is used, as the system says.',
  dns: 'api.encord.com is at 34.149.100.17.',
  tls: 'api.encord.com proved who it is: its certificate comes from ‘GTS Root R1’ (TLSv1.3).',
  api: 'api.encord.com answers, and takes the key of this account.',
  clock: 'This machine’s clock is right.',
  storage: 'storage.googleapis.com, where the files go, answers.',
};

type Trouble = Partial<Record<CheckStepId, Partial<CheckStepView>>>;

const TLS: Trouble = {
  tls: {
    state: 'failed',
    sentence:
      'The certificate comes from ‘Lab Proxy CA’, which this machine does not trust: most likely a proxy of your network reads the traffic. Ask for its CA file, and add it in Settings, Network.',
    tell: 'Connections to api.encord.com port 443 and storage.googleapis.com port 443 are most likely opened on their way: the certificate comes from ‘Lab Proxy CA’ (SELF_SIGNED_CERT_IN_CHAIN). We need the certificate of that authority as a PEM file, or no inspection of these hosts.',
  },
  api: { state: 'skipped', sentence: 'The identity has to be proved first.', milliseconds: null },
  clock: {
    state: 'skipped',
    sentence: 'Without an answer nothing is known of Encord’s clock.',
    milliseconds: null,
  },
  storage: {
    state: 'failed',
    sentence:
      'The certificate comes from ‘Lab Proxy CA’, which this machine does not trust: most likely a proxy of your network reads the traffic. Ask for its CA file, and add it in Settings, Network.',
    tell: 'Connections to storage.googleapis.com port 443 are most likely opened on their way: the certificate comes from ‘Lab Proxy CA’ (SELF_SIGNED_CERT_IN_CHAIN). We need the certificate of that authority as a PEM file, or no inspection of these hosts.',
  },
};

const CLOCK: Trouble = {
  api: {
    state: 'failed',
    sentence: 'Encord did not take the signature: the clock of this machine is wrong.',
  },
  clock: {
    state: 'failed',
    sentence:
      'This machine’s clock is 17 minutes behind. Encord takes no signature like that: set the clock.',
    tell: 'The clock of this machine is 17 minutes behind. Please let it follow a time server (NTP).',
  },
};

const TROUBLES = { well: {}, running: {}, tls: TLS, clock: CLOCK } satisfies Record<string, Trouble>;

/** The network as a test wants it; `network` of the pretended main's state. */
export class FakeNetwork {
  view: Omit<NetworkView, 'check'> = {
    proxy: null,
    proxyUser: null,
    proxyPasswordIn: null,
    loginNeeded: null,
    caTrouble: null,
  };
  check: ConnectionCheckView | null = null;
  /** How a check that is begun goes: a test may stop it at its third step. */
  next: keyof typeof TROUBLES = 'well';
  readonly #main: FakeMain;
  #checks = 0;

  constructor(main: FakeMain) {
    this.#main = main;
  }

  /** A check as it stands at a step. */
  begin(): ConnectionCheckView {
    this.#checks += 1;
    const { next } = this;
    const steps = STEPS.map((id, index): CheckStepView => {
      if (next === 'running' && index >= 2) {
        const state = index === 2 ? 'running' : 'waiting';
        return { id, state, sentence: '', tell: null, milliseconds: null };
      }
      const well = {
        id,
        state: 'ok' as const,
        sentence: WELL[id],
        tell: null,
        milliseconds: 12 + index * 31,
      };
      return { ...well, ...(TROUBLES[next] as Trouble)[id] };
    });
    const check = {
      checkId: `check-${this.#checks}`,
      domain: 'https://api.encord.com',
      startedAt: Date.now(),
      finishedAt: next === 'running' ? null : Date.now(),
      steps,
      report: steps.map(({ id, state, sentence }) => `${id}: ${state}. ${sentence}`).join('\n'),
    };
    this.check = check;
    this.#main.changed('network');
    return check;
  }
}

const networks = new WeakMap<FakeMain, FakeNetwork>();

/** That of a pretended main, made when it is first asked for. */
export function networkOf(main: FakeMain): FakeNetwork {
  const known = networks.get(main) ?? new FakeNetwork(main);
  networks.set(main, known);
  return known;
}

export function networkHandlers(
  main: FakeMain,
): Pick<FakeHandlers, 'network.view' | 'network.check' | 'network.setProxyLogin'> {
  const network = networkOf(main);
  const view = (): NetworkView => ({ ...network.view, check: network.check });
  return {
    'network.view': view,
    'network.check': () => network.begin(),
    'network.setProxyLogin': ({ user, password, forThisRunOnly }) => {
      network.view = {
        ...network.view,
        proxyUser: password === null ? null : user,
        proxyPasswordIn: password === null ? null : forThisRunOnly ? 'run' : 'keychain',
        loginNeeded: null,
      };
      main.changed('network');
      return view();
    },
  };
}

/**
 * Use cases of the network: which proxy, its login, a lab's own authority, the connection check. Made by `Program`. The
 * proxy's password is in the keychain or in this run's memory; the store knows the user name and where the password is.
 */

import type { CallInput } from '../../../preload/contract/calls.ts';
import type { ConnectionCheckView, NetworkSettings, NetworkView } from '../../../preload/contract/desktop.ts';
import type { Connections } from '../../adapters/http/agents.ts';
import type { ConnectionProbe } from '../../adapters/http/connection-probe.ts';
import type { Login, ProxyWay } from '../../adapters/http/proxy-way.ts';
import type { AccountRecord } from '../../adapters/sqlite/index.ts';
import { asUploaderError, toLogFields, UploaderError } from '../../core/errors.ts';
import { IdList } from '../id-list.ts';
import { keychainError, removeEntry } from '../kept-secrets.ts';
import type { Program } from '../program.ts';
import { ConnectionCheck } from './check.ts';

/** What the use cases need of the adapters; made by the composition root. */
export interface NetworkDeps {
  readonly connections: Connections;
  readonly probe: ConnectionProbe;
  /** Certificates of a file as PEM. Throws `invalid-input`. */
  readonly readAuthorities: (path: string) => readonly string[];
  /** Throws `invalid-input`. */
  readonly readProxy: (address: string) => ProxyWay;
  /** The address of a proxy without its login. */
  readonly addressOf: (way: ProxyWay) => string;
  /** From now on this secret is taken out of whatever is logged. */
  readonly redact: (secret: string) => void;
  /** The server where there is no account. */
  readonly domain: string;
  /** Why the certificate file of the environment is not used; null where there is nothing to say. */
  readonly caTrouble: string | null;
}

/** In the keychain, beside the accounts' ids, which look otherwise. */
const PASSWORD_ID = 'proxy';
/** Where signed URLs lead as long as none was seen (encord-api.md F). */
const USUAL_STORAGE = 'https://storage.googleapis.com';

export class Network {
  readonly #program: Program;
  readonly #deps: NetworkDeps;
  /** Names the password while the keychain may hold one of which the store does not say so. */
  readonly #unsettled: IdList;
  /** What changes the login or removes a password goes one after another. Never fails. */
  #tidied: Promise<void>;
  #proxyUser: string | null = null;
  #passwordIn: NetworkView['proxyPasswordIn'] = null;
  #login: Login | null | Promise<Login | null> = null;
  /** The proxies that it was given for, by address: no other gets it, whatever network this machine comes into. */
  #loginFor: readonly string[] = [];
  #caTrouble: string | null;
  /** The settings as they are in use, to leave everything alone where they did not change. */
  #used = '';
  #storage: string | null;
  #check: ConnectionCheck | null = null;
  #shownProxy: string | null = null;

  constructor(program: Program) {
    this.#program = program;
    this.#deps = program.deps.network;
    this.#caTrouble = this.#deps.caTrouble;
    this.#storage = textOf(parsed(program.deps.store.getSetting('storageOrigin')));
    this.#unsettled = new IdList(program.deps.store, 'proxyPasswords');
    this.#tidied = this.#tidy();
    this.#readLogin();
    this.#use();
    this.#deps.connections.listen(() => program.changed('network'));
  }

  view(): NetworkView {
    return {
      proxy: this.#proxyInUse(),
      proxyUser: this.#proxyUser,
      proxyPasswordIn: this.#passwordIn,
      loginNeeded: this.#deps.connections.loginNeeded,
      caTrouble: this.#caTrouble,
      check: this.#check?.view() ?? null,
    };
  }

  /** Throws `invalid-input` with a sentence for a change that cannot work; what stays is not held against it. */
  mustWork({ proxy, caFile }: NetworkSettings): void {
    const now = this.#program.settings.get().network;
    const proxyChanged = JSON.stringify(proxy) !== JSON.stringify(now.proxy);
    if (proxy.kind === 'manual' && proxyChanged) this.#deps.readProxy(proxy.address);
    if (caFile !== null && caFile !== now.caFile) this.#deps.readAuthorities(caFile);
  }

  /** Begins a check in place of one that runs; of an account, else of the active one, else of the usual server. */
  check(accountId: string | null): ConnectionCheckView {
    void this.runCheck(accountId, () => undefined);
    // It was just begun.
    return (this.#check as ConnectionCheck).view();
  }

  /** The same, to its end; `changed` is called at every step. */
  runCheck(accountId: string | null, changed: () => void): Promise<ConnectionCheckView> {
    const { deps, accounts } = this.#program;
    const account = accountId === null ? this.#activeAccount() : accounts.record(accountId);
    this.#check?.cancel();
    // Somebody asks how it is now: nothing of earlier is taken for it, and a login that was refused may be tried again.
    this.#use();
    this.#deps.connections.forget('asked');
    const check = new ConnectionCheck(
      deps.random.uuid(),
      {
        clock: deps.clock,
        probe: this.#deps.probe,
        domain: account?.domain ?? this.#deps.domain,
        storage: this.#storage ?? USUAL_STORAGE,
        session: account === null ? null : () => accounts.session(account.id),
        facts: { version: deps.version, platform: deps.platform, caTrouble: this.#caTrouble },
      },
      () => {
        if (this.#check !== check) return;
        this.#program.changed('network');
        changed();
      },
    );
    this.#check = check;
    return check.run();
  }

  /**
   * Throws `invalid-input`, `keychain-locked` or `keychain-unavailable`; then nothing has changed. What the keychain holds
   * beside a login that is not kept there is removed afterwards, now or at the next start.
   */
  setProxyLogin(input: CallInput<'network.setProxyLogin'>): Promise<NetworkView> {
    const turn = this.#tidied.then(() => this.#takeLogin(input));
    this.#tidied = turn.then(
      () => this.#tidy(),
      () => undefined,
    );
    return turn;
  }

  async #takeLogin(input: CallInput<'network.setProxyLogin'>): Promise<NetworkView> {
    const { store } = this.#program.deps;
    const user = input.user.trim();
    if (input.password === null) {
      if (this.#keptIn() === 'keychain') await this.#removePassword();
      store.setSetting('proxyLogin', null);
      this.#holdLogin(null, null, []);
    } else {
      if (user === '') throw new UploaderError('invalid-input', 'Give the user name for the proxy as well.');
      this.#deps.redact(input.password);
      const login = { user, password: input.password };
      const proxies = await this.#proxiesOf(login);
      await this.#keepPassword(input.password, input.forThisRunOnly);
      const kept = input.forThisRunOnly ? 'run' : 'keychain';
      store.setSetting('proxyLogin', JSON.stringify({ user, in: kept, proxies }));
      if (kept === 'keychain') this.#unsettled.remove(PASSWORD_ID);
      this.#holdLogin(login, kept, proxies);
    }
    this.#use();
    this.#program.changed('network');
    this.#program.networkBack();
    return this.view();
  }

  /** Settings changed, or a certificate file that was of no use may have been mended. */
  follow(): void {
    const mayBeMended = this.#caTrouble !== this.#deps.caTrouble;
    if (!mayBeMended && this.#used === JSON.stringify(this.#program.settings.get().network)) return;
    this.#use();
    this.#program.changed('network');
    this.#program.networkBack();
  }

  /** The network may be another: the system is asked again for its proxy, and the keychain for the password. */
  forget(): void {
    // First what needs no store, which may be out of sight just now.
    this.#deps.connections.forget();
    if (this.#login !== null || this.#keptIn() !== 'keychain') return;
    this.#readLogin();
    this.#use();
  }

  /** Told of the scheme and host of every address to which a file goes. */
  noteStorage(origin: string): void {
    if (origin === this.#storage) return;
    this.#storage = origin;
    this.#program.deps.store.setSetting('storageOrigin', JSON.stringify(origin));
  }

  close(): void {
    this.#check?.cancel();
  }

  #use(): void {
    const settings = this.#program.settings.get().network;
    this.#used = JSON.stringify(settings);
    const ca = this.#authorities(settings.caFile);
    const { proxy } = settings;
    const { connections } = this.#deps;
    const choice = { login: this.#login, loginFor: this.#loginFor, ca };
    if (proxy.kind !== 'manual') {
      connections.use({ proxy: proxy.kind, ...choice });
      return;
    }
    try {
      connections.use({ proxy: this.#deps.readProxy(proxy.address), ...choice });
    } catch (reason) {
      // Written by somebody else than the settings page.
      this.#program.deps.log.warn(
        'The proxy of the settings cannot be used.',
        toLogFields(asUploaderError(reason)),
      );
      connections.use({ proxy: 'system', ...choice });
    }
  }

  /** A file that became unusable does not keep the program from starting; what it is needed for fails with a sentence. */
  #authorities(path: string | null): readonly string[] {
    this.#caTrouble = this.#deps.caTrouble;
    if (path === null) return [];
    try {
      return this.#deps.readAuthorities(path);
    } catch (reason) {
      const { message } = asUploaderError(reason);
      this.#caTrouble = `${message} The program goes on without it.`;
      this.#program.deps.log.warn('The certificate file of the settings is not used.', { reason: message });
      return [];
    }
  }

  async #keepPassword(password: string, forThisRunOnly: boolean): Promise<void> {
    const { secrets } = this.#program.deps;
    if (forThisRunOnly) {
      // The keychain may be locked now, or not answer: what it holds goes later.
      if (this.#keptIn() === 'keychain') this.#unsettled.add(PASSWORD_ID);
      return;
    }
    // Where there is no keychain nothing can be left in it, and taking the login back is not to wait for one.
    const status = await secrets.status();
    if (status.kind !== 'ready') throw keychainError(status);
    const unsettledBefore = this.#unsettled.has(PASSWORD_ID);
    this.#unsettled.add(PASSWORD_ID);
    const kept = await secrets.set(PASSWORD_ID, password);
    if (kept.kind === 'ok') return;
    if (kept.kind !== 'unsure' && !unsettledBefore) this.#unsettled.remove(PASSWORD_ID);
    throw keychainError(kept);
  }

  async #removePassword(): Promise<void> {
    await removeEntry(this.#program.deps.secrets, PASSWORD_ID, 'the password of the proxy');
    this.#unsettled.remove(PASSWORD_ID);
  }

  /** What the keychain holds though the store does not say so goes; else at the next start. Never throws. */
  async #tidy(): Promise<void> {
    try {
      if (this.#unsettled.has(PASSWORD_ID) && this.#keptIn() !== 'keychain') await this.#removePassword();
    } catch (reason) {
      this.#program.deps.log.warn(
        'The keychain may hold a password of the proxy that nobody uses.',
        toLogFields(asUploaderError(reason)),
      );
    }
  }

  /** For the proxy that asks, else the one in use; beside those that have the same login already. */
  async #proxiesOf({ user, password }: Login): Promise<readonly string[]> {
    const { connections, addressOf } = this.#deps;
    const [before, { way }] = await Promise.all([this.#login, connections.found(this.#server())]);
    const inUse = way.kind === 'direct' || way.kind === 'unusable' ? null : addressOf(way);
    const same = before?.user === user && before.password === password;
    const proxies = new Set(same ? this.#loginFor : []);
    const proxy = connections.loginNeeded ?? inUse;
    if (proxy !== null) proxies.add(proxy);
    return [...proxies];
  }

  #keptIn(): 'keychain' | 'run' | null {
    return keptLogin(this.#program.deps.store.getSetting('proxyLogin'))?.in ?? null;
  }

  #holdLogin(login: Login | null, kept: 'keychain' | 'run' | null, proxies: readonly string[]): void {
    this.#login = login;
    this.#loginFor = proxies;
    this.#proxyUser = login?.user ?? null;
    this.#passwordIn = kept;
  }

  /** From the store and the keychain, which may take its time. */
  #readLogin(): void {
    const { store, secrets, log } = this.#program.deps;
    const known = keptLogin(store.getSetting('proxyLogin'));
    this.#proxyUser = known?.user ?? null;
    this.#passwordIn = null;
    this.#login = null;
    this.#loginFor = known?.proxies ?? [];
    if (known?.in !== 'keychain') return;
    const reading = secrets.get(PASSWORD_ID).then((read): Login | null => {
      const login = read.kind === 'found' ? { user: known.user, password: read.secret } : null;
      if (login) this.#deps.redact(login.password);
      else log.warn('The password of the proxy could not be read from the keychain.', { because: read.kind });
      if (this.#login === reading) {
        this.#login = login;
        this.#passwordIn = login ? 'keychain' : null;
        this.#program.changed('network');
      }
      return login;
    });
    this.#login = reading;
  }

  #activeAccount(): AccountRecord | null {
    const { store, environment } = this.#program.deps;
    const [fromEnvironment] = environment.keys();
    const id = fromEnvironment ?? store.activeAccountId();
    return id === null ? null : store.account(id);
  }

  #server(): URL {
    return new URL(this.#activeAccount()?.domain ?? this.#deps.domain);
  }

  /** What is known now; where it is still found out, pages are told when it is. */
  #proxyInUse(): string | null {
    const { connections, addressOf } = this.#deps;
    const found = connections.found(this.#server());
    const tell = ({ way }: Awaited<typeof found>): void => {
      const proxy = way.kind === 'direct' || way.kind === 'unusable' ? null : addressOf(way);
      if (proxy === this.#shownProxy) return;
      this.#shownProxy = proxy;
      if (found instanceof Promise) this.#program.changed('network');
    };
    if (found instanceof Promise) void found.then(tell);
    else tell(found);
    return this.#shownProxy;
  }
}

/** What the store knows of the login; null where there is none. */
function keptLogin(text: string | null): {
  readonly user: string;
  readonly in: 'keychain' | 'run';
  readonly proxies: readonly string[];
} | null {
  const kept = parsed(text);
  if (typeof kept !== 'object' || kept === null || !('user' in kept) || !('in' in kept)) return null;
  const user = textOf(kept.user);
  if (user === null || (kept.in !== 'keychain' && kept.in !== 'run')) return null;
  const listed: readonly unknown[] = 'proxies' in kept && Array.isArray(kept.proxies) ? kept.proxies : [];
  return { user, in: kept.in, proxies: listed.filter((each) => typeof each === 'string') };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

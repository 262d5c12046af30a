/**
 * A D-Bus session and a keyring of their own for the keychain's tests: nothing of the person who runs them is touched.
 * Used by the tests beside it.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readLockState } from '../../../main/adapters/secrets/collection-lock.ts';
import { eventually } from '../../fixtures/eventually.ts';

const isOnPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Why the tests against a real Secret Service cannot run here; null where they can. */
export function whyNoSession(): string | null {
  if (process.platform !== 'linux') return 'the Secret Service is tested on Linux';
  const missing = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].filter((name) => !isOnPath(name));
  if (missing.length > 0) return `not installed: ${missing.join(', ')} (packages dbus and gnome-keyring)`;
  try {
    createRequire(import.meta.url)('keytar');
    return null;
  } catch {
    return 'keytar is not built on this machine';
  }
}

/** The bus starts nothing by itself: what runs on it is what a test started. */
const BUS_CONFIG = (
  folder: string,
  denied: boolean,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>${denied ? '\n    <deny send_destination="org.freedesktop.secrets"/>' : ''}
  </policy>
</busconfig>`;

export class Session {
  readonly #folder = mkdtempSync(join(tmpdir(), 'encord-uploader-keyring-'));
  readonly #children: ChildProcess[] = [];
  readonly #env: NodeJS.ProcessEnv;

  constructor() {
    const run = join(this.#folder, 'run');
    mkdirSync(run, { mode: 0o700 });
    this.#env = {
      PATH: process.env.PATH,
      HOME: this.#folder,
      XDG_RUNTIME_DIR: run,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.#folder}/bus`,
    };
  }

  /** The person's home folder; the keyring's own files are in `.local/share/keyrings`. */
  get home(): string {
    return this.#folder;
  }

  /** Starts the bus and waits until it listens; with `denied` it lets nobody talk to the Secret Service. */
  async start({ denied = false } = {}): Promise<this> {
    const config = join(this.#folder, 'bus.conf');
    writeFileSync(config, BUS_CONFIG(this.#folder, denied));
    this.#spawn('dbus-daemon', [`--config-file=${config}`, '--nofork']);
    await eventually(() => {
      if (!existsSync(join(this.#folder, 'bus'))) throw new Error('the bus does not listen yet');
    });
    return this;
  }

  /** What a process of this session has in its environment. */
  get env(): Readonly<Record<string, string>> {
    const { XDG_RUNTIME_DIR = '', DBUS_SESSION_BUS_ADDRESS = '' } = this.#env;
    return {
      HOME: this.#folder,
      XDG_RUNTIME_DIR,
      DBUS_SESSION_BUS_ADDRESS,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    };
  }

  /** Makes this session the one that the process under test belongs to. @param stub sets a variable for the test */
  enter(stub: (name: string, value: string | undefined) => unknown): void {
    for (const [name, value] of Object.entries(this.env)) stub(name, value === '' ? undefined : value);
  }

  /** Starts the keyring; with `unlocked` its default keyring is made and opened, else there is none. */
  async startKeyring({ unlocked, denied = false }: { unlocked: boolean; denied?: boolean }): Promise<void> {
    const args = ['--foreground', '--components=secrets', ...(unlocked ? ['--unlock'] : [])];
    const child = this.#spawn('gnome-keyring-daemon', args);
    child.stdin?.end('a password for this test\n');
    const wanted = denied ? 'denied' : unlocked ? 'unlocked' : 'no-keyring';
    await eventually(async () => {
      const state = await readLockState(this.#env);
      if (state !== wanted) throw new Error(`the keyring is ${state}, not ${wanted}`);
    });
  }

  /** Locks the default keyring, as a desktop does when its owner asks. */
  lock(): void {
    const to = '--dest=org.freedesktop.secrets';
    const collection = 'array:objpath:/org/freedesktop/secrets/collection/login';
    const method = 'org.freedesktop.Secret.Service.Lock';
    execFileSync(
      'dbus-send',
      ['--session', '--print-reply', to, '/org/freedesktop/secrets', method, collection],
      {
        env: this.#env,
        stdio: 'ignore',
      },
    );
  }

  /** How many secrets the default keyring holds. */
  entries(): number {
    const answer = execFileSync(
      'dbus-send',
      [
        ...['--session', '--print-reply', '--dest=org.freedesktop.secrets'],
        '/org/freedesktop/secrets/collection/login',
        'org.freedesktop.DBus.Properties.Get',
        ...['string:org.freedesktop.Secret.Collection', 'string:Items'],
      ],
      { env: this.#env, encoding: 'utf8' },
    );
    return answer.match(/object path "/g)?.length ?? 0;
  }

  /** Ends everything that was started, and removes its files. */
  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { env: this.#env, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#children.push(child);
    return child;
  }
}

/** Updates: looked for quietly, never while bytes move, off where somebody decided so; on a pretended feed and clock. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { Desk } from '../../../main/electron/desk.ts';
import { type Updater, updateSentence } from '../../../main/electron/update-feed.ts';
import { type Installation, policyFile, whyNoUpdates } from '../../../main/electron/update-policy.ts';
import { createUpdates, type UpdateParts } from '../../../main/electron/updates.ts';
import type { GlanceView } from '../../../preload/contract/desktop.ts';
import type { SettingsView } from '../../../preload/contract/views.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeEvent, partOf } from './fake-electron.ts';

vi.mock('electron', () => ({ app: null }));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A machine with one program whose time, feed and end are the test's. */
class Machine {
  now = 0;
  off: ReturnType<UpdateParts['whyNot']> = null;
  moving = false;
  settings = {
    updates: { mode: 'auto', channel: 'latest' },
  } as Pick<SettingsView, 'updates'>;
  /** What the feed answers. */
  newest: string | null = null;
  broken: Error | null = null;
  loads = 0;
  readonly asked: string[] = [];
  readonly agent = new Agent();
  /** Downloads under way. */
  readonly downloads: { end(): void; fail(reason: Error): void; progress(fraction: number): void }[] = [];
  readonly done: string[] = [];
  #timers: { at: number; then(): void }[] = [];
  #settingsListeners = new Set<(settings: SettingsView) => void>();
  #glanceListeners = new Set<(glance: GlanceView) => void>();
  #endListeners = new Set<(event: FakeEvent) => void>();

  readonly updater: Updater = {
    configure: ({ channel, agent }) => {
      expect(agent()).toBe(this.agent);
      this.asked.push(channel);
    },
    check: async () => {
      if (this.broken) throw this.broken;
      return this.newest;
    },
    download: (progress, signal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cancelled')));
        this.downloads.push({ end: resolve, fail: reject, progress });
      }),
    installAtQuit: (on) => void this.done.push(`at quit ${on}`),
    installAndStart: () => void this.done.push('install and start'),
  };

  readonly updates = createUpdates({
    whyNot: () => this.off,
    load: async () => {
      this.loads += 1;
      return this.updater;
    },
    clock: {
      now: () => this.now,
      after: (ms, then) => {
        const timer = { at: this.now + ms, then };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
    },
    ending: {
      follow: (listener) => follow(this.#endListeners, listener),
      quit: () => void this.done.push('quit for good'),
    },
  });

  readonly desk = partOf<Desk>('Desk', {
    settings: {
      get: () => this.settingsView(),
      follow: (listener) => follow(this.#settingsListeners, listener),
    },
    glance: {
      get: () => this.glance(),
      follow: (listener) => follow(this.#glanceListeners, listener),
    },
    quit: () => void this.done.push('quit'),
  });

  settingsView = (): SettingsView => partOf<SettingsView>('SettingsView', this.settings);
  glance = (): GlanceView => partOf<GlanceView>('GlanceView', { moving: this.moving });

  choose(updates: SettingsView['updates']): void {
    this.settings = { ...this.settings, updates };
    for (const listener of this.#settingsListeners) listener(this.settingsView());
  }
  move(moving: boolean): void {
    this.moving = moving;
    for (const listener of this.#glanceListeners) listener(this.glance());
  }
  pass(ms: number): void {
    this.now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.now);
    this.#timers = this.#timers.filter(({ at }) => at > this.now);
    for (const { then } of due) then();
  }
  /** As Electron says that the process is about to end. */
  end(): boolean {
    const event = new FakeEvent();
    for (const listener of this.#endListeners) listener(event);
    return !event.prevented;
  }
  shows(kind: string): Promise<void> {
    return eventually(() => expect(this.updates.view().kind).toBe(kind));
  }
}

function follow<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function begun(change: (machine: Machine) => void = () => {}): Machine {
  const machine = new Machine();
  change(machine);
  machine.updates.connectBy(() => machine.agent);
  machine.updates.begin(machine.desk);
  return machine;
}

async function ready(change: (machine: Machine) => void = () => {}): Promise<Machine> {
  const machine = begun((one) => {
    one.newest = '2.0.0';
    change(one);
  });
  machine.pass(MINUTE);
  await machine.shows('downloading');
  await eventually(() => expect(machine.downloads).toHaveLength(1));
  machine.downloads[0]?.end();
  await machine.shows('ready');
  return machine;
}

describe('looking', () => {
  test('begins a while after the start, and again every few hours', async () => {
    const machine = begun();
    machine.pass(MINUTE - 1);
    expect([machine.loads, machine.updates.view()]).toEqual([0, { kind: 'current', checkedAt: null }]);
    machine.pass(1);
    await eventually(() => expect(machine.updates.view()).toEqual({ kind: 'current', checkedAt: MINUTE }));
    machine.pass(6 * HOUR);
    await eventually(() =>
      expect(machine.updates.view()).toEqual({ kind: 'current', checkedAt: MINUTE + 6 * HOUR }),
    );
    expect([machine.loads, machine.asked]).toEqual([1, ['latest', 'latest']]);
  });

  test('waits while bytes move, and until they have not moved for a while', async () => {
    const machine = begun((one) => {
      one.moving = true;
    });
    machine.pass(HOUR);
    machine.move(false);
    machine.pass(MINUTE - 1);
    expect(machine.loads).toBe(0);
    machine.pass(1);
    await eventually(() => expect(machine.asked).toHaveLength(1));
  });

  test('a failure is a sentence, and is tried again sooner', async () => {
    const machine = begun((one) => {
      one.broken = new Error('net::ERR_NAME_NOT_RESOLVED at https://secret@feed');
    });
    machine.pass(MINUTE);
    await machine.shows('failed');
    expect(machine.updates.view()).toEqual({
      kind: 'failed',
      sentence: 'The update server could not be reached. It is tried again later.',
      at: MINUTE,
    });
    machine.broken = null;
    machine.pass(HOUR);
    await machine.shows('current');
  });

  test('a person may look at once, and everybody who listens is told', async () => {
    const machine = begun();
    const seen: string[] = [];
    machine.updates.listen(() => seen.push(machine.updates.view().kind));
    expect(await machine.updates.check()).toEqual({ kind: 'current', checkedAt: 0 });
    expect(seen).toEqual(['checking', 'current']);
  });

  test('another channel is another question', async () => {
    const machine = begun();
    await machine.updates.check();
    machine.choose({ mode: 'auto', channel: 'beta' });
    machine.pass(MINUTE);
    await eventually(() => expect(machine.asked).toEqual(['latest', 'beta']));
  });
});

describe('downloading', () => {
  test('is done by itself, and what is ready is installed at quit', async () => {
    const machine = begun((one) => {
      one.newest = '2.0.0';
    });
    machine.pass(MINUTE);
    await eventually(() => expect(machine.downloads).toHaveLength(1));
    machine.downloads[0]?.progress(0.5);
    expect(machine.updates.view()).toEqual({ kind: 'downloading', version: '2.0.0', fraction: 0.5 });
    machine.downloads[0]?.end();
    await machine.shows('ready');
    expect(machine.done).toEqual(['at quit true']);
    // Nothing opens again for who only quits.
    expect([machine.end(), machine.done]).toEqual([true, ['at quit true']]);
  });

  test('waits for a person where they want to be asked', async () => {
    const machine = begun((one) => {
      one.newest = '2.0.0';
      one.settings.updates.mode = 'ask';
    });
    machine.pass(MINUTE);
    await machine.shows('available');
    expect(machine.downloads).toEqual([]);
    await machine.updates.install();
    await eventually(() => expect(machine.downloads).toHaveLength(1));
    machine.downloads[0]?.end();
    await machine.shows('ready');
  });

  test('stops when bytes begin to move, and is done again afterwards', async () => {
    const machine = begun((one) => {
      one.newest = '2.0.0';
    });
    machine.pass(MINUTE);
    await eventually(() => expect(machine.downloads).toHaveLength(1));
    machine.move(true);
    await machine.shows('available');
    machine.pass(12 * HOUR);
    expect(machine.asked).toHaveLength(1);
    machine.move(false);
    machine.pass(MINUTE);
    await eventually(() => expect(machine.downloads).toHaveLength(2));
    machine.downloads[1]?.end();
    await machine.shows('ready');
  });

  test('does not begin while bytes move, though a person looked', async () => {
    const machine = begun((one) => {
      one.newest = '2.0.0';
      one.moving = true;
    });
    expect(await machine.updates.check()).toEqual({ kind: 'available', version: '2.0.0' });
    await expect(machine.updates.install()).rejects.toThrow('Files are on their way');
    expect(machine.downloads).toEqual([]);
    machine.move(false);
    machine.pass(MINUTE);
    await machine.shows('downloading');
  });

  test('a download that fails is tried again', async () => {
    const machine = begun((one) => {
      one.newest = '2.0.0';
    });
    machine.pass(MINUTE);
    await eventually(() => expect(machine.downloads).toHaveLength(1));
    machine.downloads[0]?.fail(Object.assign(new Error('sha512'), { code: 'ERR_CHECKSUM_MISMATCH' }));
    await machine.shows('failed');
    machine.pass(HOUR);
    await eventually(() => expect(machine.downloads).toHaveLength(2));
  });
});

describe('installing', () => {
  test('a person quits into the new program', async () => {
    const machine = await ready();
    await machine.updates.install();
    expect(machine.done).toEqual(['at quit true', 'quit']);
    expect(machine.end()).toBe(false);
    await eventually(() => expect(machine.done.at(-1)).toBe('install and start'));
    // What the installer does then ends the process.
    expect(machine.end()).toBe(true);
  });

  test('an installer that does nothing does not keep the program alive', async () => {
    const machine = await ready();
    await machine.updates.install();
    machine.end();
    machine.pass(30_000);
    expect(machine.done).toContain('quit for good');
  });

  test('an installer that fails at once ends the program after Electron has heard that it was to wait', async () => {
    const machine = await ready();
    Object.assign(machine.updater, { installAndStart: (failed: () => void) => failed() });
    await machine.updates.install();
    expect(machine.end()).toBe(false);
    // Electron hears it when microtasks have run.
    for (let turn = 0; turn < 1_000; turn += 1) await null;
    expect(machine.done).not.toContain('quit for good');
    await eventually(() => expect(machine.done).toContain('quit for good'));
  });

  test('who stayed does not get it opened when they quit much later', async () => {
    const machine = await ready();
    await machine.updates.install();
    machine.pass(HOUR);
    expect([machine.end(), machine.done]).toEqual([true, ['at quit true', 'quit']]);
  });

  test('is refused while bytes move', async () => {
    const machine = await ready();
    machine.move(true);
    await expect(machine.updates.install()).rejects.toThrow('Files are on their way');
    expect([machine.done, machine.updates.view().kind]).toEqual([['at quit true'], 'ready']);
  });

  test('is no longer arranged once updates are switched off', async () => {
    const machine = await ready();
    machine.choose({ mode: 'off', channel: 'latest' });
    expect(machine.updates.view()).toMatchObject({ kind: 'off', managed: false });
    await eventually(() => expect(machine.done.at(-1)).toBe('at quit false'));
  });
});

describe('off', () => {
  test('by the settings: never looked for, nothing loaded', async () => {
    const machine = begun((one) => {
      one.settings.updates.mode = 'off';
    });
    machine.pass(24 * HOUR);
    await machine.updates.check();
    await machine.updates.install();
    expect([machine.loads, machine.updates.view().kind]).toEqual([0, 'off']);
  });

  const MANAGED = { kind: 'off', reason: 'Decided elsewhere.', managed: true } as const;

  test('by whoever looks after the machine, after the download: nothing is installed at quit', async () => {
    const machine = await ready();
    machine.off = MANAGED;
    expect([machine.end(), machine.done]).toEqual([true, ['at quit true', 'at quit false']]);
  });

  test('by whoever looks after the machine, after the download: nobody installs it', async () => {
    const machine = await ready();
    machine.off = MANAGED;
    expect(await machine.updates.install()).toEqual(MANAGED);
    expect(machine.done).toEqual(['at quit true']);
    // Allowed again, it is found again.
    machine.off = null;
    machine.pass(6 * HOUR);
    await eventually(() => expect(machine.downloads).toHaveLength(2));
  });

  test('by whoever looks after the machine, while it quits for the new program', async () => {
    const machine = await ready();
    await machine.updates.install();
    machine.off = MANAGED;
    expect([machine.end(), machine.done.at(-1)]).toEqual([true, 'at quit false']);
  });

  test('by whoever looks after the machine, also later on', async () => {
    const machine = begun();
    machine.off = MANAGED;
    machine.pass(MINUTE);
    await eventually(() => expect(machine.updates.view()).toEqual(machine.off));
    expect(machine.loads).toBe(0);
  });
});

describe('policy', () => {
  let folder: string;
  let here: Installation;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'encord-uploader-policy-'));
    writeFileSync(join(folder, 'app-update.yml'), 'provider: generic\n');
    here = {
      platform: 'win32',
      env: {},
      packaged: true,
      resources: folder,
      policyFile: join(folder, 'policy.json'),
    };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('nothing speaks against it in an installed program that knows its feed', () => {
    expect(whyNoUpdates(here)).toBe(null);
    writeFileSync(here.policyFile, '{"other":1}');
    expect(whyNoUpdates(here)).toBe(null);
  });

  test('a managed machine says so, in the environment or in a file', () => {
    expect(whyNoUpdates({ ...here, env: { ENCORD_UPLOADER_UPDATES: 'off' } })).toMatchObject({
      managed: true,
      reason: expect.stringContaining('ENCORD_UPLOADER_UPDATES'),
    });
    writeFileSync(here.policyFile, '{"updates":"off"}');
    expect(whyNoUpdates(here)).toMatchObject({
      managed: true,
      reason: expect.stringContaining(here.policyFile),
    });
  });

  test('a policy that cannot be read switches updates off', () => {
    writeFileSync(here.policyFile, '{"updates":');
    expect(whyNoUpdates(here)).toMatchObject({ managed: true });
    rmSync(here.policyFile);
    mkdirSync(here.policyFile);
    expect(whyNoUpdates(here)).toMatchObject({ managed: true });
  });

  test('a program that is not installed, has no feed, or is a package of the system does not look', () => {
    expect(whyNoUpdates({ ...here, packaged: false })).toMatchObject({ managed: false });
    expect(whyNoUpdates({ ...here, resources: null })).toMatchObject({ managed: false });
    expect(whyNoUpdates({ ...here, platform: 'linux' })?.reason).toContain('package of the system');
    expect(whyNoUpdates({ ...here, platform: 'linux', env: { APPIMAGE: '/a' } })).toBe(null);
    rmSync(join(folder, 'app-update.yml'));
    expect(whyNoUpdates(here)?.reason).toContain('without an address');
  });

  test('lies where no person keeps their own files', () => {
    expect(policyFile('linux', {})).toBe('/etc/encord-uploader/policy.json');
    expect(policyFile('darwin', {})).toBe('/Library/Application Support/Encord Uploader/policy.json');
    expect(policyFile('win32', { ProgramData: 'D:\\Data' })).toContain('D:\\Data');
  });
});

test('what goes wrong is said without addresses', () => {
  const sentences = [
    Object.assign(new Error('sha512 checksum mismatch, expected a, got b'), {
      code: 'ERR_CHECKSUM_MISMATCH',
    }),
    Object.assign(new Error('New version is not signed by the application owner'), {
      code: 'ERR_UPDATER_INVALID_SIGNATURE',
    }),
    new Error('ENOSPC: no space left on device, write'),
    Object.assign(
      new Error('Cannot find channel "beta-linux.yml" update info: HttpError: 404 https://feed'),
      {
        code: 'ERR_UPDATER_CHANNEL_FILE_NOT_FOUND',
      },
    ),
    new Error('connect ECONNREFUSED 127.0.0.1:1'),
    new UploaderError('refused', 'updates.404.lab refuses the connection. Check the network.'),
    new UploaderError('proxy-login', 'The proxy http://proxy.lab:8080 asks for a user name.'),
    new UploaderError('proxy', 'The proxy http://proxy.lab:8080 cannot be used: its name is not known here.'),
    new Error('something else at https://feed'),
    'a string',
  ].map(updateSentence);
  expect(new Set(sentences).size).toBe(7);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z][^:/]+\. It is tried again later\.$/);
});

/** Starting at login: what each system is told, when, and again where it was told wrong or did not take it. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Electron from 'electron';
import { expect, onTestFinished, test } from 'vitest';
import { desktopEntry, followLoginItem, type LoginItem } from '../../../main/electron/login-item.ts';
import { FakeDesk, someSettings } from './fake-desk.ts';
import { partOf } from './fake-electron.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'encord-login-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function loginItem(change: Partial<LoginItem> = {}) {
  const desk = new FakeDesk();
  const set: Electron.Settings[] = [];
  const autostart = join(folder(), 'autostart');
  const item: LoginItem = {
    app: {
      setLoginItemSettings: (settings) => void set.push(settings),
      getLoginItemSettings: () =>
        partOf<Electron.LoginItemSettings>('LoginItemSettings', {
          openAtLogin: set.at(-1)?.openAtLogin ?? false,
          status: 'enabled',
        }),
    },
    platform: 'linux',
    command: ['/opt/Encord Uploader/encord-uploader'],
    autostart,
    ...change,
  };
  const wish = (on: boolean) =>
    desk.settings.set(someSettings({ desktop: { startAtLogin: on, closeToTray: true, keepAwake: true } }));
  return { desk, set, item, wish, file: join(autostart, 'encord-uploader.desktop') };
}

test('on Linux a file of the autostart folder starts it hidden, and goes with the setting', () => {
  const { desk, item, wish, file } = loginItem();
  const stop = followLoginItem(desk, item);
  expect(existsSync(file)).toBe(false);
  wish(true);
  expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/Encord Uploader/encord-uploader" "--hidden"\n');
  wish(false);
  expect(existsSync(file)).toBe(false);
  stop();
});

test('somebody who took it out of the autostart folder finds it so; a program that moved is started where it is', () => {
  const { desk, item, wish, file } = loginItem();
  wish(true);
  followLoginItem(desk, item)();
  rmSync(file);
  followLoginItem(desk, item)();
  expect(existsSync(file)).toBe(false);
  followLoginItem(desk, { ...item, command: ['/new/Uploader.AppImage'] })();
  expect(readFileSync(file, 'utf8')).toContain('Exec="/new/Uploader.AppImage" "--hidden"');
});

test('what could not be written is written later', () => {
  const { desk, item, wish, file } = loginItem();
  const blocked = join(folder(), 'file');
  writeFileSync(blocked, '');
  wish(true);
  followLoginItem(desk, { ...item, autostart: join(blocked, 'autostart') })();
  followLoginItem(desk, item)();
  expect(existsSync(file)).toBe(true);
});

test('macOS and Windows keep it themselves', () => {
  const windows = loginItem({ platform: 'win32', command: ['C:\\electron.exe', 'C:\\my work'] });
  followLoginItem(windows.desk, windows.item);
  expect(windows.set).toEqual([]);
  windows.wish(true);
  windows.wish(true);
  expect(windows.set).toEqual([
    { openAtLogin: true, path: '"C:\\electron.exe"', args: ['"C:\\my work"', '--hidden'] },
  ]);
  // An earlier version wrote a path with a space as it was, which starts another program or none.
  windows.desk.kept.write('loginItem', { on: true, command: ['C:\\electron.exe', 'C:\\my work'] });
  windows.wish(true);
  expect(windows.set).toHaveLength(2);
  const mac = loginItem({ platform: 'darwin' });
  followLoginItem(mac.desk, mac.item);
  mac.wish(true);
  mac.wish(false);
  expect(mac.set).toEqual([{ openAtLogin: true }, { openAtLogin: false }]);
});

test.each([
  ['not-found', 2],
  ['requires-approval', 1],
] as const)(
  'what macOS did not take (%s) is asked for again, unless the person has to allow it',
  (status, asked) => {
    const { desk, set, item, wish } = loginItem({ platform: 'darwin' });
    const refusing: LoginItem = {
      ...item,
      app: {
        ...item.app,
        getLoginItemSettings: () =>
          partOf<Electron.LoginItemSettings>('LoginItemSettings', { openAtLogin: false, status }),
      },
    };
    wish(true);
    followLoginItem(desk, refusing)();
    followLoginItem(desk, refusing)();
    expect(set).toHaveLength(asked);
  },
);

test('whatever a path holds, the autostart file says it as the specification wants it', () => {
  const [exec] = /^Exec=.*$/m.exec(desktopEntry(['/a b/100%/$HOME/`x`/"q"/back\\slash'])) ?? [];
  expect(exec).toBe('Exec="/a b/100%%/\\\\$HOME/\\\\`x\\\\`/\\\\"q\\\\"/back\\\\\\\\slash"');
  expect(desktopEntry(['/a\nExec=evil']).match(/^Exec=/gm)).toHaveLength(1);
});

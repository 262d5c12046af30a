/** The application menu: what stands in it on each system, with which keys, and what its items do. */

import type { MenuItem, MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { type MenuActions, type MenuState, menuTemplate } from '../../../main/electron/menu.ts';
import { placeView } from '../../../preload/contract/desktop.ts';
import { partOf } from './fake-electron.ts';

const calm: MenuState = { paused: false, quitWhenDone: false, unfinished: false };

function menu(platform: NodeJS.Platform, state: MenuState = calm) {
  const done: unknown[] = [];
  const note =
    (what: string) =>
    (...about: unknown[]) =>
      void done.push([what, ...about]);
  const actions: MenuActions = {
    open: note('open'),
    setPaused: note('paused'),
    setQuitWhenDone: note('when done'),
    openFolder: note('folder'),
    copyDiagnostics: note('diagnostics'),
    checkForUpdates: note('updates'),
    openDocumentation: note('documentation'),
    quit: note('quit'),
  };
  const menus = menuTemplate(platform, state, actions);
  const items = menus.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
  const item = (label: string): MenuItemConstructorOptions => {
    const found = items.find((one) => one.label === label);
    if (!found) throw new Error(`There is no item ${label}.`);
    return found;
  };
  const click = (label: string, checked = false): unknown => {
    item(label).click?.(partOf<MenuItem>('MenuItem', { checked }), undefined, partOf('KeyboardEvent', {}));
    return done.pop();
  };
  return { menus, items, item, click };
}

test('each system has the menus that its people expect', () => {
  const labels = (platform: NodeJS.Platform) => menu(platform).menus.map(({ label, role }) => label ?? role);
  expect(labels('darwin')).toEqual(['Encord Uploader', 'File', 'Edit', 'View', 'windowMenu', 'Help']);
  expect(labels('win32')).toEqual(['File', 'Edit', 'View', 'Help']);
  expect(labels('linux')).toEqual(['File', 'Edit', 'View', 'Help']);
});

test.each(['darwin', 'win32', 'linux'] as const)(
  'every item of %s does something that exists',
  (platform) => {
    const { items, click } = menu(platform);
    for (const { type, role, label, submenu } of items) {
      if (type === 'separator' || role || submenu) continue;
      const done = click(label ?? '');
      expect([label, done]).toEqual([label, expect.any(Array)]);
      if (Array.isArray(done) && done[0] === 'open') expect(placeView.safeParse(done[1]).success).toBe(true);
    }
  },
);

test('keys are those that the page has itself, shown and not taken from it', () => {
  const { items, item } = menu('linux');
  const keys = items.flatMap(({ label, accelerator }) => (accelerator ? [[label, accelerator]] : []));
  expect(keys).toEqual([
    ['Add Files…', 'CmdOrCtrl+O'],
    ['Settings…', 'CmdOrCtrl+,'],
    ['Quit', 'CmdOrCtrl+Q'],
    ['Find', 'CmdOrCtrl+F'],
    ['Uploads', 'CmdOrCtrl+1'],
    ['Datasets', 'CmdOrCtrl+2'],
    ['Watch Folders', 'CmdOrCtrl+3'],
    ['Activity', 'CmdOrCtrl+4'],
    ['Settings', 'CmdOrCtrl+5'],
  ]);
  for (const [label] of keys) {
    expect([label, item(label ?? '').registerAccelerator]).toEqual([
      label,
      label === 'Quit' ? undefined : false,
    ]);
  }
});

test('pausing and quitting when done show how it stands', () => {
  const before = menu('linux');
  expect(before.item('Quit When Done')).toMatchObject({ checked: false, enabled: false });
  expect(before.click('Pause Uploads')).toEqual(['paused', true]);
  const after = menu('linux', { paused: true, quitWhenDone: true, unfinished: true });
  expect(after.item('Quit When Done')).toMatchObject({ checked: true, enabled: true });
  expect(after.click('Quit When Done', false)).toEqual(['when done', false]);
  expect(after.click('Resume Uploads')).toEqual(['paused', false]);
});

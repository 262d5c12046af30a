/**
 * Starting at login, hidden, as the person set it. macOS and Windows keep it themselves; on Linux it is a file of the
 * autostart folder. Called by `program.ts`.
 */

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';
import { z } from 'zod';
import type { Desk } from './desk.ts';
import { HIDDEN_SWITCH } from './launch.ts';

const ENTRY = 'loginItem';
const FILE_NAME = 'encord-uploader.desktop';
const keptItem = z.object({ on: z.boolean(), command: z.array(z.string()) });

export interface LoginItem {
  readonly app: Pick<App, 'setLoginItemSettings' | 'getLoginItemSettings'>;
  readonly platform: NodeJS.Platform;
  /** What starts the program, without switches: the program's file, and where it is not packaged its folder. */
  readonly command: readonly [string, ...string[]];
  /** Linux: the folder of what is started at login. */
  readonly autostart: string;
}

/**
 * Follows the setting; the result ends that. Only what differs from the last time is done: somebody who switched it off
 * in the system's own settings finds it so at the next start.
 */
export function followLoginItem(desk: Pick<Desk, 'settings' | 'kept'>, item: LoginItem): () => void {
  const apply = () => {
    const settings = desk.settings.get();
    if (settings === null) return;
    const wanted = { on: settings.desktop.startAtLogin, command: commandOf(item) };
    const kept = keptItem.safeParse(desk.kept.read(ENTRY));
    const before = kept.success ? kept.data : { on: false, command: [] };
    if (before.on === wanted.on && (!wanted.on || before.command.join('\0') === wanted.command.join('\0'))) {
      return;
    }
    // Where it cannot be written it is tried again at the next start.
    if (setLoginItem(wanted.on, item)) desk.kept.write(ENTRY, wanted);
  };
  const stop = desk.settings.follow(apply);
  apply();
  return stop;
}

/** As the system is told it. Windows gets one line, which Electron puts together as it is: the program's name has a space. */
function commandOf({ platform, command }: LoginItem): string[] {
  return platform === 'win32' ? command.map((part) => `"${part}"`) : [...command];
}

/** False where the system did not let it. */
function setLoginItem(on: boolean, item: LoginItem): boolean {
  const { app, platform, command, autostart } = item;
  if (platform === 'darwin') {
    app.setLoginItemSettings({ openAtLogin: on });
    const { openAtLogin, status } = app.getLoginItemSettings();
    // More than asking for it nobody can do but the person, in the system's settings.
    return openAtLogin === on || status === 'requires-approval';
  }
  if (platform === 'win32') {
    const [path = '', ...args] = commandOf(item);
    app.setLoginItemSettings({ openAtLogin: on, path, args: [...args, HIDDEN_SWITCH] });
    return true;
  }
  const path = join(autostart, FILE_NAME);
  try {
    if (!on) {
      rmSync(path, { force: true });
      return true;
    }
    mkdirSync(autostart, { recursive: true });
    writeFileSync(`${path}.new`, desktopEntry([...command, HIDDEN_SWITCH]));
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}

/** The text of an autostart file, by the Desktop Entry Specification. */
export function desktopEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Encord Uploader',
    'Comment=Uploads files to Encord',
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * An argument of `Exec`: in quotes, with a backslash before what a shell would read, and percent signs doubled. All of it
 * is a string of the file, in which a backslash is doubled once more.
 */
function quoted(argument: string): string {
  const inQuotes = argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  return `"${inQuotes}"`.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

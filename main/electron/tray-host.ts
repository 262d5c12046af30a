/**
 * Whether somebody shows what is put into the tray. Only Linux has desktops without, and Electron does not tell. Called by
 * `program.ts`.
 */

import { execFile } from 'node:child_process';
import { after } from './timer.ts';

/** What panels offer that show a tray, whatever their desktop. */
const SHOWN_BY = 'org.kde.StatusNotifierWatcher';
const BUS = ['--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus'];
const ANSWER_LIMIT_MS = 1_000;
const AGAIN_MS = 1_000;

export interface TrayHostQuestion {
  readonly platform: NodeJS.Platform;
  /** Asked anew for as long as this is true: at login, panels start beside the programs. */
  readonly patient: () => boolean;
  /** Null: nobody can tell. */
  readonly ask?: () => Promise<boolean | null>;
  /** Calls once, later. */
  readonly later?: (ms: number, fn: () => void) => unknown;
}

/** False only where it is known that nobody shows it. Never rejects. */
export async function trayIsSeen(question: TrayHostQuestion): Promise<boolean> {
  const { platform, patient, ask = askSessionBus, later = after } = question;
  if (platform !== 'linux') return true;
  for (;;) {
    if ((await ask()) !== false) return true;
    if (!patient()) return false;
    await new Promise<void>((resolve) => later(AGAIN_MS, resolve));
  }
}

/** By the tool that comes with GLib, and so with GTK, which Electron needs. */
export function askSessionBus(): Promise<boolean | null> {
  const args = ['call', ...BUS, '--method', 'org.freedesktop.DBus.NameHasOwner', SHOWN_BY];
  return new Promise((resolve) => {
    execFile('gdbus', args, { timeout: ANSWER_LIMIT_MS, killSignal: 'SIGKILL' }, (error, said) => {
      if (error !== null) resolve(null);
      else resolve(said.includes('true') ? true : said.includes('false') ? false : null);
    });
  });
}

/**
 * Whether somebody shows what is put into the tray. Only Linux has desktops without, and Electron does not tell. Called by
 * `program.ts`.
 */

import { execFile } from 'node:child_process';
import { withoutKey } from '../app/environment.ts';
import { after } from './timer.ts';

/** What panels offer that show a tray, whatever their desktop. */
const SHOWN_BY = 'org.kde.StatusNotifierWatcher';
const BUS = ['--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus'];
const ANSWER_LIMIT_MS = 1_000;
/** At login everything is slow, and nobody waits for it. */
const PATIENT_LIMIT_MS = 5_000;
const AGAIN_MS = 1_000;

/** `unsure`: no answer in time, or none that says it; `unknown`: there is nothing here that could ask. */
export type TrayAnswer = 'shown' | 'not-shown' | 'unsure' | 'unknown';

export interface TrayHostQuestion {
  readonly platform: NodeJS.Platform;
  /** Asked anew for as long as this is true: at login, panels start beside the programs. */
  readonly patient: () => boolean;
  readonly ask?: (limitMs: number) => Promise<TrayAnswer>;
  /** Calls once, later. */
  readonly later?: (ms: number, fn: () => void) => unknown;
}

/** Null: nobody can tell. Never rejects. */
export async function trayIsSeen(question: TrayHostQuestion): Promise<boolean | null> {
  const { platform, patient, ask = askSessionBus, later = after } = question;
  if (platform !== 'linux') return true;
  for (;;) {
    const answer = await ask(patient() ? PATIENT_LIMIT_MS : ANSWER_LIMIT_MS);
    if (answer === 'shown') return true;
    if (answer === 'unknown') return null;
    if (!patient()) return answer === 'unsure' ? null : false;
    await new Promise<void>((resolve) => later(AGAIN_MS, resolve));
  }
}

/** By a tool of GLib, which not every system has installed. Never rejects. */
export function askSessionBus(limitMs: number): Promise<TrayAnswer> {
  const args = ['call', ...BUS, '--method', 'org.freedesktop.DBus.NameHasOwner', SHOWN_BY];
  const options = { env: withoutKey(process.env), timeout: limitMs, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile('gdbus', args, options, (error, said) => {
      if (error !== null) resolve(error.code === 'ENOENT' ? 'unknown' : 'unsure');
      else resolve(said.includes('true') ? 'shown' : said.includes('false') ? 'not-shown' : 'unsure');
    });
  });
}

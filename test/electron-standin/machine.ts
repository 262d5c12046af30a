/**
 * The machine as the stand-in pretends it: what a test told of it before the start, and what the program did to it
 * since. Used by every part that has something to record.
 */

import type { DialogAnswer, DialogFact } from './driver.ts';

/** What a test says of the machine, as JSON in an environment variable. */
export interface Pretence {
  readonly displays?: readonly Area[];
  readonly packaged?: boolean;
  readonly pac?: string;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const PRETENCE_VARIABLE = 'ENCORD_UPLOADER_STANDIN';

function readPretence(): Pretence {
  const text = process.env[PRETENCE_VARIABLE];
  return text ? JSON.parse(text) : {};
}

const pretence = readPretence();

export const machine = {
  packaged: pretence.packaged ?? false,
  pac: pretence.pac ?? null,
  displays: pretence.displays ?? ([{ x: 0, y: 0, width: 1920, height: 1080 }] as readonly Area[]),
  dark: false,
  opened: [] as string[],
  shownFolders: [] as string[],
  trashed: [] as string[],
  copied: [] as string[],
  badge: 0,
  loginItem: null as { openAtLogin: boolean; args: readonly string[] } | null,
  protocolClient: null as string | null,
  blockers: new Set<number>(),
  dialogs: [] as DialogFact[],
  answers: [] as DialogAnswer[],
  /** Dialogs that nobody foresaw. */
  unforeseen: [] as string[],
};

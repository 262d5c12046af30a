/** Sentences of watch folders that stand in the ledger, or that several files say. Used by the files of this folder and by `main/app/watch`. */

import { type Failure, toFailure, UploaderError } from '../errors.ts';
import type { Noted } from './store-port.ts';

export function ruleIgnores(at: number): Failure {
  return failure(
    'It changed after it was uploaded, and the rule of this folder leaves such files alone.',
    at,
  );
}

/** Of frames that changed after their group was taken; `group` is for the caller to say. */
export function ruleIgnoresFrames(at: number): Pick<Noted, 'state' | 'reason' | 'unitId'> {
  const reason = failure(
    'It changed after its group was taken, and the rule of this folder leaves such files alone.',
    at,
  );
  return { state: 'ignored', reason, unitId: null };
}

export function personChoseToIgnore(at: number): Failure {
  return failure('Somebody decided to leave it.', at);
}

/** Of a file that cannot be what this folder makes of its files. */
export function refusedHere(
  error: UploaderError,
  at: number,
): Pick<Noted, 'state' | 'reason' | 'group' | 'unitId'> {
  return { state: 'refused', reason: toFailure(error, at), group: null, unitId: null };
}

/** The root is a folder of this machine by now, where a file system of its own was seen before. */
export function notMounted(root: string): UploaderError {
  return new UploaderError(
    'file-missing',
    `Nothing is mounted at ${root}, where a disk or a share was when this folder was added. Connect it: the folder goes on by itself.`,
  );
}

function failure(message: string, at: number): Failure {
  return { code: 'cancelled', message, details: {}, at };
}

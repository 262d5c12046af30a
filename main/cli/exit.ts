/**
 * The documented exit codes, and how an error leaves the command line.
 */

import type { ErrorCode, UploaderError } from '../core/errors.ts';

export const EXIT = {
  /** All is done, was skipped, or had been done earlier. */
  ok: 0,
  /** Something failed or was refused. */
  failed: 1,
  /** The command was not understood, or cannot be run like this. */
  usage: 2,
  /** Something is uncertain: neither lost nor done. */
  uncertain: 3,
  interrupted: 130,
} as const;

const USAGE: ReadonlySet<ErrorCode> = new Set([
  'invalid-input',
  'account-unknown',
  'account-missing',
  'dataset-unknown',
  'dataset-ambiguous',
  'passphrase-needed',
  'watch-unknown',
  'watch-nested',
]);

export function exitCodeOf(error: UploaderError): number {
  return USAGE.has(error.code) ? EXIT.usage : EXIT.failed;
}

/**
 * The closed list of error codes as pages know it, and the shape of a failed answer. A type in `main/app` fails to
 * compile when the list differs from the core's.
 */

import { z } from 'zod';

export const ERROR_CODES = [
  'offline',
  'dns',
  'refused',
  'tls',
  'connection-lost',
  'stalled',
  'proxy',
  'proxy-login',
  'unauthenticated',
  'key-unknown',
  'forbidden',
  'scope-missing',
  'not-found',
  'no-such-call',
  'bad-request',
  'already-exists',
  'payload-too-large',
  'rate-limited',
  'server-error',
  'bad-answer',
  'clock-wrong',
  'url-expired',
  'storage-refused',
  'hash-mismatch',
  'file-missing',
  'file-changed',
  'file-unreadable',
  'file-empty',
  'file-too-large',
  'file-type',
  'file-name',
  'duplicate',
  'disk-full',
  'media-refused',
  'dataset-storage',
  'dataset-unknown',
  'dataset-ambiguous',
  'job-cancelled',
  'job-lost',
  'uncertain',
  'key-format',
  'key-type',
  'passphrase-needed',
  'passphrase-wrong',
  'keychain-locked',
  'keychain-unavailable',
  'account-unknown',
  'account-missing',
  'uploads-unfinished',
  'data-folder-in-use',
  'data-folder-unusable',
  'database-newer',
  'database-corrupt',
  'watch-unknown',
  'watch-nested',
  'watch-limit',
  'invalid-input',
  'not-available',
  'cancelled',
  'interrupted',
  'internal',
] as const;

export const errorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof errorCode>;

/** What went wrong, in a sentence for people; `details` fold out and can be copied. Never a secret. */
export const failureView = z.object({
  code: errorCode,
  message: z.string(),
  details: z.record(z.string(), z.string()),
  /** Milliseconds since the epoch. */
  at: z.number(),
});
export type FailureView = z.infer<typeof failureView>;

/** Every call is answered by one of these. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Omit<FailureView, 'at'> };

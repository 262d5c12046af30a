/** What a storage's answer to a GET means. Called by `download.ts`; no sentence holds anything of the URL but its host. */

import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, UploaderError } from '../../core/errors.ts';
import type { DownloadOutcome } from '../../core/manage/downloads.ts';
import { retryAfterMs } from './retry-after.ts';
import { toldHash } from './storage-hashes.ts';

/** Null for 200 and 206. `now` is milliseconds since the epoch. */
export function refusalOfGet(
  status: number,
  headers: IncomingHttpHeaders,
  host: string,
  now: number,
): Exclude<DownloadOutcome, { readonly kind: 'saved' | 'present' }> | null {
  if (status === 200 || status === 206) return null;
  const error = (code: ErrorCode, message: string): UploaderError =>
    new UploaderError(code, message, { details: { host, status: String(status) } });
  if (status === 400 || status === 401 || status === 403) {
    const message = `The storage no longer gives out the file at the address that Encord gave (${status}). A new address is asked for.`;
    return { kind: 'expired', error: error('url-expired', message) };
  }
  if (status === 404 || status === 410) {
    const message =
      'The storage does not have this file (any more). Look at it in the web app; if it shows there, tell Encord.';
    return { kind: 'refused', error: error('not-found', message) };
  }
  if (status === 408 || status === 429 || status >= 500) {
    const message = `The storage has trouble (${status}). The download is tried again.`;
    return {
      kind: 'transient',
      error: error(status === 429 ? 'rate-limited' : 'server-error', message),
      retryAfterMs: retryAfterMs(headers['retry-after'], now),
    };
  }
  if (status < 400) {
    // Storages do not answer so; whoever did meets every file alike, so none of them is to blame.
    const message = `Something between here and the storage sends the download somewhere else (${status}), which is not followed. Check whether a proxy is in the way, or the network asks for a sign-in.`;
    return { kind: 'transient', error: error('bad-answer', message), retryAfterMs: null };
  }
  const message = `The storage refused to give out the file (${status}). Retry; if it stays so, ask Encord's support.`;
  return { kind: 'refused', error: error('storage-refused', message) };
}

/** Bytes of a whole answer; null where it does not say. */
export function expectedSize(headers: IncomingHttpHeaders): number | null {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

/** Of `Content-Range: bytes FROM-TO/TOTAL`; null where it is anything else. */
export function contentRange(
  headers: IncomingHttpHeaders,
): { readonly from: number; readonly total: number } | null {
  const found = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '');
  if (!found) return null;
  const [from, to, total] = [Number(found[1]), Number(found[2]), Number(found[3])];
  return to === total - 1 ? { from, total } : null;
}

/** An ETag that stands for the very bytes. */
export function strongTag(headers: IncomingHttpHeaders): string | null {
  const tag = headers.etag;
  return tag !== undefined && /^"[^"]*"$/.test(tag) ? tag : null;
}

/** Google hashes what it stores: where that is compressed and is unpacked on the way, the hash is of other bytes. */
export function wholeHash(headers: IncomingHttpHeaders, host: string): ReturnType<typeof toldHash> {
  const stored = headers['x-goog-stored-content-encoding'];
  if (stored !== undefined && stored !== 'identity') return null;
  return toldHash(headers, host);
}

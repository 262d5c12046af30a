/**
 * What the storage's answer to a PUT means for the queue (encord-api.md D). Called by the senders (`put.ts`, `resumable.ts`).
 * No sentence holds anything of the signed URL but its host.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, UploaderError } from '../../core/errors.ts';
import type { PutOutcome } from '../../core/ports.ts';
import { retryAfterMs } from './retry-after.ts';

export interface PutAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first bytes of the body; storages quote the signature in it, so it is never shown or logged. */
  readonly body: string;
}

export type Refusal = Exclude<PutOutcome, { readonly kind: 'stored' | 'cancelled' | 'file' }>;

/** A storage confirms with an empty body; a page comes from a portal or a proxy that swallowed the file. */
const PAGE = /^\s*<(!doctype html|html)/i;

/** Null for success, which is 200 and nothing else. `now` is milliseconds since the epoch. */
export function refusalOf(answer: PutAnswer, host: string, now: number): Refusal | null {
  const { status, headers } = answer;
  const error = (code: ErrorCode, message: string): UploaderError =>
    new UploaderError(code, message, { details: detailsOf(answer, host) });
  if (status === 200) {
    if (!PAGE.test(answer.body)) return null;
    const message =
      'Something between here and the storage answered with a web page, so the file may not be there. Check whether a proxy is in the way, or the network asks for a sign-in. The upload is tried again.';
    return { kind: 'transient', error: error('bad-answer', message), retryAfterMs: null };
  }
  if (status === 400 || status === 401 || status === 403 || status === 404 || status === 410) {
    const message = `The storage no longer takes the file at the address that it gave out (${status}). A new address is asked for.`;
    return { kind: 'expired', error: error('url-expired', message) };
  }
  if (status === 408 || status === 429 || status >= 500) {
    const code = status === 429 ? 'rate-limited' : 'server-error';
    const what = status === 429 ? 'asks for fewer uploads at a time' : 'has trouble';
    return {
      kind: 'transient',
      error: error(code, `The storage ${what} (${status}). The upload is tried again.`),
      retryAfterMs: retryAfterMs(headers['retry-after'], now),
    };
  }
  if (status < 300) {
    const message = `The storage answered ${status} instead of 200, so the file may not be there. The upload is tried again.`;
    return { kind: 'transient', error: error('bad-answer', message), retryAfterMs: null };
  }
  if (status < 400) {
    // Storages do not answer so; whoever did meets every file alike, so none of them is to blame.
    const message = `The storage sends the upload somewhere else (${status}), which is not followed. Check whether a proxy is in the way, or the network asks for a sign-in. The upload is tried again.`;
    return { kind: 'transient', error: error('bad-answer', message), retryAfterMs: null };
  }
  if (status === 413) {
    return {
      kind: 'refused',
      error: error(
        'payload-too-large',
        'The file is larger than the storage takes. Make it smaller or cut it, then retry.',
      ),
    };
  }
  const message = `The storage refused the file (${status}). Retry; if it stays so, ask Encord's support and give them the details.`;
  return { kind: 'refused', error: error('storage-refused', message) };
}

/** Google's storage names its reason in an XML element; the name alone is harmless. */
function detailsOf(answer: PutAnswer, host: string): Record<string, string> {
  const reason = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(answer.body)?.[1];
  return { host, status: String(answer.status), ...(reason === undefined ? {} : { reason }) };
}

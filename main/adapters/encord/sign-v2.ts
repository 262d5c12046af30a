/**
 * HTTP message signatures of v2 calls (encord-api.md B.3). Called by `v2.ts`.
 */

import { createHash } from 'node:crypto';
import type { SshKey } from './keys.ts';

/** `created` lies this far in the past, so that a clock that runs ahead a little does no harm. */
const CREATED_MARGIN_SECONDS = 30;

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as sent, percent-encoded. */
  readonly requestTarget: string;
  /** Exactly the bytes sent; empty where there is no body, which is signed all the same. */
  readonly body: Uint8Array;
  /** Milliseconds since the epoch, by our clock. */
  readonly now: number;
}

/** The three headers that carry the signature. The base has four lines and no newline at its end. */
export function signatureHeadersV2(key: SshKey, request: SignedRequest): Record<string, string> {
  const digest = `sha-256=:${createHash('sha256').update(request.body).digest('base64')}:`;
  const created = Math.floor(request.now / 1000) - CREATED_MARGIN_SECONDS;
  const parameters = `("@method" "@request-target" "content-digest");created=${created};keyid="${key.publicHex}";alg="ed25519"`;
  const base = [
    `"@method": ${request.method.toUpperCase()}`,
    `"@request-target": ${request.requestTarget}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const signature = Buffer.from(key.sign(Buffer.from(base, 'utf8'))).toString('base64');
  return {
    'Content-Digest': digest,
    'Signature-Input': `encord-sig=${parameters}`,
    Signature: `encord-sig=:${signature}:`,
  };
}

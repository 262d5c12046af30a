/**
 * The hashes that a storage answers a PUT or a GET with, as far as they are certain to be of the object's bytes, and
 * which one is worth computing for it. Called by the senders (`put.ts`, `resumable.ts`) and by downloads.
 *
 * A false alarm would send a good file again and again, so a value that could be anything else is left out:
 * - `x-goog-hash`: `crc32c=…, md5=…` in base64 (https://cloud.google.com/storage/docs/xml-api/reference-headers).
 * - `x-amz-checksum-*`: those of the whole object; of parts they end in `-N` or say COMPOSITE
 *   (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
 * - `ETag`: an md5 only of S3, in one PUT, in the clear or under the storage's own keys, outside directory buckets
 *   (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
 */

import type { IncomingHttpHeaders } from 'node:http';
import { UploaderError } from '../../core/errors.ts';
import type { Algorithm, Digests } from './digests.ts';

/** From the cheapest to the dearest. SHA-256 is computed anyway. */
const BY_COST: readonly Algorithm[] = ['sha256', 'crc32', 'crc32c', 'md5'];
const BYTES: Readonly<Record<Algorithm, number>> = { sha256: 32, crc32: 4, crc32c: 4, md5: 16 };

/** Remembers which hash each storage answers with, so that no other is computed for nothing. */
export class StorageHashes {
  private readonly known = new Map<string, Algorithm | null>();

  /** The hash to compute for the object; null for none. Before the first answer, the signature's kind tells. */
  wanted(url: URL): Algorithm | null {
    const known = this.known.get(url.host);
    if (known !== undefined) return known;
    const names = new Set([...url.searchParams.keys()].map((name) => name.toLowerCase()));
    if (names.has('x-goog-signature') || names.has('googleaccessid')) return 'crc32c';
    return names.has('x-amz-signature') ? 'md5' : null;
  }

  /** To be called with the headers of each confirmation. */
  learn(host: string, headers: IncomingHttpHeaders): void {
    const offered = hashesIn(headers, host);
    this.known.set(host, BY_COST.find((algorithm) => offered.has(algorithm)) ?? null);
  }
}

/**
 * `hash-mismatch` where the storage's hash is not that of the bytes that were sent. Null where they agree, or where
 * there is none of the same kind on both sides.
 */
export function mismatch(
  computed: Digests,
  headers: IncomingHttpHeaders,
  host: string,
): UploaderError | null {
  for (const [algorithm, stored] of hashesIn(headers, host)) {
    const sent = computed.get(algorithm);
    if (sent === undefined || sent === stored) continue;
    const message =
      'The storage has other bytes than were sent: they were damaged on the way, or in this machine. The file is sent again.';
    return new UploaderError('hash-mismatch', message, { details: { host, algorithm, sent, stored } });
  }
  return null;
}

/** The hash of the whole object that is the cheapest to compute; null where the answer tells none for certain. */
export function toldHash(
  headers: IncomingHttpHeaders,
  host: string,
): { readonly algorithm: Algorithm; readonly hex: string } | null {
  const told = hashesIn(headers, host);
  for (const algorithm of BY_COST) {
    const hex = told.get(algorithm);
    if (hex !== undefined) return { algorithm, hex };
  }
  return null;
}

function hashesIn(headers: IncomingHttpHeaders, host: string): Digests {
  const found = new Map<Algorithm, string>();
  const add = (algorithm: Algorithm, base64: string): void => {
    const bytes = Buffer.from(base64, 'base64');
    const whole = bytes.length === BYTES[algorithm] && bytes.toString('base64') === base64;
    if (whole) found.set(algorithm, bytes.toString('hex'));
  };
  for (const part of text(headers['x-goog-hash']).split(',')) {
    const [, name, value] = /^\s*(crc32c|md5)=([A-Za-z0-9+/]+=*)\s*$/.exec(part) ?? [];
    if (value !== undefined) add(name === 'md5' ? 'md5' : 'crc32c', value);
  }
  if (text(headers['x-amz-checksum-type']).toUpperCase() !== 'COMPOSITE') {
    for (const algorithm of ['sha256', 'crc32', 'crc32c'] as const) {
      add(algorithm, text(headers[`x-amz-checksum-${algorithm}`]));
    }
  }
  const etag = /^"([0-9a-f]{32})"$/.exec(text(headers.etag))?.[1];
  if (etag !== undefined && isMd5(headers, host)) found.set('md5', etag);
  return found;
}

function isMd5(headers: IncomingHttpHeaders, host: string): boolean {
  const encryption = text(headers['x-amz-server-side-encryption']);
  return (
    headers['x-amz-request-id'] !== undefined &&
    headers['x-goog-hash'] === undefined &&
    (encryption === '' || encryption === 'AES256') &&
    headers['x-amz-server-side-encryption-customer-algorithm'] === undefined &&
    !host.includes('s3express')
  );
}

function text(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

/**
 * Signed URLs in the V4 style of Google Cloud Storage (encord-api.md D), with an HMAC in the place of Google's RSA.
 * Objects live under `/storage/<bucket>/<object>` of the emulator's own port.
 */

import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';

export const BUCKET = 'encord-emulator.appspot.com';
export const STORAGE_PREFIX = `/storage/${BUCKET}/`;

const ALGORITHM = 'GOOG4-HMAC-SHA256';
const ACCOUNT = 'storage@encord-emulator.iam.gserviceaccount.com';

export type UrlCheck =
  | { readonly ok: true; readonly objectKey: string }
  | {
      readonly ok: false;
      readonly code: 'ExpiredToken' | 'SignatureDoesNotMatch' | 'AccessDenied';
      readonly detail: string;
      /** Of a URL that was good once; null for any other. */
      readonly objectKey: string | null;
    };

function stamp(at: number): string {
  return new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
}

function parseStamp(value: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function signedHeaders(method: string): string {
  return method === 'POST' ? 'host;x-goog-resumable' : 'host';
}

export class UrlSigner {
  readonly #secret: KeyObject;

  /** @param secret hex; kept in the data folder, so that URLs outlive a restart. */
  constructor(secret: string) {
    // A key object: raw bytes would be made into one for every signature.
    this.#secret = createSecretKey(secret, 'hex');
  }

  /** A POST opens a resumable upload and nothing else: its header is signed with it. */
  #signature(method: string, host: string, path: string, query: string, date: string, scope: string): string {
    const headers = method === 'POST' ? [`host:${host}`, 'x-goog-resumable:start'] : [`host:${host}`];
    const canonical = [method, path, query, ...headers, '', signedHeaders(method), 'UNSIGNED-PAYLOAD'].join(
      '\n',
    );
    const toSign = [ALGORITHM, date, scope, hash('sha256', canonical)].join('\n');
    return createHmac('sha256', this.#secret).update(toSign).digest('hex');
  }

  /**
   * @param base scheme, host and port, e.g. `http://127.0.0.1:4711`
   * @param at time of signing, milliseconds since the epoch
   */
  sign(
    method: 'PUT' | 'GET' | 'POST',
    base: string,
    objectKey: string,
    at: number,
    lifetimeSeconds: number,
  ): string {
    const host = new URL(base).host;
    const path = STORAGE_PREFIX + objectKey.split('/').map(encodeURIComponent).join('/');
    const date = stamp(at);
    const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
    const query = [
      `X-Goog-Algorithm=${ALGORITHM}`,
      `X-Goog-Credential=${encodeURIComponent(`${ACCOUNT}/${scope}`)}`,
      `X-Goog-Date=${date}`,
      `X-Goog-Expires=${lifetimeSeconds}`,
      `X-Goog-SignedHeaders=${encodeURIComponent(signedHeaders(method))}`,
    ].join('&');
    return `${base}${path}?${query}&X-Goog-Signature=${this.#signature(method, host, path, query, date, scope)}`;
  }

  /** The URL that a grant hands out: for one PUT, or for opening a resumable upload. */
  signUpload(
    base: string,
    objectKey: string,
    at: number,
    settings: { readonly urlLifetimeSeconds: number; readonly resumable: boolean },
  ): string {
    return this.sign(settings.resumable ? 'POST' : 'PUT', base, objectKey, at, settings.urlLifetimeSeconds);
  }

  /** Whether a URL is one that `signUpload` made, whatever its age. */
  checkUpload(host: string, target: string): UrlCheck {
    const put = this.check('PUT', host, target, null);
    return put.ok ? put : this.check('POST', host, target, null);
  }

  /**
   * Checks a request for an object. A GET URL also serves HEAD.
   * @param target path and query exactly as sent; @param at null leaves the expiry out of account
   */
  check(method: string, host: string, target: string, at: number | null): UrlCheck {
    const question = target.indexOf('?');
    const path = question < 0 ? target : target.slice(0, question);
    const rawQuery = question < 0 ? '' : target.slice(question + 1);
    if (!path.startsWith(STORAGE_PREFIX)) {
      return refused('AccessDenied', 'There is no such bucket.');
    }
    const query = new URLSearchParams(rawQuery);
    const given = query.get('X-Goog-Signature');
    const date = query.get('X-Goog-Date') ?? '';
    const scope = (query.get('X-Goog-Credential') ?? '').slice(ACCOUNT.length + 1);
    if (given === null || query.get('X-Goog-Algorithm') !== ALGORITHM) {
      return refused('AccessDenied', 'Anonymous caller does not have access to this object.');
    }
    const signed = rawQuery
      .split('&')
      .filter((part) => !part.startsWith('X-Goog-Signature='))
      .sort()
      .join('&');
    const verb = method === 'HEAD' ? 'GET' : method;
    const expected = Buffer.from(this.#signature(verb, host, path, signed, date, scope));
    // Encord's published cURL sample takes the URL out of JSON with jq and leaves the closing quotation mark on it.
    const actual = Buffer.from(given.replace(/"$/, ''));
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
      return refused(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided.',
      );
    }
    const signedAt = parseStamp(date);
    const lifetime = Number(query.get('X-Goog-Expires'));
    const end = signedAt + lifetime * 1000;
    const objectKey = decodeURIComponent(path.slice(STORAGE_PREFIX.length));
    if (at === null || at < end) return { ok: true, objectKey };
    return refused('ExpiredToken', `Request signature expired at: ${new Date(end).toISOString()}`, objectKey);
  }
}

type Refused = Extract<UrlCheck, { readonly ok: false }>;

function refused(code: Refused['code'], detail: string, objectKey: string | null = null): Refused {
  return { ok: false, code, detail, objectKey };
}

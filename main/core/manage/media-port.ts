/** What showing media needs of the network. Fulfilled by `main/adapters/http/media.ts`, used by `main/app/manage/media.ts`. */

import type { UploaderError } from '../errors.ts';

/** The bytes behind a signed URL, or a range of them, as they come. */
export interface MediaBytes {
  /** 206 where a range was asked for and given. */
  readonly status: 200 | 206;
  readonly length: number | null;
  /** `Content-Range` as the storage gave it. */
  readonly range: string | null;
  /** Ends the exchange when it is left before its end. */
  readonly body: AsyncIterable<Uint8Array>;
}

export type MediaOutcome =
  | { readonly kind: 'bytes'; readonly bytes: MediaBytes }
  /** The signed URL is no longer good: another one may be. */
  | { readonly kind: 'expired' }
  /** The range lies beyond the end; `size` where the storage told it. */
  | { readonly kind: 'beyond'; readonly size: number | null }
  | { readonly kind: 'failed'; readonly error: UploaderError };

/** `range` is the value of a `Range` header, or null for all. Never throws; no secret in any error. */
export type FetchMedia = (url: string, range: string | null, signal: AbortSignal) => Promise<MediaOutcome>;

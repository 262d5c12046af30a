/** What downloading needs of the machine, as an interface. `main/adapters/http/download.ts` fulfils it. */

import type { UploaderError } from '../errors.ts';

export interface DownloadRequest {
  /** A signed URL: a secret. */
  readonly url: string;
  /** Absolute path; made where it is missing. */
  readonly folder: string;
  /** What the file is to be called: safe, see `safeFileName`. */
  readonly name: string;
  /** Names that are meant for other files, though nothing may be there yet. */
  readonly isTaken: (name: string) => boolean;
  /** Bytes, where they are known. */
  readonly size: number | null;
  readonly signal: AbortSignal;
}

export type DownloadOutcome =
  /** All of it is in the folder, under this name; `present` where it was there before. */
  | {
      readonly kind: 'saved' | 'present';
      readonly name: string;
      readonly bytes: number;
      /** Whether the storage told a checksum, which is that of the bytes. */
      readonly checked: boolean;
    }
  /** The URL is not (or no longer) good: ask for another. */
  | { readonly kind: 'expired'; readonly error: UploaderError }
  | { readonly kind: 'transient'; readonly error: UploaderError; readonly retryAfterMs: number | null }
  /** The file itself cannot be had, or is not what it should be. */
  | { readonly kind: 'refused'; readonly error: UploaderError }
  /** Nothing can be written there: no other file would fare better. */
  | { readonly kind: 'disk'; readonly error: UploaderError }
  | { readonly kind: 'cancelled' };

export interface Downloads {
  /**
   * Fetches a file. What broke off goes on where it stopped, also after a restart, where the storage tells enough to be
   * sure that it is the same object. Nothing that is there is overwritten: a file of that name with the same bytes is
   * the one that was wanted, beside any other the new one gets a number. Never throws; no outcome holds the URL.
   */
  fetch(request: DownloadRequest): Promise<DownloadOutcome>;
}

/** URLs of objects in people's own buckets: what they may look like, and what they tell (encord-cloud-files.md 7). */

import { z } from 'zod';

/** Bytes of a URL at most; enforced by Encord. */
const MAX_URL_BYTES = 16 * 1024;
/** Characters of a file name at most. */
const MAX_NAME = 300;

export const bucketTitle = z.string().max(MAX_NAME).nullish();

/** Absolute and without blanks; `s3://` and its like are not known to be taken, so they are not. */
export const bucketUrl = z
  .string()
  .refine((url) => Buffer.byteLength(url) <= MAX_URL_BYTES, 'URL is longer than 16 KB')
  .refine((url) => !/\s/.test(url), 'URL contains whitespace')
  .refine((url) => /^https?:\/\/[^/]+\/./i.test(url) && URL.canParse(url), 'not the full URL of an object')
  .refine((url) => lastPart(url).length <= MAX_NAME, `file name is longer than ${MAX_NAME} characters`);

function lastPart(url: string): string {
  return url.split('/').at(-1) ?? '';
}

/** The title of a file that has none: the path of its URL, leading slash included. */
export function titleOfUrl(url: string): string {
  return new URL(url).pathname;
}

/** `storageLocation` of C.14, by the host; what is nobody's known is S3-compatible. */
export function storageOf(url: string): 's3' | 'gcp' | 'azure' | 's3Compatible' {
  const host = new URL(url).hostname.toLowerCase();
  if (/(^|\.)amazonaws\.com$/.test(host)) return 's3';
  if (host === 'storage.cloud.google.com' || host === 'storage.googleapis.com') return 'gcp';
  return host.endsWith('.blob.core.windows.net') ? 'azure' : 's3Compatible';
}

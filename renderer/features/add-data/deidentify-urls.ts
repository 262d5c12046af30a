/** URLs of DICOM files as somebody pastes them, one a line. Pure; used by `Deidentify`. */

/** As many as one call takes, and as long as Encord takes one. */
const URLS_MOST = 100_000;
const LONGEST = 16_384;

export interface ReadUrls {
  /** Each once, in their order. */
  readonly urls: readonly string[];
  /** How many lines repeat one. */
  readonly repeated: number;
  /** Lines that are no URL, from 1, and what is wrong with them, to be read behind the number. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  readonly tooMany: boolean;
}

export function readUrls(text: string): ReadUrls {
  const urls = new Set<string>();
  const problems: { line: number; message: string }[] = [];
  let repeated = 0;
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const url = raw.trim();
    if (url === '') continue;
    const message = problemOf(url);
    if (message !== null) problems.push({ line: at + 1, message });
    else if (urls.has(url)) repeated += 1;
    else urls.add(url);
  }
  return { urls: [...urls], repeated, problems, tooMany: urls.size > URLS_MOST };
}

function problemOf(url: string): string | null {
  if (/\s/.test(url)) return 'has a blank in its URL. Write a blank as %20.';
  if (url.length > LONGEST) return 'has a URL of more than 16 KB.';
  if (!/^https?:\/\//i.test(url))
    return 'is no full URL: one begins with https:// and the name of the server.';
  if (!/^https?:\/\/[^/?#]+\/[^?#]/i.test(url))
    return 'names no file: the path behind the server is missing.';
  return null;
}

/** Makes a server's words fit to be shown and kept. Called by `v1.ts` and `v2.ts`. */

const MOST = 300;
/** More is not looked at: only so much is shown, and looking takes longer than the text is long. */
const MOST_READ = 2000;

/**
 * One line of at most 300 characters without addresses' queries (they may be signatures), without anything of the
 * length of a key or signature, without the given secrets, and without characters that turn the words around them.
 */
export function scrubWords(text: string, secrets: readonly string[] = []): string {
  let words = beginning(text.toWellFormed());
  for (const secret of secrets) if (secret.length > 3) words = words.replaceAll(secret, '(hidden)');
  words = words
    .replace(/\p{Bidi_C}/gu, '')
    .replace(/[^\s"'<>]+/g, withoutQuery)
    .replace(
      /\b(X-Goog-|X-Amz-)?(Signature|Credential|Authorization|Security-Token|sig)=[^\s&"']+/gi,
      '$2=(hidden)',
    )
    .replace(/\bBearer\s+\S+/gi, 'Bearer (hidden)')
    .replace(/[A-Za-z0-9+/_=-]{48,}/g, '(hidden)')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const letters = [...words];
  return letters.length > MOST ? `${letters.slice(0, MOST - 1).join('')}…` : words;
}

/** One word: an address ends before its query. */
function withoutQuery(word: string): string {
  const from = word.indexOf('://');
  const length = from === -1 ? -1 : word.slice(from).search(/[?#]/);
  return length === -1 ? word : `${word.slice(0, from + length)}?(hidden)`;
}

/** Without a word that is cut in two: half a secret is not known for one. */
function beginning(text: string): string {
  if (text.length <= MOST_READ) return text;
  const start = text.slice(0, MOST_READ);
  const end = start.search(/\s\S*$/);
  return end === -1 ? start : start.slice(0, end);
}

/** Makes a server's words fit to be shown and kept. Called by `v1.ts` and `v2.ts`. */

const MOST = 300;

/**
 * One line of at most 300 characters without addresses' queries (they may be signatures), without anything of the
 * length of a key or signature, and without the given secrets.
 */
export function scrubWords(text: string, secrets: readonly string[] = []): string {
  let words = text.slice(0, 20_000);
  for (const secret of secrets) if (secret.length > 3) words = words.replaceAll(secret, '(hidden)');
  words = words
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/gi, '$1?(hidden)')
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

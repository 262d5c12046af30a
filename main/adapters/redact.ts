/**
 * Takes secrets out of what is to be logged: private keys, API keys, authorization headers, signatures, signed URLs.
 * Called by the logger, and by tests that search for what must not be there.
 */

const GONE = '[redacted]';

/** Names of fields and headers whose values are never shown. */
const SECRET_NAMES =
  /^(proxy-)?authorization$|cookie|pass(phrase|word)|secret|private.?key|api.?key|signature|signed.?url|upload.?url|(^|[^a-z])token$|[a-z]Token$|^echo$/i;

/** What stands in text, from the most to the least specific. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // A block without its end, cut off somewhere, is a secret too; in JSON its line breaks are written out.
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, '[private key]'],
  // The body of an OpenSSH key without its first line begins with the format's name in base64.
  [/b3BlbnNzaC1rZXktdj[A-Za-z0-9+/=\s\\]*/g, '[private key]'],
  [/\b((?:proxy-)?authorization)(["'\]\s]*[:=,]\s*["'[]*)[^"'\r\n\]}]+/gi, `$1$2${GONE}`],
  // The same as PKCS #8, and what a PuTTY key keeps to itself.
  [/MC4CAQAwBQYDK2VwBCIE[A-Za-z0-9+/=\s\\]*/g, '[private key]'],
  [/\bPrivate-Lines:[\s\S]*/g, '[private key]'],
  [/\bBearer\s+[\w.~+/=-]+/gi, `Bearer ${GONE}`],
  // Without the header that they came with; words that follow a "Basic" of prose have no digit, capital or `=`.
  [/\b(Basic|Negotiate|NTLM)\s+(?=[a-z+/]*[A-Z0-9=])[A-Za-z0-9+/]{6,}={0,2}/g, `$1 ${GONE}`],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, GONE],
  // Encord's first protocol: public key and signature in hex.
  [/\b[0-9a-f]{64}:[0-9a-f]{128}\b/gi, GONE],
  [/\bencord-sig=:[A-Za-z0-9+/=]+:/g, `encord-sig=:${GONE}:`],
  // Up to the last one: a password that was typed as it is may hold an at sign.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>]+@/gi, `$1${GONE}@`],
  [/(^|[\s"'(=])[\w.%+-]+:[^\s/"'<>]+@(?=[\w.[-]+)/g, `$1${GONE}@`],
  // All of a query: signed URLs of every storage keep their secrets there; fragments hold the pages' token.
  [/\b((?:https?|wss?):\/\/[^\s"'<>?#\\]*)[?#][^\s"'<>\\]*/gi, `$1?${GONE}`],
  // A query without its host, as request lines and errors of Node show it.
  [/(\/[^\s"'<>?#]*)\?[^\s"'<>]*(?:X-(?:Goog|Amz)-|Signature=|sig=)[^\s"'<>]*/gi, `$1?${GONE}`],
  [
    /\b(X-(?:Goog|Amz)-[A-Za-z-]+|Signature|GoogleAccessId|AWSAccessKeyId|sig)(=|%3D)[^\s&"'<>;,]+/gi,
    `$1$2${GONE}`,
  ],
  [/(["']?\b(?:signature|x-goog-[a-z-]+)["']?\s*:\s*["']?)[^"'\s,}]+/gi, `$1${GONE}`],
];

/** Shorter secrets would blank out ordinary words; the program makes and takes none. */
const SHORTEST = 6;
/** Lines of a key this long are secrets of their own. */
const LONG_LINE = 32;
const DEEPEST = 6;
const LONGEST_LIST = 100;
const LONGEST_TEXT = 8_000;

export interface Redactor {
  /** From now on this text is taken out wherever it stands, also as it stands in URLs and JSON. */
  add(secret: string): void;
  text(text: string): string;
  /** A copy that can be written as JSON: redacted throughout, errors and bytes described, depth and length bounded. */
  value(value: unknown): unknown;
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>();

  const text = (raw: string): string => {
    let out = raw;
    for (const secret of secrets) out = out.replaceAll(secret, GONE);
    for (const [pattern, replacement] of PATTERNS) out = out.replace(pattern, replacement);
    return out.length > LONGEST_TEXT ? `${out.slice(0, LONGEST_TEXT)}… (${out.length} characters)` : out;
  };

  const entries = (list: Iterable<readonly [unknown, unknown]>, depth: number): Record<string, unknown> => {
    const out: Record<string, unknown> = {};
    for (const [key, value] of list) {
      const name = String(key);
      out[text(name)] = SECRET_NAMES.test(name) && value != null ? GONE : redact(value, depth + 1);
    }
    return out;
  };

  const list = (values: readonly unknown[], depth: number): unknown[] =>
    values.slice(0, LONGEST_LIST).map((value, i) => {
      // Raw headers stand as name, value, name, value.
      const before = values[i - 1];
      return typeof before === 'string' && SECRET_NAMES.test(before) ? GONE : redact(value, depth + 1);
    });

  const redact = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (depth > DEEPEST) return '…';
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof URL) return text(value.href);
    if (value instanceof Error) return error(value, depth);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return list(value, depth);
    if (value instanceof Map) return entries(value, depth);
    if (value instanceof Set) return list([...value], depth);
    return entries(Object.entries(value), depth);
  };

  const error = (thrown: Error, depth: number): Record<string, unknown> => ({
    ...entries(Object.entries(thrown), depth),
    name: thrown.name,
    message: text(thrown.message),
    ...(thrown.stack === undefined ? {} : { stack: text(thrown.stack) }),
    ...(thrown.cause === undefined ? {} : { cause: redact(thrown.cause, depth + 1) }),
  });

  return {
    add(secret) {
      const pieces = [
        secret,
        secret.trim(),
        ...secret.split(/\r?\n/).filter((line) => line.length >= LONG_LINE),
      ];
      for (const piece of pieces) {
        if (piece.length < SHORTEST) continue;
        secrets.add(piece);
        secrets.add(encodeURIComponent(piece.toWellFormed()));
        secrets.add(JSON.stringify(piece).slice(1, -1));
      }
    },
    text,
    value: (value) => redact(value, 0),
  };
}

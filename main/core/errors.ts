/**
 * The closed list of what can go wrong, and the one error class that carries it.
 * Everything in main may throw or store these; pages get the same codes through the contract.
 */

/** Every code there is. The contract repeats this list; a type in `main/app` fails to compile when they differ. */
export const ERROR_CODES = [
  // The network, before and during an exchange.
  'offline',
  'dns',
  'refused',
  'tls',
  'connection-lost',
  'stalled',
  'proxy',
  'proxy-login',
  // What Encord answered.
  'unauthenticated',
  'key-unknown',
  'forbidden',
  'scope-missing',
  'not-found',
  'no-such-call',
  'bad-request',
  'already-exists',
  'payload-too-large',
  'rate-limited',
  'server-error',
  'bad-answer',
  'clock-wrong',
  // The storage behind the signed URL.
  'url-expired',
  'storage-refused',
  'hash-mismatch',
  // Files.
  'file-missing',
  'file-changed',
  'file-unreadable',
  'file-empty',
  'file-too-large',
  'file-type',
  'file-name',
  'duplicate',
  'disk-full',
  // What Encord made of the bytes.
  'media-refused',
  'dataset-storage',
  'dataset-unknown',
  'dataset-ambiguous',
  'job-cancelled',
  'job-lost',
  'uncertain',
  // Keys and accounts.
  'key-format',
  'key-type',
  'passphrase-needed',
  'passphrase-wrong',
  'keychain-locked',
  'keychain-unavailable',
  'account-unknown',
  'account-missing',
  'uploads-unfinished',
  // The program itself.
  'data-folder-in-use',
  'data-folder-unusable',
  'database-newer',
  'database-corrupt',
  // Watch folders.
  'watch-unknown',
  'watch-nested',
  'watch-limit',
  'invalid-input',
  'not-available',
  'cancelled',
  'interrupted',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Facts for the person who helps: short strings only, never a secret or a signed URL. */
export type ErrorDetails = Readonly<Record<string, string>>;

/** An error with a code of the closed list and a sentence that says what happened and what to do. */
export class UploaderError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UploaderError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The stored form of an error: what a row of the queue remembers. `at` is milliseconds since the epoch. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly at: number;
}

export function toFailure(error: UploaderError, at: number): Failure {
  return { code: error.code, message: error.message, details: error.details, at };
}

/**
 * What a line of the log says of an error, as fields: code, sentence, and of an error that was not foreseen also where it
 * came from. The sentence is no `message`: that is the line's own.
 */
export function toLogFields(error: UploaderError): Readonly<Record<string, unknown>> {
  const said = { code: error.code, reason: error.message };
  return error.code === 'internal' ? { ...said, cause: error.cause ?? error } : said;
}

/** Any thrown value as an `UploaderError`; what was not foreseen becomes `internal` and keeps its cause. */
export function asUploaderError(thrown: unknown): UploaderError {
  if (thrown instanceof UploaderError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new UploaderError('internal', `The program met an error that it does not know: ${reason}`, {
    cause: thrown,
  });
}

/** True for failures of the data folder: no room, no permission, a database that another program holds or that is damaged. */
export function isDataFolderError(error: UploaderError): boolean {
  switch (error.code) {
    case 'disk-full':
    case 'data-folder-unusable':
    case 'data-folder-in-use':
    case 'database-corrupt':
      return true;
    default:
      return false;
  }
}

/** Failures of the network itself, as opposed to an answer that somebody gave. */
export const NETWORK_CODES: readonly ErrorCode[] = [
  'offline',
  'dns',
  'refused',
  'tls',
  'connection-lost',
  'stalled',
  'proxy',
  'proxy-login',
];

export function isNetworkError(error: UploaderError): boolean {
  return NETWORK_CODES.includes(error.code);
}

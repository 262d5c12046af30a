/**
 * What the core needs of the machine, as interfaces: time, files, bytes on their way, secrets. `main/adapters` fulfils
 * them; tests may bring their own. Encord and the store have files of their own.
 */

import type { UploaderError } from './errors.ts';
import type { AccountId, FileIdentity } from './model.ts';

// ---------------------------------------------------------------------------------------------- small ports

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only ever go forward, for speeds and stalls. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds; the result cancels it. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

/** Messages and fields are redacted by the implementation; still, never hand it a secret. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Random {
  /** A random uuid, version 4. */
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** What only the machine knows of itself and of the program on it, for whoever looks for a fault. */
export interface MachineFacts {
  /** Name and version of what runs the program: `node`, `electron`, … */
  readonly runtime: Readonly<Record<string, string>>;
  /** E.g. `linux 6.1.0 x64`. */
  readonly system: string;
  readonly locale: string;
  /** East of Greenwich is positive. */
  readonly timeZoneOffsetMinutes: number;
  readonly processors: number;
  readonly memoryBytes: number;
  /** What the program has of it. */
  readonly usedBytes: number;
  readonly upSeconds: number;
  /** Names of the variables that steer the program and are set; never what they hold. */
  readonly environment: readonly string[];
  /** Of the disk of the data folder; null where the system does not say. */
  readonly freeBytes: number | null;
  readonly databaseBytes: number | null;
  /** The newest lines of the log, the oldest first, as they were written. */
  readonly logLines: readonly string[];
}

// ---------------------------------------------------------------------------------------------- files

export type WalkEntry =
  | { readonly kind: 'file'; readonly path: string; readonly name: string; readonly identity: FileIdentity }
  /** Something that cannot be read or is not a file; the sentence says what and what to do. */
  | { readonly kind: 'problem'; readonly path: string; readonly name: string; readonly error: UploaderError };

export interface Files {
  /**
   * All files under the given absolute paths, in natural order inside each folder, in chunks of at most a few
   * hundred, each path once even where the given paths overlap. Hidden files (dot files, `Thumbs.db`,
   * `desktop.ini`) inside folders are left out; links inside folders are not followed; a link given by name is.
   */
  walk(paths: readonly string[], signal: AbortSignal): AsyncIterable<readonly WalkEntry[]>;
  /** Throws `file-missing` or `file-unreadable`. */
  identify(path: string): Promise<FileIdentity>;
  /** The first bytes, at most `length` of them. Throws like `identify`. */
  head(path: string, length: number): Promise<Uint8Array>;
  /** Lower-case hex SHA-256 of the whole file. Throws `file-changed` when it changed under the reading. */
  sha256(path: string, identity: FileIdentity, signal: AbortSignal): Promise<string>;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'folder' | 'file';
  readonly size: number | null;
}

/** The place inside the data folder where the bytes of browser drops wait to be uploaded. */
export interface Staging {
  /** The folder of a drop, made. */
  open(dropId: string): Promise<string>;
  /** Writes one file; throws `disk-full`, `invalid-input` or `connection-lost`, and leaves no part of it. */
  receive(
    dropId: string,
    relativePath: string,
    facts: { size: number; mtimeMs: number | null },
    body: AsyncIterable<Uint8Array>,
  ): Promise<void>;
  /** What is at the top of the drop: the paths to plan from. */
  roots(dropId: string): Promise<readonly string[]>;
  remove(dropId: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

// ---------------------------------------------------------------------------------------------- sending bytes

export interface PutRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly signal: AbortSignal;
  /** Called with the bytes handed to the socket so far, at most a few times a second. */
  readonly onProgress: (sentBytes: number) => void;
  /**
   * Where an earlier call for the same grant and the same identity got to: what it told `onSession` last. A secret
   * like the URL. Only for URLs that let an upload be resumed; others ignore it.
   */
  readonly session?: string | null;
  /**
   * Told of a session before the first byte goes into it, and null when it is of no more use. What it does is waited
   * for, so that a session that is told of can be stored before anything is sent.
   */
  readonly onSession?: (session: string | null) => Promise<void> | void;
}

export type PutOutcome =
  | { readonly kind: 'stored'; readonly bytes: number; readonly sha256: string | null }
  /** The URL is not (or no longer) good: 400/401/403 of the storage. */
  | { readonly kind: 'expired'; readonly error: UploaderError }
  /** Size, time or content changed, or the file is gone: `file-changed`, `file-missing`, `file-unreadable`. */
  | { readonly kind: 'file'; readonly error: UploaderError }
  | { readonly kind: 'transient'; readonly error: UploaderError; readonly retryAfterMs: number | null }
  | { readonly kind: 'refused'; readonly error: UploaderError }
  | { readonly kind: 'cancelled' };

export interface Sender {
  /**
   * Streams the file to the URL with constant memory, in one PUT or, where the URL opens a session, in chunks that
   * can be resumed; hashes as bytes pass. Never throws. The last bytes are held back until the file is seen to be
   * unchanged, so a changed file never becomes an object. `stored` means that the storage's own hash, if it told one,
   * is that of the bytes; else the outcome is transient, `hash-mismatch`.
   */
  put(request: PutRequest): Promise<PutOutcome>;
}

/** What all uploads of this program together may send; of the bytes of files, not of calls to Encord. */
export interface BandwidthLimiter {
  /** Bytes a second; null is no limit. */
  readonly limit: number | null;
  /** Holds at once, also for uploads on their way. */
  setLimit(bytesPerSecond: number | null): void;
}

// ---------------------------------------------------------------------------------------------- secrets

export type SecretsStatus =
  | { readonly kind: 'ready'; readonly where: string }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export type SecretRead =
  | { readonly kind: 'found'; readonly secret: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** `locked` and `unavailable`: nothing was done. `unsure`: no answer came, and it may have been done, or be done yet. */
export type SecretWrite =
  | { readonly kind: 'ok' }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'unsure'; readonly reason: string };

/** The operating system's keychain. Never throws, never hangs. `id` is an account id. */
export interface Secrets {
  status(): Promise<SecretsStatus>;
  get(id: AccountId): Promise<SecretRead>;
  set(id: AccountId, secret: string): Promise<SecretWrite>;
  delete(id: AccountId): Promise<SecretWrite>;
}

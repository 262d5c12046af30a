/**
 * What the use cases need from the composition root: the store, the engine's surroundings, and the few things of
 * the machine that are not the queue's. Types only.
 */

import type { SettingsView } from '../../preload/contract/views.ts';
import type { AccountRecord, Store } from '../adapters/sqlite/index.ts';
import type { EncordSession } from '../core/encord-port.ts';
import type { Downloads } from '../core/manage/downloads.ts';
import type { FetchMedia } from '../core/manage/media-port.ts';
import type { Texts } from '../core/manage/text-ports.ts';
import type { AccountId, FileIdentity, MediaId } from '../core/model.ts';
import type {
  BandwidthLimiter,
  Clock,
  Files,
  FolderEntry,
  Log,
  MachineFacts,
  Random,
  Secrets,
  Sender,
  Staging,
} from '../core/ports.ts';
import type { Backoff } from '../core/retry.ts';
import type { PutAway, RunSelfTest, StartWatcher, WatchDisk } from '../core/watch/ports.ts';
import type { SelectionTools } from '../core/watch/selection.ts';
import type { Surroundings } from '../core/watch/templates.ts';
import type { NetworkDeps } from './network/network.ts';
import type { HostServices } from './types.ts';

/** What watch folders need of this machine. */
export interface WatchDeps extends Surroundings {
  readonly disk: (root: string) => WatchDisk;
  readonly startWatcher: StartWatcher;
  readonly selfTest: RunSelfTest;
  readonly putAway: PutAway;
  /** `problem`: what is wrong with a glob, in a sentence; null when it is fine. */
  readonly tools: SelectionTools & { readonly problem: (pattern: string) => string | null };
  /** Whether the usual disks of this system tell upper from lower case. */
  readonly caseSensitive: boolean;
  /** Where a folder really lies, links followed; the path itself where that cannot be found out. */
  readonly real: (path: string) => Promise<string>;
  /** A path as the system writes it: absolute, without dots and without a separator at its end. */
  readonly resolve: (path: string) => string;
}

/** A private key that was read: what may be known of it, and what goes to the keychain. */
export interface ReadKey {
  readonly fingerprint: string;
  readonly comment: string;
  /** The key in OpenSSH's format without passphrase. A secret. */
  exportText(): string;
  /** The same with its passphrase still on; null where it has none. */
  readonly sealedText: string | null;
}

/** A key pair that was made here. */
export interface NewKey {
  /** One line in OpenSSH's format. */
  readonly publicKey: string;
  readonly fingerprint: string;
  /** The private half in OpenSSH's format, without passphrase. A secret. */
  exportText(): string;
}

export interface AppDeps {
  readonly version: string;
  readonly platform: 'linux' | 'darwin' | 'win32' | 'other';
  readonly host: HostServices;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: Files;
  readonly secrets: Secrets;
  readonly staging: Staging;
  /** Lists a folder of this machine; null is the person's home. Throws `file-missing` or `file-unreadable`. */
  readonly browse: (
    path: string | null,
  ) => Promise<{ path: string; parent: string | null; entries: readonly FolderEntry[] }>;
  /** Throws `key-format`, `key-type`, `passphrase-needed`, `passphrase-wrong`. */
  readonly readKey: (text: string, passphrase: string | null) => ReadKey;
  /** Makes an Ed25519 key pair. */
  readonly makeKey: (comment: string) => NewKey;
  /** The address of a server as one server has it only once, however it was typed. Throws `invalid-input`. */
  readonly readDomain: (text: string) => string;
  /** Opens a session; `secret` is the key's text or the API key. Throws the same, or `invalid-input` for a domain. */
  readonly connect: (
    account: Pick<AccountRecord, 'kind' | 'domain' | 'datasetId'>,
    secret: string,
  ) => EncordSession;
  /** Secrets that the environment brought, by account. */
  readonly environment: ReadonlyMap<AccountId, string>;
  /** Writes a text into a file of this machine; a file of that name is replaced when all of it is there. Throws with a sentence. */
  readonly saveText: (path: string, pieces: AsyncIterable<string>, signal: AbortSignal) => Promise<void>;
  /** JSON and CSV that people bring. */
  readonly texts: Texts;
  /** Reads what pages show of Encord. */
  readonly fetchMedia: FetchMedia;
  readonly downloads: Downloads;
  /** At most `length` bytes of a file from the offset, fewer at its end. Throws `file-missing` or `file-unreadable`. */
  readonly readPart: (path: string, offset: number, length: number) => Promise<Uint8Array>;
  /** Looks at a changed file again. */
  readonly inspect: (media: MediaId, path: string) => Promise<FileIdentity>;
  readonly engineParts: {
    readonly sender: Sender;
    readonly settleMs: number;
    readonly backoff?: Backoff;
  };
  /** Of all bytes that the engine's sender sends. */
  readonly limiter: BandwidthLimiter;
  readonly watch: WatchDeps;
  readonly network: NetworkDeps;
  /** This machine's network addresses now, as one text that is the same as long as they are; empty: it has none. */
  readonly addresses: () => string;
  /** Never throws. */
  readonly machine: () => Promise<MachineFacts>;
  readonly dataFolder: string;
  readonly logFolder: string;
  /** Where the next start looks for its data; null is the usual place. */
  readonly location: {
    read(): string | null;
    /** Throws `data-folder-unusable`. */
    write(folder: string | null): void;
  };
  /** Settings that this run overrides; they are not kept. */
  readonly defaults: Partial<SettingsView>;
  /** Closes what the composition root opened besides the store. */
  readonly release: () => void;
}

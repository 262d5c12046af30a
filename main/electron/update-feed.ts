/**
 * electron-updater, as `updates.ts` needs it: it asks, downloads and installs, and decides nothing. What it checks (the
 * hash of every download, the signature on Windows and macOS) stays on. Its errors become sentences here.
 */

import type { IncomingMessage } from 'node:http';
import type { Agent, RequestOptions } from 'node:https';
import type { AppUpdater, CancellationToken } from 'electron-updater';
import type { UpdateSettings } from '../../preload/contract/desktop.ts';
import { FeedRequest } from './feed-request.ts';

/** What fetches and installs updates. */
export interface Updater {
  /** To be called before each check. */
  configure(options: {
    readonly channel: UpdateSettings['channel'];
    /** By it the feed is reached; asked for before each request. */
    readonly agent: () => Agent;
  }): void;
  /** The newer version that there is; null: this one is current. Throws what `updateSentence` explains. */
  check(): Promise<string | null>;
  /**
   * Downloads what the last check found. `progress` is told the fraction, 0 to 1. Where it is to be installed at quit, it
   * is checked by all that check it when this ends. Throws what `updateSentence` explains, and anything where `signal`
   * stopped it.
   */
  download(progress: (fraction: number) => void, signal: AbortSignal): Promise<void>;
  /**
   * Whether what was downloaded is installed when the program ends. On macOS what the system has taken, which it does
   * when a download ends, is installed all the same: nothing takes that back.
   */
  installAtQuit(on: boolean): void;
  /** Installs what was downloaded and starts the new program; ends this one, or calls `failed`. */
  installAndStart(failed: () => void): void;
}

/** Loads electron-updater, which is only done where an update can be looked for. */
export async function loadUpdater(): Promise<Updater> {
  // Its `autoUpdater` is a getter that chooses by platform: a named import would miss it.
  const { default: electronUpdater } = await import('electron-updater');
  const squirrel = process.platform === 'darwin' ? (await import('electron')).autoUpdater : null;
  const makeToken = () => new electronUpdater.CancellationToken();
  return wrapUpdater(electronUpdater.autoUpdater, { makeToken, squirrel });
}

/** What `wrapUpdater` needs beside the updater. */
export interface UpdaterParts {
  /** One for each download: one that was cancelled stays so. */
  makeToken(): CancellationToken;
  /** What verifies and installs on macOS: Electron's own updater. */
  readonly squirrel: Squirrel | null;
}

export interface Squirrel {
  once(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'update-downloaded', listener: () => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'update-downloaded', listener: () => void): unknown;
}

/** Unpacking and verifying a whole program takes a minute on a slow machine. */
const SQUIRREL_MS = 10 * 60_000;

export function wrapUpdater(updater: AppUpdater, { makeToken, squirrel }: UpdaterParts): Updater {
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.disableWebInstaller = true;
  // It writes addresses, which may hold what only the server should see.
  updater.logger = null;
  return {
    configure({ channel, agent }) {
      updater.channel = channel;
      // Choosing a channel allows older versions; those would not know the queue's database.
      updater.allowDowngrade = false;
      updater.allowPrerelease = channel === 'beta';
      reachBy(updater, agent);
    },
    async check() {
      const found = await updater.checkForUpdates();
      return found?.isUpdateAvailable ? found.updateInfo.version : null;
    },
    async download(progress, signal) {
      const token = makeToken();
      const cancel = () => token.cancel();
      const told = ({ percent }: { percent: number }) => progress(Math.min(1, Math.max(0, percent / 100)));
      signal.addEventListener('abort', cancel, { once: true });
      updater.on('download-progress', told);
      const verdict = squirrel !== null && updater.autoInstallOnAppQuit ? followVerdict(squirrel) : null;
      try {
        signal.throwIfAborted();
        await updater.downloadUpdate(token);
        await verdict?.within(SQUIRREL_MS, signal);
      } finally {
        verdict?.stop();
        updater.off('download-progress', told);
        signal.removeEventListener('abort', cancel);
      }
    },
    installAtQuit(on) {
      updater.autoInstallOnAppQuit = on;
    },
    installAndStart(failed) {
      updater.once('error', failed);
      updater.quitAndInstall(true, true);
    },
  };
}

/**
 * What Squirrel makes of the update that it is handed: electron-updater ends when the bytes are over, and only then are
 * they verified. Followed from before the download on, so that no word of it is missed.
 */
function followVerdict(squirrel: Squirrel): {
  /** Throws where it is refused, stopped, or not given in time. */
  within(ms: number, signal: AbortSignal): Promise<void>;
  stop(): void;
} {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A download that fails never asks for it.
  promise.catch(() => undefined);
  const taken = () => resolve();
  squirrel.once('update-downloaded', taken);
  squirrel.once('error', reject);
  return {
    async within(ms, signal) {
      const late = setTimeout(() => reject(new Error('The system took too long over the update.')), ms);
      const stopped = () => reject(signal.reason);
      signal.addEventListener('abort', stopped, { once: true });
      try {
        signal.throwIfAborted();
        await promise;
      } finally {
        clearTimeout(late);
        signal.removeEventListener('abort', stopped);
      }
    },
    stop() {
      squirrel.off('update-downloaded', taken);
      squirrel.off('error', reject);
    },
  };
}

/**
 * electron-updater asks by Chromium, which knows neither the login of the proxy nor the authority that a person chose,
 * and waits for ever where a proxy wants a login.
 */
function reachBy(updater: AppUpdater, agent: () => Agent): void {
  // Left out of its types; its version is pinned, and a test has the real one.
  const executor: unknown = Reflect.get(updater, 'httpExecutor');
  if (typeof executor !== 'object' || executor === null) {
    throw new Error('electron-updater has no httpExecutor.');
  }
  Object.assign(executor, {
    createRequest: (options: RequestOptions, answered: (answer: IncomingMessage) => void) =>
      new FeedRequest(options, agent, answered),
  });
}

/** What went wrong and what comes next, without addresses and stacks. */
export function updateSentence(thrown: unknown): string {
  const words = thrown instanceof Error ? `${codeOf(thrown)} ${thrown.message}` : String(thrown);
  const known = SENTENCES.find(([pattern]) => pattern.test(words));
  return `${known?.[1] ?? 'The update could not be fetched.'} It is tried again later.`;
}

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  // The program's own connections tell what happened by a code in front.
  [/^proxy/, 'The proxy of this network does not let updates through; see Settings, Network.'],
  [/^(?:dns|offline|refused|connection-lost|tls) /, 'The update server could not be reached.'],
  [
    /CHECKSUM_MISMATCH|checksum mismatch|NO_CHECKSUM/i,
    'The update that was downloaded is not the one that was announced, so it was thrown away.',
  ],
  [
    /INVALID_SIGNATURE|not signed by|code signature/i,
    'The update is not signed by those who made this program, so it was thrown away.',
  ],
  [/ENOSPC/, 'There is no room on the disk for the update.'],
  [
    /CHANNEL_FILE_NOT_FOUND|NOT_FOUND|INVALID_UPDATE_INFO|NO_FILES_PROVIDED|INVALID_VERSION|HTTP_ERROR_404|\b404\b/,
    'The update server has no usable word on new versions.',
  ],
  [
    /net::|ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|EPROTO|EPIPE|CERT|socket|timed out|redirect|HTTP_ERROR|status code/i,
    'The update server could not be reached.',
  ],
];

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

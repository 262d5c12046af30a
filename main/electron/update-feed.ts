/**
 * electron-updater, as `updates.ts` needs it: it asks, downloads and installs, and decides nothing. What it checks (the
 * hash of every download, the signature on Windows and macOS) stays on. Its errors become sentences here.
 */

import type { AppUpdater, UpdateCheckResult } from 'electron-updater';
import type { NetworkSettings, UpdateSettings } from '../../preload/contract/desktop.ts';

/** What fetches and installs updates. */
export interface Updater {
  /** To be called before each check. */
  configure(options: {
    readonly channel: UpdateSettings['channel'];
    readonly proxy: NetworkSettings['proxy'];
  }): Promise<void>;
  /** The newer version that there is; null: this one is current. Throws what `updateSentence` explains. */
  check(): Promise<string | null>;
  /**
   * Downloads what the last check found. `progress` is told the fraction, 0 to 1. Throws what `updateSentence`
   * explains, and anything where `signal` stopped it.
   */
  download(progress: (fraction: number) => void, signal: AbortSignal): Promise<void>;
  /** Whether what was downloaded is installed when the program ends. */
  installAtQuit(on: boolean): void;
  /** Installs what was downloaded and starts the new program; ends this one, or calls `failed`. */
  installAndStart(failed: () => void): void;
}

/** Loads electron-updater, which is only done where an update can be looked for. */
export async function loadUpdater(): Promise<Updater> {
  // Its `autoUpdater` is a getter that chooses by platform: a named import would miss it.
  const { default: electronUpdater } = await import('electron-updater');
  const updater = electronUpdater.autoUpdater;
  return wrapUpdater(updater, (proxy) => updater.netSession.setProxy(proxyConfig(proxy)));
}

/**
 * @param setProxy where updates come through is decided apart from where uploads go: electron-updater has a session of
 *   its own
 */
export function wrapUpdater(
  updater: AppUpdater,
  setProxy: (proxy: NetworkSettings['proxy']) => Promise<void>,
): Updater {
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.disableWebInstaller = true;
  // It writes addresses, which may hold what only the server should see.
  updater.logger = null;
  let found: UpdateCheckResult | null = null;
  return {
    async configure({ channel, proxy }) {
      updater.channel = channel;
      // Choosing a channel allows older versions; those would not know the queue's database.
      updater.allowDowngrade = false;
      updater.allowPrerelease = channel === 'beta';
      await setProxy(proxy);
    },
    async check() {
      found = await updater.checkForUpdates();
      return found?.isUpdateAvailable ? found.updateInfo.version : null;
    },
    async download(progress, signal) {
      const token = found?.cancellationToken;
      const cancel = () => token?.cancel();
      const told = ({ percent }: { percent: number }) => progress(Math.min(1, Math.max(0, percent / 100)));
      signal.addEventListener('abort', cancel, { once: true });
      updater.on('download-progress', told);
      try {
        signal.throwIfAborted();
        await updater.downloadUpdate(token);
      } finally {
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

/** What went wrong and what comes next, without addresses and stacks. */
export function updateSentence(thrown: unknown): string {
  const words = thrown instanceof Error ? `${codeOf(thrown)} ${thrown.message}` : String(thrown);
  const known = SENTENCES.find(([pattern]) => pattern.test(words));
  return `${known?.[1] ?? 'The update could not be fetched.'} It is tried again later.`;
}

const SENTENCES: readonly (readonly [RegExp, string])[] = [
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
    /net::|ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|EPROTO|EPIPE|CERT|socket|timed out|HTTP_ERROR|status code/i,
    'The update server could not be reached.',
  ],
];

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function proxyConfig(proxy: NetworkSettings['proxy']): Electron.ProxyConfig {
  switch (proxy.kind) {
    case 'system':
      return { mode: 'system' };
    case 'none':
      return { mode: 'direct' };
    case 'manual':
      return { mode: 'fixed_servers', proxyRules: proxy.address };
  }
}

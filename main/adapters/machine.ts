/** What the machine knows of itself and of the program on it. Made by the composition root; asked for diagnostics. */

import { stat, statfs } from 'node:fs/promises';
import { arch, availableParallelism, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { MachineFacts } from '../core/ports.ts';
import { lastLines } from './log.ts';

/** What of `process.versions` says something to a maintainer. */
const RUNTIME = ['electron', 'chrome', 'node', 'v8', 'sqlite', 'openssl', 'uv'] as const;

/** Variables that change what the program does; whether each is set is told, and nothing of what it holds. */
const VARIABLES = [
  'ENCORD_SSH_KEY',
  'ENCORD_SSH_KEY_FILE',
  'ENCORD_DOMAIN',
  'ENCORD_CA_FILE',
  'ENCORD_UPLOADER_HOME',
  'ENCORD_UPLOADER_LOG',
  'ENCORD_UPLOADER_BWLIMIT',
  'ENCORD_UPLOADER_HASH',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'APPIMAGE',
  'SNAP',
  'FLATPAK_ID',
] as const;

const LOG_LINES = 100;

/** Answers what can be found out; never throws. */
export function createMachine(about: {
  readonly dataFolder: string;
  readonly logFolder: string;
  /** The name of the database in the data folder. */
  readonly database: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): () => Promise<MachineFacts> {
  const isSet = (name: string) => Boolean(about.env[name] || about.env[name.toLowerCase()]);
  return async () => ({
    runtime: Object.fromEntries(
      RUNTIME.flatMap((name) => (process.versions[name] ? [[name, process.versions[name]]] : [])),
    ),
    system: `${process.platform} ${release()} ${arch()}`,
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    timeZoneOffsetMinutes: -new Date().getTimezoneOffset(),
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    usedBytes: process.memoryUsage.rss(),
    upSeconds: Math.round(process.uptime()),
    environment: VARIABLES.filter(isSet),
    freeBytes: await statfs(about.dataFolder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
    databaseBytes: await databaseBytes(join(about.dataFolder, about.database)),
    logLines: await lastLines(about.logFolder, LOG_LINES),
  });
}

/** With what SQLite has not written back yet; null where there is none. */
async function databaseBytes(path: string): Promise<number | null> {
  const [main, ahead] = await Promise.all(
    [path, `${path}-wal`].map((each) =>
      stat(each).then(
        ({ size }) => size,
        () => null,
      ),
    ),
  );
  return main === null || main === undefined ? null : main + (ahead ?? 0);
}

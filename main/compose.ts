/**
 * The part that both composition roots share: opens the data folder and puts adapters, core and use cases together.
 * Called by `index.ts` and `headless.ts`, and by tests that want the whole program; nobody else sees everything.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { SettingsView } from '../preload/contract/views.ts';
import { ownAddresses } from './adapters/addresses.ts';
import { createBrowse } from './adapters/browse.ts';
import { createClock, localTime } from './adapters/clock.ts';
import { csvText } from './adapters/csv-text.ts';
import { EU_DOMAIN, parseDomain } from './adapters/encord/domain.ts';
import { makePrivateKey, parsePrivateKey } from './adapters/encord/keys.ts';
import { connect } from './adapters/encord/session.ts';
import { createFiles, readPart } from './adapters/files/index.ts';
import { type AgentsOptions, createAgents } from './adapters/http/agents.ts';
import { createHttpClient } from './adapters/http/client.ts';
import { createProbe } from './adapters/http/connection-probe.ts';
import { createDownloads } from './adapters/http/download.ts';
import { createMediaReader } from './adapters/http/media.ts';
import { addressOf, readManualProxy } from './adapters/http/proxy-way.ts';
import { createSender } from './adapters/http/put.ts';
import { Throttle } from './adapters/http/throttle.ts';
import { readAuthorities } from './adapters/http/trust.ts';
import { jsonText } from './adapters/json-text.ts';
import { createLog } from './adapters/log.ts';
import { createMachine } from './adapters/machine.ts';
import { createRandom } from './adapters/random.ts';
import { saveText } from './adapters/save.ts';
import { createSecrets, type ForkChild } from './adapters/secrets/index.ts';
import {
  DATABASE_FILE,
  examineDatabase,
  openStore,
  type QueueReader,
  readQueue,
  type Store,
  setDatabaseAside,
} from './adapters/sqlite/index.ts';
import { createStaging } from './adapters/staging.ts';
import { readTextFile } from './adapters/text-file.ts';
import type { FollowUncaught } from './adapters/uncaught.ts';
import { createGlobs } from './adapters/watch/globs.ts';
import {
  createPutAway,
  createScanner,
  createSelfTest,
  createStartWatcher,
  createWatchDisk,
} from './adapters/watch/index.ts';
import { accountId } from './app/accounts.ts';
import type { AppDeps, WatchDeps } from './app/deps.ts';
import { Mending } from './app/mending.ts';
import { Program } from './app/program.ts';
import type { App, HostServices } from './app/types.ts';
import type { EncordSession } from './core/encord-port.ts';
import { asUploaderError, UploaderError } from './core/errors.ts';
import { HEAD_BYTES, mediaType } from './core/media/index.ts';
import type { AccountId, FileIdentity, MediaId } from './core/model.ts';
import type { Clock, Files, Log, Random, Sender } from './core/ports.ts';
import type { Backoff } from './core/retry.ts';
import { readBandwidth } from './core/timetable.ts';

export interface ProgramOptions {
  /** Null: `ENCORD_UPLOADER_HOME`, else where people chose it to be, else the usual place of this system. */
  readonly dataFolder: string | null;
  readonly host: HostServices;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the keychain's own process is started; `node:child_process` unless given. */
  readonly forkChild?: ForkChild;
  /** How errors that nobody caught reach the log; left out where the process is not the program's own. */
  readonly followUncaught?: FollowUncaught;
  /** Settings that this run overrides. */
  readonly defaults?: Partial<SettingsView>;
  readonly clock?: Clock;
  readonly around?: Around;
}

/**
 * Where tests stand between the program and the world: each is given the real thing, and what it answers is used.
 * Nothing of the program depends on it.
 */
export interface Around {
  readonly store?: (store: Store) => Store;
  readonly session?: (session: EncordSession) => EncordSession;
  readonly sender?: (sender: Sender) => Sender;
  /** What watch folders need of the machine. */
  readonly watch?: (watch: WatchDeps) => WatchDeps;
  readonly backoff?: Backoff;
  /** Name resolution. */
  readonly lookup?: AgentsOptions['lookup'];
}

const UNTOUCHED = {
  store: (store: Store) => store,
  session: (session: EncordSession) => session,
  sender: (sender: Sender) => sender,
  watch: (watch: WatchDeps) => watch,
};

/** Waits that tests shorten; nobody else needs to. */
const SETTLE_SECONDS = 60;
const STALL_MS = 60_000;
/** In the data folder: the bytes of browser drops until they are uploaded. */
const DROPS_FOLDER = 'drops';

/**
 * Opens the program; `start()` on the result begins to upload. Throws `data-folder-in-use` and its like with a
 * sentence for people.
 */
export async function openProgram(options: ProgramOptions): Promise<Program> {
  const clock = options.clock ?? createClock();
  const { dataFolder, location } = dataFolderOf(options);
  const version = programVersion();
  const random = createRandom();
  let program: Program | null = null;
  const around: Required<Omit<Around, 'backoff' | 'lookup'>> & Around = { ...UNTOUCHED, ...options.around };
  const store = around.store(
    openStore(dataFolder, {
      clock,
      searched: () => program?.changed('queue'),
      reordered: () => program?.queue.reordered(),
    }),
  );
  /** What is to be closed, in the order in which it was opened. */
  const opened: (() => void)[] = [];
  const closeOpened = (): void => {
    for (const close of opened.splice(0).reverse()) close();
  };
  try {
    const logFolder = join(dataFolder, 'logs');
    const log = createLog({
      folder: logFolder,
      clock,
      level: options.env.ENCORD_UPLOADER_LOG === 'debug' ? 'debug' : 'info',
    });
    opened.push(() => log.close());
    const own = extraAuthorities(options.env);
    if (own.trouble !== null) log.warn('A certificate file is not used.', { reason: own.trouble });
    const agents = createAgents({
      extraCa: own.certificates,
      proxyEnv: options.env,
      resolveProxy: options.host.resolveProxy,
      lookup: around.lookup,
      clock,
      log,
    });
    opened.push(() => agents.close());
    const http = createHttpClient({ agents, clock });
    const throttle = new Throttle(clock);
    const files = createFiles({ clock });
    const readKey = (text: string, passphrase: string | null) =>
      parsePrivateKey(text, passphrase ?? undefined);
    const watch = watchDeps(options.host, dataFolder, { clock, log, random });
    opened.push(() => watch.close());
    const environment = await environmentAccount(options.env, store, clock, readKey);
    const deps: AppDeps = {
      version,
      platform: platformName(),
      host: options.host,
      store,
      clock,
      random,
      log,
      files,
      secrets: createSecrets({ ...(options.forkChild ? { fork: options.forkChild } : {}) }),
      staging: createStaging(join(dataFolder, DROPS_FOLDER)),
      browse: createBrowse(clock),
      readKey,
      makeKey: makePrivateKey,
      readDomain: parseDomain,
      connect: ({ kind, domain, datasetId }, secret) => {
        const services = { http, clock, random, log, version };
        if (kind === 'api-key') {
          log.redact(secret);
          return around.session(
            connect({ kind, apiKey: secret, datasetId: datasetId ?? '', domain }, services),
          );
        }
        return around.session(connect({ kind, key: parsePrivateKey(secret), domain }, services));
      },
      environment,
      saveText,
      downloads: createDownloads({ agents, clock, stallMs: STALL_MS }),
      fetchMedia: createMediaReader({ agents, clock, stallMs: STALL_MS }),
      texts: { json: jsonText, csv: csvText, read: readTextFile },
      readPart,
      inspect: (media, path) => inspect(files, media, path),
      engineParts: {
        sender: around.sender(
          createSender({
            agents,
            clock,
            log,
            stallMs: STALL_MS,
            hash: options.env.ENCORD_UPLOADER_HASH !== 'off',
            throttle,
            noteOrigin: (origin) => program?.network.noteStorage(origin),
          }),
        ),
        settleMs: settleSeconds(options.env) * 1000,
        ...(around.backoff ? { backoff: around.backoff } : {}),
      },
      limiter: throttle,
      watch: around.watch(watch.deps),
      network: {
        connections: agents,
        probe: createProbe({
          connections: agents,
          http,
          // Node's own type of it is the same function, less exactly.
          lookup: around.lookup as LookupFunction | undefined,
          monotonic: () => clock.monotonic(),
        }),
        readAuthorities,
        readProxy: readManualProxy,
        addressOf,
        redact: (secret) => log.redact(secret),
        domain: options.env.ENCORD_DOMAIN ? parseDomain(options.env.ENCORD_DOMAIN) : EU_DOMAIN,
        caTrouble: own.trouble,
      },
      addresses: ownAddresses,
      machine: createMachine({ dataFolder, logFolder, database: DATABASE_FILE, env: options.env }),
      dataFolder,
      logFolder,
      location,
      defaults: { ...environmentSettings(options.env), ...options.defaults },
      release: closeOpened,
    };
    const stopFollowing = options.followUncaught?.((thrown) =>
      log.error('The program met an error that nobody caught.', { cause: thrown }),
    );
    if (stopFollowing) opened.push(stopFollowing);
    program = new Program(deps);
    // Only now: what did not open is closed again, and updates are looked for without it.
    options.host.updates?.connectBy(() => agents.forOthers());
    return program;
  } catch (reason) {
    closeOpened();
    store.close();
    throw reason;
  }
}

/**
 * The program for hosts with pages: where its database is damaged, the pages say so and offer to keep it aside. Throws
 * like `openProgram` for every other reason.
 */
export async function openForPages(
  options: ProgramOptions,
): Promise<App & { start(options?: { watch?: boolean }): Promise<void> }> {
  const open = () => openProgram(options);
  try {
    return await open();
  } catch (reason) {
    if (!(reason instanceof UploaderError) || reason.code !== 'database-corrupt') throw reason;
    return new Mending({ damage: reason, open, setAside: () => keepAside(options) });
  }
}

/** How the database of the data folder is damaged; null where it is sound. Throws like `openProgram`. */
export function examine(options: ProgramOptions): {
  readonly folder: string;
  readonly damage: UploaderError | null;
} {
  const { dataFolder } = dataFolderOf(options);
  return { folder: dataFolder, damage: examineDatabase(dataFolder) };
}

/** The queue as it is now, beside a program that may be working on it; null where only the program can tell. */
export function peek(options: ProgramOptions): QueueReader | null {
  return readQueue(dataFolderOf(options).dataFolder);
}

/**
 * Keeps a damaged database aside, and beside it the copies of browser drops, which nothing but that database knows of;
 * answers the path of what was the database. To be called when a person said so. Throws like `openProgram`, and
 * `not-available` where nothing is damaged.
 */
export function keepAside(options: ProgramOptions): string {
  const { folder, damage } = examine(options);
  if (!damage) {
    throw new UploaderError(
      'not-available',
      'The database is not damaged, so nothing was changed. Start the program.',
    );
  }
  const clock = options.clock ?? createClock();
  const aside = setDatabaseAside(folder, new Date(clock.now()));
  const drops = join(folder, DROPS_FOLDER);
  const stamp = aside.slice(aside.lastIndexOf('.damaged-'));
  if (existsSync(drops)) renameSync(drops, drops + stamp);
  return aside;
}

function dataFolderOf(options: ProgramOptions): { dataFolder: string; location: AppDeps['location'] } {
  const usual = usualFolder(options.env);
  const location = locationFile(join(usual, 'location.json'));
  const chosen = options.dataFolder || options.env.ENCORD_UPLOADER_HOME || location.read() || usual;
  return { dataFolder: resolve(chosen), location };
}

/** The machine as watch folders see it. */
function watchDeps(
  host: HostServices,
  dataFolder: string,
  ports: { readonly clock: Clock; readonly log: Log; readonly random: Random },
): { readonly deps: WatchDeps; close(): void } {
  const scanner = createScanner(ports);
  const globs = createGlobs();
  const disks = new Map<string, ReturnType<typeof createWatchDisk>>();
  const deps: WatchDeps = {
    host: hostname(),
    local: localTime,
    disk(root) {
      const known = disks.get(root) ?? createWatchDisk(root, { clock: ports.clock, scanner });
      disks.set(root, known);
      return known;
    },
    startWatcher: createStartWatcher({ ...ports, scanner }),
    selfTest: createSelfTest({ clock: ports.clock, owner: `${hostname()} ${dataFolder}` }),
    putAway: createPutAway({ clock: ports.clock, trashItem: host.trashItem ?? null }),
    tools: { glob: globs.name, path: globs.path, problem: globs.problem },
    caseSensitive: process.platform === 'linux',
    real: (path) => realpath(path).catch(() => path),
    resolve: (path) => resolve(path),
  };
  return { deps, close: () => void scanner.close() };
}

/** The account that the environment brings, if any; its secret stays in memory. */
async function environmentAccount(
  env: ProgramOptions['env'],
  store: Store,
  clock: Clock,
  readKey: AppDeps['readKey'],
): Promise<ReadonlyMap<AccountId, string>> {
  const text = environmentKey(env);
  if (text === null) return new Map();
  const key = environmentKeyOf(text, readKey);
  const domain = parseDomain(env.ENCORD_DOMAIN || EU_DOMAIN);
  const id = accountId('ssh', key.fingerprint, domain, { store, readDomain: parseDomain });
  const known = store.account(id);
  if (known) {
    if (known.blocked) store.commit([{ kind: 'account-blocked', id, failure: null }]);
  } else {
    store.addAccount({
      id,
      name: key.comment || 'Key from the environment',
      kind: 'ssh',
      fingerprint: key.fingerprint,
      domain,
      routeChoice: 'auto',
      fallbackNotice: null,
      datasetId: null,
      email: null,
      addedAt: clock.now(),
      secretIn: 'environment',
    });
  }
  if (store.activeAccountId() === null) store.setActiveAccountId(id);
  return new Map([[id, key.exportText()]]);
}

/** Throws with a sentence that names the variables: nobody typed this key just now. */
function environmentKeyOf(text: string, readKey: AppDeps['readKey']): ReturnType<AppDeps['readKey']> {
  try {
    return readKey(text, null);
  } catch (reason) {
    const error = asUploaderError(reason);
    const message =
      error.code === 'passphrase-needed'
        ? 'It is protected by a passphrase, which nobody can enter here. Unset the variable and sign in once with `login --key FILE`, or name a key without a passphrase.'
        : error.message;
    throw new UploaderError(
      error.code,
      `The key from ENCORD_SSH_KEY_FILE or ENCORD_SSH_KEY cannot be used. ${message}`,
    );
  }
}

/** `ENCORD_SSH_KEY_FILE` wins over `ENCORD_SSH_KEY` (encord-api.md B.5). */
function environmentKey(env: ProgramOptions['env']): string | null {
  const file = env.ENCORD_SSH_KEY_FILE;
  if (!file) return env.ENCORD_SSH_KEY || null;
  const path = file.startsWith('~') ? join(homedir(), file.slice(1)) : file;
  try {
    return readFileSync(path, 'utf8');
  } catch (reason) {
    throw new UploaderError(
      'file-unreadable',
      `ENCORD_SSH_KEY_FILE names ${path}, which cannot be read. Correct the path, or unset the variable.`,
      { cause: reason },
    );
  }
}

/** A changed file is taken again only as what it was planned to be. */
async function inspect(files: Files, media: MediaId, path: string): Promise<FileIdentity> {
  const identity = await files.identify(path);
  if (identity.size === 0) {
    throw new UploaderError('file-empty', 'The file is empty now. Write it again, then retry.');
  }
  const wanted = mediaType(media);
  if (!wanted.sniff(await files.head(path, HEAD_BYTES), basename(path))) {
    throw new UploaderError(
      'file-type',
      `The file changed and is no longer a usable ${wanted.label.one}. Put the right file in its place, then retry.`,
    );
  }
  return identity;
}

function usualFolder(env: ProgramOptions['env']): string {
  const home = homedir();
  switch (process.platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Encord Uploader');
    case 'win32':
      return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Encord Uploader');
    default:
      return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'encord-uploader');
  }
}

/** The file in the usual place that says where the data folder was moved to. */
function locationFile(path: string): AppDeps['location'] {
  return {
    read() {
      try {
        const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
        return typeof parsed === 'object' &&
          parsed !== null &&
          'folder' in parsed &&
          typeof parsed.folder === 'string'
          ? parsed.folder
          : null;
      } catch {
        // Not there, or not ours: the usual place it is.
        return null;
      }
    },
    write(folder) {
      try {
        if (folder === null) return rmSync(path, { force: true });
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(`${path}.new`, JSON.stringify({ folder: resolve(folder) }), { mode: 0o600 });
        renameSync(`${path}.new`, path);
      } catch (reason) {
        throw new UploaderError(
          'data-folder-unusable',
          `The folder ${folder ?? path} cannot be used. Choose one that this account may write to.`,
          { cause: reason },
        );
      }
    },
  };
}

/**
 * A lab's own authority, as the field's other tools name it; added to those that are trusted anyway. The program goes on
 * without a file that cannot be used, and says so: what needs it fails with a sentence of its own.
 */
function extraAuthorities(env: ProgramOptions['env']): {
  readonly certificates: readonly string[];
  readonly trouble: string | null;
} {
  const name = env.ENCORD_CA_FILE ? 'ENCORD_CA_FILE' : 'NODE_EXTRA_CA_CERTS';
  const file = env[name];
  if (!file) return { certificates: [], trouble: null };
  try {
    return { certificates: readAuthorities(file), trouble: null };
  } catch (reason) {
    const { message } = asUploaderError(reason);
    return {
      certificates: [],
      trouble: `${message} It is named by ${name}; the program goes on without it.`,
    };
  }
}

function settleSeconds(env: ProgramOptions['env']): number {
  const seconds = Number(env.ENCORD_UPLOADER_SETTLE_SECONDS || SETTLE_SECONDS);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new UploaderError('invalid-input', 'ENCORD_UPLOADER_SETTLE_SECONDS is a number of seconds.');
}

/** Settings that the environment brings for this run. */
function environmentSettings(env: ProgramOptions['env']): Partial<SettingsView> {
  const bandwidth = env.ENCORD_UPLOADER_BWLIMIT;
  if (!bandwidth) return {};
  const reading = readBandwidth(bandwidth);
  if (reading.ok) return { bandwidth };
  throw new UploaderError(
    'invalid-input',
    `The bandwidth limit in ENCORD_UPLOADER_BWLIMIT is not understood: ${reading.problem}`,
  );
}

function platformName(): AppDeps['platform'] {
  const { platform } = process;
  return platform === 'linux' || platform === 'darwin' || platform === 'win32' ? platform : 'other';
}

/** From package.json, which lies beside the sources and beside `dist` alike. */
function programVersion(): string {
  for (const up of ['..', '../..']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(join(import.meta.dirname, up, 'package.json'), 'utf8'));
      if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
    } catch {
      // Not this one: the bundle lies one folder deeper than the sources.
    }
  }
  return '0.0.0';
}

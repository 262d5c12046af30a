/**
 * The Encord emulator: both protocols of the public API, the object storage behind it, and control endpoints, on one
 * port. For tests, which start it in their own process by `startEmulator`, and for the command line (`index.ts`).
 *
 * What it is faithful to is the project's wire reference, cited in the files as "encord-api.md"; where the reference
 * leaves the server's behaviour open, the file that decides says so. It covers generations L, C and F of uploading,
 * datasets with their rows, API keys, groups and links, projects as far as they use datasets, folders and items, and
 * data of people's own buckets. Not there: scenes.
 *
 * State lives in the data folder (`emulator.db`, `objects/`, `buckets/`); a request that was answered outlives the process,
 * SIGKILL included. Jobs that were pending go on at the next start. Faults are forgotten at the end.
 *
 * Control, beside what is documented for every checkout (`state`, `faults`, `keys`, `seed`, `clock`):
 * `POST /__emulator/settings {"jobDelayMs"?, "lookupDelayMs"?, "urlLifetimeSeconds"?, "resumable"?}` changes them while
 * it runs. `POST /__emulator/forget-jobs {"jobs"?: [id]}` lets the server know nothing more of running or ended work.
 * Integrations of a seed hold `objects` of a bucket: with `bytes` (base64) or the `path` of a file, or with what a look
 * would tell (`itemType`, `fileSize`, `width`, …); `missing` takes one away. Whatever is not seeded is not there.
 * A fault's `title` is compared with every string of the request's `uid`, `payload` or body, with the titles of the
 * job that is polled, and for a PUT with the file name of its grant (generation L only: the others have none).
 * A fault without `status` and `error` (say, `delayMs`) lets the request act and be answered. `stallMs` stops a PUT
 * half way (or after `resetAfterBytes`), and an API answer in the middle of its body; `resetAfterBytes` on an API call
 * resets at once; `expireUrl` on a grant hands out URLs that have expired, on a PUT it refuses as if they had. Of a
 * resumable upload every request counts as a PUT: its opening, each chunk, each question.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerControl, CONTROL_PREFIX } from './control/control.ts';
import { type FaultAction, type FaultKind, Faults } from './control/faults.ts';
import { addKey } from './control/seed.ts';
import {
  BodyAborted,
  BodyTooLarge,
  header,
  jsonReply,
  pause,
  type Reply,
  readBody,
  reset,
  send,
  sendStalled,
} from './http.ts';
import { JobRunner } from './jobs/runner.ts';
import { refuseBody, xmlError } from './storage/answers.ts';
import { putObject } from './storage/put.ts';
import { readObject } from './storage/read.ts';
import { cancelSession, openSession, putSession } from './storage/resumable.ts';
import { Sessions } from './storage/sessions.ts';
import { UrlSigner } from './storage/signing.ts';
import { Buckets } from './store/buckets.ts';
import { CloudFolders } from './store/cloudFolders.ts';
import { Database } from './store/database.ts';
import { Datasets } from './store/datasets.ts';
import { DeidentifyTasks } from './store/deidentification.ts';
import { FolderGroups } from './store/folderGroups.ts';
import { Folders } from './store/folders.ts';
import { Groups } from './store/groups.ts';
import { Items } from './store/items.ts';
import { Jobs } from './store/jobs.ts';
import { Objects } from './store/objects.ts';
import { Projects } from './store/projects.ts';
import { Reencodings } from './store/reencodings.ts';
import { StorageEdits } from './store/storageEdits.ts';
import { ReencodeTasks } from './store/tasks.ts';
import { Users } from './store/users.ts';
import { answerV1, v1Error, v1Subject } from './v1/dispatch.ts';
import { answerV2, V2_PREFIX, v2Subject } from './v2/router.ts';
import type { World } from './world.ts';

export interface EmulatorOptions {
  /** Folder for state and objects; made when missing. One emulator at a time may use it. */
  readonly dataDir: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Make a user of an unknown key at its first valid signature. Default false. */
  readonly trustNewKeys?: boolean;
  /** OpenSSH lines; each becomes a user with the comment, if it looks like one, as e-mail address. */
  readonly publicKeys?: readonly string[];
  /** Milliseconds until a job starts with its units, and again spread over them. Default 300. */
  readonly jobDelayMs?: number;
  /** Milliseconds until lookups show what was registered. Default 0. */
  readonly lookupDelayMs?: number;
  /** Seconds that signed URLs are valid. Default one hour. */
  readonly urlLifetimeSeconds?: number;
  /** Whether grants are for opening a resumable upload, instead of for one PUT. Default false. */
  readonly resumable?: boolean;
  /** False leaves out md5 and CRC-32C of stored objects, for benchmarks. Default true. */
  readonly hashes?: boolean;
  /** What signed URLs start with, e.g. of a TLS proxy before it. Default: the Host of the request, by http. */
  readonly publicUrl?: string;
  /** Milliseconds since the epoch; `POST /__emulator/clock` shifts what it gives. */
  readonly clock?: () => number;
}

export interface Emulator {
  /** E.g. `http://127.0.0.1:4711`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Ends connections and running jobs; state stays in the data folder. */
  close(): Promise<void>;
}

function makeWorld(options: EmulatorOptions): World {
  const db = new Database(options.dataDir);
  const clock = options.clock ?? Date.now;
  let shiftMs = Number(db.meta('clock-shift-ms', () => '0'));
  return {
    db,
    users: new Users(db),
    datasets: new Datasets(db),
    groups: new Groups(db),
    projects: new Projects(db),
    reencodeTasks: new ReencodeTasks(db),
    folders: new Folders(db),
    folderGroups: new FolderGroups(db),
    cloudFolders: new CloudFolders(db),
    objects: new Objects(db, options.dataDir),
    buckets: new Buckets(db, options.dataDir),
    sessions: new Sessions(options.dataDir, options.hashes ?? true),
    items: new Items(db),
    storageEdits: new StorageEdits(db),
    reencodings: new Reencodings(db),
    jobs: new Jobs(db),
    deidentifyTasks: new DeidentifyTasks(db),
    runner: new JobRunner(),
    signer: new UrlSigner(db.meta('url-secret', () => randomBytes(32).toString('hex'))),
    faults: new Faults(),
    settings: {
      jobDelayMs: options.jobDelayMs ?? 300,
      lookupDelayMs: options.lookupDelayMs ?? 0,
      urlLifetimeSeconds: options.urlLifetimeSeconds ?? 3600,
      resumable: options.resumable ?? false,
    },
    trustNewKeys: options.trustNewKeys ?? false,
    hashes: options.hashes ?? true,
    publicUrl: options.publicUrl?.replace(/\/+$/, '') ?? null,
    now: () => clock() + shiftMs,
    shiftClock: (seconds) => {
      shiftMs += seconds * 1000;
      db.setMeta('clock-shift-ms', String(shiftMs));
    },
  };
}

function registerKeys(world: World, lines: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    const comment = line.trim().split(/\s+/)[2];
    const email = comment?.includes('@') ? comment : `user${index + 1}@emulator.invalid`;
    addKey(world, line, world.users.ensure(email, world.now()));
  }
}

/**
 * Starts an emulator on the loopback address.
 * @throws Error with a sentence when the port or the data folder is taken, or a key is malformed
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const world = makeWorld(options);
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    response.setHeader('Date', new Date(world.now()).toUTCString());
    const work = handle(world, request, response)
      .catch((error: unknown) => {
        // A client that went away is its own business, and gets no answer.
        if (request.destroyed && response.destroyed) return;
        console.error('emulator: a request failed:', error);
        send(response, jsonReply(500, { message: 'The emulator failed; see its standard error.' }));
      })
      .finally(() => underWay.delete(work));
    underWay.add(work);
  });
  // A body of many gigabytes on a slow line is no reason to hang up.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  try {
    registerKeys(world, options.publicKeys ?? []);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
    });
  } catch (error) {
    world.db.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Error(`The port ${options.port} is in use by another program.`);
    }
    throw error;
  }
  world.runner.start(world);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The emulator listens on no port.');
  let closing: Promise<void> | null = null;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () => {
      closing ??= (async () => {
        const closed = new Promise((resolve) => server.close(resolve));
        await world.runner.close();
        server.closeAllConnections();
        await closed;
        // What a handler still does after its connection has ended needs the database.
        await Promise.all(underWay);
        world.db.close();
      })();
      return closing;
    },
  };
}

async function handle(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '';
  if (url.startsWith('/storage/')) return handleStorage(world, request, response);
  let body: Buffer;
  try {
    body = await readBody(request);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      return refuseBody(request, response, jsonReply(413, { message: 'The request is too large.' }));
    }
    if (error instanceof BodyAborted) return;
    throw error;
  }
  if (url.startsWith(CONTROL_PREFIX)) return send(response, await answerControl(world, request, body));
  const path = url.split('?', 1)[0];
  if (path === '/public' || path === '/public/user') return handleV1(world, request, response, path, body);
  if (url.startsWith(V2_PREFIX)) return handleV2(world, request, response, body);
  send(response, jsonReply(404, { detail: 'Not Found' }));
}

function handleStorage(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | void {
  const session = URL.parse(request.url ?? '', 'http://storage')?.searchParams.get('upload_id');
  if (session && request.method === 'PUT') return putSession(world, request, response, session);
  if (session && request.method === 'DELETE') return cancelSession(world, request, response, session);
  if (request.method === 'POST') return openSession(world, request, response, baseOf(world, request));
  if (request.method === 'PUT') return putObject(world, request, response);
  if (request.method === 'GET' || request.method === 'HEAD') return readObject(world, request, response);
  refuseBody(request, response, xmlError('MethodNotAllowed'));
}

/** Scheme, host and port that the client uses, so that signed URLs lead through the same proxy. */
function baseOf(world: World, request: IncomingMessage): string {
  return world.publicUrl ?? `http://${header(request, 'host') ?? '127.0.0.1'}`;
}

function abortedWith(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // With a reason of its own: making the default one, an exception with a stack, is costly for every request.
  response.once('close', () => controller.abort('closed'));
  return controller.signal;
}

/** What of a request the faults want to know. */
interface Subject {
  readonly kinds: readonly FaultKind[];
  readonly titles: () => string[];
  readonly job: string | null;
}

/** Titles in the request, and those that its job or items stand for. */
function titlesOf(world: World, subject: Subject): string[] {
  const titles = subject.titles();
  if (subject.job !== null) titles.push(...world.jobs.units(subject.job).flatMap((unit) => unit.title ?? []));
  if (subject.kinds.includes('link'))
    titles.push(...titles.flatMap((uuid) => world.items.get(uuid)?.name ?? []));
  return titles;
}

async function handleV1(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: '/public' | '/public/user',
  body: Buffer,
): Promise<void> {
  await withFaults(world, request, response, v1Subject(body), {
    error: (status, name, message) => v1Error(name, message, status),
    answer: (base) => answerV1({ world, request, path, body, base, signal: abortedWith(response) }),
  });
}

async function handleV2(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  await withFaults(world, request, response, v2Subject(request, body), {
    error: (status, name, message) => jsonReply(status, { message: message || name }),
    answer: (base) => answerV2({ world, request, body, base, signal: abortedWith(response) }),
  });
}

interface Protocol {
  readonly error: (status: number, name: string, message: string) => Reply;
  readonly answer: (base: string) => Promise<Reply>;
}

async function withFaults(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  subject: Subject,
  protocol: Protocol,
): Promise<void> {
  const fault = world.faults.take(subject.kinds, () => titlesOf(world, subject));
  const base = baseOf(world, request);
  if (!fault) return send(response, await protocol.answer(base));
  if (fault.delayMs !== undefined) await pause(fault.delayMs, response);
  if (fault.reset || fault.resetAfterBytes !== undefined) return reset(request);
  const refused = faultReply(fault, protocol);
  const reply = refused ?? (await answerExpiring(world, fault, () => protocol.answer(base)));
  if (fault.dropResponse) return reset(request);
  if (fault.stallMs !== undefined) return sendStalled(response, reply, fault.stallMs);
  send(response, reply);
}

function faultReply(fault: FaultAction, protocol: Protocol): Reply | null {
  if (fault.status === undefined && fault.error === undefined) return null;
  const name = fault.error ?? nameOfStatus(fault.status ?? 500);
  const reply = protocol.error(
    fault.status ?? protocol.error(400, name, '').status,
    name,
    'A fault that was asked for.',
  );
  if (fault.retryAfter === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'Retry-After': String(fault.retryAfter) } };
}

function nameOfStatus(status: number): string {
  switch (status) {
    case 401:
      return 'AUTHENTICATION_ERROR';
    case 403:
      return 'AUTHORISATION_ERROR';
    case 404:
      return 'RESOURCE_NOT_FOUND_ERROR';
    case 405:
      return 'METHOD_NOT_ALLOWED_ERROR';
    case 400:
    case 422:
      return 'INVALID_ARGUMENTS_ERROR';
    default:
      return 'UNKNOWN_ERROR';
  }
}

/** `expireUrl` on a grant: its URLs have expired when they arrive. */
async function answerExpiring(
  world: World,
  fault: FaultAction,
  answer: () => Promise<Reply>,
): Promise<Reply> {
  if (!fault.expireUrl) return answer();
  // The grant calls sign before they first wait for anything, so no other request sees this setting.
  const lifetime = world.settings.urlLifetimeSeconds;
  world.settings.urlLifetimeSeconds = 0;
  try {
    return await answer();
  } finally {
    world.settings.urlLifetimeSeconds = lifetime;
  }
}

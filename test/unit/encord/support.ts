/** Shared by the tests of the Encord adapter: keys of known seed, a clock, raw servers that answer as told. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Log, Random } from '../../../main/core/ports.ts';

/** Seed and public key of the reference's test vectors (encord-api.md B.6). */
export const SEED = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
export const VECTOR_PUBLIC_HEX = '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8';

function publicOf(seed: Buffer): Buffer {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function field(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** OpenSSH text, written here by hand so that reading it is tested against another writer. */
export function keyFromSeed(
  seed: Buffer,
  comment: string,
  publicBytes: Buffer = publicOf(seed),
  claimed?: { rounds: number },
): string {
  const one = Buffer.from([0, 0, 0, 1]);
  const publicPart = Buffer.concat([field('ssh-ed25519'), field(publicBytes)]);
  const check = Buffer.from([1, 2, 3, 4]);
  const inner = [check, check, publicPart, field(Buffer.concat([seed, publicBytes])), field(comment)];
  const unpadded = Buffer.concat(inner);
  const padding = Buffer.from(
    Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, index) => index + 1),
  );
  const rounds = Buffer.alloc(4);
  rounds.writeUInt32BE(claimed?.rounds ?? 0);
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field(claimed ? 'aes256-ctr' : 'none'),
    field(claimed ? 'bcrypt' : 'none'),
    field(claimed ? Buffer.concat([field(Buffer.alloc(16)), rounds]) : ''),
    one,
    field(publicPart),
    field(Buffer.concat([unpadded, padding])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
}

export function systemClock(shiftMs = 0): Clock {
  return {
    now: () => Date.now() + shiftMs,
    monotonic: () => performance.now(),
    after: (ms, fn) => {
      const timer = setTimeout(fn, ms).unref();
      return () => clearTimeout(timer);
    },
  };
}

export const random: Random = { uuid: () => randomUUID(), fraction: () => Math.random() };

/** A log that keeps what it is told, so that a test can look for secrets in it. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  };
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** Whether a program is installed; tests that need one that is not say so by their name. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--help'], { stdio: 'ignore' }).error === undefined;
}

export const never = new AbortController().signal;

export interface RawServer {
  readonly url: string;
  /** Requests seen, in order. */
  readonly seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

/** A server on a free port that reads each request whole and then does what the handler says. */
export async function rawServer(
  handle: (request: IncomingMessage, response: ServerResponse, body: string, nth: number) => void,
): Promise<RawServer> {
  const seen: RawServer['seen'] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      handle(request, response, body, seen.length);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export async function listen(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): AddressInfo | string | null;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

/** What a scripted server answers to one call; `null` leaves the caller without any answer. */
export type Reply = {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
} | null;

export interface Call {
  /** `video PUT` for v1, `POST storage/folders/F/data-upload-jobs` for v2. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** The body of v2, `values` of v1. */
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

export interface ScriptedEncord {
  readonly url: string;
  /** Names of the calls seen, in order. */
  readonly calls: Call[];
  names(): string[];
  close(): Promise<void>;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A server that answers each call, of either protocol, by a function; calls it does not know do not exist. */
export async function scriptedEncord(
  script: Record<string, (call: Call, nth: number) => Reply>,
): Promise<ScriptedEncord> {
  const calls: Call[] = [];
  const counts = new Map<string, number>();
  const server = await rawServer((request, response, text) => {
    const url = new URL(request.url ?? '/', 'http://host');
    const v2 = url.pathname.startsWith('/v2/public/');
    const body = record(text === '' ? {} : JSON.parse(text));
    const name = v2
      ? `${request.method} ${decodeURIComponent(url.pathname.slice('/v2/public/'.length))}`
      : `${String(body.query_type)} ${String(body.query_method)}`;
    const call = {
      name,
      query: url.searchParams,
      body: v2 ? body : record(body.values),
      headers: request.headers,
    };
    calls.push(call);
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const answer = script[name];
    const unknown = v2
      ? { status: 404, json: { detail: 'Not Found' } }
      : { status: 405, json: { status: 405, response: ['METHOD_NOT_ALLOWED_ERROR'] } };
    const reply: Reply = answer === undefined ? unknown : answer(call, nth);
    if (reply === null) {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(reply.status ?? 200, { 'Content-Type': 'application/json', ...reply.headers });
    response.end(reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json)));
  });
  return { url: server.url, calls, names: () => calls.map((call) => call.name), close: server.close };
}

/** The envelope of v1. */
export function ok(response: unknown): Reply {
  return { json: { status: 200, response } };
}

export function no(status: number, name: string, payload?: unknown): Reply {
  return { status, json: { status, response: [name], ...(payload === undefined ? {} : { payload }) } };
}

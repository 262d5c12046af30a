/**
 * Shared by the emulator's tests: starting one in a temporary folder, a client that speaks the wire protocols by hand
 * (written from the reference, not with the program's own adapter), and tiny real media made from nothing.
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';

export const SEED_A = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
export const SEED_B = Buffer.alloc(32, 7);

/** A folder that is removed when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An emulator with short jobs that is closed when the test has finished. */
export async function started(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    dataDir: options.dataDir ?? temporaryFolder(),
    trustNewKeys: true,
    jobDelayMs: 5,
    ...options,
  });
  onTestFinished(() => emulator.close());
  return emulator;
}

export class Key {
  readonly privateKey: KeyObject;
  readonly publicHex: string;

  constructor(seed: Buffer) {
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    this.privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    this.publicHex = createPublicKey(this.privateKey)
      .export({ format: 'der', type: 'spki' })
      .subarray(-32)
      .toString('hex');
  }

  /** The OpenSSH line of the public key. */
  get openSsh(): string {
    const head = Buffer.from('0000000b7373682d6564323535313900000020', 'hex');
    return `ssh-ed25519 ${Buffer.concat([head, Buffer.from(this.publicHex, 'hex')]).toString('base64')} test@example.org`;
  }

  v1(body: string): string {
    const digest = createHash('sha256').update(body).digest();
    return `${this.publicHex}:${sign(null, digest, this.privateKey).toString('hex')}`;
  }

  v2(method: string, target: string, body: string, created: number): Record<string, string> {
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const params = `("@method" "@request-target" "content-digest");created=${created};keyid="${this.publicHex}";alg="ed25519"`;
    const base = [
      `"@method": ${method}`,
      `"@request-target": ${target}`,
      `"content-digest": ${digest}`,
      `"@signature-params": ${params}`,
    ].join('\n');
    const signature = sign(null, Buffer.from(base), this.privateKey).toString('base64');
    return {
      'Content-Digest': digest,
      'Signature-Input': `encord-sig=${params}`,
      Signature: `encord-sig=:${signature}:`,
    };
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** One request over node:http, so that tests see resets as errors and control every header. */
export function http(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body: Buffer | string = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const outgoing = request(
      url,
      {
        method,
        headers: {
          ...(length > 0 || method === 'PUT' ? { 'Content-Length': String(length) } : {}),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const envelope = z.object({ status: z.number(), response: z.unknown(), payload: z.unknown().optional() });
export type Envelope = z.output<typeof envelope>;

export const urlObject = z.object({
  signed_url: z.string(),
  data_hash: z.string(),
  title: z.string(),
  file_link: z.string(),
});
export type UrlObject = z.output<typeof urlObject>;

export const grantsPage = z.object({
  results: z.array(z.object({ itemUuid: z.string(), objectKey: z.string(), signedUrl: z.string() })),
});

const stateSchema = z.object({
  datasets: z.array(
    z.object({
      dataset_hash: z.string(),
      title: z.string(),
      rows: z.array(
        z.object({
          data_hash: z.string(),
          title: z.string(),
          data_type: z.string(),
          file_size: z.number().nullable(),
          sha256: z.string().nullable(),
          images: z.array(
            z.object({ title: z.string(), sha256: z.string().nullable(), file_size: z.number().nullable() }),
          ),
        }),
      ),
    }),
  ),
  items: z.array(
    z.object({
      item_uuid: z.string(),
      title: z.string(),
      type: z.string(),
      sha256: z.string().optional(),
      linked: z.boolean(),
    }),
  ),
  objects: z.number(),
  puts: z.number(),
  registrations: z.number(),
});
export type State = z.output<typeof stateSchema>;

/** A client of one emulator with one credential. */
export class Client {
  readonly url: string;
  /** Seconds by which this client's clock is off, for tests that shift the emulator's. */
  shiftSeconds = 0;
  readonly #credential: Key | string;

  /** @param credential an SSH key, or a dataset API key */
  constructor(url: string, credential: Key | string) {
    this.url = url;
    this.#credential = credential;
  }

  async v1(
    type: string,
    method: string,
    uid: unknown,
    payload: unknown,
    dataset?: string,
    change: { headers?: Record<string, string>; body?: (signed: string) => string } = {},
  ): Promise<Envelope> {
    const signed = JSON.stringify({ query_type: type, query_method: method, values: { uid, payload } });
    const credential = this.#credential;
    const answer = await http(
      'POST',
      `${this.url}${dataset === undefined ? '/public/user' : '/public'}`,
      {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        Authorization: typeof credential === 'string' ? credential : credential.v1(signed),
        ...(dataset === undefined ? {} : { ResourceID: dataset }),
        ...change.headers,
      },
      change.body ? change.body(signed) : signed,
    );
    return envelope.parse(JSON.parse(answer.text));
  }

  /** The response of a v1 call that must succeed. */
  async ok<S extends z.ZodType>(
    schema: S,
    type: string,
    method: string,
    uid: unknown,
    payload: unknown,
    dataset?: string,
  ): Promise<z.output<S>> {
    const answer = await this.v1(type, method, uid, payload, dataset);
    if (answer.status !== 200) throw new Error(`${type} ${method}: ${JSON.stringify(answer)}`);
    return schema.parse(answer.response);
  }

  async v2(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    if (typeof this.#credential === 'string') throw new Error('v2 takes no API key.');
    const target = `/v2/public/${path}`;
    const text = body === undefined ? '' : JSON.stringify(body);
    const created = Math.floor(Date.now() / 1000) - 30 + this.shiftSeconds;
    return http(
      method,
      this.url + target,
      {
        ...this.#credential.v2(method, target, text, created),
        ...(text === '' ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      text,
    );
  }

  async okV2<S extends z.ZodType>(
    schema: S,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.output<S>> {
    const answer = await this.v2(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return schema.parse(JSON.parse(answer.text));
  }

  async dataset(title: string, mirrored: boolean): Promise<{ dataset: string; folder: string | null }> {
    const made = await this.okV2(
      z.object({ datasetUuid: z.string(), backingFolderUuid: z.string().nullable() }),
      'POST',
      'datasets',
      { title, description: '', createBackingFolder: mirrored, legacyCall: false },
    );
    return { dataset: made.datasetUuid, folder: made.backingFolderUuid };
  }

  async folder(name: string): Promise<string> {
    return (await this.okV2(z.object({ uuid: z.string() }), 'POST', 'storage/folders', { name })).uuid;
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const answer = await http(method, `${this.url}/__emulator/${path}`, {}, text);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }

  async state(): Promise<State> {
    return stateSchema.parse(await this.control('GET', 'state'));
  }
}

export function put(url: string, bytes: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  return http('PUT', url, { 'Content-Type': 'application/octet-stream', ...headers }, bytes);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function chunk(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(content.length);
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(named));
  return Buffer.concat([head, named, tail]);
}

/** A grey PNG; `shade` makes different files. */
export function png(width = 4, height = 3, shade = 0): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  const rows = Buffer.alloc((width + 1) * height, shade);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function box(type: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, i * 4);
  });
  return bytes;
}

/** A structurally whole MP4 of 20 frames at 10 a second, 64 by 48; the samples themselves are noise. */
export function mp4(payload: Buffer = Buffer.alloc(400, 1)): Buffer {
  const ftyp = box('ftyp', Buffer.from('isom'), words(512), Buffer.from('isomavc1'));
  const entry = Buffer.alloc(78);
  entry.writeUInt16BE(64, 24);
  entry.writeUInt16BE(48, 26);
  const moov = (mdatAt: number): Buffer =>
    box(
      'moov',
      box('mvhd', words(0, 0, 0, 1000, 2000), Buffer.alloc(80)),
      box(
        'trak',
        box(
          'mdia',
          box('mdhd', words(0, 0, 0, 10, 20, 0)),
          box('hdlr', words(0, 0), Buffer.from('vide'), Buffer.alloc(13)),
          box(
            'minf',
            box(
              'stbl',
              box('stsd', words(0, 1), box('avc1', entry)),
              box('stsz', words(0, 20, 20)),
              box('stco', words(0, 1, mdatAt)),
            ),
          ),
        ),
      ),
    );
  const size = moov(0).length;
  return Buffer.concat([ftyp, moov(ftyp.length + size + 8), box('mdat', payload)]);
}

/** DataUploadItems with every list, and the given ones filled. */
export function dataItems(lists: Record<string, unknown[]>): Record<string, unknown> {
  return {
    videos: [],
    imageGroups: [],
    dicomSeries: [],
    images: [],
    imageGroupsFromItems: [],
    audio: [],
    nifti: [],
    text: [],
    pdf: [],
    skipDuplicateUrls: false,
    upsertMetadata: false,
    ...lists,
  };
}

/** Showing what lies in Encord: real bytes over real HTTP, a pretended account, and no signed URL in anything a page gets. */

import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createMediaReader } from '../../../main/adapters/http/media.ts';
import { createRandom } from '../../../main/adapters/random.ts';
import { Media } from '../../../main/app/manage/media.ts';
import type { MediaAnswer } from '../../../main/app/types.ts';
import type { EncordSession } from '../../../main/core/encord-port.ts';
import type { RowDetail, RowFrame } from '../../../main/core/manage/ports.ts';

const SECRET = 'X-Goog-Signature=0123456789abcdef';
const BYTES = Buffer.from('0123456789');

let base = '';
/** The signature that the storage takes now. */
let good = SECRET;
const asked: { url: string; range: string | undefined; headers: IncomingHttpHeaders }[] = [];
const storage = createServer((request, response) => {
  asked.push({ url: request.url ?? '', range: request.headers.range, headers: request.headers });
  if (!request.url?.includes(good)) return void response.writeHead(403).end('<Error/>');
  if (request.url.startsWith('/gone')) return void response.writeHead(404).end();
  const range = /^bytes=(\d+)-/.exec(request.headers.range ?? '');
  if (!range) return void response.writeHead(200, { 'content-length': 10 }).end(BYTES);
  const from = Number(range[1]);
  if (from > 9) return void response.writeHead(416, { 'content-range': 'bytes */10' }).end();
  const part = BYTES.subarray(from);
  response.writeHead(206, { 'content-range': `bytes ${from}-9/10`, 'content-length': part.length }).end(part);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
  const address = storage.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(() => storage.close());

let rows: Map<string, RowDetail>;
let media: Media;
let rowCalls: number;
const agents = createAgents({ extraCa: [], proxyEnv: {} });
afterAll(() => agents.close());

beforeEach(() => {
  asked.length = 0;
  rowCalls = 0;
  good = SECRET;
  rows = new Map();
  const clock = createClock();
  const session = {
    manage: {
      rows: {
        row: async (_datasetId: string, dataHash: string) => {
          rowCalls += 1;
          return { ok: true, value: rows.get(dataHash) };
        },
      },
    },
  };
  media = new Media(
    { clock, random: createRandom(), fetchMedia: createMediaReader({ agents, clock, stallMs: 5_000 }) },
    // Only what is asked for here is pretended.
    async () => session as unknown as EncordSession,
    new AbortController().signal,
  );
});

function row(dataHash: string, more: Partial<RowDetail> = {}): void {
  rows.set(dataHash, {
    dataHash,
    title: dataHash,
    type: 'IMAGE',
    mime: 'image/png',
    size: 10,
    width: null,
    height: null,
    fps: null,
    durationSeconds: null,
    createdAt: null,
    editedAt: null,
    itemUuid: null,
    storage: 0,
    fileLink: null,
    isSequence: null,
    clientMetadata: null,
    signedUrl: `${base}/${dataHash}?${SECRET}`,
    frames: null,
    ...more,
  });
}

const frame = (imageHash: string): RowFrame => ({
  imageHash,
  title: imageHash,
  size: 10,
  mime: 'image/jpeg',
  width: null,
  height: null,
  signedUrl: `${base}/frame-${imageHash}?${SECRET}`,
});

const look = (dataHash: string, imageHash: string | null = null, size: 'thumbnail' | 'whole' = 'whole') =>
  media.ofRow('account', { datasetId: 'd', dataHash, imageHash, size });

async function open(path: string, range: string | null = null): Promise<MediaAnswer & { text?: string }> {
  const answer = await media.open(path.replace('/media/', ''), range, new AbortController().signal);
  if (answer.kind !== 'bytes') return answer;
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return { ...answer, text: Buffer.concat(chunks).toString() };
}

test('a row is shown by an address that holds no secret, whole and in ranges', async () => {
  row('picture');
  const view = await look('picture');
  if (view.kind !== 'media') throw new Error(view.why);
  expect(view).toEqual({ kind: 'media', path: view.path, mime: 'image/png', size: 10, as: 'image' });
  expect(JSON.stringify(view)).not.toContain('Goog');
  expect(view.path).toMatch(/^\/media\/[\w-]{36}$/);
  expect(await open(view.path)).toMatchObject({
    status: 200,
    length: 10,
    mime: 'image/png',
    text: '0123456789',
  });
  const part = await open(view.path, 'bytes=7-');
  expect(part).toMatchObject({ status: 206, range: 'bytes 7-9/10', text: '789' });
  expect(asked.at(-1)).toMatchObject({ range: 'bytes=7-' });
  expect(asked.at(-1)?.headers['accept-encoding']).toBe('identity');
  expect(await open(view.path, 'bytes=50-')).toEqual({ kind: 'beyond', size: 10 });
});

test('an address that has expired at the storage is asked for anew, once', async () => {
  row('picture');
  const view = await look('picture');
  if (view.kind !== 'media') throw new Error(view.why);
  good = 'renewed';
  row('picture', { signedUrl: `${base}/picture?renewed` });
  expect(await open(view.path)).toMatchObject({ kind: 'bytes', text: '0123456789' });
  good = 'nothing';
  const refused = await open(view.path);
  expect(refused).toMatchObject({ kind: 'refused', status: 403 });
  expect(JSON.stringify(refused)).not.toContain('renewed');
});

test('frames are shown one by one out of one question; the first stands for the group', async () => {
  row('group', { type: 'IMG_GROUP', signedUrl: null, mime: null, frames: [frame('a'), frame('b')] });
  for (const imageHash of [null, 'a', 'b'] as const) {
    const view = await look('group', imageHash, 'thumbnail');
    if (view.kind !== 'media') throw new Error(view.why);
    await open(view.path);
    expect(asked.at(-1)?.url).toContain(`/frame-${imageHash ?? 'a'}?`);
  }
  expect(rowCalls).toBe(1);
  expect(await look('group', 'c')).toMatchObject({ kind: 'none' });
});

test.each([
  ['a DICOM series', { type: 'DICOM', signedUrl: null, mime: 'application/dicom' }, /^DICOM series cannot/],
  ['a PDF', { type: 'PDF', mime: 'application/pdf' }, /^PDFs cannot/],
  ['a page of HTML', { type: 'PLAIN_TEXT', mime: 'text/html' }, /^Texts cannot/],
  ['a drawing that could run scripts', { mime: 'image/svg+xml' }, /^There is nothing/],
  ['a TIFF', { mime: 'image/tiff' }, /Safari/],
  ['a large image, small', { size: 50_000_000 }, /^The image is large/],
])('%s is not shown, and it is said why', async (_name, more, why) => {
  row('row', more as Partial<RowDetail>);
  const view = await look('row', null, 'thumbnail');
  expect(view).toMatchObject({ kind: 'none', why: expect.stringMatching(why) });
});

test('QuickTime goes under the name that the engine plays', async () => {
  row('film', { type: 'VIDEO', mime: 'video/quicktime' });
  expect(await look('film', null, 'thumbnail')).toMatchObject({ mime: 'video/mp4', as: 'video' });
});

test('unknown addresses, missing objects and a silent host are answered in words', async () => {
  expect(await open('/media/guessed')).toMatchObject({ kind: 'refused', status: 404 });
  row('gone', { signedUrl: `${base}/gone?${SECRET}` });
  const view = await look('gone');
  if (view.kind !== 'media') throw new Error(view.why);
  expect(await open(view.path)).toMatchObject({ kind: 'refused', status: 502 });
  row('off', { signedUrl: `http://127.0.0.1:1/x?${SECRET}` });
  const off = await look('off');
  if (off.kind !== 'media') throw new Error(off.why);
  const failed = await open(off.path);
  expect(failed).toMatchObject({ kind: 'refused', status: 502 });
  expect(JSON.stringify(failed)).not.toContain('Goog');
});

/**
 * Downloads: a file of a storage into a folder of this machine, checked, and without overwriting anything. Made once by
 * the composition root, used through the `Downloads` port.
 *
 * A file grows as `NAME.part`. What broke off goes on there: under the same ETag within one run; from an earlier run only
 * where the storage tells a hash of the whole object, which proves afterwards that both parts were of the same one.
 */

import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asUploaderError, UploaderError } from '../../core/errors.ts';
import type { DownloadOutcome, DownloadRequest, Downloads } from '../../core/manage/downloads.ts';
import { PART_ENDING } from '../../core/manage/file-names.ts';
import { createDigest, type Digest } from './digests.ts';
import { contentRange, expectedSize, refusalOfGet, strongTag, wholeHash } from './download-answers.ts';
import { diskTrouble, feed, isSame, place, sizeOf, spotFor } from './download-files.ts';
import { type GetAnswer, type GetLine, type Got, get } from './download-get.ts';
import { parseAddress } from './exchange.ts';

/** A file that breaks off again and again is left to whoever asked for it, who waits before asking again. */
const TRIES = 20;

interface Tools extends GetLine {
  /** ETags of the objects whose unfinished files this run has begun, by path. */
  readonly tags: Map<string, string>;
}

type Attempt =
  | DownloadOutcome
  /** It broke off, or has to begin anew; `moved` where trying again at once may get further. */
  | { readonly kind: 'cut'; readonly error: UploaderError; readonly moved: boolean };

export function createDownloads(line: GetLine): Downloads {
  const tools: Tools = { ...line, tags: new Map() };
  /** Two downloads of one name would write into one unfinished file: the second waits. */
  const busy = new Map<string, Promise<unknown>>();
  return {
    async fetch(request) {
      const part = join(request.folder, request.name + PART_ENDING);
      const before = busy.get(part);
      const mine = (before ?? Promise.resolve()).then(() => fetchFile(tools, part, request));
      busy.set(part, mine);
      try {
        return await mine;
      } finally {
        if (busy.get(part) === mine) busy.delete(part);
      }
    },
  };
}

async function fetchFile(tools: Tools, part: string, request: DownloadRequest): Promise<DownloadOutcome> {
  const url = parseAddress(request.url);
  if (!url) {
    const message =
      'Encord gave an address for this file that cannot be used. Retry; if it stays so, tell Encord.';
    return { kind: 'refused', error: new UploaderError('bad-answer', message) };
  }
  try {
    await mkdir(request.folder, { recursive: true });
    for (let tries = 1; ; tries++) {
      const ended = await attempt(tools, url, part, request);
      if (request.signal.aborted && ended.kind !== 'saved' && ended.kind !== 'present')
        return { kind: 'cancelled' };
      if (ended.kind !== 'cut') return ended;
      if (!ended.moved || tries === TRIES) {
        return { kind: 'transient', error: ended.error, retryAfterMs: null };
      }
    }
  } catch (thrown) {
    if (request.signal.aborted) return { kind: 'cancelled' };
    return { kind: 'disk', error: diskTrouble(thrown, request.folder) };
  }
}

async function attempt(tools: Tools, url: URL, part: string, request: DownloadRequest): Promise<Attempt> {
  // The last byte is asked for again: a whole file that was not yet put in its place has something to ask for, too.
  const from = Math.max(0, (await sizeOf(part)) - 1);
  const tag = tools.tags.get(part);
  const headers: Record<string, string> = {
    // The bytes as they are stored: lengths and hashes are of these.
    'Accept-Encoding': 'identity',
    ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
    ...(from === 0 || tag === undefined ? {} : { 'If-Range': tag }),
  };
  const got = await getTwice(tools, url, headers, request.signal);
  if (got.kind === 'cancelled') return got;
  if (got.kind === 'failed') return { kind: 'cut', error: got.error, moved: false };
  const { answer } = got;
  try {
    return await take(tools, url, part, request, from, answer);
  } finally {
    answer.drop();
  }
}

/** A kept connection that the storage had closed says nothing about the storage. */
async function getTwice(
  tools: Tools,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Got> {
  const first = await get(tools, { url, headers, signal });
  return first.kind === 'failed' && first.stale ? get(tools, { url, headers, signal }) : first;
}

async function take(
  tools: Tools,
  url: URL,
  part: string,
  request: DownloadRequest,
  from: number,
  answer: GetAnswer,
): Promise<Attempt> {
  const { status, headers } = answer;
  const anew = async (): Promise<Attempt> => {
    tools.tags.delete(part);
    await rm(part, { force: true });
    return { kind: 'cut', error: brokenRange(url.host), moved: from > 0 };
  };
  if (status === 416 && from > 0) return anew();
  const refusal = refusalOfGet(status, headers, url.host, tools.clock.now());
  if (refusal) return refusal;
  const range = status === 206 ? contentRange(headers) : null;
  const hash = wholeHash(headers, url.host);
  const tag = strongTag(headers);
  if (status === 206) {
    const known = tools.tags.get(part);
    const sameObject = known === undefined ? hash !== null : known === tag;
    if (range === null || range.from !== from || from === 0 || !sameObject) return anew();
  }
  const total = range ? range.total : expectedSize(headers);
  // A video that Encord encoded anew has another size than its row tells: the storage's own hash says more.
  if (hash === null && total !== null && request.size !== null && total !== request.size) {
    await rm(part, { force: true });
    return { kind: 'refused', error: wrongSize(total, request.size) };
  }
  if (tag === null) tools.tags.delete(part);
  else tools.tags.set(part, tag);
  const spot = await spotFor(request, total, hash, request.signal);
  if (spot.kind === 'present') {
    await rm(part, { force: true });
    return { kind: 'present', name: spot.name, bytes: spot.bytes, checked: true };
  }

  const digest = hash && createDigest(hash.algorithm);
  const begun = range ? from : 0;
  const { position, broken } = await write(part, begun, digest, answer, request.signal);
  if (broken) return { kind: 'cut', error: broken, moved: position > begun };
  const wanted = total ?? request.size;
  tools.tags.delete(part);
  if (wanted !== null && position !== wanted) {
    await rm(part, { force: true });
    return { kind: 'refused', error: wrongSize(position, wanted) };
  }
  if (digest && digest.hex() !== hash?.hex) {
    await rm(part, { force: true });
    return { kind: 'transient', error: damaged(url.host), retryAfterMs: null };
  }
  for (const twin of spot.twins) {
    if (!(await isSame(part, join(request.folder, twin), request.signal))) continue;
    await rm(part, { force: true });
    return { kind: 'present', name: twin, bytes: position, checked: false };
  }
  const name = await place(part, request);
  return { kind: 'saved', name, bytes: position, checked: digest !== null };
}

/** Puts what comes behind the first `begun` bytes of the file. Throws what the disk throws. */
async function write(
  part: string,
  begun: number,
  digest: Digest | null,
  answer: GetAnswer,
  signal: AbortSignal,
): Promise<{ readonly position: number; readonly broken: UploaderError | null }> {
  const file = await open(part, begun > 0 ? 'r+' : 'w');
  let position = begun;
  try {
    await file.truncate(begun);
    if (digest) await feed(file, begun, digest, signal);
    const pieces = answer.pieces();
    for (;;) {
      const next = await pieces.next().catch(asUploaderError);
      if (next instanceof UploaderError) return { position, broken: next };
      if (next.done) break;
      for (let at = 0; at < next.value.length; ) {
        at += (await file.write(next.value, at, next.value.length - at, position + at)).bytesWritten;
      }
      digest?.update(next.value);
      position += next.value.length;
    }
    await file.datasync();
    return { position, broken: null };
  } finally {
    await file.close();
  }
}

function brokenRange(host: string): UploaderError {
  const message = 'The storage gave another part of the file than was asked for. The download begins anew.';
  return new UploaderError('bad-answer', message, { details: { host } });
}

function damaged(host: string): UploaderError {
  const message =
    'Other bytes arrived than the storage has: they were damaged on the way, or in this machine. The file is fetched again.';
  return new UploaderError('hash-mismatch', message, { details: { host } });
}

function wrongSize(found: number, wanted: number): UploaderError {
  const [has, should] = [found, wanted].map((bytes) => bytes.toLocaleString('en'));
  const message = `The storage has ${has} bytes of this file where Encord says ${should}, so it was not kept. Look at it in Encord's web app; if it plays there, tell Encord's support.`;
  return new UploaderError('hash-mismatch', message);
}

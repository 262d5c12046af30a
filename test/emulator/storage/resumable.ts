/**
 * Resumable uploads as Google Cloud Storage does them
 * (https://cloud.google.com/storage/docs/performing-resumable-uploads): opened by a POST to a signed URL, then fed by
 * PUTs to the address in its answer, which needs no signature. Called by server.ts only.
 *
 * Not told by the documentation, and decided here: a chunk that begins before what is stored is taken from there on;
 * one that is no multiple of 256 KiB keeps its whole units; a second chunk takes the place of one under way, a question
 * does not.
 */

import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultAction } from '../control/faults.ts';
import { header, pause, type Reply, reset, send } from '../http.ts';
import type { World } from '../world.ts';
import { objectHeaders, refuseBody, xmlError } from './answers.ts';
import { takeFault } from './put.ts';
import { type Session, UNIT_BYTES } from './sessions.ts';
import { STORAGE_PREFIX } from './signing.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** `POST` with `x-goog-resumable: start`. */
export async function openSession(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  base: string,
): Promise<void> {
  const target = request.url ?? '';
  const host = header(request, 'host') ?? '';
  const known = world.signer.check('POST', host, target, null);
  const grant = known.ok ? world.objects.grantByKey(known.objectKey) : null;
  const fault = await takeFault(world, request, response, grant);
  if (fault === 'answered') return;
  if (header(request, 'x-goog-resumable') !== 'start') {
    return refuseBody(request, response, xmlError('InvalidArgument', 'x-goog-resumable: start is missing.'));
  }
  const check = world.signer.check('POST', host, target, world.now());
  if (!check.ok) return refuseBody(request, response, xmlError(check.code, check.detail));
  request.resume();
  const session = world.sessions.open({
    objectKey: check.objectKey,
    contentType: header(request, 'content-type') ?? 'application/octet-stream',
    openedAt: world.now(),
  });
  if (fault?.dropResponse) return reset(request);
  const path = STORAGE_PREFIX + check.objectKey.split('/').map(encodeURIComponent).join('/');
  const headers = { Location: `${base}${path}?upload_id=${session.id}`, ...uploader() };
  send(response, { status: 201, headers });
}

/** `PUT` of a chunk, or a question how far it is. */
export async function putSession(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const session = await world.sessions.find(id);
  const grant = session ? world.objects.grantByKey(session.stored.objectKey) : null;
  const fault = await takeFault(world, request, response, grant);
  if (fault === 'answered') return;
  const refusal = refusalOf(world, session);
  if (!session || refusal) return refuseBody(request, response, refusal ?? xmlError('NoSuchUpload'));
  const range = contentRange(request);
  if (!range) {
    const detail = 'Content-Range and Content-Length do not fit.';
    return refuseBody(request, response, xmlError('InvalidArgument', detail));
  }
  if (session.receiving && range.from === range.to) return send(response, soFar(session));
  const before = session.receiving;
  before?.request.destroy();
  await before?.ended;
  const work = receive(world, request, response, session, range, fault);
  const receiving = { request, ended: work.catch(() => undefined) };
  session.receiving = receiving;
  try {
    const reply = await work;
    if (fault?.dropResponse) return reset(request);
    if (reply) send(response, reply);
  } catch (error) {
    // The client went away in the middle of the body: what was received before is kept.
    if (!request.destroyed || request.complete) throw error;
  } finally {
    if (session.receiving === receiving) session.receiving = null;
  }
}

/** `DELETE`: the upload is given up. */
export async function cancelSession(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  request.resume();
  const session = await world.sessions.find(id);
  const refusal = refusalOf(world, session);
  if (session && !refusal) await world.sessions.cancel(session);
  send(response, refusal ?? { status: 499, headers: uploader() });
}

function refusalOf(world: World, session: Session | null): Reply | null {
  if (!session || world.now() >= session.stored.openedAt + WEEK_MS) return xmlError('NoSuchUpload');
  return session.stored.state === 'cancelled' ? { status: 499, headers: uploader() } : null;
}

/** Null where a fault ended the exchange. */
async function receive(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
  range: ContentRange,
  fault: FaultAction | null,
): Promise<Reply | null> {
  if (session.stored.state === 'done') {
    request.resume();
    return stored(world, session);
  }
  if (range.from > session.persisted) {
    const detail = `The upload offset is ${range.from} byte(s), which exceeds already uploaded size of ${session.persisted} byte(s).`;
    refuseBody(request, response, xmlError('ServiceUnavailable', `Invalid request. ${detail}`));
    return null;
  }
  if (!(await takeBody(world, request, response, session, range, fault))) return null;
  if (session.persisted === range.total) {
    const { file, path } = world.objects.newFile();
    const { objectKey, contentType } = session.stored;
    const size = session.persisted;
    await world.sessions.move(session, path);
    const digests = session.hasher.digests();
    world.objects.store({ objectKey, file, size, contentType, ...digests, now: world.now() });
    world.sessions.done(session);
    return stored(world, session);
  }
  return soFar(session);
}

function soFar({ persisted }: Session): Reply {
  const kept = persisted === 0 ? {} : { Range: `bytes=0-${persisted - 1}` };
  return { status: 308, headers: { ...kept, ...uploader() } };
}

function stored(world: World, session: Session): Reply {
  const object = world.objects.get(session.stored.objectKey);
  return object ? { status: 200, headers: { ...objectHeaders(object) } } : xmlError('NoSuchKey');
}

interface ContentRange {
  readonly from: number;
  /** Exclusive; equal to `from` for a question. */
  readonly to: number;
  readonly total: number | null;
}

/** `bytes 0-9/20`, `bytes 0-9/*`, `bytes *\/20`; without the header the body is the whole object. Null: nonsense. */
function contentRange(request: IncomingMessage): ContentRange | null {
  const length = Number(header(request, 'content-length') ?? Number.NaN);
  const given = header(request, 'content-range');
  if (given === undefined) return Number.isNaN(length) ? null : { from: 0, to: length, total: length };
  const match = /^bytes (?:\*|(\d+)-(\d+))\/(?:\*|(\d+))$/.exec(given);
  if (!match) return null;
  const [, first, last, all] = match;
  const total = all === undefined ? null : Number(all);
  if (first === undefined) return length === 0 ? { from: 0, to: 0, total } : null;
  const [from, to] = [Number(first), Number(last) + 1];
  return to - from === length && (total === null || to <= total) ? { from, to, total } : null;
}

/** Keeps whole units as they come, and the rest where the object ends with it. False where a fault ended it. */
async function takeBody(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
  range: ContentRange,
  fault: FaultAction | null,
): Promise<boolean> {
  const stallAt =
    fault?.stallMs === undefined ? null : (fault.resetAfterBytes ?? Math.floor((range.to - range.from) / 2));
  const unit = Buffer.alloc(UNIT_BYTES);
  let filled = 0;
  let received = 0;
  let stalled = false;
  let known = session.persisted - range.from;
  const file = await open(session.path, 'r+');
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      received += chunk.length;
      if (stallAt !== null && !stalled && received >= stallAt) {
        stalled = true;
        await pause(fault?.stallMs ?? 0, response);
      }
      if (fault?.resetAfterBytes !== undefined && received >= fault.resetAfterBytes) {
        reset(request);
        return false;
      }
      const skipped = Math.min(known, chunk.length);
      known -= skipped;
      for (let at = skipped; at < chunk.length; ) {
        const copied = chunk.copy(unit, filled, at);
        at += copied;
        filled += copied;
        if (filled < UNIT_BYTES) continue;
        await world.sessions.append(session, file, unit);
        filled = 0;
      }
    }
    if (!request.complete) throw new Error('The body ended early.');
    if (filled > 0 && range.to === range.total) {
      await world.sessions.append(session, file, unit.subarray(0, filled));
    }
    return true;
  } finally {
    await file.close();
  }
}

function uploader(): Record<string, string> {
  return { 'X-GUploader-UploadID': randomBytes(24).toString('base64url'), Server: 'UploadServer' };
}

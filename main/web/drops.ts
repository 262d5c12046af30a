/**
 * The bytes of dropped files in browser mode: `PUT /drops/<dropId>?path=…&size=…&mtime=…`, streamed into
 * `App.receive` with back-pressure and constant memory. Called by `server.ts` only, after Host, Origin and token
 * were checked.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../../preload/contract/errors.ts';
import { DROPS_PATH } from '../../preload/contract/wire.ts';
import type { PageHeaders } from '../app/pages.ts';
import type { App } from '../app/types.ts';

/** How long an already answered request may go on sending before it is cut off. */
const DRAIN_MS = 5_000;

/** A request for one file, understood. */
export interface DropRequest {
  readonly dropId: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number | null;
}

export type ParsedDrop =
  | { readonly ok: true; readonly drop: DropRequest }
  | { readonly ok: false; readonly status: number; readonly reason: string };

/**
 * Reads address and Content-Length of a PUT. Refuses a path that could leave the drop's folder (empty, absolute,
 * `.` or `..` in it, a NUL), and a body whose length is not said or is not `size`.
 */
export function parseDrop(url: string, contentLength: string | undefined): ParsedDrop {
  const refuse = (status: number, reason: string): ParsedDrop => ({ ok: false, status, reason });
  const queryAt = url.indexOf('?');
  const pathname = queryAt < 0 ? url : url.slice(0, queryAt);
  const dropId = pathname.slice(DROPS_PATH.length);
  if (!/^[\w-]{1,200}$/.test(dropId)) return refuse(404, 'There is no such drop.');

  const query = new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt + 1));
  const path = query.get('path') ?? '';
  const parts = path.split('/');
  const leaves = parts.some((part) => part === '' || part === '.' || part === '..');
  if (path.length > 32_768 || path.includes('\0') || leaves) {
    return refuse(400, 'The path of a dropped file must be relative and stay inside the drop.');
  }

  const size = wholeNumber(query.get('size'));
  if (size === null) return refuse(400, 'The size of a dropped file must be given in bytes.');
  if (contentLength === undefined) return refuse(411, 'A dropped file must come with its Content-Length.');
  if (wholeNumber(contentLength) !== size) {
    return refuse(400, 'The Content-Length of a dropped file must equal its size.');
  }

  const mtime = query.get('mtime');
  const mtimeMs = mtime === null || mtime === '' ? null : Number(mtime);
  if (mtimeMs !== null && !Number.isFinite(mtimeMs)) {
    return refuse(400, 'The time of a dropped file must be given in milliseconds.');
  }
  return { ok: true, drop: { dropId, path, size, mtimeMs } };
}

function wholeNumber(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/**
 * The body of a request, chunk by chunk: reads on only when the consumer asks. Throws when the sender goes away
 * (then Node's own error) or sends nothing for `stallMs` while bytes are awaited; a slow consumer is no stall.
 */
export async function* bodyOf(request: IncomingMessage, stallMs: number): AsyncGenerator<Uint8Array> {
  const stalled = () => request.destroy(new Error('The sender of a dropped file went silent.'));
  let timer = setTimeout(stalled, stallMs);
  try {
    // Not destroyed when the consumer stops early: the connection is still needed for the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      clearTimeout(timer);
      if (!(chunk instanceof Uint8Array)) throw new TypeError('A request without encoding yields bytes.');
      yield chunk;
      timer = setTimeout(stalled, stallMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Takes one file and answers. Never throws: a sender that is gone needs no answer. */
export async function takeDrop(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly headers: PageHeaders; readonly stallMs: number },
): Promise<void> {
  const parsed = parseDrop(request.url ?? '', request.headers['content-length']);
  if (!parsed.ok) {
    answerDrop(request, response, parsed.status, refusal(parsed.reason), options.headers);
    return;
  }
  const { dropId, path, size, mtimeMs } = parsed.drop;
  let answer: Answer<null>;
  try {
    answer = await app.receive(dropId, path, { size, mtimeMs }, bodyOf(request, options.stallMs));
  } catch {
    // The app never throws by its interface; a sender must still not wait for ever if it does.
    answer = {
      ok: false,
      error: { code: 'internal', message: `The program could not take ${path}.`, details: {} },
    };
  }
  answerDrop(request, response, answer.ok ? 200 : 422, answer, options.headers);
}

/** The answer to a request that was turned away before the app saw it. */
export function refusal(message: string): Answer<null> {
  return { ok: false, error: { code: 'invalid-input', message, details: {} } };
}

/**
 * Answers a PUT. Where its body was not read to the end, what still comes is read and thrown away for a few
 * seconds, because closing at once resets the connection and a browser then loses the answer.
 */
export function answerDrop(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  answer: Answer<null>,
  headers: PageHeaders,
): void {
  if (response.destroyed) return;
  const whole = request.complete;
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    ...(whole ? {} : { connection: 'close' }),
  });
  response.write(body);
  if (whole) {
    response.end();
    return;
  }
  const timer = setTimeout(() => request.destroy(), DRAIN_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('error', () => response.destroy());
  request.once('end', () => response.end());
  request.resume();
}

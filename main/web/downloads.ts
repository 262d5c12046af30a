/**
 * Texts that people keep, in browser mode: `GET /downloads/<id>` for what a call has promised, streamed piece by piece
 * with back-pressure. Called by `server.ts` only, after Host and token were checked.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from '../../preload/contract/errors.ts';
import { DOWNLOADS_PATH } from '../../preload/contract/wire.ts';
import type { PageHeaders } from '../app/pages.ts';
import type { App } from '../app/types.ts';
import { refusal } from './drops.ts';

/** Sends one promised text. Never throws: what goes wrong after the first piece breaks the connection. */
export async function sendDownload(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  headers: PageHeaders,
): Promise<void> {
  const answer = await app.download((request.url ?? '').slice(DOWNLOADS_PATH.length));
  if (!answer.ok) {
    answerDownload(response, 404, answer, headers);
    return;
  }
  const pieces = answer.value.pieces()[Symbol.asyncIterator]();
  let first: IteratorResult<string>;
  try {
    // Whether it can be made at all is known with its first piece; till then the answer can still say why.
    first = await pieces.next();
  } catch (reason) {
    const message = reason instanceof Error ? reason.message : 'The program could not make this text.';
    answerDownload(response, 422, refusal(message), headers);
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
  });
  try {
    await pipeline(Readable.from(rest(first, pieces)), response);
  } catch {
    // The pipeline has destroyed the response: a text without its end must not pass for a whole one.
  }
}

async function* rest(first: IteratorResult<string>, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let next = first; !next.done; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}

/** The answer to a request that gets no text. */
export function answerDownload(
  response: ServerResponse,
  status: number,
  answer: Answer<unknown>,
  headers: PageHeaders,
): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(answer));
}

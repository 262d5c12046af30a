/**
 * What pages show of Encord, in browser mode: `GET /media/<id>`, with ranges and back-pressure. Called by `server.ts` only,
 * after the Host was checked. There is no token here, since an `<img>` cannot send one: the id is the secret, and a page
 * of another site is turned away.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MEDIA_PATH } from '../../preload/contract/wire.ts';
import { mediaHead, rangeOf } from '../app/pages.ts';
import type { App, MediaAnswer } from '../app/types.ts';

/** Browsers say where a request comes from; those that do not are too old to be asked. */
const FROM_ELSEWHERE: ReadonlySet<string> = new Set(['cross-site', 'same-site']);

/** Never throws: what goes wrong after the first byte breaks the connection. */
export async function sendMedia(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const site = request.headers['sec-fetch-site'];
  const answer: MediaAnswer = FROM_ELSEWHERE.has(typeof site === 'string' ? site : '')
    ? { kind: 'refused', status: 403, sentence: 'Only the program’s own pages may show this.' }
    : await app.media(
        (request.url ?? '').slice(MEDIA_PATH.length),
        rangeOf(request.headers.range),
        gone.signal,
      );
  const { status, headers } = mediaHead(answer);
  response.writeHead(status, headers);
  if (answer.kind !== 'bytes') {
    response.end(answer.kind === 'refused' ? `${answer.sentence}\n` : undefined);
    return;
  }
  try {
    await pipeline(Readable.from(answer.body), response);
  } catch {
    // The page stopped looking, or the storage broke off: the pipeline has ended both.
  }
}

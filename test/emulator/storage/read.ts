/** GET and HEAD of a signed read URL, with a single byte range. Called by server.ts only. */

import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { header, send } from '../http.ts';
import type { World } from '../world.ts';
import { objectHeaders, xmlError } from './answers.ts';

export async function readObject(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  const check = world.signer.check(method, header(request, 'host') ?? '', request.url ?? '', world.now());
  if (!check.ok) return send(response, xmlError(check.code, check.detail));
  const object = world.objects.get(check.objectKey) ?? world.buckets.content(check.objectKey);
  if (!object) return send(response, xmlError('NoSuchKey'));
  const range = parseRange(header(request, 'range'), object.size);
  if (range === 'unsatisfiable') {
    return send(
      response,
      xmlError('InvalidRange', '', undefined, { 'Content-Range': `bytes */${object.size}` }),
    );
  }
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...objectHeaders(object),
    'Content-Type': object.contentType,
    'Content-Length': String(end - start + 1),
    'Accept-Ranges': 'bytes',
    'Last-Modified': new Date(object.storedAt).toUTCString(),
    ...(range ? { 'Content-Range': `bytes ${start}-${end}/${object.size}` } : {}),
  });
  if (method === 'HEAD' || object.size === 0) {
    response.end();
    return;
  }
  try {
    await pipeline(createReadStream(object.path, { start, end, highWaterMark: 1 << 18 }), response);
  } catch {
    // The reader went away, or the object was replaced while it was read: the short body tells him.
    response.destroy();
  }
}

/** A header that is not one range of bytes is ignored, as HTTP asks. */
function parseRange(
  value: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(value ?? '');
  if (!match) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

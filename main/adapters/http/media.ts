/**
 * Reads what lies behind a signed URL, for the pages to show: a GET with the range that the page's element asks for,
 * handed on as it comes. Used by `main/app/manage/media.ts` through its port. Nothing of the URL but its host reaches an
 * error or the log.
 */

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UploaderError } from '../../core/errors.ts';
import type { FetchMedia, MediaOutcome } from '../../core/manage/media-port.ts';
import type { Clock } from '../../core/ports.ts';
import type { Agents } from './agents.ts';
import { parseAddress } from './exchange.ts';
import { connectionError } from './failures.ts';
import { agentFor } from './sockets.ts';

export interface MediaDeps {
  readonly agents: Agents;
  readonly clock: Clock;
  /** Milliseconds of silence of the storage after which it is given up. A page that does not read is no silence. */
  readonly stallMs: number;
}

export function createMediaReader(deps: MediaDeps): FetchMedia {
  return (address, range, signal) => {
    const url = parseAddress(address);
    if (url === null) {
      const message = 'Encord gave an address that cannot be used for this file. Try again later.';
      return Promise.resolve({ kind: 'failed', error: new UploaderError('bad-answer', message) });
    }
    return read(deps, url, range, signal);
  };
}

async function read(
  { agents, clock, stallMs }: MediaDeps,
  url: URL,
  range: string | null,
  signal: AbortSignal,
): Promise<MediaOutcome> {
  const { host } = url;
  const agent = await agentFor(agents, url, signal);
  if (agent === null) {
    return {
      kind: 'failed',
      error: new UploaderError('cancelled', 'Nobody wants to see this file any more.'),
    };
  }
  return new Promise((resolve) => {
    const fail = (error: UploaderError): void => resolve({ kind: 'failed', error });
    let outgoing: ClientRequest;
    try {
      const secure = url.protocol === 'https:';
      outgoing = (secure ? httpsRequest : httpRequest)(url, {
        method: 'GET',
        // The bytes as they lie there: lengths and ranges are those of the file.
        headers: { 'Accept-Encoding': 'identity', ...(range === null ? {} : { Range: range }) },
        agent,
        signal,
      });
    } catch {
      fail(new UploaderError('bad-answer', 'Encord gave an address that cannot be used for this file.'));
      return;
    }
    const stopTimer = clock.after(stallMs, () => {
      fail(new UploaderError('stalled', `${host} has been silent for too long. Try again later.`));
      outgoing.destroy();
    });
    let answered = false;
    outgoing.once('response', (incoming) => {
      answered = true;
      stopTimer();
      if (incoming.statusCode === 407) {
        incoming.destroy();
        fail(agents.refusedByProxy(url, incoming.headers));
        return;
      }
      resolve(outcomeOf(incoming, host));
    });
    outgoing.on('error', (thrown) => {
      stopTimer();
      if (answered) return;
      fail(
        signal.aborted
          ? new UploaderError('cancelled', 'Nobody wants to see this file any more.')
          : connectionError(thrown, host, false),
      );
    });
    outgoing.end();
  });
}

function outcomeOf(incoming: IncomingMessage, host: string): MediaOutcome {
  const { statusCode = 0, headers } = incoming;
  if (statusCode === 200 || statusCode === 206) {
    const length = Number(headers['content-length'] ?? Number.NaN);
    return {
      kind: 'bytes',
      bytes: {
        status: statusCode,
        length: Number.isSafeInteger(length) && length >= 0 ? length : null,
        range: statusCode === 206 ? (headers['content-range'] ?? null) : null,
        body: incoming,
      },
    };
  }
  incoming.destroy();
  if (statusCode === 400 || statusCode === 401 || statusCode === 403) return { kind: 'expired' };
  if (statusCode === 416) {
    const size = /\/(\d{1,15})$/.exec(headers['content-range'] ?? '')?.[1];
    return { kind: 'beyond', size: size === undefined ? null : Number(size) };
  }
  const message =
    statusCode === 404
      ? 'The storage has no such file any more.'
      : `${host} did not give the file: it answered ${statusCode}. Try again later.`;
  return {
    kind: 'failed',
    error: new UploaderError(statusCode === 404 ? 'not-found' : 'storage-refused', message),
  };
}

/** Plain HTTP pieces: reading a body, replies, and ending a connection in the ways that faults need. */

import type { IncomingMessage, ServerResponse } from 'node:http';

/** JSON bodies beyond this are answered with 413. */
export const MAX_BODY_BYTES = 128 * 1024 * 1024;

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string | string[]>> = {},
): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export class BodyTooLarge extends Error {}
export class BodyAborted extends Error {}

/**
 * The whole body.
 * @throws BodyTooLarge beyond MAX_BODY_BYTES, BodyAborted when the client went away.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > MAX_BODY_BYTES) throw new BodyTooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BodyTooLarge) throw error;
    throw new BodyAborted();
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, size);
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  const body = reply.body ?? '';
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(reply.status === 204 || reply.status === 304
      ? {}
      : { 'Content-Length': String(Buffer.byteLength(body)) }),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Sends the headers and half of the body, waits, then sends the rest. */
export async function sendStalled(response: ServerResponse, reply: Reply, stallMs: number): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(reply.body ?? '');
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': String(body.length) });
  const half = Math.floor(body.length / 2);
  if (half > 0) response.write(body.subarray(0, half));
  else response.flushHeaders();
  await pause(stallMs, response);
  if (!response.destroyed) response.end(body.subarray(half));
}

/** Ends the connection with a TCP reset, so that the client sees ECONNRESET and not a clean end. */
export function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** Waits, but not beyond the end of the connection. */
export function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      response.off('close', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    response.once('close', end);
  });
}

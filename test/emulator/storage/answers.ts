/** Answers of the storage endpoint: XML errors and object headers as Google Cloud Storage words them. */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Reply, send } from '../http.ts';
import type { StoredObject } from '../store/objects.ts';

const STATUS: Record<string, { status: number; message: string }> = {
  AccessDenied: { status: 403, message: 'Access denied.' },
  SignatureDoesNotMatch: { status: 403, message: 'Access denied.' },
  ExpiredToken: { status: 403, message: 'The provided token has expired.' },
  NoSuchUpload: { status: 404, message: 'The requested upload was not found.' },
  InvalidArgument: { status: 400, message: 'Invalid argument.' },
  NoSuchKey: { status: 404, message: 'The specified key does not exist.' },
  MethodNotAllowed: { status: 405, message: 'The specified method is not allowed against this resource.' },
  MissingContentLength: { status: 411, message: 'You must provide the Content-Length HTTP header.' },
  BadDigest: { status: 400, message: 'The provided MD5 or CRC32C does not match the content.' },
  InvalidRange: { status: 416, message: 'The requested range cannot be satisfied.' },
  SlowDown: { status: 429, message: 'Reduce your request rate.' },
  InternalError: { status: 500, message: 'We encountered an internal error. Please try again.' },
  ServiceUnavailable: { status: 503, message: 'Service Unavailable.' },
};

const CODE_OF_STATUS: Record<number, string> = {
  403: 'AccessDenied',
  404: 'NoSuchKey',
  429: 'SlowDown',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** @param status replaces the one that belongs to the code */
export function xmlError(
  code: string,
  detail = '',
  status?: number,
  headers: Record<string, string> = {},
): Reply {
  const known = STATUS[code];
  const details = detail === '' ? '' : `<Details>${escapeXml(detail)}</Details>`;
  return {
    status: status ?? known?.status ?? 400,
    headers: { 'Content-Type': 'application/xml; charset=UTF-8', Server: 'UploadServer', ...headers },
    body:
      `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${escapeXml(code)}</Code>` +
      `<Message>${escapeXml(known?.message ?? code)}</Message>${details}</Error>`,
  };
}

/** The XML error that a bare status stands for. */
export function xmlErrorOfStatus(
  status: number,
  code: string | undefined,
  headers: Record<string, string>,
): Reply {
  return xmlError(code ?? CODE_OF_STATUS[status] ?? 'InternalError', '', status, headers);
}

export function objectHeaders(object: StoredObject): Record<string, string | string[]> {
  const hashes = [
    ...(object.crc32c === null ? [] : [`crc32c=${object.crc32c}`]),
    ...(object.md5 === null ? [] : [`md5=${object.md5}`]),
  ];
  return {
    ...(object.md5 === null ? {} : { ETag: `"${Buffer.from(object.md5, 'base64').toString('hex')}"` }),
    ...(hashes.length === 0 ? {} : { 'x-goog-hash': hashes }),
    'x-goog-generation': String(object.storedAt * 1000 + (object.generation % 1000)),
    'x-goog-metageneration': '1',
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': String(object.size),
    'X-GUploader-UploadID': randomBytes(24).toString('base64url'),
    Server: 'UploadServer',
  };
}

/** How much of a refused body is still read, so that the client can read the answer instead of a reset. */
const DRAIN_BYTES = 16 * 1024 * 1024;

/** Answers before the body has been read, then reads some of the rest, then gives up on the connection. */
export function refuseBody(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAIN_BYTES) request.destroy();
  });
  request.on('error', () => undefined);
  send(response, reply);
}

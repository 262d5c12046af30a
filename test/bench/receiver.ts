/**
 * A receiver that takes every PUT and throws the bytes away as fast as it can: what the benchmarks of large files
 * send to. Runs as a process of its own, `node test/bench/receiver.ts [--key FILE --cert FILE]`, over TLS where it is
 * given a certificate, and prints its address as one JSON line.
 */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { key: { type: 'string' }, cert: { type: 'string' } } });
const { key, cert } = values;

const options: ServerOptions = { highWaterMark: 1024 * 1024, requestTimeout: 0 };
const server =
  key === undefined || cert === undefined
    ? createServer(options, take)
    : createTlsServer({ ...options, key: readFileSync(key), cert: readFileSync(cert) }, take);

function take(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  request.on('end', () => {
    response.setHeader('x-received-bytes', String(bytes));
    response.end();
  });
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || !address) return;
  const scheme = key === undefined ? 'http' : 'https';
  console.log(JSON.stringify({ listening: `${scheme}://127.0.0.1:${address.port}` }));
});
process.on('SIGTERM', () => process.exit(0));

/**
 * A receiver that takes every PUT, throws the bytes away and counts them: `GET /` answers how many have arrived since
 * the start, and when that was, by its own clock, as `{"bytes", "ms", "files": {"PATH": bytes}}`. Runs as a process of
 * its own, `node test/bench/meter.ts`, and prints its address as one JSON line.
 */

import { createServer } from 'node:http';

let bytes = 0;
const files: Record<string, number> = {};

const server = createServer({ requestTimeout: 0 }, (request, response) => {
  if (request.method === 'GET') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ bytes, ms: performance.now(), files }));
    return;
  }
  const path = request.url ?? '';
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    files[path] = (files[path] ?? 0) + chunk.byteLength;
  });
  request.on('end', () => response.end());
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) {
    console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
  }
});
process.on('SIGTERM', () => process.exit(0));

/**
 * A receiver that takes every PUT and throws the bytes away as fast as it can: what the benchmarks of large files
 * send to. Runs as a process of its own, `node test/bench/receiver.ts`, and prints its address as one JSON line.
 */

import { createServer } from 'node:http';

const server = createServer({ highWaterMark: 1024 * 1024, requestTimeout: 0 }, (request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  request.on('end', () => {
    response.setHeader('x-received-bytes', String(bytes));
    response.end();
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) {
    console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
  }
});
process.on('SIGTERM', () => process.exit(0));

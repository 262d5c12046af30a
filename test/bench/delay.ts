/**
 * A loopback proxy that adds a round-trip time to everything that passes, as a distant server would: half of it on
 * each way, without holding back the bytes behind. Runs as `node test/bench/delay.ts --to PORT --rtt MS`.
 */

import { connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { to: { type: 'string' }, rtt: { type: 'string' } } });
const target = Number(values.to);
const oneWayMs = Number(values.rtt) / 2;

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
  pass(client, upstream);
  pass(upstream, client);
});

/** Timers of equal length fire in the order they were set, so the bytes keep theirs. */
function pass(from: Socket, to: Socket): void {
  from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), oneWayMs));
  from.on('end', () => setTimeout(() => to.writable && to.end(), oneWayMs));
  from.on('error', () => to.destroy());
  from.on('close', () => setTimeout(() => to.destroySoon(), oneWayMs));
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) {
    console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
  }
});
process.on('SIGTERM', () => process.exit(0));

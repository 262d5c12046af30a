/**
 * A loopback proxy that adds a round-trip time to everything that passes, as a distant server would: half of it on
 * each way, without holding back the bytes behind, and a whole one for the handshake of each connection, before which
 * no byte of the client can leave. Runs as `node test/bench/delay.ts --to PORT --rtt MS`.
 */

import { connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { to: { type: 'string' }, rtt: { type: 'string' } } });
const target = Number(values.to);
const rttMs = Number(values.rtt);

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
  const accepted = performance.now();
  // On loopback the client is connected at once; over a distance it would learn of it a round trip later.
  pass(client, upstream, accepted + rttMs);
  pass(upstream, client, accepted);
});

/** What is sent before `open` leaves then, and everything arrives half a round trip after it left, in order. */
function pass(from: Socket, to: Socket, open: number): void {
  const line: { readonly due: number; readonly arrive: () => void }[] = [];
  const send = (arrive: () => void): void => {
    line.push({ due: Math.max(performance.now(), open) + rttMs / 2, arrive });
    if (line.length === 1) wait();
  };
  const wait = (): void => {
    const left = (line[0]?.due ?? 0) - performance.now();
    if (rttMs === 0) deliver();
    else setTimeout(deliver, Math.max(0, left));
  };
  const deliver = (): void => {
    // A timer may come a little early; what is due within its grain goes with it.
    const now = performance.now() + 0.5;
    for (let next = line[0]; next && next.due <= now; next = line[0]) {
      line.shift();
      next.arrive();
    }
    if (line.length > 0) wait();
  };
  from.on('data', (chunk) => send(() => to.writable && to.write(chunk)));
  from.on('end', () => send(() => to.writable && to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => send(() => to.destroySoon()));
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) {
    console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
  }
});
process.on('SIGTERM', () => process.exit(0));

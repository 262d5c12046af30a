/** To which proxies a login goes, how often a refused one is tried, and that nobody waits for ever on the way to a server. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type Connections, createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import { readManualProxy } from '../../../main/adapters/http/proxy-way.ts';
import { WebProxy } from '../../fixtures/lab-proxies.ts';
import { listen } from '../encord/support.ts';
import { HandClock } from '../put/support.ts';

const LOGIN = { user: 'ada', password: 'hush' };
const TARGET = new URL('https://api.lab');
const QUARTER_HOUR = 15 * 60_000;

async function asking(): Promise<WebProxy> {
  const proxy = await WebProxy.open({ names: {}, login: 'somebody:else' });
  onTestFinished(() => proxy.close());
  return proxy;
}

function opened(clock = new HandClock()): { connections: Connections; clock: HandClock } {
  const connections = createAgents({ clock });
  onTestFinished(() => connections.close());
  return { connections, clock };
}

function attempt(connections: Connections): Promise<unknown> {
  return connections.open(TARGET, new AbortController().signal).catch((reason: unknown) => reason);
}

it('a login goes to the proxies that it was given for, and to no other that asks', async () => {
  const [own, foreign] = [await asking(), await asking()];
  const { connections } = opened();
  const choose = (address: string): void =>
    connections.use({ proxy: readManualProxy(address), login: LOGIN, loginFor: [own.url], ca: [] });
  choose(foreign.url);
  expect(await attempt(connections)).toMatchObject({ code: 'proxy-login' });
  expect(foreign.refused).not.toContain('ada:hush');
  expect(connections.loginNeeded).toBe(foreign.url);
  choose(own.url);
  expect(await attempt(connections)).toMatchObject({ code: 'proxy-login' });
  expect(own.refused).toContain('ada:hush');
});

it('a refused login is not tried again each time the network changes: that would lock a person out', async () => {
  const proxy = await asking();
  const { connections, clock } = opened();
  const choice = { proxy: readManualProxy(proxy.url), login: LOGIN, loginFor: [proxy.url], ca: [] };
  const tries = (): number => proxy.refused.filter((login) => login === 'ada:hush').length;
  connections.use(choice);
  for (let change = 0; change < 5; change += 1) {
    await attempt(connections);
    connections.forget();
    expect(connections.loginNeeded).toBe(proxy.url);
  }
  expect(tries()).toBe(1);
  clock.pass(QUARTER_HOUR);
  connections.forget();
  await attempt(connections);
  expect(tries()).toBe(2);
  connections.forget('asked');
  await attempt(connections);
  expect(tries()).toBe(3);
});

it('a proxy that does not answer is waited for once, and not by each connection in its turn', async () => {
  const silent = createServer();
  const port = await listen(silent);
  onTestFinished(() => void silent.close());
  const address = `http://127.0.0.1:${port}`;
  const { connections, clock } = opened();
  connections.use({ proxy: readManualProxy(address), login: LOGIN, loginFor: [address], ca: [] });
  const connected = once(silent, 'connection');
  const attempts = Promise.all([1, 2, 3].map(() => attempt(connections)));
  await connected;
  clock.pass(60_000);
  for (const error of await attempts) expect(error).toMatchObject({ code: 'proxy' });
});

it('what was asked before another way was chosen goes the new way', async () => {
  const system = Promise.withResolvers<string>();
  const connections = createAgents({ clock: new HandClock(), resolveProxy: () => system.promise });
  onTestFinished(() => connections.close());
  const waiting = connections.for(TARGET);
  connections.use({ proxy: 'none', login: null, loginFor: [], ca: [] });
  system.resolve('PROXY old.lab:8080');
  expect(await waiting).toBe(connections.for(TARGET));
});

it('a call that is given up does not wait for the system or the keychain', async () => {
  const connections = createAgents({
    clock: new HandClock(),
    resolveProxy: () => new Promise(() => undefined),
  });
  onTestFinished(() => connections.close());
  const http = createHttpClient({ agents: connections, clock: new HandClock() });
  const stop = new AbortController();
  const call = http.request({
    method: 'GET',
    url: TARGET,
    headers: {},
    body: null,
    signal: stop.signal,
    idleMs: 1_000,
    maxBytes: 1_000,
    repeatable: true,
  });
  stop.abort();
  expect(await call).toMatchObject({ kind: 'never-sent', error: { code: 'cancelled' } });
});

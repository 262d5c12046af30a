/** Who is believed to be who they are: a proxy that is spoken to by TLS, and servers of a lab's own authority. */

import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import { connect, getCACertificates, type SecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AgentsOptions, createAgents } from '../../../main/adapters/http/agents.ts';
import { readManualProxy } from '../../../main/adapters/http/proxy-way.ts';
import { trustContext } from '../../../main/adapters/http/trust.ts';
import { HAS_OPENSSL, makeCertificates, makeChain, type Pair } from '../../fixtures/certificates.ts';
import { openFront, WebProxy } from '../../fixtures/lab-proxies.ts';
import { listen } from '../encord/support.ts';

const SERVER = 'api.lab';
const PROXY = 'proxy.lab';
const NO_LOGIN = { login: null, loginFor: [], ca: [] };

describe.skipIf(!HAS_OPENSSL)('trust (skipped where openssl is not installed)', () => {
  let site: Server;
  let sitePort: number;
  let lab: ReturnType<typeof makeChain>;
  let others: ReturnType<typeof makeChain>;
  let proxies: ReturnType<typeof makeCertificates>;

  beforeAll(async () => {
    lab = makeChain('Lab CA', [SERVER]);
    others = makeChain('Other CA', [SERVER]);
    proxies = makeCertificates('Proxy CA', [PROXY]);
    site = createServer((_request, response) => response.end('hello'));
    sitePort = await listen(site);
  });
  afterAll(() => void site.close());

  /** The port at which the server is reached by TLS. */
  async function front(): Promise<number> {
    const opened = await openFront(lab.pair, () => sitePort);
    onTestFinished(() => opened.close());
    return opened.port;
  }

  function trusting(extraCa: readonly string[], more: Partial<AgentsOptions> = {}) {
    const agents = createAgents({ extraCa, lookup: toLoopback, ...more });
    onTestFinished(() => agents.close());
    return agents;
  }

  describe('a proxy that is spoken to by TLS', () => {
    async function through(pair: Pair, extraCa: readonly string[]): Promise<unknown> {
      const names = { [SERVER]: await front() };
      const proxy = await WebProxy.open({ names, tls: { name: PROXY, pair } });
      onTestFinished(() => proxy.close());
      const agents = trusting(extraCa);
      agents.use({ ...NO_LOGIN, proxy: readManualProxy(proxy.url) });
      return statusOf(agents, new URL(`https://${SERVER}/`));
    }

    it('leads on when it is the one that it says', async () => {
      expect(await through(proxies.pair, [proxies.ca, lab.root])).toBe(200);
    });

    it('is refused without its authority, and where it is somebody else', async () => {
      expect(await through(proxies.pair, [lab.root])).toMatchObject({ code: 'proxy' });
      // The server’s own certificate says nothing for the proxy.
      expect(await through(lab.pair, [lab.root])).toMatchObject({ code: 'proxy' });
    });
  });

  it.each([
    ['trusted', 'the root alone', () => [lab.root]],
    ['trusted', 'the authority between alone', () => [lab.intermediate]],
    ['trusted', 'both', () => [lab.root, lab.intermediate]],
    ['refused', 'another root', () => [others.root]],
    ['refused', 'another authority between', () => [others.intermediate]],
    ['refused', 'nothing', () => []],
  ])('a server is %s with %s', async (expected, _given, extraCa) => {
    const outcome = await statusOf(trusting(extraCa()), new URL(`https://${SERVER}:${await front()}/`));
    if (expected === 'trusted') expect(outcome).toBe(200);
    else expect(outcome).toMatchObject({ code: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/) });
  });

  it.each([
    ['another authority between', 'refused', () => [others.intermediate]],
    ['another authority between and its root', 'refused', () => [others.root, others.intermediate]],
    ['its own authority between', 'trusted', () => [lab.intermediate]],
    ['its own root', 'trusted', () => [lab.root]],
  ])(
    'an authority that only the system lists, without its root, is trusted by no added one: with %s a server is %s',
    async (_given, expected, extra) => {
      const trust = trustContext(extra(), [lab.intermediate, proxies.ca]);
      expect(await handshake(trust, SERVER, await front())).toBe(expected);
      // The roots of the system count beside whatever is added.
      const proxy = await openFront(proxies.pair, () => sitePort);
      onTestFinished(() => proxy.close());
      expect(await handshake(trust, PROXY, proxy.port)).toBe('trusted');
    },
  );

  it('how many authorities the system brings is logged once', async () => {
    const lines: unknown[] = [];
    const write = (_message: string, fields?: object) => void lines.push(fields);
    const agents = trusting([], { log: { debug: write, info: write, warn: write, error: write } });
    expect(lines).toEqual([]);
    agents.trust();
    agents.use({ ...NO_LOGIN, proxy: 'none' });
    agents.trust();
    expect(lines).toEqual([{ count: getCACertificates('system').length }]);
  });
});

const toLoopback: AgentsOptions['lookup'] = (_host, options, take) =>
  options.all ? take(null, [{ address: '127.0.0.1', family: 4 }]) : take(null, '127.0.0.1', 4);

function handshake(
  secureContext: SecureContext,
  servername: string,
  port: number,
): Promise<'trusted' | 'refused'> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername, secureContext });
    socket.once('secureConnect', () => {
      resolve('trusted');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (/UNABLE_TO|SELF_SIGNED/.test(error.code ?? '')) resolve('refused');
      else reject(error);
    });
  });
}

/** The status of the server's answer, or why there is none. */
async function statusOf(agents: ReturnType<typeof createAgents>, url: URL): Promise<unknown> {
  const agent = await agents.for(url);
  return new Promise((resolve) => {
    const asking = request(url, { agent }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asking.once('error', resolve).end();
  });
}

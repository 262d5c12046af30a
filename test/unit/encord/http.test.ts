/** The HTTP client: above all, whether a failure says rightly that the server can, or cannot, have acted. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Agents, createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient, type HttpOutcome, type HttpRequest } from '../../../main/adapters/http/client.ts';
import { retryAfterMs } from '../../../main/adapters/http/retry-after.ts';
import { hasProgram, listen, never, rawServer, systemClock } from './support.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

function agents(options?: Parameters<typeof createAgents>[0]): Agents {
  const made = createAgents(options);
  cleanUp.push(() => made.close());
  return made;
}

function call(
  url: string,
  options: Partial<HttpRequest> = {},
  from: Agents = agents(),
): Promise<HttpOutcome> {
  return createHttpClient({ agents: from, clock: systemClock() }).request({
    method: 'POST',
    url: new URL(url),
    headers: {},
    body: Buffer.from('{}'),
    signal: never,
    idleMs: 5000,
    maxBytes: 1_000_000,
    repeatable: false,
    ...options,
  });
}

function failure(outcome: HttpOutcome): [string, string] {
  if (outcome.kind === 'answer') throw new Error(`answered ${outcome.status}`);
  return [outcome.kind, outcome.error.code];
}

async function server(...args: Parameters<typeof rawServer>): Promise<Awaited<ReturnType<typeof rawServer>>> {
  const made = await rawServer(...args);
  cleanUp.push(() => made.close());
  return made;
}

/** A TCP server; `onConnection` gets the socket and its number from 1. */
async function tcp(onConnection: (socket: Socket, nth: number) => void): Promise<string> {
  let count = 0;
  const sockets = new Set<Socket>();
  const made: Server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    count += 1;
    onConnection(socket, count);
  });
  const port = await listen(made);
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    made.close();
  });
  return `127.0.0.1:${port}`;
}

/** For tests that need a certificate, which `openssl` makes. */
function withTls(name: string, test: () => Promise<void>): void {
  it.skipIf(!hasProgram('openssl'))(`${name} (skipped where openssl is not installed)`, test);
}

/** An HTTPS server with a certificate that only it knows of. */
async function tlsServer(): Promise<{ url: string; cert: string; asked: () => number }> {
  const folder = mkdtempSync(join(tmpdir(), 'encord-tls-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', keyFile, '-out', certFile];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'ignore' });
  let asked = 0;
  const cert = readFileSync(certFile, 'utf8');
  const secure = createHttpsServer({ key: readFileSync(keyFile), cert }, (request, response) => {
    asked += 1;
    request.resume();
    response.end('ok');
  });
  secure.on('tlsClientError', () => {});
  const port = await listen(secure);
  cleanUp.push(() => {
    secure.closeAllConnections();
    secure.close();
  });
  return { url: `https://127.0.0.1:${port}/`, cert, asked: () => asked };
}

describe('an exchange', () => {
  it('sends method, path, query, headers and body as given, and reads the answer', async () => {
    const raw = await server((_, response) => {
      response.writeHead(201, { 'X-Test': 'yes' });
      response.end('hello');
    });
    const body = Buffer.alloc(300_000, 'x');
    const outcome = await call(`${raw.url}/a%20b/?q=%2F1&b=ü`, { headers: { 'X-Own': '1' }, body });
    expect(outcome).toMatchObject({ kind: 'answer', status: 201, headers: { 'x-test': 'yes' } });
    expect(outcome.kind === 'answer' && outcome.body.toString()).toBe('hello');
    expect(raw.seen[0]).toMatchObject({ method: 'POST', url: '/a%20b/?q=%2F1&b=%C3%BC' });
    expect(raw.seen[0]?.headers).toMatchObject({ 'x-own': '1', 'content-length': '300000' });
    expect(raw.seen[0]?.body.length).toBe(300_000);
  });

  it('keeps connections', async () => {
    const ports = new Set<number | undefined>();
    const raw = await server((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const kept = agents();
    for (let nth = 0; nth < 5; nth += 1) await call(raw.url, {}, kept);
    expect(raw.seen).toHaveLength(5);
    expect(ports.size).toBe(1);
  });

  it('reads a compressed answer, but not one that swells past the limit', async () => {
    const raw = await server((_, response, __, nth) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end(gzipSync(nth === 1 ? 'compressed' : Buffer.alloc(2_000_000)));
    });
    const good = await call(raw.url);
    expect(good.kind === 'answer' && good.body.toString()).toBe('compressed');
    expect(failure(await call(raw.url))).toEqual(['lost', 'bad-answer']);
  });

  it('does not follow a redirect', async () => {
    const raw = await server((_, response) => response.writeHead(307, { Location: '/else' }).end());
    expect(await call(raw.url)).toMatchObject({ kind: 'answer', status: 307 });
    expect(raw.seen).toHaveLength(1);
  });
});

describe('never sent', () => {
  it('connection refused', async () => {
    const raw = await rawServer(() => {});
    await raw.close();
    expect(failure(await call(raw.url))).toEqual(['never-sent', 'refused']);
  });

  it.each([
    ['ENOTFOUND', 'dns'],
    ['ENETUNREACH', 'offline'],
  ])('name lookup or network failing with %s', async (code, expected) => {
    const failing = agents({
      lookup: (_host, _options, done) =>
        done(Object.assign(new Error(`lookup failed: ${code}`), { code }), ''),
    });
    expect(failure(await call('http://api.example.test/', {}, failing))).toEqual(['never-sent', expected]);
  });

  withTls('a TLS server that nobody vouches for; with its authority added it is trusted', async () => {
    const secure = await tlsServer();
    expect(failure(await call(secure.url))).toEqual(['never-sent', 'tls']);
    expect(secure.asked()).toBe(0);
    const trusting = agents({ extraCa: [secure.cert] });
    for (let nth = 1; nth <= 2; nth += 1)
      expect(await call(secure.url, {}, trusting)).toMatchObject({ status: 200 });
    expect(secure.asked()).toBe(2);
  });

  it('a server that does not speak TLS, and one that hangs up in the handshake', async () => {
    const plain = await tcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(failure(await call(`https://${plain}/`))).toEqual(['never-sent', 'tls']);
    const silent = await tcp((socket) => socket.destroy());
    expect(failure(await call(`https://${silent}/`))[0]).toBe('never-sent');
  });

  it('cancelled before it began', async () => {
    const raw = await server((_, response) => response.end());
    expect(failure(await call(raw.url, { signal: AbortSignal.abort() }))).toEqual([
      'never-sent',
      'cancelled',
    ]);
    expect(raw.seen).toHaveLength(0);
  });

  it('a header that cannot be sent, without a word of it', async () => {
    const outcome = await call('http://127.0.0.1:1/', { headers: { Authorization: 'secret-key\nX: y' } });
    expect(failure(outcome)).toEqual(['never-sent', 'invalid-input']);
    expect(JSON.stringify(outcome) + String(outcome.kind !== 'answer' && outcome.error.stack)).not.toContain(
      'secret-key',
    );
  });
});

describe('lost', () => {
  it('reset after the request', async () => {
    const raw = await server((request) => request.socket.resetAndDestroy());
    expect(failure(await call(raw.url))).toEqual(['lost', 'connection-lost']);
  });

  it('silence', async () => {
    const raw = await server(() => {});
    expect(failure(await call(raw.url, { idleMs: 80 }))).toEqual(['lost', 'stalled']);
  });

  it('silence in the middle of an answer, but not slowness', async () => {
    const raw = await server((_, response, __, nth) => {
      response.writeHead(200, { 'Content-Length': 50 });
      let sent = 0;
      const drip = setInterval(() => {
        response.write('x'.repeat(10));
        sent += 10;
        if (sent === 50 || (nth === 2 && sent === 20)) clearInterval(drip);
      }, 60);
      cleanUp.push(() => clearInterval(drip));
    });
    expect(await call(raw.url, { idleMs: 200 })).toMatchObject({ status: 200 });
    expect(failure(await call(raw.url, { idleMs: 200 }))).toEqual(['lost', 'stalled']);
  });

  it('an answer cut short', async () => {
    const raw = await server((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('half', () => response.destroy());
    });
    expect(failure(await call(raw.url))).toEqual(['lost', 'connection-lost']);
  });

  it.each([true, false])('an answer too long (announced: %s)', async (announced) => {
    const raw = await server((_, response) => {
      if (announced) response.writeHead(200, { 'Content-Length': 3_000_000 });
      response.on('error', () => {});
      response.end(Buffer.alloc(3_000_000));
    });
    expect(failure(await call(raw.url))).toEqual(['lost', 'bad-answer']);
  });

  it('something that is not HTTP', async () => {
    const host = await tcp((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')));
    expect(failure(await call(`http://${host}/`))[0]).toBe('lost');
  });

  it('cancelled under way', async () => {
    const stop = new AbortController();
    const raw = await server(() => stop.abort());
    expect(failure(await call(raw.url, { signal: stop.signal }))).toEqual(['lost', 'cancelled']);
  });
});

describe('through a proxy', () => {
  /** Opens tunnels to where it is told, or refuses them. */
  async function tunnels(open: boolean): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const host = await tcp((socket) =>
      socket.once('data', (head) => {
        const target = /^CONNECT (\S+):(\d+) /.exec(head.toString('latin1'));
        asked.push(target?.[0] ?? 'something else');
        if (!open) {
          socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
          return;
        }
        const onward = connect(Number(target?.[2]), target?.[1] ?? '');
        onward.on('error', () => socket.destroy());
        onward.on('connect', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.pipe(onward).pipe(socket);
        });
        cleanUp.push(() => onward.destroy());
      }),
    );
    return { url: `http://${host}`, asked };
  }

  withTls('reaches a verified server by a tunnel', async () => {
    const secure = await tlsServer();
    const proxy = await tunnels(true);
    const through = agents({ extraCa: [secure.cert], proxyEnv: { HTTPS_PROXY: proxy.url } });
    expect(await call(secure.url, {}, through)).toMatchObject({ kind: 'answer', status: 200 });
    expect(proxy.asked).toHaveLength(1);
    const untrusting = agents({ proxyEnv: { HTTPS_PROXY: proxy.url } });
    expect(failure(await call(secure.url, {}, untrusting))).toEqual(['never-sent', 'tls']);
    const around = agents({
      extraCa: [secure.cert],
      proxyEnv: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' },
    });
    expect(await call(secure.url, {}, around)).toMatchObject({ kind: 'answer' });
    expect(proxy.asked).toHaveLength(2);
    expect(secure.asked()).toBe(2);
  });

  it('has sent nothing where the proxy refuses', async () => {
    const proxy = await tunnels(false);
    const through = agents({ proxyEnv: { HTTPS_PROXY: proxy.url } });
    expect(failure(await call('https://api.example.test/', {}, through))[0]).toBe('never-sent');
  });
});

describe('a kept connection that the server has closed', () => {
  /** Answers the first request of each connection, and resets the connection when a second one comes. */
  async function forgetful(): Promise<{ host: string; requests: () => number }> {
    let requests = 0;
    const host = await tcp((socket) => {
      let onThis = 0;
      socket.on('data', () => {
        requests += 1;
        onThis += 1;
        if (onThis === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      });
    });
    return { host, requests: () => requests };
  }

  it('is replaced where the request may be repeated', async () => {
    const { host, requests } = await forgetful();
    const kept = agents();
    expect(await call(`http://${host}/`, { repeatable: true, body: null }, kept)).toMatchObject({
      status: 200,
    });
    expect(await call(`http://${host}/`, { repeatable: true, body: null }, kept)).toMatchObject({
      status: 200,
    });
    expect(requests()).toBe(3);
  });

  it('leaves any other request in doubt', async () => {
    const { host, requests } = await forgetful();
    const kept = agents();
    expect(await call(`http://${host}/`, { body: null }, kept)).toMatchObject({ status: 200 });
    expect(failure(await call(`http://${host}/`, { body: null }, kept))).toEqual(['lost', 'connection-lost']);
    expect(requests()).toBe(2);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    [undefined, null],
    ['3', 3000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['999999', 3_600_000],
    ['soon', null],
    ['-5', null],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

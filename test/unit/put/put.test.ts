/** The sender, over real files and sockets: byte-exact or not at all, and every way to fail told apart. */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { type Agents, createAgents } from '../../../main/adapters/http/agents.ts';
import { createSender, type SenderOptions } from '../../../main/adapters/http/put.ts';
import type { PutOutcome, PutRequest } from '../../../main/core/ports.ts';
import { answer, type Behaviour, OK, Receiver } from './receiver.ts';
import { HandClock } from './support.ts';

const MIB = 1024 * 1024;
/** Node cannot set the size of a socket's buffers. */
const python = spawnSync('python3', ['--version']).status === 0;
let folder = '';
let receivers: Receiver[] = [];
let agents: Agents;
let logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'put-'));
  receivers = [];
  logged = [];
  agents = createAgents();
});
afterEach(async () => {
  agents.close();
  await Promise.all(receivers.map((receiver) => receiver.close()));
  rmSync(folder, { recursive: true, force: true });
  expect(logged.join('\n')).not.toContain('VERYSECRET');
});

async function receive(behaviour: Behaviour = {}): Promise<{ receiver: Receiver; url: string }> {
  const receiver = new Receiver(behaviour);
  receivers.push(receiver);
  return { receiver, url: await receiver.listen() };
}

function fileOf(size: number, name = 'file'): { path: string; sha256: string } {
  const path = join(folder, name);
  const content = randomBytes(size);
  writeFileSync(path, content);
  return { path, sha256: createHash('sha256').update(content).digest('hex') };
}

function sender(options: Partial<SenderOptions> = {}) {
  const note = (message: string, fields?: object): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: note, info: note, warn: note, error: note };
  return createSender({ agents, clock: createClock(), log, stallMs: 30_000, hash: true, ...options });
}

function requestOf(url: string, path: string, more: Partial<PutRequest> = {}): PutRequest {
  const { size, mtimeMs } = statSync(path);
  return {
    url,
    headers: { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'max-age=86400' },
    path,
    identity: { size, mtimeMs },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  };
}

/** The parts of an outcome that tests compare; also sees that no error holds the query of the URL. */
function told(outcome: PutOutcome): unknown[] {
  if (!('error' in outcome)) return [outcome.kind];
  const { code, message, details } = outcome.error;
  expect(JSON.stringify([message, details, outcome.error.stack, String(outcome.error.cause)])).not.toContain(
    'VERYSECRET',
  );
  return [outcome.kind, code];
}

describe('byte for byte', () => {
  it.each([1, 511, 512 * 1024, 512 * 1024 + 1, 1024 * 1024, 5 * MIB + 13])('sends %i bytes', async (size) => {
    const { receiver, url } = await receive();
    const { path, sha256 } = fileOf(size);
    expect(await sender().put(requestOf(url, path))).toEqual({ kind: 'stored', bytes: size, sha256 });
    expect(receiver.received).toMatchObject([{ bytes: size, sha256, whole: true }]);
    const [request] = receiver.received;
    expect(request?.requestLine).toBe('PUT /bucket/object?X-Goog-Signature=VERYSECRET HTTP/1.1');
    expect(request?.headers.get('content-length')).toBe(String(size));
    expect(request?.headers.get('content-type')).toBe('application/octet-stream');
    expect(request?.headers.has('transfer-encoding')).toBe(false);
    expect(request?.headers.has('authorization')).toBe(false);
  });

  it('sends an empty file with a length of nought', async () => {
    const { receiver, url } = await receive();
    const { path, sha256 } = fileOf(0);
    expect(await sender().put(requestOf(url, path))).toEqual({ kind: 'stored', bytes: 0, sha256 });
    expect(receiver.received[0]?.headers.get('content-length')).toBe('0');
  });

  it('does not hash when told not to', async () => {
    const { receiver, url } = await receive();
    const { path, sha256 } = fileOf(3 * MIB);
    expect(await sender({ hash: false }).put(requestOf(url, path))).toMatchObject({
      kind: 'stored',
      sha256: null,
    });
    expect(receiver.received[0]?.sha256).toBe(sha256);
  });

  it('to receivers that stop and go, reading in odd pieces', async () => {
    let pieces = 0;
    const { receiver, url } = await receive({
      onData: async (socket) => {
        if (++pieces % 7 !== 0) return;
        socket.pause();
        await new Promise((resolve) => setImmediate(resolve));
        if (pieces % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        socket.resume();
      },
    });
    const { path, sha256 } = fileOf(24 * MIB + 5);
    const seen: number[] = [];
    const outcome = await sender().put(requestOf(url, path, { onProgress: (bytes) => seen.push(bytes) }));
    expect(outcome).toMatchObject({ kind: 'stored', sha256 });
    expect(receiver.received[0]?.sha256).toBe(sha256);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(24 * MIB + 5);
  });

  it.runIf(python)('through sockets with tiny buffers (needs python3, which can set them)', async () => {
    const script = `
      import hashlib, socket, sys
      server = socket.socket()
      server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
      server.bind(('127.0.0.1', 0)); server.listen(1)
      print(server.getsockname()[1], flush=True)
      peer, _ = server.accept()
      data = b''
      while b'\\r\\n\\r\\n' not in data: data += peer.recv(1000)
      head, body = data.split(b'\\r\\n\\r\\n', 1)
      length = int([l for l in head.split(b'\\r\\n') if l.lower().startswith(b'content-length')][0].split(b':')[1])
      hash = hashlib.sha256(body); got = len(body)
      while got < length:
        piece = peer.recv(3333); got += len(piece); hash.update(piece)
      peer.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')
      print(hash.hexdigest(), flush=True)
    `.replace(/^ {6}/gm, '');
    const python = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
      const port = String((await lines.next()).value).trim();
      const { path, sha256 } = fileOf(4 * MIB + 1);
      const outcome = await sender().put(requestOf(`http://127.0.0.1:${port}/`, path));
      expect(outcome).toMatchObject({ kind: 'stored', sha256 });
      expect(String((await lines.next()).value).trim()).toBe(sha256);
    } finally {
      python.kill();
    }
  });

  it('32 at once, each its own bytes, over kept connections', async () => {
    const { receiver, url } = await receive();
    const files = Array.from({ length: 96 }, (_, i) =>
      fileOf(i % 3 === 0 ? 700_000 + i : 20_000 + i, `f${i}`),
    );
    const one = sender();
    const queue = [...files];
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let file = queue.pop(); file; file = queue.pop()) {
          expect(await one.put(requestOf(url, file.path))).toMatchObject({
            kind: 'stored',
            sha256: file.sha256,
          });
        }
      }),
    );
    expect(receiver.received.map((one) => one.sha256).sort()).toEqual(
      files.map((file) => file.sha256).sort(),
    );
    expect(receiver.connections).toBeLessThanOrEqual(32);
  });

  it('over TLS, to a storage of an authority that was added, and to no other', async () => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const kind = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const subject = ['-subj', '/CN=storage', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', keyFile, '-out', certFile], {
      stdio: 'ignore',
    });
    const cert = readFileSync(certFile, 'utf8');
    const receiver = new Receiver();
    receivers.push(receiver);
    const url = await receiver.listen({ key: readFileSync(keyFile), cert });
    const { path, sha256 } = fileOf(9 * MIB + 3);
    expect(told(await sender().put(requestOf(url, path)))).toEqual(['transient', 'tls']);
    expect(receiver.received).toEqual([]);
    const trusting = createAgents({ extraCa: [cert] });
    try {
      const two = [requestOf(url, path), requestOf(url, path)];
      const outcomes = await Promise.all(two.map((request) => sender({ agents: trusting }).put(request)));
      expect(outcomes).toMatchObject([
        { kind: 'stored', sha256 },
        { kind: 'stored', sha256 },
      ]);
      expect(receiver.received.map((one) => one.sha256)).toEqual([sha256, sha256]);
    } finally {
      trusting.close();
    }
  });
});

describe('a file that is not what was planned', () => {
  /** Does something to the file when the storage has seen a part of it; then the rest may flow. */
  async function meanwhile(size: number, change: (path: string) => void) {
    let path = '';
    let changed = false;
    const { receiver, url } = await receive({
      onData: (_socket, received) => {
        if (changed || received.bytes < 64 * 1024) return;
        changed = true;
        change(path);
      },
    });
    ({ path } = fileOf(size));
    const outcome = await sender().put(requestOf(url, path));
    expect(changed).toBe(true);
    return { outcome, receiver };
  }

  it.each<[string, (path: string) => void]>([
    ['grows', (path) => appendFileSync(path, 'more')],
    ['shrinks', (path) => truncateSync(path, MIB)],
    ['is touched', (path) => utimesSync(path, 1, 1)],
    [
      'is replaced',
      (path) => {
        writeFileSync(`${path}.new`, randomBytes(64 * MIB));
        renameSync(`${path}.new`, path);
      },
    ],
  ])('and %s while it is sent becomes no object', async (_name, change) => {
    const { outcome, receiver } = await meanwhile(64 * MIB, change);
    expect(told(outcome)).toEqual(['file', 'file-changed']);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.whole).toBe(false);
  });

  it('but was deleted while it is sent goes through whole', async () => {
    const { outcome, receiver } = await meanwhile(64 * MIB, (path) => rmSync(path));
    expect(outcome.kind).toBe('stored');
    expect(receiver.received[0]).toMatchObject({ whole: true });
  });

  it.each([1_000, 2 * MIB])('(%i bytes) and changed before is not sent', async (size) => {
    const { receiver, url } = await receive();
    const { path } = fileOf(size);
    const request = requestOf(url, path);
    appendFileSync(path, 'more');
    expect(told(await sender().put(request))).toEqual(['file', 'file-changed']);
    truncateSync(path, size - 10);
    expect(told(await sender().put(request))).toEqual(['file', 'file-changed']);
    truncateSync(path, size);
    utimesSync(path, 1, 1);
    expect(told(await sender().put(request))).toEqual(['file', 'file-changed']);
    rmSync(path);
    expect(told(await sender().put(request))).toEqual(['file', 'file-missing']);
    expect(receiver.received.filter((one) => one.whole)).toEqual([]);
  });
});

describe('what the storage answers', () => {
  it.each<[number, string, unknown[]]>([
    [201, '', ['transient', 'bad-answer']],
    [204, '', ['transient', 'bad-answer']],
    [302, 'Location: http://127.0.0.1:1/\r\n', ['transient', 'bad-answer', null]],
    [308, '', ['transient', 'bad-answer', null]],
    [400, '', ['expired', 'url-expired']],
    [401, '', ['expired', 'url-expired']],
    [403, '', ['expired', 'url-expired']],
    [404, '', ['expired', 'url-expired']],
    [410, '', ['expired', 'url-expired']],
    [405, '', ['refused', 'storage-refused']],
    [411, '', ['refused', 'storage-refused']],
    [413, '', ['refused', 'payload-too-large']],
    [408, '', ['transient', 'server-error']],
    [429, 'Retry-After: 7\r\n', ['transient', 'rate-limited', 7_000]],
    [500, '', ['transient', 'server-error', null]],
    [503, 'Retry-After: 2\r\n', ['transient', 'server-error', 2_000]],
    [504, '', ['transient', 'server-error', null]],
  ])('%i', async (status, headers, expected) => {
    const body = '<Error><Code>SomeReason</Code><StringToSign>VERYSECRET</StringToSign></Error>';
    const { url } = await receive({ answer: () => answer(status, status === 204 ? '' : body, headers) });
    const outcome = await sender().put(requestOf(url, fileOf(1_000).path));
    const waits = outcome.kind === 'transient' && expected.length > 2 ? [outcome.retryAfterMs] : [];
    expect([...told(outcome), ...waits]).toEqual(expected);
    if (!('error' in outcome)) return;
    expect(outcome.error.details.status).toBe(String(status));
    if (status !== 204) expect(outcome.error.details.reason).toBe('SomeReason');
  });

  it('is no confirmation where it is a web page', async () => {
    const page = '<!DOCTYPE html><title>Sign in to the guest network</title>';
    const { url } = await receive({ answer: () => answer(200, page, 'Content-Type: text/html\r\n') });
    const outcome = await sender().put(requestOf(url, fileOf(1_000).path));
    expect(told(outcome)).toEqual(['transient', 'bad-answer']);
  });

  it('before the body is sent is heard, and the rest is not sent', async () => {
    const { receiver, url } = await receive({
      onHead: (socket) => {
        socket.pause();
        return answer(403, '<Code>ExpiredToken</Code>');
      },
      onData: () => new Promise(() => undefined),
    });
    const { path } = fileOf(64 * MIB);
    const outcome = await sender().put(requestOf(url, path));
    expect(told(outcome)).toEqual(['expired', 'url-expired']);
    expect(outcome).toMatchObject({ error: { details: { reason: 'ExpiredToken' } } });
    expect(receiver.received[0]?.bytes).toBeLessThan(32 * MIB);
  });

  it('a confirmation before the body is sent is not believed', async () => {
    const { url } = await receive({ onHead: () => OK, onData: () => new Promise(() => undefined) });
    expect(told(await sender().put(requestOf(url, fileOf(64 * MIB).path)))).toEqual([
      'transient',
      'bad-answer',
    ]);
  });

  it('with an endless body still counts', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { url } = await receive({ answer: () => `${head}10000\r\n${'x'.repeat(65_536)}\r\n` });
    expect(await sender().put(requestOf(url, fileOf(1_000).path))).toMatchObject({ kind: 'stored' });
  });
});

describe('a connection', () => {
  it('that is refused', async () => {
    const { receiver, url } = await receive();
    await receiver.close();
    expect(told(await sender().put(requestOf(url, fileOf(1_000).path)))).toEqual(['transient', 'refused']);
    expect(told(await sender().put(requestOf(url, fileOf(2 * MIB).path)))).toEqual(['transient', 'refused']);
  });

  it('to a name that nobody knows', async () => {
    const lost = createAgents({
      lookup: (_name, _options, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), ''),
    });
    const request = requestOf('http://storage.invalid/x?sig=VERYSECRET', fileOf(1_000).path);
    expect(told(await sender({ agents: lost }).put(request))).toEqual(['transient', 'dns']);
    lost.close();
  });

  it('that breaks in the middle of the body', async () => {
    const { receiver, url } = await receive({
      onData: (socket, received) => void (received.bytes > MIB && socket.resetAndDestroy()),
    });
    expect(told(await sender().put(requestOf(url, fileOf(64 * MIB).path)))).toEqual([
      'transient',
      'connection-lost',
    ]);
    expect(receiver.received).toHaveLength(1);
  });

  it('that breaks instead of an answer', async () => {
    const { url } = await receive({
      onData: (socket, received) => void (received.bytes === 1_000 && socket.destroy()),
      answer: () => null,
    });
    expect(told(await sender().put(requestOf(url, fileOf(1_000).path)))).toEqual([
      'transient',
      'connection-lost',
    ]);
  });

  it('is kept for the next file', async () => {
    const { receiver, url } = await receive();
    const one = sender();
    for (const size of [1_000, 2 * MIB, 3_000]) await one.put(requestOf(url, fileOf(size).path));
    expect(receiver.connections).toBe(1);
    expect(receiver.received).toHaveLength(3);
  });

  it('that was kept and had been closed is replaced without a word', async () => {
    let dropped = 0;
    const { receiver, url } = await receive({
      onHead: (socket, nth) => {
        if (nth !== 2) return null;
        dropped++;
        socket.resetAndDestroy();
        return null;
      },
    });
    const one = sender();
    const { path, sha256 } = fileOf(1_000);
    expect(await one.put(requestOf(url, path))).toMatchObject({ kind: 'stored' });
    expect(await one.put(requestOf(url, path))).toMatchObject({ kind: 'stored', sha256 });
    expect(dropped).toBe(1);
    expect(receiver.connections).toBe(2);
  });

  it('that stalls is given up after the time of silence, and not before', async () => {
    const clock = new HandClock();
    const reached = Promise.withResolvers<void>();
    const { url } = await receive({
      onData: (socket) => {
        socket.pause();
        reached.resolve();
        return new Promise(() => undefined);
      },
    });
    let outcome: PutOutcome | null = null;
    const put = sender({ clock, stallMs: 10_000 }).put(requestOf(url, fileOf(64 * MIB).path));
    put.then((value) => {
      outcome = value;
    });
    await reached.promise;
    clock.pass(9_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcome).toBeNull();
    // Bytes may still move into the buffers of the system, and each of them puts the end off.
    await expect
      .poll(() => {
        clock.pass(10_000);
        return outcome;
      })
      .not.toBeNull();
    expect(told(await put)).toEqual(['transient', 'stalled']);
  });

  it('whose answer never comes is given up too', async () => {
    const clock = new HandClock();
    const whole = Promise.withResolvers<void>();
    const { url } = await receive({
      answer: () => {
        whole.resolve();
        return null;
      },
    });
    const put = sender({ clock, stallMs: 10_000 }).put(requestOf(url, fileOf(1_000).path));
    await whole.promise;
    clock.pass(10_001);
    expect(told(await put)).toEqual(['transient', 'stalled']);
  });

  it('is let go of when the upload is cancelled', async () => {
    const abort = new AbortController();
    const { receiver, url } = await receive({
      onData: (_socket, received) => void (received.bytes > MIB && abort.abort()),
    });
    const { path } = fileOf(64 * MIB);
    expect(await sender().put(requestOf(url, path, { signal: abort.signal }))).toEqual({ kind: 'cancelled' });
    await expect.poll(() => receiver.sockets.size).toBe(0);
    expect(receiver.received[0]?.whole).toBe(false);
    expect(await sender().put(requestOf(url, path, { signal: abort.signal }))).toEqual({ kind: 'cancelled' });
    expect(receiver.received).toHaveLength(1);
  });

  it('serves well after others were broken off: no buffer is mixed up', async () => {
    const { receiver, url } = await receive();
    const one = sender();
    const big = fileOf(16 * MIB, 'big');
    for (let round = 0; round < 8; round++) {
      const abort = new AbortController();
      const broken = one.put(
        requestOf(url, big.path, { signal: abort.signal, onProgress: () => abort.abort() }),
      );
      const kept = await Promise.all(
        [1, 2, 3].map((i) => one.put(requestOf(url, fileOf(3 * MIB + i, `k${i}`).path))),
      );
      await broken;
      for (const outcome of kept) expect(outcome.kind).toBe('stored');
      const hashes = new Set(receiver.received.map((received) => received.sha256));
      for (const outcome of kept)
        expect(hashes.has(outcome.kind === 'stored' ? outcome.sha256 : '')).toBe(true);
    }
  });
});

describe('an address that cannot be used', () => {
  it.each(['', 'not a url VERYSECRET', 'ftp://storage.example/?VERYSECRET', 'file:///etc/passwd?VERYSECRET'])(
    '%j',
    async (url) => {
      const { path } = fileOf(10);
      expect(told(await sender().put(requestOf(url, path)))).toEqual(['refused', 'bad-answer']);
    },
  );

  it('or header', async () => {
    const { url } = await receive();
    const headers = { 'X-Odd': 'VERYSECRET\r\nX-More: 1' };
    expect(told(await sender().put(requestOf(url, fileOf(10).path, { headers })))).toEqual([
      'refused',
      'bad-answer',
    ]);
  });
});

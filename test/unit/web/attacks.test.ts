/**
 * Browser mode attacked, as whoever can reach the port would: smuggled requests, rebinding, foreign pages, paths, floods,
 * senders that never end. Beside the tests of each part, which have the plain cases.
 */

import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../fixtures/eventually.ts';
import { ask, INDEX, openRequest, Page, pageOf, raw, SECRET, type Site, site } from './harness.ts';

/** Statuses of all answers that came back on one connection. */
const statuses = (text: string): string[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status ?? '');

const SMUGGLED = 'PUT /drops/d?path=smuggled&size=1 HTTP/1.1';

test.each([
  ['both lengths', 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX'],
  ['both, the other way round', 'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX'],
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ['a length that is a list', 'Content-Length: 5, 6\r\n\r\nhello!'],
  ['a signed length', 'Content-Length: +5\r\n\r\nhello'],
  ['an encoding that hides', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['an encoding of its own', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['an encoding that is not last', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['a broken size of a chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
  ['a header folded over lines', 'X-Folded: one\r\n two\r\nContent-Length : 5\r\n\r\nhello'],
  ['lines that end with half an end', 'X: y\nTransfer-Encoding: chunked\n\n0\n\n'],
])('a request with %s smuggles none behind it', async (_what, rest) => {
  const at = await site();
  const hidden = `${SMUGGLED}\r\nHost: ${at.host}\r\nOrigin: ${at.origin}\r\nAuthorization: Bearer ${at.token}\r\nContent-Length: 1\r\n\r\nx`;
  const got = await raw(at, `POST / HTTP/1.1\r\nHost: ${at.host}\r\n${rest}${hidden}`);
  // One answer and the end of the connection: whatever stood behind was not taken for a request.
  expect(statuses(got).length).toBeLessThanOrEqual(1);
  expect(statuses(got)[0] ?? '400').toMatch(/^4/);
  expect(at.app.received).toEqual([]);
});

test.each([
  ['two hosts', (at: Site) => `GET / HTTP/1.1\r\nHost: ${at.host}\r\nHost: evil.example\r\n\r\n`],
  [
    'a foreign host first',
    (at: Site) => `GET / HTTP/1.1\r\nHost: evil.example\r\nHost: ${at.host}\r\nConnection: close\r\n\r\n`,
  ],
  ['a rebound name', (at: Site) => `GET / HTTP/1.1\r\nHost: rebound.example:${at.port}\r\n\r\n`],
  ['a name that ends in a dot', (at: Site) => `GET / HTTP/1.1\r\nHost: localhost.:${at.port}\r\n\r\n`],
  ['a login in the host', (at: Site) => `GET / HTTP/1.1\r\nHost: evil@${at.host}\r\n\r\n`],
  ['an address written as a number', (at: Site) => `GET / HTTP/1.1\r\nHost: 2130706433:${at.port}\r\n\r\n`],
  [
    'a whole address of another host',
    (at: Site) => `GET http://evil.example/ HTTP/1.1\r\nHost: ${at.host}\r\nConnection: close\r\n\r\n`,
  ],
  ['a tunnel', (at: Site) => `CONNECT evil.example:443 HTTP/1.1\r\nHost: ${at.host}\r\n\r\n`],
])('%s gets no page', async (_what, text) => {
  const at = await site();
  const got = await raw(at, text(at));
  expect(got).not.toContain(INDEX);
  expect(statuses(got)[0] ?? '400').toMatch(/^4/);
});

test.each([
  '/%252e%252e/secret.txt',
  '/..%255csecret.txt',
  '/..\\secret.txt',
  '/assets\\..\\..\\secret.txt',
  '/./../secret.txt',
  '/....//secret.txt',
  '/%c0%ae%c0%ae/secret.txt',
  '/assets/..;/secret.txt',
  '/index.html/../../secret.txt',
  '/file:///etc/passwd',
  '/C:/Windows/win.ini',
  '/media/../index.html',
  '/downloads/../index.html',
  '/index.html%00.png',
  '/INDEX.HTML',
])('there is no page at %s', async (path) => {
  const at = await site();
  const got = await ask(at, { path });
  expect(got.status).toBeGreaterThanOrEqual(400);
  expect(got.body).not.toContain(SECRET);
  expect(got.body).not.toContain(INDEX);
});

test.each(['TRACE', 'OPTIONS', 'POST', 'DELETE', 'PROPFIND'])('%s does nothing anywhere', async (method) => {
  const at = await site();
  const headers = { authorization: `Bearer ${at.token}`, origin: at.origin, 'x-http-method-override': 'PUT' };
  for (const path of ['/', '/drops/d?path=a&size=0', '/downloads/one', '/media/one', '/socket']) {
    const got = await ask(at, { path, method, headers });
    expect([path, got.status]).toEqual([path, 405]);
    expect(got.body).not.toContain(at.token);
  }
  expect(at.app.received).toEqual([]);
});

test('a preflight of a foreign page is told nothing that it may do', async () => {
  const at = await site();
  for (const path of ['/', '/drops/d?path=a&size=1', '/media/one', '/downloads/one']) {
    const got = await ask(at, {
      path,
      method: 'OPTIONS',
      headers: {
        origin: 'http://evil.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization',
        'access-control-request-private-network': 'true',
      },
    });
    expect(got.status).toBe(405);
    expect(Object.keys(got.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('every answer forbids frames, sniffing, referrers and foreign use, and none with data is kept', async () => {
  const at = await site();
  at.app.downloads.set('one', {
    name: 'one.csv',
    async *pieces() {
      yield 'title\n';
    },
  });
  const answers = [
    await ask(at, { path: '/' }),
    await ask(at, { path: '/nothing' }),
    await ask(at, { path: '/', headers: { host: 'evil.example' } }),
    await ask(at, { path: '/', method: 'POST' }),
    await ask(at, { path: '/media/nothing' }),
    await ask(at, { path: '/downloads/one' }),
    await ask(at, { path: '/downloads/one', headers: { authorization: `Bearer ${at.token}` } }),
    await ask(at, { path: '/drops/d?path=a&size=1', method: 'PUT', headers: pageOf(at, 1), body: 'x' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 421, 405, 404, 401, 200, 200]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers.server ?? headers['x-powered-by']).toBeUndefined();
  }
  // A page may not be framed; a picture has no page to be framed in.
  expect(answers[0]?.headers['content-security-policy']).toContain("frame-ancestors 'none'");
});

test('the token is nowhere but in the address: in no page, header or answer, and not taken from a query or cookie', async () => {
  const at = await site();
  for (const got of [await ask(at, { path: '/' }), await ask(at, { path: '/assets/index-B4x9_kQz.js' })]) {
    expect(JSON.stringify(got)).not.toContain(at.token);
  }
  for (const headers of [{}, { cookie: `token=${at.token}` }, { 'x-token': at.token }]) {
    const got = await ask(at, { path: `/downloads/one?token=${at.token}`, headers });
    expect(got.status).toBe(401);
    expect(got.body).not.toContain(at.token);
  }
  // Neither a wrong one nor the right one in the wrong place is repeated.
  const wrong = await ask(at, {
    path: '/downloads/one',
    headers: { authorization: 'Bearer wrong-token-of-somebody' },
  });
  expect(wrong.body).not.toContain('wrong-token-of-somebody');
});

test('a foreign page’s socket and a hidden frame’s are refused, with the right token too', async () => {
  const at = await site();
  const origins = [
    'https://evil.example',
    `https://${at.host}`,
    `http://${at.host}.evil.example`,
    `http://evil.example#${at.origin}`,
    'null',
    'file://',
  ];
  for (const origin of origins) {
    await expect(new Page(at, { headers: { origin } }).opened).rejects.toThrow('403');
  }
  const framed = await raw(
    at,
    `GET /socket HTTP/1.1\r\nHost: ${at.host}\r\nOrigin: ${at.origin}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Protocol: encord-uploader, encord-uploader.${at.token}\r\n\r\n`,
  );
  expect(framed).not.toContain('101 ');
});

test('a body that never ends is cut off wherever it goes', async () => {
  const at = await site({ limits: { stallMs: 200, headersMs: 500 } });
  const picture = { kind: 'bytes', mime: 'image/png', status: 200, length: 2, range: null } as const;
  at.app.shown.set('one', { ...picture, body: Readable.from([Buffer.from('ab')]) });
  const drip = (socket: Socket) => {
    const timer = setInterval(() => socket.write('x'), 50);
    socket.once('close', () => clearInterval(timer));
  };
  const open = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let got = '';
      const socket = connect(at.port, '127.0.0.1', () => {
        socket.write(text);
        drip(socket);
      });
      onTestFinished(() => void socket.destroy());
      socket.on('data', (chunk) => {
        got += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(got));
    });
  const length = 'Content-Length: 100000000\r\n\r\n';
  // To a page, to nothing, to a picture, to a text, without a right to a drop, in a header: none is read to its end.
  const drop = `PUT /drops/d?path=a&size=100000000 HTTP/1.1\r\nHost: ${at.host}\r\nOrigin: ${at.origin}\r\n`;
  const got = await Promise.all([
    open(`GET / HTTP/1.1\r\nHost: ${at.host}\r\n${length}`),
    open(`POST /x HTTP/1.1\r\nHost: ${at.host}\r\n${length}`),
    open(`GET /media/x HTTP/1.1\r\nHost: ${at.host}\r\n${length}`),
    open(`GET /media/one HTTP/1.1\r\nHost: ${at.host}\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n`),
    open(`GET /downloads/x HTTP/1.1\r\nHost: ${at.host}\r\n${length}`),
    open(`${drop}${length}`),
    open(`GET / HTTP/1.1\r\nHost: ${at.host}\r\nX-Slow: `),
  ]);
  expect(got.map(statuses)).toEqual([['200'], ['405'], ['404'], ['200'], ['401'], ['401'], ['408']]);
  expect(at.app.received).toEqual([]);
}, 30_000);

test('a reader that takes no byte of its answer is let go', async () => {
  const at = await site({ limits: { stallMs: 200 } });
  let left = false;
  at.app.downloads.set('endless', {
    name: 'endless.csv',
    async *pieces() {
      try {
        for (;;) yield 'x'.repeat(1024 * 1024);
      } finally {
        left = true;
      }
    },
  });
  const request = openRequest(at, {
    path: '/downloads/endless',
    headers: { authorization: `Bearer ${at.token}` },
  });
  request.on('error', () => {});
  request.on('response', (response) => {
    response.on('error', () => {});
    response.pause();
  });
  request.end();
  await eventually(() => expect(left).toBe(true));
});

test('a flood of requests on one connection is answered one by one, and others are served meanwhile', async () => {
  const at = await site();
  const one = `GET /nothing HTTP/1.1\r\nHost: ${at.host}\r\n\r\n`;
  const flood = raw(at, one.repeat(5_000));
  expect((await ask(at, { path: '/' })).status).toBe(200);
  // A refusal ends the connection: what was sent behind it is not worked on.
  expect(statuses(await flood)).toEqual(['404']);
});

test('a flood of handshakes with a wrong token opens no socket and leaves room for the right one', async () => {
  const at = await site({ limits: { sockets: 2 } });
  const wrong = { protocols: ['encord-uploader', `encord-uploader.${'A'.repeat(43)}`] };
  const refused = await Promise.allSettled(Array.from({ length: 100 }, () => new Page(at, wrong).opened));
  expect(refused.map(({ status }) => status)).toEqual(Array(100).fill('rejected'));
  const page = new Page(at);
  await page.opened;
  expect(await page.call('settings.get', null)).toMatchObject({ ok: true });
});

test('a message that is deep, endless or strange is answered, and the page goes on', async () => {
  const at = await site();
  const page = new Page(at);
  await page.opened;
  page.socket.send(`{"id":900,"call":"settings.get","input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  page.socket.send(`{"id":901,"call":"settings.get","input":[${'0,'.repeat(1_000_001)}0]}`);
  page.socket.send('{"id":902,"call":"__proto__","input":{"__proto__":{"polluted":true}}}');
  await eventually(() => expect(page.messages).toHaveLength(3));
  expect(page.messages).toMatchObject(
    [900, 901, 902].map((id) => ({ id, answer: { error: { code: 'invalid-input' } } })),
  );
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(await page.call('settings.get', null)).toMatchObject({ ok: true });
  expect(at.app.calls).toHaveLength(1);
});

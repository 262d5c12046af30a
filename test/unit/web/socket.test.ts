/** Browser mode: calls and events over the socket, and pages that should not be there. */

import { expect, test } from 'vitest';
import { CLOSE_CODES, MAX_MESSAGE_BYTES, socketProtocols } from '../../../preload/contract/wire.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Page, type PageOptions, site } from './harness.ts';

const WRONG = 'A'.repeat(43);

test('a page with the token calls and is answered, with the token not echoed', async () => {
  const at = await site();
  at.app.answer = async () => ({ theme: 'dark' });
  const page = new Page(at);
  await page.opened;
  expect(page.socket.protocol).toBe('encord-uploader');
  expect(await page.call('settings.get', null)).toEqual({ ok: true, value: { theme: 'dark' } });
  expect(at.app.calls).toEqual([{ name: 'settings.get', input: null }]);
});

const intruders: [string, PageOptions, number][] = [
  ['a wrong token', { protocols: socketProtocols(WRONG) }, 401],
  ['no token', { protocols: ['encord-uploader'] }, 401],
  ['no protocol', { protocols: [] }, 401],
  ['another origin', { headers: { origin: 'http://evil.example' } }, 403],
  ['the null origin', { headers: { origin: 'null' } }, 403],
  ['another port of this machine', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
  ['a rebound name', { headers: { host: 'evil.example', origin: 'http://evil.example' } }, 421],
  ['a host without its port', { headers: { host: 'localhost' } }, 421],
  ['another path', { path: '/socket?x' }, 404],
];

test.each(intruders)('a socket with %s is refused at the handshake', async (_what, options, status) => {
  const at = await site();
  const page = new Page(at, options);
  await expect(page.opened).rejects.toThrow(`Unexpected server response: ${status}`);
  at.app.emit('progress', { transfers: [], speed: 0 });
  expect(page.messages).toEqual([]);
});

test('a socket that states no origin is refused', async () => {
  const at = await site();
  const page = new Page(at, { headers: { origin: '' } });
  await expect(page.opened).rejects.toThrow('Unexpected server response: 403');
});

test('an unknown call and a wrong input are answered, and the page goes on', async () => {
  const at = await site();
  const page = new Page(at);
  await page.opened;
  const refused = {
    ok: false,
    error: { code: 'invalid-input', message: 'No such call or input.', details: {} },
  };
  expect(await page.call('accounts.readKey', null)).toEqual(refused);
  expect(await page.call('__proto__', null)).toEqual(refused);
  expect(await page.call('queue.cancel', { scope: { kind: 'everything' } })).toEqual(refused);
  expect(await page.call('settings.get', null)).toMatchObject({ ok: true });
  expect(at.app.calls).toHaveLength(1);
});

test('a call that breaks inside the program is still answered', async () => {
  const at = await site();
  at.app.answer = () => Promise.reject(new Error('boom'));
  const page = new Page(at);
  await page.opened;
  expect(await page.call('settings.get', null)).toMatchObject({ ok: false, error: { code: 'internal' } });
});

test.each([
  ['malformed JSON', '{"id": 1, "call"'],
  ['no id', '{"call":"settings.get","input":null}'],
  ['a negative id', '{"id":-1,"call":"settings.get","input":null}'],
  ['a name that is no text', '{"id":1,"call":{"toString":1},"input":null}'],
  ['an array', '[]'],
  ['bytes', Buffer.from('{"id":1,"call":"settings.get","input":null}')],
])('%s ends the socket', async (_what, message) => {
  const at = await site();
  const page = new Page(at);
  await page.opened;
  page.socket.send(message);
  expect(await page.closed).toBe(CLOSE_CODES.malformed);
  expect(at.app.calls).toEqual([]);
});

test('an oversized message ends the socket, and only that one', async () => {
  const at = await site();
  const [big, other] = [new Page(at), new Page(at)];
  await Promise.all([big.opened, other.opened]);
  big.socket.send(JSON.stringify({ id: 0, call: 'settings.get', input: 'x'.repeat(MAX_MESSAGE_BYTES) }));
  expect(await big.closed).toBe(1009);
  expect(await other.call('settings.get', null)).toMatchObject({ ok: true });
});

test('the largest text that a call may carry is no oversized message', async () => {
  const at = await site();
  const page = new Page(at);
  await page.opened;
  const text = '{"key": "value"}\n'.repeat(588_000).slice(0, 10_000_000);
  const rows = { kind: 'rows', dataHashes: ['x'] };
  const answer = await page.call('rows.setMetadata', { datasetId: 'd', rows, text, mode: 'replace' });
  expect(answer).toMatchObject({ ok: true });
});

test('a flood of messages ends the socket', async () => {
  const at = await site({ limits: { callsBurst: 50, callsPerSecond: 1 } });
  const page = new Page(at);
  await page.opened;
  for (let n = 0; n < 200; n++) void page.call('settings.get', null);
  expect(await page.closed).toBe(CLOSE_CODES.tooManyMessages);
  expect(at.app.calls.length).toBeLessThanOrEqual(51);
});

test('a page has only so many calls open; the rest wait their turn', async () => {
  const at = await site({ limits: { openCalls: 4 } });
  let open = 0;
  let most = 0;
  const go: (() => void)[] = [];
  at.app.answer = () => {
    most = Math.max(most, ++open);
    return new Promise((resolve) =>
      go.push(() => {
        open -= 1;
        resolve(null);
      }),
    );
  };
  const page = new Page(at);
  await page.opened;
  // So long that not all of them come in one chunk: frames that share a chunk with the one that fills the last place are
  // read with it.
  const long = { padding: 'x'.repeat(30_000) };
  const answers = Array.from({ length: 40 }, () => page.call('settings.get', long));
  let done = 0;
  for (const answer of answers) void answer.then(() => (done += 1));
  await eventually(() => {
    for (const one of go.splice(0)) one();
    expect(done).toBe(40);
  });
  expect(most).toBeLessThan(12);
});

test('a second tab gets the same events; a closed one comes back and hears again', async () => {
  const at = await site();
  const [first, second] = [new Page(at), new Page(at)];
  await Promise.all([first.opened, second.opened]);
  at.app.emit('progress', { transfers: [], speed: 7 });
  await eventually(() => {
    expect(first.events('progress')).toEqual([{ transfers: [], speed: 7 }]);
    expect(second.events('progress')).toEqual([{ transfers: [], speed: 7 }]);
  });
  first.socket.close();
  await first.closed;
  const again = new Page(at);
  await again.opened;
  at.app.emit('changed', { seq: 2 });
  await eventually(() => expect(again.events('changed')).toEqual([{ seq: 2 }]));
  expect(first.events('changed')).toEqual([]);
});

test('more pages than the cap are refused', async () => {
  const at = await site({ limits: { sockets: 1 } });
  const first = new Page(at);
  await first.opened;
  await expect(new Page(at).opened).rejects.toThrow('Unexpected server response: 503');
});

test('a page that lags misses progress, never a change', async () => {
  const at = await site({ limits: { lagBytes: 64 * 1024 } });
  const page = new Page(at);
  await page.opened;
  page.socket.pause();
  const ticks = 600;
  for (let seq = 0; seq < ticks; seq++) {
    at.app.emit('changed', { seq, filler: 'x'.repeat(20_000) });
    at.app.emit('progress', { transfers: [], speed: seq, filler: 'x'.repeat(20_000) });
  }
  page.socket.resume();
  await eventually(() => expect(page.events('changed')).toHaveLength(ticks));
  expect(page.events('changed')).toMatchObject(Array.from({ length: ticks }, (_, seq) => ({ seq })));
  expect(page.events('progress').length).toBeLessThan(ticks);
});

test('a page that has stopped reading is cut off in the end', async () => {
  const at = await site({ limits: { maxLagBytes: 1024 * 1024 } });
  const page = new Page(at);
  await page.opened;
  page.socket.pause();
  const mebibyte = 'x'.repeat(1024 * 1024);
  for (let seq = 0; seq < 16; seq++) at.app.emit('changed', { seq, mebibyte });
  page.socket.resume();
  expect(await page.closed).toBe(1006);
  expect(page.events('changed').length).toBeLessThan(16);
});

test('a page that answers no ping is cut off, one that does stays', async () => {
  const at = await site({ limits: { pingMs: 100 } });
  const [dead, living] = [new Page(at), new Page(at)];
  await Promise.all([dead.opened, living.opened]);
  let pings = 0;
  living.socket.on('ping', () => (pings += 1));
  dead.socket.pong = () => {};
  expect(await dead.closed).toBe(1006);
  await eventually(() => expect(pings).toBeGreaterThan(3));
  expect(living.socket.readyState).toBe(living.socket.OPEN);
});

test('a page whose calls are all still worked on is not cut off, though nothing of it is read', async () => {
  const at = await site({ limits: { openCalls: 4, pingMs: 100 } });
  const held: (() => void)[] = [];
  at.app.answer = () => new Promise((resolve) => held.push(() => resolve(null)));
  const busy = new Page(at);
  await busy.opened;
  const answers = Promise.all(Array.from({ length: 4 }, () => busy.call('settings.get', null)));
  await eventually(() => expect(held).toHaveLength(4));
  // Each takes two pings to be found out, one after the other: the busy page sits through more.
  for (let round = 0; round < 2; round++) {
    const dead = new Page(at);
    await dead.opened;
    dead.socket.pong = () => {};
    expect(await dead.closed).toBe(1006);
  }
  for (const answer of held) answer();
  expect(await Promise.race([answers, busy.closed])).toHaveLength(4);
  let pings = 0;
  busy.socket.on('ping', () => (pings += 1));
  await eventually(() => expect(pings).toBeGreaterThan(2));
  expect(busy.socket.readyState).toBe(busy.socket.OPEN);
});

test('closing says goodbye to every page and stops listening', async () => {
  const at = await site();
  const page = new Page(at);
  await page.opened;
  expect(at.app.listeners.size).toBe(1);
  await at.close();
  expect(await page.closed).toBe(1001);
  expect(at.app.listeners.size).toBe(0);
  await expect(new Page(at).opened).rejects.toThrow(/ECONNREFUSED/);
});

test('closing does not wait for a page that is not listening', async () => {
  const at = await site();
  const page = new Page(at);
  await page.opened;
  page.socket.pause();
  await at.close();
});

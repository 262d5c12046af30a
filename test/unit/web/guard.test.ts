/** Browser mode's checks as functions: hosts, origins, tokens. */

import { expect, test } from 'vitest';
import {
  allowedHosts,
  bearerToken,
  checkHost,
  hostHeader,
  sameOrigin,
  socketToken,
  tokenMatches,
} from '../../../main/web/guard.ts';

const TOKEN = 'k3'.repeat(20);

test('loopback goes by its three names, with the port', () => {
  expect([...allowedHosts('127.0.0.1', 8731)].toSorted()).toEqual([
    '127.0.0.1:8731',
    '[::1]:8731',
    'localhost:8731',
  ]);
});

test('another address is added where one was told, as a URL writes it', () => {
  const hosts = allowedHosts('::', 80, ['192.0.2.7', 'fe80::1']);
  for (const host of ['192.0.2.7:80', '192.0.2.7', '[fe80::1]', 'LOCALHOST']) {
    expect(checkHost(host, hosts)).toBe(host.toLowerCase());
  }
  for (const host of [undefined, '', 'fe80::1', '192.0.2.8', 'localhost.', 'localhost:80 ', 'a@localhost']) {
    expect(checkHost(host, hosts)).toBeNull();
  }
});

test('a request has one host or none', () => {
  expect(hostHeader(['Accept', 'host', 'Host', 'localhost:1'])).toBe('localhost:1');
  for (const headers of [[], ['Accept', '*/*'], ['Host', 'localhost:1', 'HOST', 'localhost:1']]) {
    expect(hostHeader(headers)).toBeUndefined();
  }
});

test('an origin is the host itself or it is foreign', () => {
  expect(sameOrigin('http://localhost:1', 'localhost:1')).toBe(true);
  for (const origin of [
    undefined,
    '',
    'null',
    'https://localhost:1',
    'http://localhost:1/',
    'http://localhost:12',
  ]) {
    expect(sameOrigin(origin, 'localhost:1')).toBe(false);
  }
});

test('tokens match as a whole only', () => {
  expect(tokenMatches(TOKEN, TOKEN)).toBe(true);
  for (const offered of [null, '', TOKEN.slice(1), `${TOKEN}a`, TOKEN.toUpperCase()]) {
    expect(tokenMatches(offered, TOKEN)).toBe(false);
  }
  expect(tokenMatches(null, '')).toBe(false);
});

test('a token is found where it belongs and nowhere else', () => {
  expect(bearerToken(`Bearer ${TOKEN}`)).toBe(TOKEN);
  expect([undefined, TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN} x`].map(bearerToken)).toEqual(
    Array(4).fill(null),
  );
  expect(socketToken(`encord-uploader, encord-uploader.${TOKEN}`)).toBe(TOKEN);
  expect([undefined, `encord-uploader.${TOKEN}`, `encord-uploader, x.${TOKEN}`].map(socketToken)).toEqual(
    Array(3).fill(null),
  );
});

/** Which failures of the way to Encord go by themselves, and which wait for a person. */

import { expect, it } from 'vitest';
import { connectionError } from '../../../main/adapters/http/failures.ts';
import {
  loginRefused,
  unreachableProxy,
  unreachableThrough,
} from '../../../main/adapters/http/proxy-failures.ts';
import type { ProxyWay } from '../../../main/adapters/http/proxy-way.ts';
import { waitsFor } from '../../../main/app/network/waits-for.ts';
import { UploaderError } from '../../../main/core/errors.ts';

const WAY: ProxyWay = { kind: 'http', host: 'proxy.lab', port: 8080, login: null };
const TARGET = { host: 'api.lab', port: 443 };
const asking = (...schemes: string[]) =>
  loginRefused(WAY, TARGET.host, { 'proxy-authenticate': schemes.join(', ') }, false);
const broken = (code: string) =>
  connectionError(Object.assign(new Error(code), { code }), TARGET.host, false);

it.each([
  ['a proxy that takes a password', asking('Negotiate', 'Basic realm="lab"'), 'login'],
  ['a proxy that takes none that this program has', asking('Negotiate', 'NTLM'), 'person'],
  ['a proxy that says not how', asking(), 'person'],
  ['a proxy that forbids it', unreachableThrough(WAY, TARGET, '403'), 'person'],
  ['a proxy that is slow', unreachableThrough(WAY, TARGET, '408'), 'network'],
  ['a proxy that fears a repetition', unreachableThrough(WAY, TARGET, '425'), 'network'],
  ['a proxy that is asked too often', unreachableThrough(WAY, TARGET, '429'), 'network'],
  ['a SOCKS proxy that forbids it', unreachableThrough(WAY, TARGET, 'NotAllowed'), 'person'],
  ['a proxy that does not get there', unreachableThrough(WAY, TARGET, '502'), 'network'],
  ['a SOCKS proxy that does not get there', unreachableThrough(WAY, TARGET, 'HostUnreachable'), 'network'],
  ['a proxy that is away', unreachableProxy(WAY, 'ECONNREFUSED'), 'network'],
  ['a proxy of an unknown authority', unreachableProxy(WAY, 'SELF_SIGNED_CERT_IN_CHAIN'), 'person'],
  ['a server of an unknown authority', broken('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'person'],
  ['a name that is not known', broken('ENOTFOUND'), 'network'],
  ['no network', broken('ENETUNREACH'), 'network'],
  ['an answer that is not Encord’s', new UploaderError('bad-answer', 'It makes no sense.'), 'person'],
  ['trouble at Encord', new UploaderError('server-error', 'It has trouble.'), 'network'],
] as const)('%s', (_, error, expected) => expect(waitsFor(error)).toBe(expected));

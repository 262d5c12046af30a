/**
 * What the system's proxy for an address is: by the PAC file that a test brought, else none. Used by `app` and
 * `session`.
 */

import { createContext, runInContext } from 'node:vm';
import { machine } from './machine.ts';

/** As Electron's `resolveProxy` answers: `DIRECT`, `PROXY host:port`, several with `; ` between them. */
export async function resolveProxy(address: string): Promise<string> {
  if (machine.pac === null) return 'DIRECT';
  const url = new URL(address);
  const context = createContext({ ...HELPERS });
  runInContext(machine.pac, context, { timeout: 2_000 });
  // As Chromium does, the file is not told what is asked for on a host, only the host.
  const asked = JSON.stringify([`${url.protocol}//${url.host}/`, url.hostname]);
  const answer = runInContext(`FindProxyForURL(...${asked})`, context, { timeout: 2_000 });
  return String(answer)
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('; ');
}

/** What every PAC file may call; none of them asks a network. */
const HELPERS = {
  isPlainHostName: (host: string) => !host.includes('.'),
  dnsDomainIs: (host: string, domain: string) => host.endsWith(domain),
  localHostOrDomainIs: (host: string, full: string) => host === full || full.startsWith(`${host}.`),
  isResolvable: (host: string) => numberOf(host) !== null || host === 'localhost',
  dnsResolve: (host: string) => (host === 'localhost' ? '127.0.0.1' : numberOf(host) === null ? null : host),
  myIpAddress: () => '127.0.0.1',
  dnsDomainLevels: (host: string) => host.split('.').length - 1,
  isInNet(host: string, pattern: string, mask: string): boolean {
    const [a, b, m] = [
      numberOf(host === 'localhost' ? '127.0.0.1' : host),
      numberOf(pattern),
      numberOf(mask),
    ];
    return a !== null && b !== null && m !== null && (a & m) === (b & m);
  },
  shExpMatch(text: string, pattern: string): boolean {
    const expression = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${expression}$`).test(text);
  },
  alert: () => {},
};

/** An IPv4 address as a number; null for a name. */
function numberOf(address: string): number | null {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return null;
  return parts.reduce((sum, part) => sum * 256 + part, 0) | 0;
}

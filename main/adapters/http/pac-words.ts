/**
 * The words in which a PAC file, and Electron for the operating system, name proxies:
 * `PROXY proxy.lab:8080; SOCKS5 other.lab:1080; DIRECT`. Used by `ways.ts`.
 */

import { DIRECT, type ProxyWay, type Way } from './proxy-way.ts';

const KINDS: Readonly<Record<string, readonly [kind: ProxyWay['kind'], port: number]>> = {
  PROXY: ['http', 80],
  HTTP: ['http', 80],
  HTTPS: ['https', 443],
  SOCKS: ['socks4', 1080],
  SOCKS4: ['socks4', 1080],
  SOCKS5: ['socks5', 1080],
};

/** In the order in which they are to be tried; what is not understood is left out. Empty: nothing was. */
export function readPacWords(text: string): readonly Way[] {
  return text.split(';').flatMap((part): readonly Way[] => {
    const [word = '', where = ''] = part.trim().split(/\s+/);
    if (word.toUpperCase() === 'DIRECT') return [DIRECT];
    const known = KINDS[word.toUpperCase()];
    if (!known) return [];
    const [kind, usual] = known;
    const [, host, port] = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?$/i.exec(where) ?? [];
    if (host === undefined || Number(port ?? usual) > 65_535) return [];
    return [{ kind, host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? usual), login: null }];
  });
}

/**
 * How a server is reached: directly, or through a proxy; and how people and the environment write that down. Used by
 * `ways.ts` and by those that open connections.
 */

import { BlockList, isIP } from 'node:net';
import { UploaderError } from '../../core/errors.ts';

export interface Login {
  readonly user: string;
  /** A secret. */
  readonly password: string;
}

export interface ProxyWay {
  readonly kind: 'http' | 'https' | 'socks4' | 'socks5';
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Where its address brought one; else that of the settings counts. */
  readonly login: Login | null;
}

export type Way =
  | { readonly kind: 'direct' }
  | ProxyWay
  /** What was written down is no address of a proxy: nothing goes out past it unseen. */
  | { readonly kind: 'unusable'; readonly error: UploaderError };

export const DIRECT: Way = { kind: 'direct' };

const PORTS = { http: 80, https: 443, socks4: 1080, socks5: 1080 } as const;

const SCHEMES: Readonly<Record<string, ProxyWay['kind']>> = {
  'http:': 'http',
  'https:': 'https',
  'socks4:': 'socks4',
  'socks4a:': 'socks4',
  'socks:': 'socks5',
  'socks5:': 'socks5',
  'socks5h:': 'socks5',
};

export function isProxy(way: Way): way is ProxyWay {
  return way.kind !== 'direct' && way.kind !== 'unusable';
}

/** `http://proxy.lab:8080`, without a login. */
export function addressOf({ kind, host, port }: ProxyWay): string {
  return `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * A proxy as it is written in the environment: with or without scheme and login. Null where it is none. The error for it is
 * the caller's, because what was written may hold a password.
 */
export function readProxy(text: string): ProxyWay | null {
  const written = text.trim();
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`);
  const kind = url ? SCHEMES[url.protocol] : undefined;
  if (!url || kind === undefined || url.hostname === '') return null;
  if (!/^\/*$/.test(url.pathname) || url.search !== '' || url.hash !== '') return null;
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null) return null;
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    // URL leaves out the port that its scheme has anyway.
    port: url.port === '' ? PORTS[kind] : Number(url.port),
    login: user === '' && password === '' ? null : { user, password },
  };
}

/** A proxy as a person gives it in the settings. Throws `invalid-input`. */
export function readManualProxy(text: string): ProxyWay {
  const way = readProxy(text);
  if (way === null) {
    throw new UploaderError(
      'invalid-input',
      'This is not the address of a proxy. It should look like http://proxy.lab.org:8080, https://… or socks5://….',
    );
  }
  if (way.login !== null) {
    throw new UploaderError(
      'invalid-input',
      'The address holds a login. Give the address alone, and the user name and password in their own fields.',
    );
  }
  return way;
}

/** What the environment says of a URL: `HTTPS_PROXY` and its like, in lower case first, and `NO_PROXY`. */
export function wayOfEnvironment(env: Readonly<Record<string, string | undefined>>, url: URL): Way {
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const names = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, 'all_proxy', 'ALL_PROXY'];
  const name = names.find((each) => env[each]?.trim());
  if (name === undefined || isExcepted(env.no_proxy || env.NO_PROXY || '', url)) return DIRECT;
  return (
    readProxy(env[name] ?? '') ?? {
      kind: 'unusable',
      error: new UploaderError(
        'proxy',
        `${name} is set, but it is not the address of a proxy such as http://proxy.lab.org:8080. Correct it, or unset it.`,
      ),
    }
  );
}

/** Whether `NO_PROXY` excepts the URL: `*`, names with what lies below them, addresses, networks, each with a port or not. */
export function isExcepted(list: string, url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, name, wanted] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const bare = (name ?? entry).replace(/^\[|\]$/g, '').replace(/^\*?\.?/, '');
  if (bare === '') return false;
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

function isInNetwork(entry: string, host: string): boolean {
  const family = isIP(host);
  const [network = '', bits = ''] = entry.split('/');
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What it means when a proxy does not let the program through, in the words of the closed error list. */

import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorDetails, UploaderError } from '../../core/errors.ts';
import { addressOf, type ProxyWay } from './proxy-way.ts';

/** In the details of what stays so until somebody changes something. */
const IN_VAIN = { waiting: 'in vain' } as const;

/** The proxy itself cannot be reached; `system` is the system's code, empty where there is none. */
export function unreachableProxy(way: ProxyWay, system: string): UploaderError {
  const proxy = addressOf(way);
  const untrusted = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(system);
  const why =
    system === 'ENOTFOUND' || system.startsWith('EAI_')
      ? 'its name is not known here'
      : system === 'ECONNREFUSED'
        ? 'it refuses the connection'
        : system === 'ETIMEDOUT'
          ? 'it does not answer'
          : untrusted
            ? 'its identity could not be verified'
            : 'the connection to it could not be made';
  return new UploaderError(
    'proxy',
    `The proxy ${proxy} cannot be used: ${why}. Check the network, and the proxy in the settings; work goes on when it is there.`,
    { details: { ...detailsOf(proxy, system), ...(untrusted ? IN_VAIN : {}) } },
  );
}

/** The proxy was reached and does not lead on; `said` is the status or word of its answer. */
export function unreachableThrough(
  way: ProxyWay,
  target: { readonly host: string; readonly port: number },
  said: string,
): UploaderError {
  const proxy = addressOf(way);
  const where = `${target.host}:${target.port}`;
  // 408, 425 and 429 say that it is slow or busy, which passes.
  const forbids = /^(4(?!08|25|29)\d\d|NotAllowed|ConnectionNotAllowedByRuleset)$/.test(said);
  const message = forbids
    ? `The proxy ${proxy} does not allow connections to ${where} (${said}). Ask whoever runs the network to allow them.`
    : `The proxy ${proxy} could not reach ${where} (${said}). It is tried again; if it stays so, ask whoever runs the network.`;
  return new UploaderError('proxy', message, {
    details: { ...detailsOf(proxy, said), host: target.host, ...(forbids ? IN_VAIN : {}) },
  });
}

/** Whether a password would help: the proxy takes one in a way that this program knows. */
export function takesPassword(headers: IncomingHttpHeaders): boolean {
  return schemesOf(headers).some((scheme) => scheme === 'basic');
}

/** 407: the proxy wants a login, or another one than it got. `way` is null where it is not known which proxy that was. */
export function loginRefused(
  way: ProxyWay | null,
  host: string,
  headers: IncomingHttpHeaders,
  given: boolean,
): UploaderError {
  const proxy = way === null ? 'of this network' : addressOf(way);
  const details = { ...(way === null ? {} : { proxy: addressOf(way) }), host };
  if (!takesPassword(headers)) {
    const schemes = schemesOf(headers);
    const names = schemes.map(schemeName).join(', ');
    const by = names === '' ? '' : ` (${names})`;
    return new UploaderError(
      'proxy-login',
      `The proxy ${proxy} signs people in by a way that this program does not support${by}. Ask whoever runs the network to let ${host} through without a login or with a basic one, or run a local proxy that signs in, such as Px or Cntlm, and give its address in the settings.`,
      { details: { ...details, schemes: names } },
    );
  }
  const message = given
    ? `The proxy ${proxy} does not accept the user name and password. Give the right ones in Settings, Network; work goes on then.`
    : `The proxy ${proxy} asks for a user name and a password. Give them in Settings, Network, or in HTTPS_PROXY; work goes on then.`;
  return new UploaderError('proxy-login', message, { details });
}

const NAMES: Readonly<Record<string, string>> = {
  ntlm: 'NTLM',
  negotiate: 'Kerberos or NTLM',
  kerberos: 'Kerberos',
  digest: 'Digest',
};

function schemeName(scheme: string): string {
  return NAMES[scheme] ?? scheme;
}

/** In lower case, each once; what looks like none is left out. */
function schemesOf(headers: IncomingHttpHeaders): readonly string[] {
  const said = headers['proxy-authenticate'];
  const lines = Array.isArray(said) ? said : (said ?? '').split(/,\s*(?=[A-Za-z]+(?:\s|,|$))/);
  const schemes = lines.flatMap((line) => /^\s*([A-Za-z][A-Za-z0-9-]{0,20})(?=\s|$)/.exec(line)?.[1] ?? []);
  return [...new Set(schemes.map((scheme) => scheme.toLowerCase()))];
}

function detailsOf(proxy: string, system: string): ErrorDetails {
  return system === '' ? { proxy } : { proxy, system };
}

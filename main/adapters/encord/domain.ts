/** The address of an Encord server. Called by the accounts use case and by the session. */

import { UploaderError } from '../../core/errors.ts';

export const EU_DOMAIN = 'https://api.encord.com';
export const US_DOMAIN = 'https://api.us.encord.com';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * `scheme://host[:port]` in lower case, without a trailing slash or dot: v1 addresses are made by putting a path behind it
 * (encord-api.md A). Plain http is taken for this machine only. Throws `invalid-input`.
 */
export function parseDomain(text: string): string {
  const refuse = (why: string): never => {
    throw new UploaderError('invalid-input', `${why} It should look like ${EU_DOMAIN} or ${US_DOMAIN}.`);
  };
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return refuse('This is not the address of a server.');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname))) {
    return refuse('The address of the server must begin with https://.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return refuse('The address of the server must hold nothing but its name.');
  }
  if (!/^\/*$/.test(url.pathname)) return refuse('The address of the server must have no path.');
  // A name that ends in a dot is the same name, said more exactly; certificates and signatures do not have it.
  url.hostname = url.hostname.replace(/\.+$/, '');
  return url.origin;
}

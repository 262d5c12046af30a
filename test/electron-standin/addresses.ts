/**
 * Private schemes and what Chromium is told instead: it opens no `app://`, so `app://HOST/…` is served to it as
 * `https://HOST.app.invalid/…`, a name that no network has. Used wherever an address goes in or comes out.
 */

const OUTSIDE = /^https:\/\/([^/?#]*)\.([a-z][a-z0-9+-]*)\.invalid(?=[/?#]|$)/;

/** As the program knows it. */
export function asProgramSees(address: string): string {
  return address.replace(OUTSIDE, (_all, host: string, scheme: string) => `${scheme}://${host}`);
}

/** As Chromium is told; @param schemes those that the program handles */
export function asChromiumSees(address: string, schemes: ReadonlySet<string>): string {
  const found = /^([a-z][a-z0-9+-]*):\/\/([^/?#]*)/i.exec(address);
  const scheme = found?.[1]?.toLowerCase();
  if (!found || scheme === undefined || !schemes.has(scheme)) return address;
  const rest = address.slice(found[0].length);
  return `https://${found[2]}.${scheme}.invalid${rest === '' ? '/' : rest}`;
}

/** The scheme of an address that the program serves itself; null for every other address of Chromium's. */
export function privateScheme(address: string): string | null {
  return OUTSIDE.exec(address)?.[2] ?? null;
}

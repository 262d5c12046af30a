/**
 * What an address may do in the Electron host, as pure functions: which pages are ours, which senders are believed,
 * which links leave for the person's browser. Used by the rest of `main/electron`.
 */

/** The private scheme of the pages. Not the one of links into the program, which anybody may write. */
export const PAGE_SCHEME = 'app';
const PAGE_HOST = 'encord-uploader';
export const START_ADDRESS = `${PAGE_SCHEME}://${PAGE_HOST}/`;

/** Hosts that a link in the pages may open in the person's browser, by https only. */
const LINK_HOSTS: ReadonlySet<string> = new Set([
  'app.encord.com',
  'app.us.encord.com',
  'docs.encord.com',
  'encord.com',
  'www.encord.com',
]);

/**
 * True for addresses of the program's own pages. Scheme and host are compared after parsing: `origin` is the text
 * "null" for every private scheme, and a prefix of the text can be part of a longer name.
 */
export function isOwnPage(address: string): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === `${PAGE_SCHEME}:` &&
    url.host === PAGE_HOST &&
    url.username === '' &&
    url.password === ''
  );
}

/**
 * True for what a page may load: the program's own, and pictures that are part of a page. `devtools:` is asked for by
 * developer tools alone, which no page can reach.
 */
export function mayLoad(address: string): boolean {
  const protocol = URL.parse(address)?.protocol;
  return isOwnPage(address) || protocol === 'data:' || protocol === 'devtools:';
}

/** What is known of whoever sent a message to main. */
export interface Sender {
  /** Null when the frame navigated away or was destroyed since. */
  readonly frameUrl: string | null;
  readonly isMainFrame: boolean;
  /** Sent by the contents of a window that this program opened. */
  readonly fromOwnWindow: boolean;
}

/** Only the main frame of a window of ours, showing a page of ours, is believed. */
export function isTrustedSender(sender: Sender): boolean {
  return sender.fromOwnWindow && sender.isMainFrame && sender.frameUrl !== null && isOwnPage(sender.frameUrl);
}

/** True for links that may be handed to the system's browser: https, a listed host, no port, no credentials. */
export function mayOpenExternally(address: string): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === 'https:' &&
    LINK_HOSTS.has(url.hostname) &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  );
}

/**
 * How both hosts hand out the built pages: which addresses exist, and the headers of every response. Pure; used by
 * `main/electron` (private scheme) and `main/web` (HTTP), so that the pages live under one policy.
 */

import type { MediaAnswer } from './types.ts';

/** Response headers, in lower case. */
export type PageHeaders = Readonly<Record<string, string>>;

/** One file of the built pages. */
export interface Page {
  /** Path inside the folder of the pages, with `/`. */
  readonly file: string;
  readonly type: string;
  /** Its name holds a hash of its content: it may be kept for ever. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/vnd.microsoft.icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  mjs: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webp: 'image/webp',
  woff2: 'font/woff2',
};

/**
 * What may be asked for: exact URL paths, made once from the listing of the folder (paths with `/`, no leading
 * one). A path that is not in the map does not exist, so there is nothing to traverse.
 */
export function pageMap(files: readonly string[]): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  for (const file of files) {
    const extension = /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
    const page: Page = {
      file,
      type: TYPES[extension] ?? 'application/octet-stream',
      immutable: /^assets\/.*-[\w-]{8,}\.\w+(\.map)?$/.test(file),
    };
    pages.set(`/${file.split('/').map(encodeURIComponent).join('/')}`, page);
    if (file === 'index.html') pages.set('/', page);
  }
  return pages;
}

/**
 * The policy of the pages: nothing but their own files, no inline script or style, no frame around or in them.
 * `connect` lists what scripts may connect to beyond nothing at all.
 */
export function contentSecurityPolicy(connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "font-src 'self'",
    `connect-src ${connect.length === 0 ? "'none'" : connect.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What of a machine browsers hand out when they are asked. No page has use for any of it, so nobody is even asked. */
const NOT_FOR_PAGES =
  'camera display-capture geolocation hid idle-detection local-fonts microphone midi payment ' +
  'publickey-credentials-get screen-wake-lock serial usb window-management xr-spatial-tracking';
const PERMISSIONS = NOT_FOR_PAGES.split(' ')
  .map((feature) => `${feature}=()`)
  .join(', ');

/** The headers that every response carries, found or not. */
export function securityHeaders(connect: readonly string[]): PageHeaders {
  return {
    'content-security-policy': contentSecurityPolicy(connect),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS,
  };
}

/** The headers of one file of the pages. */
export function pageHeaders(page: Page, connect: readonly string[]): PageHeaders {
  return {
    ...securityHeaders(connect),
    'content-type': page.type,
    'cache-control': page.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
  };
}

/** A `Range` header as elements of a page send it: one range of bytes. Anything else counts as none. */
export function rangeOf(header: string | null | undefined): string | null {
  return header !== null && header !== undefined && /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(header)
    ? header
    : null;
}

/**
 * Status and headers of bytes for a page to show. What they are is said by the program, never by the storage; opened by
 * themselves they are in a sandbox without scripts.
 */
export function mediaHead(answer: MediaAnswer): { readonly status: number; readonly headers: PageHeaders } {
  const headers: PageHeaders = {
    ...securityHeaders([]),
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'no-store',
  };
  switch (answer.kind) {
    case 'bytes':
      return {
        status: answer.status,
        headers: {
          ...headers,
          'content-type': answer.mime,
          'accept-ranges': 'bytes',
          ...(answer.length === null ? {} : { 'content-length': String(answer.length) }),
          ...(answer.range === null ? {} : { 'content-range': answer.range }),
        },
      };
    case 'beyond':
      return {
        status: 416,
        headers: {
          ...headers,
          ...(answer.size === null ? {} : { 'content-range': `bytes */${answer.size}` }),
        },
      };
    case 'refused':
      return { status: answer.status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } };
  }
}

/** What to say where the folder of the pages holds none. */
export const NO_PAGES =
  'The pages of Encord Uploader are not here: they have not been built. Run "npm start" in its folder, which builds them.';

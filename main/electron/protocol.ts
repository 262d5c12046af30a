/**
 * The private scheme of the pages: what `app://encord-uploader/…` answers, under the same policy as browser mode.
 * Called by `program.ts`: `privilegedScheme` before Electron is ready, `servePages` after.
 */

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { CustomScheme, Protocol } from 'electron';
import { MEDIA_PATH } from '../../preload/contract/wire.ts';
import {
  mediaHead,
  NO_PAGES,
  type Page,
  type PageHeaders,
  pageHeaders,
  pageMap,
  rangeOf,
  securityHeaders,
} from '../app/pages.ts';
import type { App, MediaAnswer } from '../app/types.ts';
import { isOwnPage, PAGE_SCHEME } from './address.ts';

/**
 * Standard, for relative addresses and an origin of its own; secure, as what it serves comes from the program itself; a
 * stream, because videos are asked for in ranges.
 */
export const privilegedScheme: CustomScheme = {
  scheme: PAGE_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
};

/** What a request for a page comes to. */
export type PageAnswer =
  | { readonly kind: 'page'; readonly page: Page; readonly headers: PageHeaders }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly sentence: string;
      readonly headers: PageHeaders;
    };

/** Pages in Electron talk to main through the preload alone: they connect to nothing. */
const CONNECT: readonly string[] = [];

/** Decides on one request; nothing outside the map exists. */
export function answerFor(
  pages: ReadonlyMap<string, Page>,
  request: { readonly method: string; readonly url: string },
): PageAnswer {
  const refused = (status: number, sentence: string): PageAnswer => ({
    kind: 'refused',
    status,
    sentence,
    headers: { ...securityHeaders(CONNECT), 'content-type': 'text/plain; charset=utf-8' },
  });
  if (!isOwnPage(request.url)) return refused(421, 'This is no page of Encord Uploader.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405, 'Pages can only be read.');
  const page = pages.get(new URL(request.url).pathname);
  if (page !== undefined) return { kind: 'page', page, headers: pageHeaders(page, CONNECT) };
  return pages.has('/') ? refused(404, 'There is no such page.') : refused(503, NO_PAGES);
}

/**
 * Serves the built pages of a folder, which may lie inside the program's archive, and what `media` has for the pages to
 * show; null while the program is not open.
 */
export async function servePages(
  protocol: Pick<Protocol, 'handle'>,
  folder: string,
  media: () => App['media'] | null,
): Promise<void> {
  const pages = pageMap(await filesUnder(folder));
  protocol.handle(PAGE_SCHEME, async (request) => {
    const shown = mediaIdOf(request);
    if (shown !== null) return showMedia(shown, request, media());
    const answer = answerFor(pages, request);
    if (answer.kind === 'refused') {
      return new Response(answer.sentence, { status: answer.status, headers: answer.headers });
    }
    const bytes = await readFile(join(folder, answer.page.file));
    return new Response(request.method === 'HEAD' ? null : bytes, { headers: answer.headers });
  });
}

/** The id of what a page wants to show; null where it asks for something else. */
function mediaIdOf({ method, url }: Pick<Request, 'method' | 'url'>): string | null {
  if (method !== 'GET' || !isOwnPage(url)) return null;
  const { pathname } = new URL(url);
  return pathname.startsWith(MEDIA_PATH) ? pathname.slice(MEDIA_PATH.length) : null;
}

async function showMedia(id: string, request: Request, media: App['media'] | null): Promise<Response> {
  const answer: MediaAnswer =
    media === null
      ? { kind: 'refused', status: 503, sentence: 'The program is not open yet.' }
      : await media(id, rangeOf(request.headers.get('range')), request.signal);
  const { status, headers } = mediaHead(answer);
  const body =
    answer.kind === 'bytes'
      ? // Node's name for the same stream: the two sets of types do not know each other.
        (Readable.toWeb(Readable.from(answer.body)) as unknown as ReadableStream<Uint8Array>)
      : answer.kind === 'refused'
        ? answer.sentence
        : null;
  return new Response(body, { status, headers });
}

/**
 * Paths of the plain files under a folder, with `/`; none where there is no folder. By `readdir` and `lstat` alone,
 * the calls that Electron answers inside an archive without exceptions.
 */
async function filesUnder(folder: string, prefix = ''): Promise<string[]> {
  const files: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const stats = await lstat(join(folder, name));
    if (stats.isDirectory()) files.push(...(await filesUnder(join(folder, name), `${prefix}${name}/`)));
    else if (stats.isFile()) files.push(`${prefix}${name}`);
  }
  return files;
}

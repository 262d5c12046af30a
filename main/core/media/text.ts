/**
 * Text: HTML, JSON, XML, CSV, Markdown, plain text and the like, one unit a file. Called through the list in `index.ts`.
 * Text has no signature, so the name counts too: what promises another type is a broken file of that type.
 */

import { type Format, looksLikeText, type MediaType } from './media-type.ts';

/** Content types by extension. Encord takes `text/…`, `application/json` and `application/xml` (encord-api.md D). */
const MIMES: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  json: 'application/json',
  xml: 'application/xml',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  md: 'text/markdown',
  txt: 'text/plain',
  text: 'text/plain',
  log: 'text/plain',
  yaml: 'text/plain',
  yml: 'text/plain',
  ini: 'text/plain',
  toml: 'text/plain',
  jsonl: 'text/plain',
  ndjson: 'text/plain',
  srt: 'text/plain',
  vtt: 'text/vtt',
  rst: 'text/plain',
};

export const text: MediaType = {
  id: 'text',
  label: { one: 'text file', many: 'text files' },
  takes: 'text files (TXT, HTML, JSON, XML, CSV and the like)',
  grouping: 'file',
  extensions: Object.keys(MIMES),
  repeatable: true,
  createVideo: false,
  storage: {
    itemType: 'plainText',
    list: 'text',
    externalFileType: 'PLAIN_TEXT',
    made: 'plainText',
    putAs: null,
  },
  documented: null,
  sniff(head, name) {
    if (!looksLikeText(head)) return null;
    const found = formatOfText(head);
    // A drawing is written as text, and is none.
    if (found.mime === 'image/svg+xml') return null;
    const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
    const mime = Object.hasOwn(MIMES, extension) ? MIMES[extension] : undefined;
    return mime === undefined ? found : { mime, name: found.name };
  },
  titleOf: (name) => name,
};

/** What kind of text a head that reads as text is. */
export function formatOfText(head: Uint8Array): Format {
  const start = String.fromCharCode(...head.subarray(0, 1024))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (/^(<!--.*?-->\s*)*(<!doctype html|<html)/is.test(start))
    return { mime: 'text/html', name: 'an HTML page' };
  if (/<svg[\s>]/i.test(start) && start.startsWith('<'))
    return { mime: 'image/svg+xml', name: 'an SVG drawing' };
  if (start.startsWith('<?xml')) return { mime: 'application/xml', name: 'an XML document' };
  if (/^[[{]/.test(start)) return { mime: 'application/json', name: 'a JSON document' };
  return { mime: 'text/plain', name: 'plain text' };
}

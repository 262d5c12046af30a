/** Checks the entries of an upload file one by one. Called by the check of the whole file; pure. */

import type { TextPath } from '../text-ports.ts';
import { frameNumber } from './entries.ts';
import { type CloudList, endingOf, keyOfKind, kindByEnding } from './kinds.ts';
import { checkMediaMetadata } from './media-metadata.ts';
import type { Problems } from './problems.ts';
import { isDeeperThan, isLongerThan, isObject, type JsonObject, quoted, utf8Bytes } from './values.ts';

/** Documented: of names, of one URL, of the client metadata of one item. */
const TITLE_CHARACTERS = 300;
const URL_BYTES = 16 * 1024;
const METADATA_BYTES = 10_000_000;
/** Metadata that is nested deeper could not be written again; JSON that was read as a text never is. */
const METADATA_DEPTH = 200;

/** Media metadata of groups and series, for all files or by number. */
const FRAME_MEDIA = /^(?:video|image|dicom|audio)Metadata(?:_\d+)?$/;

export class EntryCheck {
  readonly #problems: Problems;
  /** URL → the entry that names it first. */
  readonly #seen = new Map<string, TextPath>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** `path` is the entry's own. */
  check(list: CloudList, entry: unknown, path: TextPath): void {
    if (!isObject(entry)) {
      this.#problems.error(
        path,
        `An entry is an object in braces, with at least the URL of the ${list.label}.`,
      );
      return;
    }
    if (list.shape === 'open') return;
    if (list.shape === 'single') this.#single(list, entry, path);
    else this.#frames(list, entry, path);
  }

  #single(list: CloudList, entry: JsonObject, path: TextPath): void {
    const problems = this.#problems;
    if (!Object.hasOwn(entry, 'objectUrl')) {
      problems.error(path, `This ${list.label} has no “objectUrl”: the full URL of its file.`);
    }
    for (const [key, value] of Object.entries(entry)) {
      if (key === 'objectUrl') this.#url(list, key, value, path);
      else if (key === 'title') this.#title(value, [...path, key]);
      else if (key === 'clientMetadata') this.#clientMetadata(value, [...path, key]);
      else if (list.media.includes(key)) checkMediaMetadata(key, value, [...path, key], problems);
      else problems.error([...path, key], unknownKey(key, list, ['objectUrl', 'title', ...list.media]));
    }
  }

  #frames(list: CloudList, entry: JsonObject, path: TextPath): void {
    const problems = this.#problems;
    const numbers: number[] = [];
    const mayBeVideo = list.key === 'image_groups';
    if (!Object.hasOwn(entry, 'title')) {
      problems.error(path, `This ${list.label} has no “title”, which Encord needs.`);
    }
    for (const [key, value] of Object.entries(entry)) {
      const number = frameNumber(key);
      if (number !== null) {
        numbers.push(number);
        this.#url(list, key, value, path);
      } else if (key === 'title') this.#title(value, [...path, key]);
      else if (key === 'clientMetadata') this.#clientMetadata(value, [...path, key]);
      else if (key === 'createVideo' && mayBeVideo) {
        if (typeof value !== 'boolean') {
          problems.error([...path, key], '“createVideo” is true or false, without quotes.');
        }
      } else if (FRAME_MEDIA.test(key)) {
        problems.once(
          [...path, key],
          'Whether groups and series may bring media metadata is not published. Try one entry first.',
        );
      } else problems.error([...path, key], unknownKey(key, list, mayBeVideo ? ['createVideo'] : []));
    }
    this.#numbers(list, numbers, path);
  }

  #numbers(list: CloudList, numbers: number[], path: TextPath): void {
    if (numbers.length === 0) {
      this.#problems.error(path, `This ${list.label} has no files: “objectUrl_0”, “objectUrl_1” and so on.`);
      return;
    }
    numbers.sort((a, b) => a - b);
    const gap = numbers.findIndex((number, index) => number !== index);
    if (gap < 0) return;
    this.#problems.error(
      [...path, `objectUrl_${numbers[gap]}`],
      `“objectUrl_${gap}” is missing: files are numbered from 0 and without gaps.`,
    );
  }

  #url(list: CloudList, key: string, url: unknown, entry: TextPath): void {
    const path = [...entry, key];
    const problem =
      typeof url === 'string' ? urlProblem(key, url) : `“${key}” is a URL, as a text in quotes.`;
    if (problem !== null || typeof url !== 'string') {
      this.#problems.error(path, problem ?? '');
      return;
    }
    const earlier = this.#seen.get(url);
    if (earlier) this.#problems.warning(path, 'The same URL stands in this file already.', earlier);
    else this.#seen.set(url, entry);
    const ending = endingOf(url);
    const kind = kindByEnding(ending);
    if (kind !== null && !fits(list, keyOfKind(kind))) {
      this.#problems.once(
        path,
        `A file that ends in .${ending} stands under “${list.key}”. Is it of that kind?`,
      );
    }
  }

  #title(title: unknown, path: TextPath): void {
    if (typeof title !== 'string') this.#problems.error(path, '“title” is a text, in quotes.');
    else if (title.trim() === '') this.#problems.error(path, 'The title is empty.');
    else if (isLongerThan(title, TITLE_CHARACTERS)) {
      this.#problems.error(path, 'The title is longer than the 300 characters that Encord takes.');
    }
  }

  #clientMetadata(value: unknown, path: TextPath): void {
    if (!isObject(value)) this.#problems.error(path, '“clientMetadata” is an object in braces.');
    else if (isDeeperThan(value, METADATA_DEPTH)) {
      this.#problems.error(
        path,
        `The client metadata is nested more than ${METADATA_DEPTH} levels deep. Flatten it.`,
      );
    } else if (isLarge(JSON.stringify(value), METADATA_BYTES)) {
      this.#problems.error(
        path,
        'The client metadata is larger than the 10 MB that Encord takes for one item.',
      );
    }
  }
}

/** What is wrong with a URL that stands under this key, in a sentence; null where nothing is. */
export function urlProblem(key: string, url: string): string | null {
  if (url === '') return `“${key}” is empty.`;
  if (/[\s\p{Cc}]/u.test(url)) return 'The URL holds a blank or a line break. Write a blank as %20.';
  if (isLarge(url, URL_BYTES)) {
    return 'The URL is longer than the 16 KB that Encord takes.';
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') {
    return scheme === undefined
      ? 'This is no full URL: it begins with https:// and the name of the server.'
      : `The URL begins with ${quoted(`${scheme}://`)}. Write it as https://, as your cloud shows it for the object.`;
  }
  if (!/^[a-z]+:\/\/[^/?#]+\/[^?#]/i.test(url))
    return 'The URL names no file: the path behind the server is missing.';
  if (isLongerThan(fileName(url), TITLE_CHARACTERS)) {
    return 'The name of the file is longer than the 300 characters that Encord takes.';
  }
  return null;
}

/** Bytes are counted only where the characters do not tell: at most three for each. */
function isLarge(text: string, bytes: number): boolean {
  return text.length > bytes / 3 && utf8Bytes(text) > bytes;
}

function fileName(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.length <= TITLE_CHARACTERS) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    // A percent sign of its own: the name is what stands there.
    return name;
  }
}

/** Pictures make groups, and a text is written under either spelling of its key. */
function fits(list: CloudList, key: string): boolean {
  return list.key === key || list.key === `${key}s` || (list.key === 'image_groups' && key === 'images');
}

function unknownKey(key: string, list: CloudList, others: readonly string[]): string {
  if (list.shape === 'frames' && /^objectUrl/i.test(key)) {
    return `${quoted(key)} is not how files of a ${list.label} are named: “objectUrl_0”, “objectUrl_1” and so on.`;
  }
  if (list.shape === 'single' && /^objectUrl_?\d/i.test(key)) {
    return `${quoted(key)} is for groups and series. A ${list.label} has one file: “objectUrl”.`;
  }
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '');
  const meant = [...others, 'title', 'clientMetadata'].find((known) => plain(known) === plain(key));
  return meant
    ? `${quoted(key)} is written “${meant}” here.`
    : `Encord knows no ${quoted(key)} in an entry like this. Take it out, or put it into “clientMetadata”.`;
}

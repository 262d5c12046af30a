/**
 * Which column of a table of cloud data means what. Encord's own headings are not established, so likely ones are
 * recognised, and whoever brings the table confirms or changes it. Called by the use cases of cloud data; pure.
 */

import { type CloudKind, endingOf, kindByEnding } from './kinds.ts';

/** Columns by their number, from 0. */
export interface CloudMapping {
  /** Several: the frames of a group on one line. */
  readonly url: readonly number[];
  readonly title: number | null;
  /** A column that says the kind of each line, or one kind for all. */
  readonly kind:
    | { readonly by: 'column'; readonly column: number }
    | { readonly by: 'all'; readonly kind: CloudKind };
  /** Lines with the same text here are one group or series, which has that text as its title. */
  readonly group: number | null;
  /** Tells image sequences (true) from groups. */
  readonly createVideo: number | null;
  /** Each becomes a key of the client metadata under its heading; a cell that holds a JSON object gives its own keys. */
  readonly metadata: readonly number[];
}

/**
 * The mapping that the headings suggest; null where none of them looks like URLs. `rows` are the first lines: where no
 * heading says the kind, the files' endings do, and videos are meant where they do not either.
 */
export function recogniseColumns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): CloudMapping | null {
  const words = headings.map(plain);
  const url = urlColumns(words);
  if (url.length === 0) return null;
  const find = (names: readonly string[]) => {
    const index = names.map((name) => words.indexOf(name)).find((at) => at >= 0 && !url.includes(at));
    return index ?? null;
  };
  const column = find(KIND);
  const group = find([...GROUPS.keys()]);
  const title = find([...TITLES.keys()]);
  return {
    url,
    title,
    kind:
      column !== null
        ? { by: 'column', column }
        : { by: 'all', kind: kindForAll(words, { url, title, group }, rows) },
    group,
    createVideo: find(CREATE_VIDEO),
    metadata: words.flatMap((word, index) => (METADATA.test(word) && !url.includes(index) ? [index] : [])),
  };
}

/** Why a table with so many columns cannot be read by this mapping, in a sentence; null where it can. */
export function mappingProblem(mapping: CloudMapping, headings: readonly string[]): string | null {
  const { url, title, kind, group, createVideo, metadata } = mapping;
  const all = [...url, title, group, createVideo, ...metadata, kind.by === 'column' ? kind.column : null];
  if (all.some((index) => index !== null && index >= headings.length)) {
    return `The table has ${headings.length} columns, and another one was named. Choose the columns again.`;
  }
  if (url.length === 0) return 'No column of URLs is named. Choose one.';
  if (new Set(url).size < url.length) return 'A column of URLs is named twice.';
  const names = metadata.map((index) => headings[index] ?? '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `Two columns of client metadata have the heading “${twice}”. Rename one.`;
  return names.includes('') ? 'A column of client metadata has no heading. Give it one.' : null;
}

/** Headings without case, blanks, underscores and the like, so that mappings can be kept for tables that look the same. */
export function plainHeadings(headings: readonly string[]): string {
  return JSON.stringify(headings.map(plain));
}

function plain(heading: string): string {
  return heading.toLowerCase().replaceAll(/[\s_./()\-[\]]+/g, '');
}

/** Most telling first. */
const URL_WORDS =
  'objecturl url uri objecturi fileurl fileuri videourl imageurl audiourl dicomurl frameurl imageuri videouri s3url s3uri gcsurl gsurl bloburl cloudurl storageurl datalink filelink link href objectpath filepath path file location source src'.split(
    ' ',
  );
const KIND = 'type kind mediatype datatype filetype itemtype datakind externalfiletype'.split(' ');
const CREATE_VIDEO = 'createvideo issequence isimagesequence asvideo asimagesequence'.split(' ');
const METADATA = /^(?:client)?metadata|^meta$/;

const TITLES: ReadonlyMap<string, CloudKind | null> = new Map<string, CloudKind | null>([
  ['title', null],
  ['videotitle', 'video'],
  ['imagetitle', 'image'],
  ['audiotitle', 'audio'],
  ['pdftitle', 'pdf'],
  ['texttitle', 'text'],
  ['niftititle', 'nifti'],
  ['datatitle', null],
  ['itemtitle', null],
  ['name', null],
  ['videoname', 'video'],
  ['imagename', 'image'],
  ['audioname', 'audio'],
  ['filename', null],
  ['itemname', null],
]);

const GROUPS: ReadonlyMap<string, CloudKind> = new Map<string, CloudKind>([
  ['imagegrouptitle', 'image-group'],
  ['imagesequencetitle', 'image-sequence'],
  ['dicomseriestitle', 'dicom'],
  ['dicomtitle', 'dicom'],
  ['grouptitle', 'image-group'],
  ['sequencetitle', 'image-sequence'],
  ['seriestitle', 'dicom'],
  ['imagegroup', 'image-group'],
  ['imagegroupname', 'image-group'],
  ['dicomseries', 'dicom'],
  ['groupname', 'image-group'],
  ['sequencename', 'image-sequence'],
  ['seriesname', 'dicom'],
  ['group', 'image-group'],
  ['series', 'dicom'],
  ['seriesinstanceuid', 'dicom'],
]);

/** The most telling heading; numbered ones of the same word (`url_0`, `url_1`) all together, by their numbers. */
function urlColumns(words: readonly string[]): number[] {
  for (const name of URL_WORDS) {
    const numbered = words
      .flatMap((word, index) => {
        const number = word.startsWith(name) ? /^\d{0,6}$/.exec(word.slice(name.length)) : null;
        return number ? [{ index, number: number[0] === '' ? -1 : Number(number[0]) }] : [];
      })
      .sort((a, b) => a.number - b.number || a.index - b.index);
    if (numbered.length > 0) return numbered.map(({ index }) => index);
  }
  return [];
}

function kindForAll(
  words: readonly string[],
  columns: Pick<CloudMapping, 'url' | 'title' | 'group'>,
  rows: readonly (readonly string[])[],
): CloudKind {
  const shown = commonKind(columns.url, rows);
  const groupWord = columns.group === null ? '' : (words[columns.group] ?? '');
  const titleWord = columns.title === null ? '' : (words[columns.title] ?? '');
  if (columns.group !== null || columns.url.length > 1) {
    return shown === 'dicom' ? 'dicom' : (GROUPS.get(groupWord) ?? 'image-group');
  }
  return TITLES.get(titleWord) ?? shown ?? 'video';
}

/** The kind of most files, by their endings. */
function commonKind(url: readonly number[], rows: readonly (readonly string[])[]): CloudKind | null {
  const counts = new Map<CloudKind, number>();
  for (const cells of rows) {
    for (const index of url) {
      const kind = kindByEnding(endingOf(cells[index]?.trim() ?? ''));
      if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most ? most[0] : null;
}

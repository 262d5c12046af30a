/** Reads one line of a table of cloud data by the mapping of its columns. Called by `from-table.ts`; pure. */

import { CLOUD_KINDS, type CloudKind, hasFrames } from './kinds.ts';
import type { CloudMapping } from './mapping.ts';
import type { Problems } from './problems.ts';
import { isDeeperThan, isObject, quoted } from './values.ts';

export interface TableRow {
  readonly line: number;
  readonly kind: CloudKind;
  /** False where the cell that tells sequences from groups is empty: then the item's first line says. */
  readonly kindIsSure: boolean;
  /** At least one; exactly one where the kind has no frames. */
  readonly urls: readonly string[];
  readonly title: string | null;
  /** The item that the line belongs to; null where the line is one itself. */
  readonly group: string | null;
  readonly metadata: readonly (readonly [string, unknown])[];
}

/** Objects in a cell may be nested so deep: more could not be written again. */
const CELL_DEPTH = 200;

export class RowReader {
  readonly #headings: readonly string[];
  readonly #mapping: CloudMapping;
  readonly #problems: Problems;

  constructor(headings: readonly string[], mapping: CloudMapping, problems: Problems) {
    this.#headings = headings;
    this.#mapping = mapping;
    this.#problems = problems;
  }

  /** Null for a line that cannot be used; why is reported. */
  read(line: number, cells: readonly string[]): TableRow | null {
    const mapping = this.#mapping;
    const text = (column: number | null) => (column === null ? '' : (cells[column]?.trim() ?? ''));
    const urls = mapping.url.map(text).filter((url) => url !== '');
    const kind = this.#kind(line, text);
    if (kind === null) return null;
    if (urls.length === 0)
      return this.#refuse(line, 'This line has no URL. Fill it in, or take the line out.');
    const group = text(mapping.group);
    const grouped = hasFrames(kind) && mapping.group !== null;
    if (grouped && group === '') {
      return this.#refuse(line, `This line names no ${nameOf(kind)} that it belongs to.`);
    }
    if (!hasFrames(kind) && urls.length > 1) {
      return this.#refuse(line, `This line has ${urls.length} URLs, and a ${nameOf(kind)} has one file.`);
    }
    if (!hasFrames(kind) && group !== '') {
      this.#problems.atLine(
        'warning',
        line,
        `A ${nameOf(kind)} belongs to no group: ${quoted(group)} is left out.`,
      );
    }
    const title = text(mapping.title) || null;
    if (grouped && title !== null && title !== group && mapping.title !== mapping.group) {
      this.#problems.atLine(
        'warning',
        line,
        'Single files of a group or series get no title: it is left out.',
      );
    }
    const metadata = this.#metadata(line, text);
    if (metadata === null) return null;
    const kindIsSure = mapping.createVideo === null || text(mapping.createVideo) !== '';
    return { line, kind, kindIsSure, urls, title, group: grouped ? group : null, metadata };
  }

  #kind(line: number, text: (column: number) => string): CloudKind | null {
    const { kind: by, createVideo } = this.#mapping;
    const said = by.by === 'column' ? text(by.column) : '';
    const kind = by.by === 'column' ? kindOfWord(said) : by.kind;
    if (kind === null) {
      return this.#refuse(
        line,
        said === ''
          ? 'This line does not say its kind, such as video or image.'
          : `${quoted(said)} is no kind that is known here. Write one of ${CLOUD_KINDS.join(', ')}.`,
      );
    }
    const cell = createVideo === null ? '' : text(createVideo);
    if (cell === '') return kind;
    const asVideo = yesOrNo(cell);
    if (asVideo === null) {
      return this.#refuse(
        line,
        `${quoted(cell)} is neither true nor false, in the column that tells sequences from groups.`,
      );
    }
    if (kind === 'image-group' || kind === 'image-sequence')
      return asVideo ? 'image-sequence' : 'image-group';
    if (asVideo) {
      this.#problems.atLine(
        'warning',
        line,
        `Only image groups become sequences: a ${nameOf(kind)} stays one.`,
      );
    }
    return kind;
  }

  /** Null where a cell begins like a JSON object and is none: sent as a text it would be lost data. */
  #metadata(line: number, text: (column: number) => string): [string, unknown][] | null {
    const found = new Map<string, unknown>();
    for (const column of this.#mapping.metadata) {
      const cell = text(column);
      const heading = this.#headings[column] ?? '';
      if (cell === '') continue;
      const object = cell.startsWith('{') ? jsonObject(cell) : null;
      if (object === null && cell.startsWith('{')) {
        return this.#refuse(line, `The cell under ${quoted(heading)} begins like a JSON object and is none.`);
      }
      for (const [name, value] of object === null ? [[heading, cell] as const] : Object.entries(object)) {
        if (!found.has(name)) found.set(name, value);
        else {
          this.#problems.atLine('warning', line, `${quoted(name)} is given twice: the first one counts.`);
        }
      }
    }
    return [...found];
  }

  #refuse(line: number, message: string): null {
    this.#problems.atLine('error', line, message);
    return null;
  }
}

function jsonObject(cell: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(cell);
    return isObject(value) && !isDeeperThan(value, CELL_DEPTH) ? value : null;
  } catch {
    return null;
  }
}

function yesOrNo(cell: string): boolean | null {
  switch (cell.toLowerCase()) {
    case 'true':
    case 'yes':
    case 'y':
    case '1':
      return true;
    case 'false':
    case 'no':
    case 'n':
    case '0':
      return false;
    default:
      return null;
  }
}

/** Case, blanks and the plural do not matter; MIME types and Encord's own words are understood, too. */
function kindOfWord(word: string): CloudKind | null {
  const plain = word.toLowerCase().replaceAll(/[\s_-]+/g, '');
  return KIND_WORDS.get(plain) ?? KIND_WORDS.get(plain.replace(/s$/, '')) ?? byMime(plain);
}

function byMime(word: string): CloudKind | null {
  const kind = /^(video|image|audio|text)\/./.exec(word)?.[1];
  return kind === undefined ? null : (KIND_WORDS.get(kind) ?? null);
}

const KIND_WORDS: ReadonlyMap<string, CloudKind> = new Map(
  (
    [
      ['video', 'video movie'],
      ['image', 'image img photo picture singleimage'],
      ['audio', 'audio sound'],
      ['image-group', 'imagegroup imggroup group'],
      ['image-sequence', 'imagesequence imgsequence sequence'],
      ['dicom', 'dicom dicomserie dicomseries series dicomfile application/dicom'],
      ['text', 'text plaintext txt'],
      ['pdf', 'pdf application/pdf'],
      ['nifti', 'nifti nii'],
    ] as const
  ).flatMap(([kind, words]) => words.split(' ').map((word) => [word, kind] as const)),
);

const NAMES: Readonly<Record<CloudKind, string>> = {
  video: 'video',
  image: 'image',
  audio: 'audio file',
  'image-group': 'image group',
  'image-sequence': 'image sequence',
  dicom: 'DICOM series',
  text: 'text file',
  pdf: 'PDF',
  nifti: 'NIfTI file',
};

function nameOf(kind: CloudKind): string {
  return NAMES[kind];
}

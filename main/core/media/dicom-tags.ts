/**
 * Reads the few tags of a DICOM file that say which series it belongs to and whether Encord takes it (encord-api.md F),
 * out of its first bytes. Called by the media type and the planner; never throws, whatever the bytes are.
 */

import { asciiAt } from './media-type.ts';

/** What a file says of itself. Texts without the blanks and zeros that fill them up. */
export interface DicomTags {
  readonly study: string;
  readonly series: string;
  /** The SOPInstanceUID: one for each image that there is. */
  readonly instance: string;
  /** The place in the series; null where the file does not say. */
  readonly number: number | null;
  readonly description: string | null;
}

export type DicomReading =
  | { readonly kind: 'tags'; readonly tags: DicomTags }
  /** Names of tags that Encord requires and the file does not have. */
  | { readonly kind: 'missing'; readonly names: readonly string[] }
  /** The tags stand behind so many first bytes as were given: at least `bytes` are needed. */
  | { readonly kind: 'more'; readonly bytes: number }
  | { readonly kind: 'deflated' | 'directory' | 'damaged' };

const CHARACTER_SET = 0x00080005;
const INSTANCE = 0x00080018;
const DESCRIPTION = 0x0008103e;
const PATIENT = 0x00100020;
const STUDY = 0x0020000d;
const SERIES = 0x0020000e;
const NUMBER = 0x00200013;
const ROWS = 0x00280010;
const COLUMNS = 0x00280011;
const LAST = COLUMNS;
const STORAGE_CLASS = 0x00020002;
const TRANSFER_SYNTAX = 0x00020010;

const WANTED: ReadonlySet<number> = new Set([
  CHARACTER_SET,
  INSTANCE,
  DESCRIPTION,
  PATIENT,
  STUDY,
  SERIES,
  NUMBER,
  ROWS,
  COLUMNS,
]);
/** Encord's names for what has to be there, and whether it may be empty: a patient may be nameless on purpose. */
const REQUIRED: readonly (readonly [tag: number, name: string, mayBeEmpty: boolean])[] = [
  [ROWS, 'Rows', false],
  [COLUMNS, 'Columns', false],
  [STUDY, 'StudyInstanceUID', false],
  [SERIES, 'SeriesInstanceUID', false],
  [INSTANCE, 'SOPInstanceUID', false],
  [PATIENT, 'PatientID', true],
];

const DIRECTORY_CLASS = '1.2.840.10008.1.3.10';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const UNDEFINED = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
/** Sequences within sequences; more are a trap and no image. */
const MAX_DEPTH = 16;
/** Value representations whose length takes four bytes, behind two that are kept free. */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));

interface Coding {
  readonly explicit: boolean;
  readonly little: boolean;
}

interface Element {
  readonly tag: number;
  readonly vr: string | null;
  readonly start: number;
  /** `UNDEFINED` where a mark ends it. */
  readonly length: number;
}

/** Bytes that are needed and were not given. */
class Beyond extends Error {
  readonly end: number;
  constructor(end: number) {
    super('beyond the given bytes');
    this.end = end;
  }
}

const META: Coding = { explicit: true, little: true };

/** `head` are the first bytes of a file of `size` bytes. */
export function readDicomTags(head: Uint8Array, size: number): DicomReading {
  const reader = new Reader(head);
  try {
    return reader.read();
  } catch (thrown) {
    if (!(thrown instanceof Beyond)) return { kind: 'damaged' };
    if (head.length < size && thrown.end <= size) return { kind: 'more', bytes: thrown.end };
    // It ends within an element: what was read till then is all that there is.
    const found = reader.found();
    return found.kind === 'tags' ? { kind: 'damaged' } : found;
  }
}

/** By the mark behind the preamble; without one, by elements that follow each other as they must. */
export function looksLikeDicom(head: Uint8Array): boolean {
  return asciiAt(head, 128, 'DICM') || beginsDataSet(head);
}

/** Elements that have to fit before a file without a mark counts as DICOM. */
const PROOF = 3;

function beginsDataSet(head: Uint8Array): boolean {
  const reader = new Reader(head);
  let [at, before] = [0, 0];
  try {
    const coding = reader.codingAt(0);
    if (coding === null) return false;
    for (let count = 0; count < PROOF; count++) {
      const element = reader.element(at, coding);
      const group = element.tag >>> 16;
      if (element.tag < before || (group !== 0x0002 && group !== 0x0008)) return false;
      if (element.length > head.length || element.length % 2 === 1) return false;
      before = element.tag + 1;
      at = element.start + element.length;
    }
    return true;
  } catch {
    return false;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #values = new Map<number, Uint8Array>();
  #little = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws `Beyond` where the tags stand behind the bytes. */
  read(): DicomReading {
    let at = asciiAt(this.#bytes, 128, 'DICM') ? 132 : 0;
    while (this.#uint16(at, true) === 0x0002) {
      const element = this.element(at, META);
      if (element.length === UNDEFINED) return { kind: 'damaged' };
      const value = this.#text(this.#value(element));
      if (element.tag === STORAGE_CLASS && value === DIRECTORY_CLASS) return { kind: 'directory' };
      if (element.tag === TRANSFER_SYNTAX && value === DEFLATED) return { kind: 'deflated' };
      at = element.start + element.length;
    }
    // What the file says of its coding is wrong often enough; its first element shows it.
    const coding = this.codingAt(at);
    if (coding === null) return { kind: 'damaged' };
    this.#little = coding.little;
    for (let before = 0; ; ) {
      const { tag, ...rest } = this.element(at, coding);
      // Elements ascend. What does not has been misread.
      if (tag <= before) return { kind: 'damaged' };
      if (tag > LAST) return this.found();
      before = tag;
      const element = { tag, ...rest };
      if (rest.length !== UNDEFINED) {
        if (WANTED.has(tag)) this.#values.set(tag, this.#value(element));
        at = rest.start + rest.length;
      } else {
        at = this.#behindSequence(element, coding, 0);
      }
      if (tag === LAST) return this.found();
    }
  }

  found(): DicomReading {
    const names = REQUIRED.filter(([tag, , mayBeEmpty]) => {
      const value = this.#values.get(tag);
      if (value === undefined) return true;
      return (
        !mayBeEmpty && (tag === ROWS || tag === COLUMNS ? !this.#count(value) : this.#text(value) === '')
      );
    }).map(([, name]) => name);
    if (names.length > 0) return { kind: 'missing', names };
    const text = (tag: number): string => this.#text(this.#values.get(tag) ?? new Uint8Array());
    const number = /^[+-]?\d{1,12}$/.exec(text(NUMBER));
    return {
      kind: 'tags',
      tags: {
        study: text(STUDY),
        series: text(SERIES),
        instance: text(INSTANCE),
        number: number ? Number(number[0]) : null,
        description: this.#description(),
      },
    };
  }

  /** How elements are written from here on; null where none stands. */
  codingAt(at: number): Coding | null {
    if (at + 8 > this.#bytes.length) throw new Beyond(at + 8);
    const vr = this.#latin(at + 4, 2);
    const explicit = LONG.has(vr) || SHORT.has(vr);
    const little = [0x0002, 0x0008].includes(this.#uint16(at, true));
    if (!little && !(explicit && this.#uint16(at, false) === 0x0008)) {
      // A data set may begin later than usual, but not anywhere.
      const group = this.#uint16(at, true);
      return group > 0x0008 && group <= 0x0028 ? { explicit, little: true } : null;
    }
    return { explicit, little };
  }

  element(at: number, { explicit, little }: Coding): Element {
    const tag = this.#uint16(at, little) * 0x10000 + this.#uint16(at + 2, little);
    // Marks of sequences have no value representation.
    if (!explicit || tag >>> 16 === 0xfffe) {
      return { tag, vr: null, start: at + 8, length: this.#uint32(at + 4, little) };
    }
    if (at + 8 > this.#bytes.length) throw new Beyond(at + 8);
    const vr = this.#latin(at + 4, 2);
    if (LONG.has(vr)) return { tag, vr, start: at + 12, length: this.#uint32(at + 8, little) };
    if (!SHORT.has(vr)) throw new Error('no value representation');
    return { tag, vr, start: at + 8, length: this.#uint16(at + 6, little) };
  }

  /** Where the first byte behind a sequence without a length is. */
  #behindSequence(sequence: Element, coding: Coding, depth: number): number {
    if (depth > MAX_DEPTH) throw new Error('too deep');
    // Of a sequence that the writer did not know, the content is written implicitly.
    const inner = sequence.vr === 'UN' ? { explicit: false, little: true } : coding;
    for (let at = sequence.start; ; ) {
      const item = this.element(at, inner);
      if (item.tag === SEQUENCE_END) return item.start;
      if (item.tag !== ITEM) throw new Error('no item');
      at = item.length === UNDEFINED ? this.#behindItem(item.start, inner, depth) : item.start + item.length;
    }
  }

  #behindItem(start: number, coding: Coding, depth: number): number {
    for (let at = start; ; ) {
      const element = this.element(at, coding);
      if (element.tag === ITEM_END) return element.start;
      at =
        element.length === UNDEFINED
          ? this.#behindSequence(element, coding, depth + 1)
          : element.start + element.length;
    }
  }

  #value({ start, length }: Element): Uint8Array {
    if (start + length > this.#bytes.length) throw new Beyond(start + length);
    return this.#bytes.subarray(start, start + length);
  }

  #count(value: Uint8Array): number {
    return value.length < 2 ? 0 : this.#uint16(value.byteOffset - this.#bytes.byteOffset, this.#little);
  }

  #text(value: Uint8Array): string {
    return String.fromCharCode(...value.subarray(0, 1024)).replace(/^[\0 ]+|[\0 ]+$/g, '');
  }

  /** Null where it is written in letters that are not known here: wrong letters are worse than none. */
  #description(): string | null {
    const value = this.#values.get(DESCRIPTION);
    if (value === undefined) return null;
    const set = this.#text(this.#values.get(CHARACTER_SET) ?? new Uint8Array());
    const trimmed = (text: string): string | null => text.replace(/\p{Cc}+/gu, ' ').trim() || null;
    if (value.every((byte) => byte < 0x80 && byte !== 0x1b)) return trimmed(this.#text(value));
    const encoding = set === 'ISO_IR 192' ? 'utf-8' : set === 'ISO_IR 100' ? 'windows-1252' : null;
    if (encoding === null) return null;
    try {
      return trimmed(new TextDecoder(encoding, { fatal: true }).decode(value));
    } catch {
      return null;
    }
  }

  #latin(at: number, length: number): string {
    return String.fromCharCode(...this.#bytes.subarray(at, at + length));
  }

  #uint16(at: number, little: boolean): number {
    if (at + 2 > this.#bytes.length) throw new Beyond(at + 2);
    return this.#view.getUint16(at, little);
  }

  #uint32(at: number, little: boolean): number {
    if (at + 4 > this.#bytes.length) throw new Beyond(at + 4);
    return this.#view.getUint32(at, little);
  }
}

/**
 * Orders of long lists: natural for texts, by value for numbers, and what is unknown at the end whichever way the list
 * is sorted. Used by the lists of datasets and rows.
 */

import { compareNatural } from '../../core/natural.ts';
import type { Slicer } from '../../core/slicer.ts';

/** How many entries are gone through between two looks at the clock. */
const STRIDE = 512;

/**
 * The indexes of texts in the order of `compareNatural`; equal ones stay as they were. Null and empty texts come last.
 * Texts are compared by keys that are made once, which is several times faster.
 */
export async function orderOfTexts(
  texts: readonly (string | null)[],
  descending: boolean,
  slicer: Slicer,
): Promise<Uint32Array> {
  const keys: string[] = [];
  for (const [index, text] of texts.entries()) {
    keys.push(text === null ? '' : naturalKey(text));
    if (index % STRIDE === 0 && slicer.spent()) await slicer.pause();
  }
  const sign = descending ? -1 : 1;
  // Every index is inside the arrays, and only those with a text are compared.
  const compare = (a: number, b: number) => {
    const x = keys[a] as string;
    const y = keys[b] as string;
    if (x < y) return -sign;
    if (x > y) return sign;
    return sign * compareNatural(texts[a] as string, texts[b] as string);
  };
  return order(keys.length, (index) => keys[index] !== '', compare, slicer);
}

/** The indexes of numbers in order; equal ones stay as they were. NaN is what is unknown. */
export function orderOfNumbers(
  numbers: Float64Array,
  descending: boolean,
  slicer: Slicer,
): Promise<Uint32Array> {
  const sign = descending ? -1 : 1;
  // Every index is inside the array.
  const compare = (a: number, b: number) => sign * ((numbers[a] as number) - (numbers[b] as number));
  return order(numbers.length, (index) => !Number.isNaN(numbers[index]), compare, slicer);
}

/** A text as searches compare it: without case, and composed, as some systems write names in parts. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

async function order(
  length: number,
  isKnown: (index: number) => boolean,
  compare: (a: number, b: number) => number,
  slicer: Slicer,
): Promise<Uint32Array> {
  const indexes = new Uint32Array(length);
  let known = 0;
  for (let index = 0; index < length; index++) if (isKnown(index)) indexes[known++] = index;
  let last = known;
  for (let index = 0; index < length; index++) if (!isKnown(index)) indexes[last++] = index;
  const sorted = await sortedIndexes(indexes.slice(0, known), compare, slicer);
  indexes.set(sorted);
  return indexes;
}

/** How many indexes are sorted or merged at one go; about a millisecond of work. */
const RUN = 2_048;

/** A stable merge sort that pauses between slices. Of plain numbers, it is several times as fast as one of objects. */
async function sortedIndexes(
  indexes: Uint32Array,
  compare: (a: number, b: number) => number,
  slicer: Slicer,
): Promise<Uint32Array> {
  let from: Uint32Array = indexes;
  let to: Uint32Array = new Uint32Array(indexes.length);
  for (let start = 0; start < from.length; start += RUN) {
    from.subarray(start, start + RUN).sort(compare);
    if (slicer.spent()) await slicer.pause();
  }
  for (let width = RUN; width < from.length; width *= 2) {
    let left = 0;
    let right = 0;
    let [middle, end] = [0, 0];
    for (let at = 0; at < from.length; at++) {
      if (at === end) {
        left = end;
        middle = Math.min(left + width, from.length);
        right = middle;
        end = Math.min(left + 2 * width, from.length);
      }
      // Both indexes are inside the array here, or their run is used up and not looked at.
      const takeLeft =
        right >= end || (left < middle && compare(from[left] as number, from[right] as number) <= 0);
      to[at] = from[takeLeft ? left++ : right++] as number;
      if (at % RUN === 0 && slicer.spent()) await slicer.pause();
    }
    [from, to] = [to, from];
  }
  return from;
}

const ZERO = 48;
const NINE = 57;

/**
 * A text whose order by code units is the natural order: each number, without zeros before it, comes after a mark of how
 * many digits it has. The mark is of digits itself, so that numbers keep their place among other characters.
 */
function naturalKey(text: string): string {
  const lower = text.toLowerCase();
  let key = '';
  let copied = 0;
  for (let at = 0; at < lower.length; at++) {
    if (!isDigit(lower, at)) continue;
    key += lower.slice(copied, at);
    while (lower.charCodeAt(at) === ZERO && isDigit(lower, at + 1)) at++;
    copied = at;
    while (isDigit(lower, at)) at++;
    key += lengthMark(at - copied);
  }
  return key + lower.slice(copied);
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= ZERO && code <= NINE;
}

/** Longer lengths have later marks: `1` to `8`, `91` to `98`, `991` and so on. */
function lengthMark(length: number): string {
  return `${'9'.repeat(Math.floor((length - 1) / 8))}${((length - 1) % 8) + 1}`;
}

/**
 * Natural order of names: case-insensitive, independent of the machine's language, runs of digits by their
 * number (`frame2` before `frame10`). Called by the planner and by the walk over folders.
 */

import type { Slicer } from './slicer.ts';

const ZERO = 48;
const NINE = 57;

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

/**
 * Compares two names. Numbers of any length compare by value; names that differ in nothing but leading zeros put
 * fewer zeros first, and names that differ in nothing but case compare by code unit, so the order is total.
 */
export function compareNatural(a: string, b: string): number {
  const folded = compareFolded(a.toLowerCase(), b.toLowerCase());
  if (folded !== 0) return folded;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareFolded(a: string, b: string): number {
  let i = 0;
  let j = 0;
  let zeros = 0;
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(j);
    if (!isDigit(x) || !isDigit(y)) {
      if (x !== y) return x - y;
      i++;
      j++;
      continue;
    }
    const startA = skipZeros(a, i);
    const startB = skipZeros(b, j);
    const endA = skipDigits(a, startA);
    const endB = skipDigits(b, startB);
    if (endA - startA !== endB - startB) return endA - startA - (endB - startB);
    for (let k = 0; k < endA - startA; k++) {
      const difference = a.charCodeAt(startA + k) - b.charCodeAt(startB + k);
      if (difference !== 0) return difference;
    }
    if (zeros === 0) zeros = startA - i - (startB - j);
    i = endA;
    j = endB;
  }
  const rest = a.length - i - (b.length - j);
  return rest !== 0 ? rest : zeros;
}

function skipZeros(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === ZERO) at++;
  return at;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** As many entries as are sorted at one go; about a millisecond of work. */
const RUN = 512;

/**
 * Sorts in place, by a merge sort that pauses between slices, so that a folder of 200,000 names never holds up
 * the event loop. Stable.
 */
export async function sortInSlices<T>(
  list: T[],
  compare: (a: T, b: T) => number,
  slicer: Slicer,
): Promise<void> {
  let from: T[] = [];
  for (let start = 0; start < list.length; start += RUN) {
    for (const entry of list.slice(start, start + RUN).sort(compare)) from.push(entry);
    if (slicer.spent()) await slicer.pause();
  }
  for (let width = RUN; width < list.length; width *= 2) {
    const to: T[] = [];
    for (let start = 0; start < from.length; start += 2 * width) {
      await mergeRuns(from, to, start, width, compare, slicer);
    }
    from = to;
  }
  // Every index is inside the array.
  for (let i = 0; i < from.length; i++) list[i] = from[i] as T;
}

async function mergeRuns<T>(
  from: readonly T[],
  to: T[],
  start: number,
  width: number,
  compare: (a: T, b: T) => number,
  slicer: Slicer,
): Promise<void> {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(start + 2 * width, from.length);
  let left = start;
  let right = middle;
  while (left < middle || right < end) {
    // Both indexes are inside the array here, or their run is used up and not looked at.
    const takeLeft = right >= end || (left < middle && compare(from[left] as T, from[right] as T) <= 0);
    to.push(from[takeLeft ? left++ : right++] as T);
    if (to.length % RUN === 0 && slicer.spent()) await slicer.pause();
  }
}

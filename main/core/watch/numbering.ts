/**
 * Numbers in the names of frames: which are missing between the first and the last one, and which are there twice. Called
 * by `groups.ts`.
 *
 * The number of a frame is what its pattern captured as `frame`, else the last number in its name; names that share the
 * rest are one sequence. Numbers may have any length.
 */

import { splitName } from './templates.ts';

export interface Numberable {
  readonly name: string;
  /** What a pattern captured as `frame`; null where none did. */
  readonly frame: string | null;
}

/** A row of missing numbers, written with the zeros that its neighbours have. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Numbering {
  /** In the order of the sequences, then of the numbers; never more than there are frames. */
  readonly gaps: readonly Gap[];
  /** `frame_0041 is missing`, `frames 0041 to 0043 are missing`; null where nothing is. */
  readonly missing: string | null;
  /** `frame 0041 is there twice: a_0041.png and a_0041.jpg`; null where none is. */
  readonly twice: string | null;
}

interface Numbered {
  readonly value: bigint;
  readonly digits: string;
  readonly name: string;
}

interface Sequence {
  /** What stands before and behind the number in the full names of missing frames; null where a pattern gives numbers. */
  readonly around: { readonly before: string; readonly behind: string } | null;
  readonly frames: Numbered[];
}

/** How many gaps are told one by one. */
const TOLD = 5;
/** A jump over more numbers than this, for each frame that is there, begins another numbering: a date, say. */
const CREDIBLE = 10n;

export function numberingOf(frames: readonly Numberable[]): Numbering {
  const sequences = sequencesOf(frames);
  const gaps: Gap[] = [];
  let single: string | null = null;
  const twice: [digits: string, first: string, second: string][] = [];
  for (const sequence of sequences) {
    sequence.frames.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
    for (const gap of gapsOf(sequence.frames)) {
      const full = (digits: string) =>
        sequence.around ? `${sequence.around.before}${digits}${sequence.around.behind}` : digits;
      single = sequence.around ? full(gap.from) : `frame ${gap.from}`;
      // Where several sequences are numbered alike, a number alone would not say which frame is meant.
      gaps.push(sequences.length === 1 ? gap : { ...gap, from: full(gap.from), to: full(gap.to) });
    }
    for (const [index, frame] of sequence.frames.entries()) {
      const before = sequence.frames[index - 1];
      if (before && before.value === frame.value) twice.push([frame.digits, before.name, frame.name]);
    }
  }
  return { gaps, missing: sayMissing(gaps, single), twice: sayTwice(twice) };
}

function sequencesOf(frames: readonly Numberable[]): Sequence[] {
  const byStem = new Map<string, Sequence>();
  for (const { name, frame } of frames) {
    const found =
      frame === null ? lastNumber(name) : /^\d+$/.test(frame) ? { digits: frame, around: null } : null;
    if (!found) continue;
    const { digits, around } = found;
    const key = around ? `${around.before}\0${around.behind}`.toLowerCase() : '';
    const sequence = byStem.get(key) ?? { around, frames: [] };
    byStem.set(key, sequence);
    sequence.frames.push({ value: BigInt(digits), digits, name });
  }
  return [...byStem.values()];
}

/** The ending is left aside: the `4` of `.mp4` numbers nothing. */
function lastNumber(name: string): { digits: string; around: NonNullable<Sequence['around']> } | null {
  const { stem } = splitName(name);
  let end = stem.length;
  while (end > 0 && !isDigit(stem, end - 1)) end--;
  let start = end;
  while (start > 0 && isDigit(stem, start - 1)) start--;
  if (start === end) return null;
  return {
    digits: stem.slice(start, end),
    around: { before: stem.slice(0, start), behind: stem.slice(end) },
  };
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * What is missing in a sequence in order. It is one only where at least half of its steps are the smallest one, so that
 * every tenth layer, or names that end in a time of day, are not full of holes.
 */
function* gapsOf(frames: readonly Numbered[]): Generator<Gap> {
  let smallest: bigint | null = null;
  let steps = 0;
  let smallestSteps = 0;
  for (const { step } of stepsOf(frames)) {
    steps += 1;
    if (smallest === null || step < smallest) {
      smallest = step;
      smallestSteps = 0;
    }
    if (step === smallest) smallestSteps += 1;
  }
  if (smallest === null || smallestSteps * 2 < steps) return;
  for (const { before, after, step } of stepsOf(frames)) {
    const count = step / smallest - 1n;
    if (count < 1n || step % smallest !== 0n || count > CREDIBLE * BigInt(frames.length)) continue;
    const zeros = [before, after].filter(({ digits }) => digits.startsWith('0'));
    const width = Math.max(0, ...zeros.map(({ digits }) => digits.length));
    const written = (value: bigint) => String(value).padStart(width, '0');
    yield {
      from: written(before.value + smallest),
      to: written(after.value - smallest),
      count: Number(count),
    };
  }
}

function* stepsOf(
  frames: readonly Numbered[],
): Generator<{ before: Numbered; after: Numbered; step: bigint }> {
  let before: Numbered | null = null;
  for (const after of frames) {
    const step: bigint = before ? after.value - before.value : 0n;
    if (before && step > 0n) yield { before, after, step };
    before = after;
  }
}

function sayMissing(gaps: readonly Gap[], single: string | null): string | null {
  if (gaps.length === 0) return null;
  if (gaps.length === 1 && gaps[0]?.count === 1) return `${single} is missing`;
  const told = gaps.slice(0, TOLD).map(sayGap);
  const untold = gaps.slice(TOLD).reduce((sum, { count }) => sum + count, 0);
  return `frames ${inWords(untold > 0 ? [...told, `${untold.toLocaleString('en')} more`] : told)} are missing`;
}

/** `0041`, or `0041 to 0043`. */
export function sayGap({ from, to, count }: Gap): string {
  return count === 1 ? from : `${from} to ${to}`;
}

function sayTwice(
  twice: readonly (readonly [digits: string, first: string, second: string])[],
): string | null {
  const [one] = twice;
  if (!one) return null;
  const text = `frame ${one[0]} is there twice: ${one[1]} and ${one[2]}`;
  const more = twice.length - 1;
  return more === 0 ? text : `${text}; ${more.toLocaleString('en')} more are`;
}

/** `a`, `a and b`, `a, b and c`. */
export function inWords(list: readonly string[]): string {
  return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

/**
 * Numbers that only look random: the same seed gives the same ones, so that a round can be repeated. Used by the crash
 * harness.
 */

export class Chance {
  #state: number;

  /** Every list of parts begins another sequence. */
  constructor(...parts: readonly (number | string)[]) {
    // FNV-1a over the parts' text.
    let hash = 0x811c9dc5;
    for (const character of parts.join('\0')) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    this.#state = hash >>> 0;
  }

  /** Uniform in [0, 1). Mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  happens(share: number): boolean {
    return this.fraction() < share;
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    const index = this.between(0, list.length - 1);
    const picked = list[index];
    if (picked === undefined) throw new RangeError('There is nothing to pick from.');
    return picked;
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((each) => ({ each, at: this.fraction() }))
      .sort((a, b) => a.at - b.at)
      .map(({ each }) => each);
  }
}

/**
 * Texts against a row of literal parts and wildcards. The time grows with the product of both lengths at most, whatever
 * the names: the backtracking of a regular expression with a handful of stars can take minutes over one hostile name.
 * Used by `pattern.ts`, and by the globs in `main/adapters/watch`.
 */

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** A run of characters: all digits there are, or as little as the rest allows of anything but `/`, or of anything. */
  | { readonly kind: 'run'; readonly of: 'digits' | 'name' | 'path'; readonly least: 0 | 1 }
  /** One character, but no `/`. */
  | { readonly kind: 'one' }
  /** Nothing, or whole folders with the `/` behind them. Stands where a folder may begin. */
  | { readonly kind: 'folders' };

/** Where each part ends in the text, when all of the text fits; else null. */
export function matchParts(parts: readonly Part[], text: string): readonly number[] | null {
  const [first] = parts;
  const last = parts.at(-1);
  if (first?.kind === 'text' && !text.startsWith(first.text)) return null;
  if (last?.kind === 'text' && !text.endsWith(last.text)) return null;
  const ends = new Array<number>(parts.length).fill(0);
  const width = text.length + 1;
  // A wildcard that did not lead to the end from one place will not do so when the place comes up again.
  const tried = new Uint8Array(parts.length * width);

  const fits = (index: number, at: number): boolean => {
    const part = parts[index];
    if (!part) return at === text.length;
    if (part.kind === 'text') {
      return text.startsWith(part.text, at) && ended(index, at + part.text.length);
    }
    if (part.kind === 'one') {
      return allowed('name', text, at) && ended(index, at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1));
    }
    for (let from = at; from < width && tried[index * width + from] === 0; ) {
      tried[index * width + from] = 1;
      if (part.kind === 'folders') {
        if (ended(index, from)) return true;
        const slash = text.indexOf('/', from);
        if (slash < 0) return false;
        from = slash + 1;
        continue;
      }
      const more = allowed(part.of, text, from);
      if (!more && part.least === 1) return false;
      // A number is not cut in two.
      const whole = part.of !== 'digits' || !allowed('digits', text, from + part.least);
      if (whole && ended(index, from + part.least)) return true;
      if (!more) return false;
      from += 1;
    }
    return false;
  };
  const ended = (index: number, end: number): boolean => {
    ends[index] = end;
    return fits(index + 1, end);
  };
  return fits(0, 0) ? ends : null;
}

/** Lower case for comparing, of the same length: the few letters whose lower case is longer stay as they are. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (each) => {
    const small = each.toLowerCase();
    return small.length === each.length ? small : each;
  }).join('');
}

function allowed(of: 'digits' | 'name' | 'path', text: string, at: number): boolean {
  if (at >= text.length) return false;
  if (of === 'path') return true;
  const code = text.charCodeAt(at);
  return of === 'name' ? code !== 0x2f : code >= 0x30 && code <= 0x39;
}

/**
 * Looks over a regular expression that a person wrote, before it may run on the main thread: what it captures, and whether
 * some name could make it backtrack without end. Called by `pattern.ts` alone.
 *
 * The check is conservative: it refuses whatever repeats a thing that can itself match in several ways (`(\w+)*`,
 * `(a|ab)+`), and too many open ends in a row, harmless ones among them.
 */

export type Looked =
  | {
      readonly ok: true;
      /** In the order in which they stand. */
      readonly captures: readonly string[];
      /** Whether it names a `/` outside of a class such as `[^/]`. */
      readonly slash: boolean;
    }
  | { readonly ok: false; readonly problem: string };

/** `+`, `*`, and counts that are as good as those. */
const OPEN_ENDS = 6;
/** Those, and everything else that can match in more than one way: `?`, `{2,4}`, `|`. */
const WAYS = 16;
const AS_GOOD_AS_OPEN = 20;

interface Group {
  readonly start: number;
  /** Whether something in it can match in several ways. */
  loose: boolean;
}

class Refused extends Error {}

/** The expression is one that `RegExp` takes. */
export function lookOver(text: string): Looked {
  try {
    return new Reader(text).read();
  } catch (thrown) {
    if (thrown instanceof Refused) return { ok: false, problem: thrown.message };
    throw thrown;
  }
}

class Reader {
  private readonly text: string;
  private readonly captures: string[] = [];
  private readonly groups: Group[] = [{ start: 0, loose: false }];
  private slash = false;
  private openEnds = 0;
  private ways = 0;

  constructor(text: string) {
    this.text = text;
  }

  read(): Looked {
    let at = 0;
    while (at < this.text.length) at = this.step(at);
    if (this.openEnds > OPEN_ENDS || this.ways > WAYS) {
      throw new Refused(
        `The expression can match one name in too many ways, which takes for ever with some names. Use at most ${OPEN_ENDS} of + and *, or write the pattern with braces: {series}_{frame}.tif.`,
      );
    }
    return { ok: true, captures: this.captures, slash: this.slash };
  }

  /** Reads one thing with the repetition behind it; answers where the next one begins. */
  private step(at: number): number {
    switch (this.text[at]) {
      case '(':
        return this.open(at);
      case ')':
        return this.close(at);
      case '|':
        this.loosen();
        return at + 1;
      case '[':
        return this.repeated(this.classEnd(at), null);
      case '\\':
        if (this.text[at + 1] === '/') this.slash = true;
        return this.repeated(at + 2, null);
      default:
        if (this.text[at] === '/') this.slash = true;
        return this.repeated(at + 1, null);
    }
  }

  private open(at: number): number {
    this.groups.push({ start: at, loose: false });
    const [prefix = '', name] = /^\((?:\?(?:<([^>=!]+)>|<?[=!]|:|[a-z-]+:))?/.exec(this.text.slice(at)) ?? [];
    if (name !== undefined) this.capture(name);
    return at + Math.max(prefix.length, 1);
  }

  private capture(name: string): void {
    if (!/^[A-Za-z]\w*$/.test(name)) {
      throw new Refused(`“${name}” is not a name for a capture. Use letters, digits and _, a letter first.`);
    }
    if (!this.captures.includes(name)) this.captures.push(name);
  }

  private close(at: number): number {
    // The outermost stays: an expression that closes more than it opens is none, and was refused before.
    const group = (this.groups.length > 1 ? this.groups.pop() : undefined) ?? { start: at, loose: false };
    const end = this.repeated(at + 1, group);
    if (group.loose) this.inner.loose = true;
    return end;
  }

  private classEnd(at: number): number {
    let end = at + 1;
    while (end < this.text.length && this.text[end] !== ']') end += this.text[end] === '\\' ? 2 : 1;
    return end + 1;
  }

  /** Reads a repetition, if one stands here, of the thing before it; a group's inside is looked at. */
  private repeated(at: number, group: Group | null): number {
    const [quantifier, least, comma, most] =
      /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.text.slice(at, at + 32)) ?? [];
    if (quantifier === undefined) return at;
    const unlimited = /^[*+]/.test(quantifier) || (comma === ',' && most === '');
    const times = unlimited
      ? Number.POSITIVE_INFINITY
      : quantifier.startsWith('?')
        ? 1
        : Number(most || least);
    if (group?.loose && times > 1) {
      const part = this.text.slice(group.start, at + quantifier.length);
      throw new Refused(
        `“${part}” repeats something that can repeat or vary by itself, which takes for ever with some names. Repeat only one of the two, such as [^/]+ without a group around it, or write the pattern with braces: {series}_{frame}.tif.`,
      );
    }
    if (times > AS_GOOD_AS_OPEN && (comma === ',' || unlimited)) this.openEnds += 1;
    if (unlimited || comma === ',' || quantifier.startsWith('?')) this.loosen();
    return at + quantifier.length;
  }

  private loosen(): void {
    this.ways += 1;
    this.inner.loose = true;
  }

  private get inner(): Group {
    // The outermost group is never taken away.
    return this.groups.at(-1) as Group;
  }
}

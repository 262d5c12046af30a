/**
 * What the command line says and where: standard output for results, standard error for everything else. Plain
 * lines without a terminal, one bar that is rewritten in place with one. Used by the commands.
 */

export interface Terminal {
  readonly json: boolean;
  /** A result for people; nothing in JSON mode. */
  line(text: string): void;
  /** One JSON object on a line of its own; nothing in plain mode. */
  object(value: unknown): void;
  /** A remark beside the results. */
  note(text: string): void;
  /** The progress of now: rewrites itself on a terminal, is a line now and then without one. */
  progress(text: string, fraction: number | null): void;
  /** Ends the progress line, so that what follows starts on a line of its own. */
  settle(): void;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Without a terminal, a line of progress comes no more often than this. */
const PLAIN_EVERY_MS = 5_000;
const BAR_CELLS = 24;

export function createTerminal(
  json: boolean,
  out: Stream = process.stdout,
  err: Stream = process.stderr,
  now: () => number = () => performance.now(),
): Terminal {
  let drawn = '';
  let lastPlain = Number.NEGATIVE_INFINITY;
  let lastText = '';
  const clear = (): void => {
    if (drawn) err.write('\r\x1b[2K');
    drawn = '';
  };
  return {
    json,
    line(text) {
      if (json) return;
      clear();
      out.write(`${printable(text)}\n`);
    },
    object(value) {
      if (json) out.write(`${JSON.stringify(value)}\n`);
    },
    note(text) {
      clear();
      err.write(`${printable(text)}\n`);
    },
    progress(text, fraction) {
      if (err.isTTY) {
        const bar = fraction === null ? '' : `${drawBar(fraction)} `;
        // A terminal that does not know its width says 0.
        const line = shorten(bar + printable(text), err.columns || 80);
        if (line !== drawn) err.write(`\r\x1b[2K${line}`);
        drawn = line;
        return;
      }
      if (json || text === lastText || now() - lastPlain < PLAIN_EVERY_MS) return;
      lastPlain = now();
      lastText = text;
      err.write(`${printable(text)}\n`);
    },
    settle: clear,
  };
}

function drawBar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_CELLS);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
}

/** File names may hold line breaks and control characters, which must not steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\n' ? '⏎' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function shorten(text: string, columns: number): string {
  const characters = [...text];
  return characters.length < columns ? text : `${characters.slice(0, Math.max(1, columns - 2)).join('')}…`;
}

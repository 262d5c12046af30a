/**
 * What the use cases need to read JSON and CSV texts that people bring, with the places of what is wrong in them.
 * `main/adapters/{json-text,csv-text,text-file}.ts` fulfil these; lines and columns count from 1.
 */

/** Keys and indexes from the top of a JSON value down. */
export type TextPath = readonly (string | number)[];

export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** `message` is a sentence that says what is wrong and what to do. */
export interface PlacedProblem extends TextPlace {
  readonly message: string;
}

export type JsonReading =
  /** `duplicates`: keys that their object holds already, in the order of the text; the last one counts. */
  | {
      readonly ok: true;
      readonly value: unknown;
      readonly duplicates: readonly (TextPlace & { readonly path: TextPath })[];
    }
  | { readonly ok: false; readonly problem: PlacedProblem };

export interface JsonText {
  /** Strict JSON, with or without a byte order mark; nested at most 200 deep. */
  parse(text: string): JsonReading;
  /**
   * Where each path stands: a property at its key, an element of an array at its value, the empty path at the whole;
   * null where the text has no such thing. Goes through the text once, however many paths there are.
   */
  locate(text: string, paths: readonly TextPath[]): readonly (TextPlace | null)[];
}

export interface CsvReading {
  /** Of the first line that is not empty; blanks around them are gone. */
  readonly headings: string[];
  /** As many cells as there are headings; `line` is where the record begins. Empty lines are left out. */
  readonly rows: { readonly line: number; readonly cells: string[] }[];
  /** Lines with too few or too many cells (which are rows all the same), and quotes that are wrong (which are not). */
  readonly problems: { readonly line: number; readonly column: number | null; readonly message: string }[];
}

export interface CsvText {
  /** Commas, semicolons or tabs, whichever the headings show; with or without a byte order mark. */
  parse(text: string): CsvReading;
}

export interface Texts {
  readonly json: JsonText;
  readonly csv: CsvText;
  /**
   * A file of this machine as text. Throws `file-missing`, `file-unreadable`, `file-too-large`, `file-type` where it is
   * not UTF-8, or `cancelled`.
   */
  read(path: string, maxBytes: number, signal: AbortSignal): Promise<string>;
}

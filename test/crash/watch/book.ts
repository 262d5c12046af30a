/**
 * What the writer of a round has written: what must be in the datasets, what may be, and what has become of each file on
 * disk. Kept by the writer, read by the verdict.
 */

/** Where a file has to be in the end. */
export type Stay =
  /** As the folder's rule says: where it was written, or put away. */
  | 'by-rule'
  /** Copies and renamed files: either, since which of them was taken is a matter of moments. */
  | 'either'
  /** Where it was written: it is nothing that is uploaded. */
  | 'here';

export interface WrittenFile {
  readonly folder: number;
  /** Below its root. */
  readonly path: string;
  readonly sha256: string;
  readonly stay: Stay;
}

/** What one data row is to hold. */
export interface Content {
  readonly dataset: number;
  readonly type: 'VIDEO' | 'IMAGE' | 'IMG_GROUP';
  /** One; of a group those of its frames, in order. */
  readonly sha256s: readonly string[];
  /** What it may be called: by any of its names. */
  readonly titles: Set<string>;
  /** A version that was overwritten: it may have been uploaded before. */
  replaced: boolean;
}

export class Book {
  readonly #files = new Map<string, WrittenFile>();
  readonly #names = new Set<string>();
  readonly #contents = new Map<string, Content>();

  get files(): readonly WrittenFile[] {
    return [...this.#files.values()];
  }

  get contents(): readonly Content[] {
    return [...this.#contents.values()];
  }

  /** Replaces what was known of the path. */
  file(file: WrittenFile): void {
    this.#names.add(`${file.sha256} ${file.path.split('/').at(-1)}`);
    this.#files.set(`${file.folder} ${file.path}`, file);
  }

  /** Whether these bytes ever had this name. */
  knows(sha256: string, name: string): boolean {
    return this.#names.has(`${sha256} ${name}`);
  }

  /** Renamed away, by the writer. */
  gone(folder: number, path: string): void {
    this.#files.delete(`${folder} ${path}`);
  }

  /** It is to be in the dataset, by this name among others. */
  content(content: Omit<Content, 'titles' | 'replaced'>, title: string): void {
    const key = contentKey(content.dataset, content.sha256s);
    const known = this.#contents.get(key) ?? { ...content, titles: new Set(), replaced: false };
    known.titles.add(title);
    this.#contents.set(key, known);
  }

  replaced(dataset: number, sha256s: readonly string[]): void {
    const known = this.#contents.get(contentKey(dataset, sha256s));
    if (known) known.replaced = true;
  }
}

export function contentKey(dataset: number, sha256s: readonly string[]): string {
  return `${dataset} ${sha256s.join(' ')}`;
}

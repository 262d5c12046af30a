/**
 * Compares what a server and the disk hold with what was written: every content in its dataset once, every file that was put
 * away registered, every other where it was. Used by the crash harness of watch folders.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EmulatorState } from '../../fixtures/emulator-control.ts';
import { type Book, contentKey, type WrittenFile } from './book.ts';
import { sha256 } from './contents.ts';
import type { WriterFolder } from './writer.ts';

export interface Ended {
  readonly state: EmulatorState;
  /** Their ids, in the order of the round's datasets. */
  readonly datasets: readonly string[];
  readonly label: string;
  readonly folders: readonly WriterFolder[];
  /** Where the trash keeps files. */
  readonly trash: string;
  readonly book: Book;
}

export interface Tally {
  readonly files: number;
  readonly groups: number;
  readonly moved: number;
  readonly trashed: number;
}

type Row = EmulatorState['datasets'][number]['rows'][number];

/** `uploaded/YYYY-MM-DD/`, but for the one that was there before. */
const MOVED = /^uploaded\/(?!2020-01-01)\d{4}-\d{2}-\d{2}\//;

/** @throws Error that names everything that is wrong */
export function judge(ended: Ended): Tally {
  const wrong: string[] = [];
  const rows = rowsOf(ended);
  compareRows(ended, rows, wrong);
  compareServer(ended, rows, wrong);
  const moved = compareFolders(ended, registeredOf(rows), wrong);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const contents = ended.book.contents.filter((content) => !content.replaced);
  const groups = contents.filter(({ type }) => type === 'IMG_GROUP').length;
  return { files: contents.length - groups, groups, ...moved };
}

interface RowOf extends Row {
  readonly dataset: number;
}

function rowsOf({ state, datasets }: Ended): RowOf[] {
  return datasets.flatMap((id, dataset) =>
    (state.datasets.find(({ dataset_hash }) => dataset_hash === id)?.rows ?? []).map((row) => ({
      ...row,
      dataset,
    })),
  );
}

function hashesOf(row: Row): readonly string[] {
  return row.images?.length ? row.images.map((image) => image.sha256) : [row.sha256 ?? ''];
}

/** Nothing missed, nothing twice. */
function compareRows({ book }: Ended, rows: readonly RowOf[], wrong: string[]): void {
  const left = new Map<string, RowOf[]>();
  for (const row of rows) {
    const key = contentKey(row.dataset, hashesOf(row));
    left.set(key, [...(left.get(key) ?? []), row]);
  }
  for (const content of book.contents) {
    const key = contentKey(content.dataset, content.sha256s);
    const its = left.get(key) ?? [];
    left.delete(key);
    const name = [...content.titles].join(' or ');
    if (its.length === 0 && !content.replaced) wrong.push(`lost: ${name} has no row`);
    if (its.length > 1) wrong.push(`doubled: ${name} has ${its.length} rows`);
    for (const row of its) {
      if (row.data_type !== content.type) wrong.push(`${name} is a ${row.data_type}`);
      if (!content.titles.has(row.title)) wrong.push(`${name} is called ${row.title}`);
    }
  }
  for (const row of [...left.values()].flat()) {
    wrong.push(`never written, or with other bytes or another order: ${row.title} (${hashesOf(row).length})`);
  }
}

/** Outside of datasets nothing is left, and nothing was registered that is not there. */
function compareServer({ state, label }: Ended, rows: readonly Row[], wrong: string[]): void {
  const ours = state.items.filter(({ title, type }) => isOf(title, label) && type !== 'group');
  if (ours.length !== rows.length) wrong.push(`${ours.length} storage items for ${rows.length} rows`);
  for (const { title } of ours.filter(({ linked }) => !linked)) {
    wrong.push(`${title} has a storage item without a row`);
  }
  const all = state.items.filter(({ title }) => /^(video|image|group)-w/.test(title)).length;
  if (state.registrations !== all) {
    wrong.push(`${state.registrations} registrations for ${all} units on the server`);
  }
}

function isOf(title: string, label: string): boolean {
  return ['video', 'image', 'group'].some((kind) => title.startsWith(`${kind}-${label}-`));
}

function registeredOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.flatMap(hashesOf));
}

/** Nothing moved or deleted that was not registered, and everything moved that the rule says. */
function compareFolders(
  { folders, trash, book }: Ended,
  registered: ReadonlySet<string>,
  wrong: string[],
): Pick<Tally, 'moved' | 'trashed'> {
  const trashed = hashTree(trash);
  // By content: the trash knows only names.
  const inTrash = new Map<string, number>();
  for (const hash of trashed.values()) inTrash.set(hash, (inTrash.get(hash) ?? 0) + 1);
  let moved = 0;
  for (const [index, folder] of folders.entries()) {
    const tree = hashTree(folder.root);
    const away = [...tree].filter(([path]) => MOVED.test(path));
    moved += away.length;
    for (const [path, hash] of away) {
      if (folder.rules.after.kind !== 'move') wrong.push(`moved against the rule: ${folder.name}/${path}`);
      if (!registered.has(hash)) wrong.push(`moved without being registered: ${folder.name}/${path}`);
      if (!book.knows(hash, nameBefore(path))) wrong.push(`moved under another name: ${folder.name}/${path}`);
      tree.delete(path);
    }
    const awayHashes = away.map(([path, hash]) => `${nameBefore(path)} ${hash}`);
    for (const file of book.files.filter((each) => each.folder === index)) {
      const here = tree.get(file.path);
      tree.delete(file.path);
      const times =
        folder.rules.after.kind === 'trash'
          ? (inTrash.get(file.sha256) ?? 0)
          : awayHashes.filter((each) => each === `${basename(file.path)} ${file.sha256}`).length;
      const problem = misplaced(file, folder, here ?? null, times);
      if (problem !== null) wrong.push(`${problem}: ${folder.name}/${file.path}`);
    }
    for (const path of tree.keys()) wrong.push(`left behind: ${folder.name}/${path}`);
  }
  for (const [path, hash] of trashed) {
    if (!registered.has(hash)) wrong.push(`trashed without being registered: ${path}`);
    if ((inTrash.get(hash) ?? 0) > 1) wrong.push(`more than once in the trash: ${path}`);
  }
  return { moved, trashed: trashed.size };
}

/** What is wrong with where a file is; null where nothing is. `here`: the content at its path. */
function misplaced(
  { stay, sha256: hash }: WrittenFile,
  { rules }: WriterFolder,
  here: string | null,
  away: number,
): string | null {
  if (here !== null && here !== hash) return 'has other bytes now';
  switch (stay) {
    case 'here':
      return here === null ? 'gone, though it is nothing that is uploaded' : null;
    case 'either':
      return here === null && away === 0 ? 'gone' : null;
    case 'by-rule':
      if (rules.after.kind === 'keep') return here === null ? 'gone' : null;
      if (here !== null) return 'not put away';
      return away === 1 ? null : `put away ${away} times`;
  }
}

/** As it was called: where a name was taken, the next one has a number. */
function nameBefore(path: string): string {
  return basename(path).replace(/ \(\d+\)(?=\.\w+$)/, '');
}

/** Content by path, of all files below the folder, hidden ones too. */
function hashTree(root: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else found.set(path, sha256(readFileSync(join(root, path))));
    }
  };
  try {
    walk('');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' && !found.size))
      throw thrown;
  }
  return found;
}

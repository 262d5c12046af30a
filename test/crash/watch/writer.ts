/**
 * Goes on writing into the watch folders of a round, whether the program lives or not: slowly or at once, under names that
 * say so or not, renamed into place, with markers and lists, copied, overwritten and renamed afterwards. Used by the crash
 * harness of watch folders.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Chance } from '../random.ts';
import { Book, type Content, type Stay } from './book.ts';
import { image, sha256, video } from './contents.ts';
import { type FolderPlan, QUIET_SECONDS } from './plan.ts';

export interface WriterFolder extends FolderPlan {
  readonly root: string;
}

export interface WriterPlan {
  readonly folders: readonly WriterFolder[];
  /** Outside of every folder; files are moved from here. */
  readonly outside: string;
  /** Part of each title. */
  readonly label: string;
  readonly writingMs: number;
  /** Another sequence for each name: what is written at the same time must not depend on who comes first. */
  readonly chanceOf: (name: string) => Chance;
}

/** What one unit is written with. */
interface Job {
  readonly index: number;
  readonly folder: WriterFolder;
  /** Part of its titles, and of no other's. */
  readonly label: string;
  readonly chance: Chance;
}

/** A single file that is whole. */
interface Single {
  readonly path: string;
  readonly title: string;
  readonly bytes: Buffer;
  readonly type: Content['type'];
}

/** The program takes folders away that it has emptied; not so often. */
const TRIES = 1_000;

export class Writer {
  readonly book = new Book();
  readonly #plan: WriterPlan;

  constructor(plan: WriterPlan) {
    this.#plan = plan;
  }

  /** What is there when the folders are added. */
  before(): void {
    mkdirSync(this.#plan.outside, { recursive: true });
    for (const [index, folder] of this.#plan.folders.entries()) {
      mkdirSync(folder.root, { recursive: true });
      const job = this.#job(index, folder, 'before');
      const { chance } = job;
      this.#leave(job, 'notes.txt', Buffer.from(`Nothing to upload in ${folder.name}.\n`));
      this.#leave(job, 'left.png.part', image(chance).subarray(0, 200));
      this.#leave(job, '.hidden/inner.png', image(chance));
      this.#leave(job, 'skip/excluded.png', image(chance));
      this.#leave(job, 'uploaded/2020-01-01/earlier.png', image(chance));
      // An image of no group.
      if (makesGroups(folder)) this.#leave(job, 'stray.png', image(chance));
      if (chance.happens(0.6)) this.#existing(job);
    }
  }

  /** Fulfilled when everything is written. */
  async write(): Promise<void> {
    const { folders, writingMs } = this.#plan;
    const work = folders.flatMap((folder, index) =>
      Array.from({ length: folder.units }, async (_, unit) => {
        const job = this.#job(index, folder, String(unit));
        await sleep(job.chance.between(0, writingMs));
        await (makesGroups(folder) ? this.#group(job) : this.#single(job));
      }),
    );
    await Promise.all(work);
  }

  #job(index: number, folder: WriterFolder, unit: string): Job {
    const { label, chanceOf } = this.#plan;
    return { index, folder, label: `${label}-${index}-${unit}`, chance: chanceOf(`${index} ${unit}`) };
  }

  // -------------------------------------------------------------------------------------------- files

  #existing(job: Job): void {
    const { folder, label, chance } = job;
    const groups = makesGroups(folder);
    // It has one frame, and is to be whole.
    if (groups && folder.rules.groups.close.kind === 'count') return;
    const bytes = image(chance, 5_000);
    const title = groups ? `group-${label}` : `image-${label}.png`;
    const path = groups ? `${title}/frame1.png` : title;
    const taken = folder.existing === 'all';
    this.#leave(job, path, bytes, taken ? 'by-rule' : 'here');
    if (folder.rules.readiness.marker !== null) this.#leave(job, markerOf(path), Buffer.from('done'));
    for (const [name, text] of groups ? besides(folder, ['frame1.png']) : []) {
      this.#leave(job, `${title}/${name}`, Buffer.from(text));
    }
    if (!taken) return;
    const sha256s = [sha256(bytes)];
    this.book.content({ dataset: folder.dataset, type: groups ? 'IMG_GROUP' : 'IMAGE', sha256s }, title);
  }

  async #single(job: Job): Promise<void> {
    const { label, chance } = job;
    const type = chance.happens(0.25) ? 'VIDEO' : 'IMAGE';
    const title = type === 'VIDEO' ? `video-${label}.mp4` : `image-${label}.png`;
    const path = chance.happens(0.3) ? `deep/${chance.pick(['a', 'b'])}/${title}` : title;
    const bytes = type === 'VIDEO' ? video(chance) : image(chance);
    const file = { path, title, bytes, type } as const;
    await this.#arrive(job, path, bytes);
    this.#finished(job, file);
    await this.#mark(job, path);
    await this.#afterwards(job, file);
  }

  /** In one of the ways in which programs write. */
  async #arrive(job: Job, path: string, bytes: Buffer): Promise<void> {
    const { folder, label, chance } = job;
    const full = join(folder.root, path);
    switch (chance.pick(['slowly', 'part', 'hidden', 'moved'])) {
      case 'slowly':
        await this.#slowly(job, full, bytes);
        return;
      case 'part':
        await this.#slowly(job, `${full}.part`, bytes);
        await this.#into(folder, `${full}.part`, full);
        return;
      case 'hidden': {
        const hidden = join(dirname(full), `.${path.replaceAll('/', '-')}.tmp`);
        await this.#slowly(job, hidden, bytes);
        await this.#into(folder, hidden, full);
        return;
      }
      default: {
        const from = join(this.#plan.outside, `${label}-${path.replaceAll('/', '-')}`);
        await writeFile(from, bytes);
        await this.#into(folder, from, full);
      }
    }
  }

  /** In pieces, with pauses that are longer or shorter than the quiet time. It is open all the while. */
  async #slowly({ folder, chance }: Job, full: string, bytes: Buffer): Promise<void> {
    const file = await this.#made(folder, full, () => open(full, 'w'));
    try {
      const pieces = chance.between(1, 4);
      for (let piece = 0; piece < pieces; piece += 1) {
        const part = bytes.subarray(
          Math.floor((bytes.length * piece) / pieces),
          Math.floor((bytes.length * (piece + 1)) / pieces),
        );
        await file.write(part);
        if (piece + 1 < pieces) await sleep(chance.between(0, QUIET_SECONDS * 2_500));
      }
    } finally {
      await file.close();
    }
  }

  #into(folder: WriterFolder, from: string, to: string): Promise<void> {
    return this.#made(folder, to, () => rename(from, to));
  }

  /** The program takes folders away that it has emptied, at any moment. */
  async #made<T>(folder: WriterFolder, full: string, act: () => Promise<T>): Promise<T> {
    for (let left = TRIES; ; left -= 1) {
      await mkdir(dirname(full), { recursive: true });
      try {
        return await act();
      } catch (thrown) {
        if (codeOf(thrown) !== 'ENOENT' || dirname(full) === folder.root || left === 0) throw thrown;
      }
    }
  }

  #finished({ index, folder }: Job, { path, title, bytes, type }: Single, stay: Stay = 'by-rule'): void {
    const hash = sha256(bytes);
    this.book.file({ folder: index, path, sha256: hash, stay });
    this.book.content({ dataset: folder.dataset, type, sha256s: [hash] }, title);
  }

  async #mark({ index, folder, chance }: Job, path: string): Promise<void> {
    if (folder.rules.readiness.marker === null) return;
    await sleep(chance.between(0, 400));
    const marker = markerOf(path);
    const full = join(folder.root, marker);
    await this.#made(folder, full, () => writeFile(full, 'done'));
    this.book.file({ folder: index, path: marker, sha256: sha256(Buffer.from('done')), stay: 'here' });
  }

  // -------------------------------------------------------------------------------------------- what people do with them

  async #afterwards(job: Job, file: Single): Promise<void> {
    const { chance, folder } = job;
    const what = chance.pick(['replace', 'rewrite', 'copy', 'rename', null, null, null, null]);
    if (what === null) return;
    await sleep(chance.between(0, chance.happens(0.5) ? 500 : 2_000));
    switch (what) {
      case 'replace':
        return this.#replace(job, file, false);
      case 'rewrite':
        // Elsewhere the program may move the very file that is open.
        return this.#replace(job, file, folder.rules.after.kind === 'keep');
      case 'copy':
        return this.#copy(job, file);
      case 'rename':
        return this.#rename(job, file);
    }
  }

  /** Into any folder of the same dataset. */
  async #copy(job: Job, file: Single): Promise<void> {
    const others = this.#plan.folders.flatMap((folder, index) =>
      folder.dataset === job.folder.dataset && !makesGroups(folder) ? [{ ...job, folder, index }] : [],
    );
    const there = job.chance.pick(others);
    const name = named(file.title, 'copy');
    await this.#arrive(there, name, file.bytes);
    this.#finished(job, file, 'either');
    this.#finished(there, { ...file, path: name, title: name }, 'either');
    await this.#mark(there, name);
  }

  async #rename(job: Job, file: Single): Promise<void> {
    const { root } = job.folder;
    const name = named(file.title, 'renamed');
    try {
      await rename(join(root, file.path), join(root, name));
    } catch (thrown) {
      // It was put away already.
      if (codeOf(thrown) === 'ENOENT') return;
      throw thrown;
    }
    this.book.gone(job.index, file.path);
    this.#finished(job, { ...file, path: name, title: name }, 'either');
    await this.#mark(job, name);
  }

  /** With other bytes: by a new file in its place, or in the very file. */
  async #replace(job: Job, file: Single, inPlace: boolean): Promise<void> {
    const { folder, chance } = job;
    const bytes = file.type === 'VIDEO' ? video(chance) : image(chance);
    const full = join(folder.root, file.path);
    this.book.replaced(folder.dataset, [sha256(file.bytes)]);
    if (inPlace) await this.#slowly(job, full, bytes);
    else {
      await this.#slowly(job, `${full}.part`, bytes);
      await this.#into(folder, `${full}.part`, full);
    }
    this.#finished(job, { ...file, bytes });
  }

  // -------------------------------------------------------------------------------------------- groups

  async #group(job: Job): Promise<void> {
    const { index, folder, label, chance } = job;
    const { close } = folder.rules.groups;
    const title = `group-${label}`;
    const count = close.kind === 'count' ? close.count : chance.between(2, 12);
    const frames = Array.from({ length: count }, (_, at) => ({
      name: `frame${at + 1}.png`,
      bytes: image(chance, 8_000),
    }));
    const listed = besides(
      folder,
      frames.map(({ name }) => name),
    );
    // Time alone can only tell where no frame comes after it; the program sees this group come whole.
    const whole = close.kind === 'quiet' || chance.happens(0.2);
    const place = whole ? `.${title}` : title;
    const list = async (): Promise<void> => {
      for (const [name, text] of listed) {
        const full = join(folder.root, place, name);
        await this.#made(folder, `${full}.part`, () => writeFile(`${full}.part`, text));
        await this.#into(folder, `${full}.part`, full);
      }
    };
    const listFirst = close.kind === 'manifest' && chance.happens(0.5);
    if (listFirst) await list();
    for (const { name, bytes } of chance.shuffled(frames)) {
      await this.#arrive(job, `${place}/${name}`, bytes);
      if (chance.happens(0.5)) await sleep(chance.between(0, 120));
    }
    if (!listFirst) await list();
    if (whole) await rename(join(folder.root, place), join(folder.root, title));
    for (const { name, bytes } of frames) {
      this.book.file({ folder: index, path: `${title}/${name}`, sha256: sha256(bytes), stay: 'by-rule' });
    }
    for (const [name, text] of listed) {
      const hash = sha256(Buffer.from(text));
      this.book.file({ folder: index, path: `${title}/${name}`, sha256: hash, stay: 'here' });
    }
    const sha256s = frames.map(({ bytes }) => sha256(bytes));
    this.book.content({ dataset: folder.dataset, type: 'IMG_GROUP', sha256s }, title);
  }

  /** Writes and notes a file in one go. */
  #leave({ index, folder }: Job, path: string, bytes: Buffer, stay: Stay = 'here'): void {
    const full = join(folder.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, bytes);
    this.book.file({ folder: index, path, sha256: sha256(bytes), stay });
  }
}

/** The marker of a group, or the list of its frames. */
function besides({ rules }: FolderPlan, frames: readonly string[]): [name: string, text: string][] {
  const { close } = rules.groups;
  if (close.kind === 'marker') return [[close.name, 'complete']];
  return close.kind === 'manifest' ? [[close.name, `${frames.join('\n')}\n`]] : [];
}

function makesGroups({ rules }: FolderPlan): boolean {
  return rules.becomes.kind === 'folders';
}

/** `image.png` as `image-copy.png`. */
function named(title: string, what: string): string {
  return title.replace(/(\.\w+)$/, `-${what}$1`);
}

function markerOf(path: string): string {
  return `${path}.done`;
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : null;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

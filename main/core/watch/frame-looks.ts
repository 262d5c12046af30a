/**
 * Looks into the frames of a group: which are images, of what format and size. What is no image is no frame, and is refused
 * alone. Used by `group-book.ts` alone.
 */

import { asUploaderError } from '../errors.ts';
import { HEAD_BYTES, mediaType, sniff } from '../media/index.ts';
import type { Clock } from '../ports.ts';
import { foreignType, otherType } from '../refusals.ts';
import { imageSize } from './dimensions.ts';
import type { GroupFrame } from './groups.ts';
import type { Pending } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { GroupMedia } from './rules.ts';
import type { Noted } from './store-port.ts';
import { refusedHere } from './words.ts';

/** Sizes of images stand in so many first bytes, mostly. */
const LOOK_BYTES = 32 * 1024;
const READ_AT_ONCE = 8;
const UNREADABLE_AGAIN_MS = 10_000;

type Look = Pick<GroupFrame, 'format' | 'dimensions'>;

export class FrameLooks {
  readonly #media: GroupMedia;
  readonly #ports: { readonly disk: WatchDisk; readonly clock: Clock };
  /** What was found out about exactly this size and time. */
  readonly #looks = new WeakMap<Pending, Look & { readonly of: Pending['seen'] }>();

  constructor(media: GroupMedia, ports: { readonly disk: WatchDisk; readonly clock: Clock }) {
    this.#media = media;
    this.#ports = ports;
  }

  /** Nothing where it was not looked into. */
  of(file: Pending): Look | undefined {
    return this.#looks.get(file);
  }

  /**
   * Reads the first bytes of those that were not looked into yet. Answers what is to be refused, and what is in the way where a
   * file cannot be read now; that file is put off.
   */
  async look(files: Iterable<Pending>): Promise<{ refused: Noted[]; trouble: string | null }> {
    const wanted = [...files].filter((file) => this.#looks.get(file)?.of !== file.seen);
    const refused: Noted[] = [];
    let trouble: string | null = null;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let file = wanted[next++]; file; file = wanted[next++]) {
        try {
          const row = await this.#lookAt(file);
          if (row) refused.push(row);
        } catch (thrown) {
          const error = asUploaderError(thrown);
          file.hold = { kind: 'trouble', text: error.message };
          file.dueAt = this.#ports.clock.monotonic() + UNREADABLE_AGAIN_MS;
          trouble = `${file.name}: ${error.message}`;
        }
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
    return { refused, trouble };
  }

  /** The row of the ledger for a file that is no frame; null for one that is. */
  async #lookAt(file: Pending): Promise<Noted | null> {
    const { disk, clock } = this.#ports;
    const { path, name, seen } = file;
    const head = await disk.read(path, 0, LOOK_BYTES);
    const found = sniff(head.subarray(0, HEAD_BYTES));
    if (found.kind === 'taken' && found.media.id === 'image') {
      this.#looks.set(file, { of: seen, format: found.format.mime, dimensions: imageSize(head) });
      return null;
    }
    const error =
      found.kind === 'foreign' ? foreignType(name, found.format) : otherType(found, mediaType(this.#media));
    return { path, ...seen, ...refusedHere(error, clock.now()) };
  }
}

/**
 * Looks into the frames of a group: which are images, of what format and size, or DICOM files. What is none is no frame, and is
 * refused alone. Used by `group-book.ts` alone.
 */

import { asUploaderError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { type Frame, fewAtOnce, frameOf, isFrame } from './first-bytes.ts';
import type { Pending } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { FrameMedia } from './rules.ts';
import type { Noted } from './store-port.ts';
import { refusedHere } from './words.ts';

const UNREADABLE_AGAIN_MS = 10_000;

export class FrameLooks {
  readonly #media: FrameMedia;
  readonly #ports: { readonly disk: WatchDisk; readonly clock: Clock };
  /** What was found out about exactly this size and time. */
  readonly #looks = new WeakMap<Pending, Frame & { readonly of: Pending['seen'] }>();

  constructor(media: FrameMedia, ports: { readonly disk: WatchDisk; readonly clock: Clock }) {
    this.#media = media;
    this.#ports = ports;
  }

  /** Nothing where it was not looked into. */
  of(file: Pending): Frame | undefined {
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
    await fewAtOnce(wanted, async (file) => {
      try {
        const row = await this.#lookAt(file);
        if (row) refused.push(row);
      } catch (thrown) {
        const error = asUploaderError(thrown);
        file.hold = { kind: 'trouble', text: error.message };
        file.dueAt = this.#ports.clock.monotonic() + UNREADABLE_AGAIN_MS;
        trouble = `${file.name}: ${error.message}`;
      }
    });
    return { refused, trouble };
  }

  /** The row of the ledger for a file that is no frame; null for one that is. */
  async #lookAt(file: Pending): Promise<Noted | null> {
    const { disk, clock } = this.#ports;
    const { path, seen } = file;
    const found = await frameOf(disk, path, this.#media);
    if (!isFrame(found)) return { path, ...seen, ...refusedHere(found, clock.now()) };
    this.#looks.set(file, { of: seen, ...found });
    return null;
  }
}

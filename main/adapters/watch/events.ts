/** What the three kinds of watchers have in common. Used by them and by `start.ts`, which chooses one. */

import { lstat } from 'node:fs/promises';
import type { UploaderError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { WatchListener } from '../../core/watch/ports.ts';
import type { Scanner } from './scan-thread.ts';

export interface WatchEvents extends WatchListener {
  /** The root may have been moved, removed or unmounted. */
  doubted(): void;
}

export interface WatchOrder {
  /** Absolute, and plainly written. */
  readonly root: string;
  readonly skip: (folder: string) => boolean;
  readonly events: WatchEvents;
  readonly scanner: Scanner;
  readonly log: Pick<Log, 'debug'>;
}

/** One kind of watcher at work. */
export interface Watching {
  readonly how: string;
  readonly size: number;
  close(): Promise<void>;
}

/** Where the system's name of a file is no text it cannot be told; then its folder is looked through. */
export function isUnsayable(name: string): boolean {
  return name.includes('\uFFFD');
}

const ASKED_AT_ONCE = 32;

/** A folder by device and inode, or null for anything else, and for nothing. */
export type FolderIdentity = string | null;

/**
 * Finds out for names that were made, moved or removed whether they are folders now; a name that is touched again and
 * again is asked for once. In batches, one after another, in the order of the events.
 */
export class FolderQuestions {
  private readonly due = new Set<string>();
  private readonly answer: (batch: ReadonlyMap<string, FolderIdentity>) => Promise<void>;
  private readonly locate: (path: string) => string;
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(
    locate: (path: string) => string,
    answer: (batch: ReadonlyMap<string, FolderIdentity>) => Promise<void>,
  ) {
    this.locate = locate;
    this.answer = answer;
  }

  ask(path: string): void {
    if (this.closed) return;
    this.due.add(path);
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  /** Waits for the batch under way. */
  async close(): Promise<void> {
    this.closed = true;
    this.due.clear();
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.due.size > 0) {
      const batch = [...this.due].slice(0, ASKED_AT_ONCE);
      for (const path of batch) this.due.delete(path);
      const found = await Promise.all(
        batch.map(async (path) => [path, await folderIdentity(this.locate(path))] as const),
      );
      if (!this.closed) await this.answer(new Map(found));
    }
  }
}

async function folderIdentity(path: string): Promise<FolderIdentity> {
  try {
    const stats = await lstat(path, { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}` : null;
  } catch {
    return null;
  }
}

/** Hands on to the listener until it is closed, or has said that it failed. */
export class ListenerGate implements WatchListener {
  private readonly listener: WatchListener;
  private open = true;

  constructor(listener: WatchListener) {
    this.listener = listener;
  }

  get isOpen(): boolean {
    return this.open;
  }

  touched(path: string): void {
    if (this.open) this.listener.touched(path);
  }

  unsure(folder: string): void {
    if (this.open) this.listener.unsure(folder);
  }

  failed(error: UploaderError): void {
    if (!this.open) return;
    this.open = false;
    this.listener.failed(error);
  }

  close(): void {
    this.open = false;
  }
}

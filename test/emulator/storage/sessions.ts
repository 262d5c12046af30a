/**
 * The resumable uploads that are open, with what has been received of each, below `sessions/` of the data folder: what
 * was answered outlives the process. Called by the storage endpoint (`resumable.ts`).
 *
 * As at Google's, bytes are kept in units of 256 KiB; what of a broken request does not fill one is forgotten.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm, truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { ObjectHasher } from './hashes.ts';

export const UNIT_BYTES = 256 * 1024;

const record = z.strictObject({
  objectKey: z.string(),
  contentType: z.string(),
  /** Milliseconds since the epoch, of the emulator's clock. */
  openedAt: z.number(),
  state: z.enum(['open', 'done', 'cancelled']),
});
type Stored = z.output<typeof record>;

export class Session {
  readonly id: string;
  readonly stored: Stored;
  /** Where its bytes are while it is open. */
  readonly path: string;
  /** Bytes that are kept for good. */
  persisted = 0;
  hasher: ObjectHasher;
  /** The request whose body is being received; a later one takes its place. */
  receiving: { readonly request: IncomingMessage; readonly ended: Promise<unknown> } | null = null;

  constructor(id: string, path: string, stored: Stored, hashes: boolean) {
    this.id = id;
    this.path = path;
    this.stored = stored;
    this.hasher = new ObjectHasher(hashes, false);
  }
}

export class Sessions {
  readonly #root: string;
  readonly #hashes: boolean;
  readonly #known = new Map<string, Promise<Session | null>>();

  constructor(dataDir: string, hashes: boolean) {
    this.#root = join(dataDir, 'sessions');
    this.#hashes = hashes;
    mkdirSync(this.#root, { recursive: true });
  }

  open(stored: Omit<Stored, 'state'>): Session {
    const id = randomBytes(48).toString('base64url');
    const session = new Session(id, this.#path(id, 'part'), { ...stored, state: 'open' }, this.#hashes);
    this.#write(session);
    writeFileSync(session.path, '');
    this.#known.set(id, Promise.resolve(session));
    return session;
  }

  /** Null where there never was one of this id. */
  find(id: string): Promise<Session | null> {
    if (!/^[\w-]{1,100}$/.test(id)) return Promise.resolve(null);
    let found = this.#known.get(id);
    if (!found) {
      found = this.#load(id);
      this.#known.set(id, found);
    }
    return found;
  }

  /** Adds a whole unit, or what is left for the last. */
  async append(session: Session, file: FileHandle, bytes: Buffer): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.write(
        bytes,
        written,
        bytes.length - written,
        session.persisted + written,
      );
      written += bytesWritten;
    }
    session.hasher.update(bytes);
    session.persisted += bytes.length;
  }

  /** Moves the bytes to where the object is to have them. Ended before `done`, the upload is not known any more. */
  async move(session: Session, path: string): Promise<void> {
    await rename(session.path, path);
  }

  done(session: Session): void {
    this.#end(session, 'done');
  }

  async cancel(session: Session): Promise<void> {
    this.#end(session, 'cancelled');
    await rm(session.path, { force: true });
  }

  #end(session: Session, state: Stored['state']): void {
    session.stored.state = state;
    this.#write(session);
  }

  #path(id: string, what: 'json' | 'part'): string {
    return join(this.#root, `${id}.${what}`);
  }

  #write(session: Session): void {
    writeFileSync(this.#path(session.id, 'json'), JSON.stringify(session.stored));
  }

  /** One that an earlier process of the emulator opened. */
  async #load(id: string): Promise<Session | null> {
    let stored: Stored;
    try {
      stored = record.parse(JSON.parse(readFileSync(this.#path(id, 'json'), 'utf8')));
    } catch {
      return null;
    }
    const session = new Session(id, this.#path(id, 'part'), stored, this.#hashes);
    if (stored.state !== 'open') return session;
    const kept = statSync(session.path, { throwIfNoEntry: false })?.size;
    if (kept === undefined) return null;
    const whole = kept - (kept % UNIT_BYTES);
    await truncate(session.path, whole);
    const file = await open(session.path, 'r');
    try {
      const unit = Buffer.alloc(UNIT_BYTES);
      while (session.persisted < whole) {
        const { bytesRead } = await file.read(unit, 0, unit.length, session.persisted);
        session.hasher.update(unit.subarray(0, bytesRead));
        session.persisted += bytesRead;
      }
    } finally {
      await file.close();
    }
    return session;
  }
}

/**
 * Grants (the promise of an object's place) and stored objects, with their files below `objects/`.
 * Called by the grant calls, the storage endpoint, registration and control.
 */

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, int, numberOrNull, type Row, text, textOrNull } from './database.ts';

/** What a grant is for. `frame` does not exist on the wire: frames are granted as `image`. */
export type GrantType = 'video' | 'image' | 'audio' | 'dicomFile' | 'nifti' | 'plainText' | 'pdf';

export interface Grant {
  /** `data_hash` (generation L) or `itemUuid` (C and F). */
  readonly id: string;
  /** `file_link` (L) or `objectKey` (C and F). */
  readonly objectKey: string;
  /** L grants belong to a dataset, C grants to a user, F grants to a folder. */
  readonly scope: 'dataset' | 'user' | 'folder';
  readonly itemType: GrantType;
  /** The file name that was asked for; only L knows one. */
  readonly title: string | null;
  readonly userHash: string;
  readonly datasetHash: string | null;
  readonly folder: string | null;
  readonly framesSubfolder: string | null;
}

export interface StoredObject {
  readonly objectKey: string;
  /** Absolute path. */
  readonly path: string;
  readonly size: number;
  readonly contentType: string;
  /** base64, null where hashing was off. */
  readonly md5: string | null;
  readonly crc32c: string | null;
  /** hex, null until somebody asked. */
  readonly sha256: string | null;
  readonly generation: number;
  readonly storedAt: number;
}

function toGrant(row: Row): Grant {
  const scope = text(row.scope);
  return {
    id: text(row.id),
    objectKey: text(row.object_key),
    scope: scope === 'dataset' || scope === 'user' ? scope : 'folder',
    itemType: toGrantType(text(row.item_type)),
    title: textOrNull(row.title),
    userHash: text(row.user_hash),
    datasetHash: textOrNull(row.dataset_hash),
    folder: textOrNull(row.folder),
    framesSubfolder: textOrNull(row.frames_subfolder),
  };
}

const GRANT_TYPES: readonly GrantType[] = [
  'video',
  'image',
  'audio',
  'dicomFile',
  'nifti',
  'plainText',
  'pdf',
];

function toGrantType(value: string): GrantType {
  const found = GRANT_TYPES.find((type) => type === value);
  if (!found) throw new TypeError('A grant of an unknown type is stored.');
  return found;
}

/** Where Encord keeps what: `cord-images-…/<user>/<uuid>` (encord-api.md D, "Signed URLs"). */
const PREFIX: Record<GrantType, string> = {
  video: 'cord-videos-emulator',
  image: 'cord-images-emulator',
  audio: 'cord-audio-emulator',
  dicomFile: 'cord-dicom-emulator',
  nifti: 'cord-nifti-emulator',
  plainText: 'cord-texts-emulator',
  pdf: 'cord-pdfs-emulator',
};

export class Objects {
  readonly #db: Database;
  readonly #root: string;
  /** Sub-folders that are known to exist. */
  readonly #shards = new Set<string>();

  constructor(db: Database, dataDir: string) {
    this.#db = db;
    this.#root = join(dataDir, 'objects');
    mkdirSync(this.#root, { recursive: true });
    // Bodies that were being received when the process ended: nobody was told that they are stored.
    rmSync(join(dataDir, 'incoming'), { recursive: true, force: true });
    mkdirSync(join(dataDir, 'incoming'), { recursive: true });
    this.incoming = join(dataDir, 'incoming');
  }

  /** Folder in which a body is kept until it is complete. */
  readonly incoming: string;

  grant(input: Omit<Grant, 'id' | 'objectKey'> & { now: number }): Grant {
    const id = randomUUID();
    const objectKey = `${PREFIX[input.itemType]}/${input.userHash}/${randomUUID()}`;
    this.#db.run(
      'INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      objectKey,
      input.scope,
      input.itemType,
      input.title,
      input.userHash,
      input.datasetHash,
      input.folder,
      input.framesSubfolder,
      input.now,
    );
    return { ...input, id, objectKey };
  }

  grantById(id: string): Grant | null {
    const row = this.#db.get('SELECT * FROM grants WHERE id = ?', id);
    return row ? toGrant(row) : null;
  }

  grantByKey(objectKey: string): Grant | null {
    const row = this.#db.get('SELECT * FROM grants WHERE object_key = ?', objectKey);
    return row ? toGrant(row) : null;
  }

  /** A new file name for an object, relative to the root, in one of 256 sub-folders. */
  newFile(): { file: string; path: string } {
    const name = randomUUID();
    const shard = name.slice(0, 2);
    const file = join(shard, name);
    if (!this.#shards.has(shard)) {
      mkdirSync(join(this.#root, shard), { recursive: true });
      this.#shards.add(shard);
    }
    return { file, path: join(this.#root, file) };
  }

  /** Makes a complete file visible as the object; an earlier file of the same object is removed. Counts the PUT. */
  store(input: {
    objectKey: string;
    file: string;
    size: number;
    contentType: string;
    md5: string | null;
    crc32c: string | null;
    sha256: string | null;
    now: number;
  }): StoredObject {
    let replaced: string | null = null;
    const generation = this.#db.transaction(() => {
      const next = this.#db.count('generation');
      this.#db.count('puts');
      replaced = textOrNull(
        this.#db.get('SELECT file FROM objects WHERE object_key = ?', input.objectKey)?.file,
      );
      this.#db.run(
        'INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        input.objectKey,
        input.file,
        input.size,
        input.contentType,
        input.md5,
        input.crc32c,
        input.sha256,
        next,
        input.now,
      );
      return next;
    });
    if (replaced !== null) void rm(join(this.#root, replaced), { force: true });
    return {
      objectKey: input.objectKey,
      path: join(this.#root, input.file),
      size: input.size,
      contentType: input.contentType,
      md5: input.md5,
      crc32c: input.crc32c,
      sha256: input.sha256,
      generation,
      storedAt: input.now,
    };
  }

  #toObject(row: Row): StoredObject {
    return {
      objectKey: text(row.object_key),
      path: join(this.#root, text(row.file)),
      size: int(row.size),
      contentType: text(row.content_type),
      md5: textOrNull(row.md5),
      crc32c: textOrNull(row.crc32c),
      sha256: textOrNull(row.sha256),
      generation: int(row.generation),
      storedAt: int(row.stored_at),
    };
  }

  get(objectKey: string): StoredObject | null {
    const row = this.#db.get('SELECT * FROM objects WHERE object_key = ?', objectKey);
    return row ? this.#toObject(row) : null;
  }

  remove(objectKey: string): void {
    const file = textOrNull(this.#db.get('SELECT file FROM objects WHERE object_key = ?', objectKey)?.file);
    if (file === null) return;
    this.#db.run('DELETE FROM objects WHERE object_key = ?', objectKey);
    rmSync(join(this.#root, file), { force: true });
  }

  count(): number {
    return numberOrNull(this.#db.get('SELECT count(*) AS n FROM objects')?.n) ?? 0;
  }

  /** Computes the SHA-256 of objects that have none yet: large ones are not hashed while they arrive. */
  async completeSha256(): Promise<void> {
    for (const row of this.#db.all('SELECT * FROM objects WHERE sha256 IS NULL')) {
      const object = this.#toObject(row);
      const hash = createHash('sha256');
      try {
        for await (const chunk of createReadStream(object.path, { highWaterMark: 1 << 20 }))
          hash.update(chunk);
      } catch {
        // Replaced or removed in the meantime.
        continue;
      }
      this.#db.run(
        'UPDATE objects SET sha256 = ? WHERE object_key = ? AND generation = ?',
        hash.digest('hex'),
        object.objectKey,
        object.generation,
      );
    }
  }
}

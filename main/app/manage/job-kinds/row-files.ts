/**
 * Where the files of a data row can be fetched: one for most, the frames of a group, the files of a series. Signed URLs are
 * secrets, and are asked for just before they are used. Used by downloads.
 */

import type { Answer } from '../../../core/encord-port.ts';
import type { WorkTools } from './work.ts';

export interface RowFile {
  /** The same whenever it is asked for. */
  readonly key: string;
  readonly title: string;
  /** Bytes, where Encord says it. */
  readonly size: number | null;
  /** A secret. */
  readonly url: string;
}

export interface RowFiles {
  readonly kind: 'single' | 'several';
  /** In their order; none where Encord gives no address. */
  readonly files: readonly RowFile[];
}

export async function rowFiles(
  datasetId: string,
  dataHash: string,
  tools: Pick<WorkTools, 'session' | 'signal'>,
): Promise<Answer<RowFiles>> {
  const { session, signal } = tools;
  const want = { signedUrl: true, frames: true, clientMetadata: false };
  const answer = await session.manage.rows.row(datasetId, dataHash, want, signal);
  if (!answer.ok) return answer;
  const { frames, signedUrl, title, size, itemUuid } = answer.value;
  if (frames !== null && frames.length > 0) {
    return several(frames.map((frame) => ({ ...frame, key: frame.imageHash })));
  }
  if (signedUrl !== null) return single({ key: dataHash, title, size: whole(size), url: signedUrl });
  // Series and the like have no address of their own; the item behind them knows its files.
  return itemUuid === null ? several([]) : itemFiles(itemUuid, tools);
}

async function itemFiles(
  itemUuid: string,
  { session, signal }: Pick<WorkTools, 'session' | 'signal'>,
): Promise<Answer<RowFiles>> {
  const { storage } = session.manage;
  const item = await storage.item(itemUuid, { signedUrl: true }, signal);
  if (!item.ok) return item;
  const { id, folderId, name, size, signedUrl } = item.value;
  if (signedUrl !== null) return single({ key: id, title: name, size: whole(size), url: signedUrl });
  const children = await storage.children({ id, folderId }, { signedUrls: true }, signal);
  if (!children.ok) return children;
  return several(children.value.map((child) => ({ ...child, key: child.id, title: child.name })));
}

function single(file: RowFile): Answer<RowFiles> {
  return { ok: true, value: { kind: 'single', files: [file] } };
}

/** Of a group of which one file has no address none is had: half a group would look like all of it. */
function several(
  files: readonly {
    readonly key: string;
    readonly title: string;
    readonly size: number | null;
    readonly signedUrl: string | null;
  }[],
): Answer<RowFiles> {
  const known = files.flatMap(({ key, title, size, signedUrl }) =>
    signedUrl === null ? [] : [{ key, title, size: whole(size), url: signedUrl }],
  );
  return { ok: true, value: { kind: 'several', files: known.length === files.length ? known : [] } };
}

/** Encord may tell a size with a fraction; then it is none that could be compared. */
function whole(size: number | null): number | null {
  return size !== null && Number.isInteger(size) && size > 0 ? size : null;
}

/** Calls on many items: each names one folder and at most a thousand items. Used by the dialogs about items. */

import type { Answer } from '../../../preload/contract/errors.ts';
import type { ItemView } from '../../../preload/contract/manage.ts';

/** As many as one call takes. */
const MOST = 1_000;

export interface Outcome {
  /** How many items are behind it. */
  readonly done: number;
  /** What stopped it; null where nothing did. */
  readonly failure: string | null;
}

/** One call after the other, so that what a refusal leaves undone is known. */
export async function inPortions(
  items: readonly ItemView[],
  act: (folderId: string, itemIds: string[]) => Promise<Answer<unknown>>,
): Promise<Outcome> {
  let done = 0;
  for (const [folderId, ids] of byFolder(items))
    for (let at = 0; at < ids.length; at += MOST) {
      const portion = ids.slice(at, at + MOST);
      const answer = await act(folderId, portion);
      if (!answer.ok) return { done, failure: answer.error.message };
      done += portion.length;
    }
  return { done, failure: null };
}

/** Their ids by the folders that they lie in. */
export function byFolder(items: readonly ItemView[]): ReadonlyMap<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const { id, folderId } of items) {
    const ids = folders.get(folderId);
    if (ids) ids.push(id);
    else folders.set(folderId, [id]);
  }
  return folders;
}

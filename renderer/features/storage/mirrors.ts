/** Which datasets are kept the same as a folder. Used before items are moved. */
import { call } from '../../state/bridge.ts';

/**
 * The datasets that mirror the folder or one above it.
 * @returns null where it could not be found out: then Encord says whether the move needs a yes.
 */
export async function mirrorsOf(folderId: string): Promise<ReadonlySet<string> | null> {
  const here = await call('storage.folder', { folderId });
  if (!here.ok) return null;
  const above = await Promise.all(here.value.path.map(({ id }) => call('storage.folder', { folderId: id })));
  const mirrors = new Set<string>();
  for (const answer of [here, ...above]) {
    // A folder above that this account cannot see is none that it can say anything about.
    if (answer.ok && answer.value.syncedDatasetId !== null) mirrors.add(answer.value.syncedDatasetId);
  }
  return mirrors;
}

/** Those that something leaves, and those that it enters, when it goes from the one to the other. */
export function changed(
  from: ReadonlySet<string>,
  to: ReadonlySet<string>,
): { readonly left: string[]; readonly entered: string[] } {
  return {
    left: [...from].filter((id) => !to.has(id)),
    entered: [...to].filter((id) => !from.has(id)),
  };
}

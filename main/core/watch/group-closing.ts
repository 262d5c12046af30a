/** What lies beside the files of a group and closes it: a marker, or a list that names them. Used by `group-book.ts` alone. */

import type { GroupFacts } from './groups.ts';
import type { Judging } from './judging.ts';
import type { OpenGroup } from './open-group.ts';
import { join, split } from './pending.ts';
import type { RungTools } from './readiness.ts';
import type { WatchFolder } from './rules.ts';
import type { WatchStore } from './store-port.ts';

export interface ClosingPorts {
  readonly judging: Judging;
  readonly tools: RungTools;
  readonly store: WatchStore;
  readonly folder: () => WatchFolder;
  /** Whether a file (relative) is data at all. */
  readonly takes: (path: string) => boolean;
}

/** `belongs`: whether a file of this path would be of the group. */
export async function whatCloses(
  group: OpenGroup,
  ports: ClosingPorts,
  belongs: (path: string) => boolean,
): Promise<Pick<GroupFacts, 'marker' | 'listed'>> {
  const { close } = ports.folder().rules.groups;
  return {
    marker: close.kind === 'marker' && (await hasMarker(group, close.name, ports)),
    listed: close.kind === 'manifest' ? await listedOf(group, close.name, ports, belongs) : null,
  };
}

/** In the folder, or beside it. */
async function hasMarker(group: OpenGroup, name: string, { judging, tools }: ClosingPorts): Promise<boolean> {
  const own = split(group.folder);
  const fits = tools.glob(name.replaceAll('{folder}', own.name.replaceAll(/[^\p{L}\p{N}_ -]/gu, '\\$&')));
  for (const folder of new Set([group.folder, own.folder])) {
    for (const each of await judging.namesIn(folder)) if (fits(each)) return true;
  }
  return false;
}

/** What the list in its folder names of this group: data that belongs to it, and was not refused. */
async function listedOf(
  group: OpenGroup,
  glob: string,
  { judging, takes, store, folder }: ClosingPorts,
  belongs: (path: string) => boolean,
): Promise<ReadonlySet<string> | null> {
  const names = await judging.listIn(group.folder, glob);
  if (names === null) return null;
  const { ledger } = folder();
  const own = [...names].filter((name) => {
    const path = join(group.folder, name);
    return takes(path) && store.known(ledger, path)?.state !== 'refused' && belongs(path);
  });
  return new Set(own);
}

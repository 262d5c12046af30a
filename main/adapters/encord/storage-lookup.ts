/**
 * Which units exist in Encord's storage: the storage route's answer to doubt (encord-api.md C.14). Called by the
 * storage route.
 */

import type { Answer, KnownUnit, Registered } from '../../core/encord-port.ts';
import type { TokenPage } from '../../core/manage/ports.ts';
import { hasFrames, mediaType } from '../../core/media/index.ts';
import type { Target, UnitId } from '../../core/model.ts';
import { eachPage } from './pages.ts';
import { chunksOf, eachOf } from './parallel.ts';
import { itemAnswer, itemPage, type StorageItem } from './schemas.ts';
import { sameTitle } from './titles.ts';
import type { V2 } from './v2.ts';

const DOING = 'look up what was uploaded';
/** Ids in one call; the server's page size is up to 1000, this keeps the fallback short. */
const BULK = 100;
const AT_ONCE = 8;
const PAGE = 200;
/** A folder may hold very many groups; further back than this nothing is searched, and the group counts as absent. */
const MOST_PAGES = 20;
/** Server and client clocks may differ; a group of this unit cannot be older than its intent by more than this. */
const CLOCK_MARGIN_MS = 3_600_000;

export async function lookupItems(
  v2: V2,
  target: Target,
  folderId: string,
  units: readonly KnownUnit[],
  signal: AbortSignal,
): Promise<Answer<ReadonlyMap<UnitId, Registered>>> {
  const found = new Map<UnitId, Registered>();
  const singles = units.filter((unit) => !hasFrames(unit.media));
  for (const chunk of chunksOf(singles, BULK)) {
    const answer = await existingItems(
      v2,
      chunk.flatMap((unit) => unit.frames.slice(0, 1).map((frame) => frame.id)),
      signal,
    );
    if (!answer.ok) return answer;
    for (const unit of chunk) {
      const itemUuid = unit.frames[0]?.id;
      if (itemUuid === undefined || !answer.value.has(itemUuid)) continue;
      found.set(unit.id, { itemUuid, dataHash: null, linked: target.mirrored });
    }
  }
  for (const unit of units.filter((each) => hasFrames(each.media))) {
    const answer = await groupOf(v2, folderId, unit, signal);
    if (!answer.ok) return answer;
    if (answer.value === null) continue;
    found.set(unit.id, { itemUuid: answer.value, dataHash: null, linked: target.mirrored });
  }
  return { ok: true, value: found };
}

/** Of these ids, those that are items. A placeholder is an address handed out, not an item. */
async function existingItems(
  v2: V2,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Answer<ReadonlySet<string>>> {
  if (ids.length === 0) return { ok: true, value: new Set() };
  const bulk = await v2.call(
    {
      method: 'POST',
      path: ['storage', 'items', 'get-bulk'],
      body: { itemUuids: ids, signUrls: false },
      answer: itemPage,
      doing: DOING,
      repeatable: true,
    },
    signal,
  );
  if (bulk.ok) return { ok: true, value: idsOf(bulk.value.items) };
  if (bulk.failure.kind !== 'refused' && bulk.failure.kind !== 'no-such-call') return bulk;
  // One id that the server does not know can make it refuse them all: ask one by one.
  const each = await eachOf(ids, AT_ONCE, (id) => oneItem(v2, id, signal));
  if (!each.ok) return each;
  return { ok: true, value: idsOf(each.value.flatMap((item) => (item === null ? [] : [item]))) };
}

function idsOf(items: readonly StorageItem[]): ReadonlySet<string> {
  return new Set(items.filter((item) => !item.isPlaceholder).map((item) => item.uuid));
}

async function oneItem(v2: V2, id: string, signal: AbortSignal): Promise<Answer<StorageItem | null>> {
  const answer = await v2.call(
    { method: 'GET', path: ['storage', 'items', id], answer: itemAnswer, doing: DOING, repeatable: true },
    signal,
  );
  // 403 is what Encord also says of an item that does not exist (encord-api.md E.2).
  if (!answer.ok && (answer.failure.kind === 'refused' || answer.failure.kind === 'no-such-call')) {
    return { ok: true, value: null };
  }
  return answer;
}

/**
 * The group, sequence or series whose children are exactly this unit's files, or null. Searched by title first; a search that
 * does not take the title as it is (a new line, an emoji) is followed by the newest groups of the folder.
 */
async function groupOf(
  v2: V2,
  folderId: string,
  unit: KnownUnit,
  signal: AbortSignal,
): Promise<Answer<string | null>> {
  const seen = new Set<string>();
  const type = [['itemTypes', mediaType(unit.media).storage.made]] as const;
  const searches = [
    [['search', unit.title]],
    [
      ['order', 'createdAt'],
      ['desc', 'True'],
    ],
  ] as const;
  for (const query of searches) {
    let pageToken: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: Answer<Page> = await groupPage(v2, folderId, [...type, ...query], pageToken, signal);
      if (!answer.ok) return answer;
      for (const item of answer.value.items) {
        if (seen.has(item.uuid) || !couldBe(item, unit)) continue;
        seen.add(item.uuid);
        const children = await childrenOf(v2, folderId, item.uuid, unit.frames.length, signal);
        if (!children.ok) return children;
        if (isExactly(children.value, unit)) return { ok: true, value: item.uuid };
      }
      pageToken = answer.value.next;
      const oldest = Date.parse(answer.value.items.at(-1)?.createdAt ?? '');
      const past = query !== searches[0] && oldest < unit.intentAt - CLOCK_MARGIN_MS;
      if (pageToken === null || past) break;
    }
  }
  return { ok: true, value: null };
}

type Page = TokenPage<StorageItem>;

function groupPage(
  v2: V2,
  folderId: string,
  query: readonly (readonly [string, string])[],
  pageToken: string | null,
  signal: AbortSignal,
): Promise<Answer<Page>> {
  return v2.call(
    {
      method: 'GET',
      path: ['storage', 'folders', folderId, 'items'],
      query: [
        ...query,
        ['pageSize', String(PAGE)],
        ...(pageToken === null ? [] : [['pageToken', pageToken] as const]),
      ],
      answer: itemPage,
      doing: DOING,
      repeatable: true,
    },
    signal,
  );
}

function couldBe(item: StorageItem, unit: KnownUnit): boolean {
  const sameCount = item.frameCount === null || item.frameCount === unit.frames.length;
  return sameCount && !item.isPlaceholder && sameTitle(item.name, unit.title);
}

/** The files of a group in order; where there are more than `most`, the first of them. */
async function childrenOf(
  v2: V2,
  folderId: string,
  itemId: string,
  most: number,
  signal: AbortSignal,
): Promise<Answer<readonly string[]>> {
  const ids: string[] = [];
  const path = ['storage', 'folders', folderId, 'items', itemId, 'child-items'];
  const answer = await eachPage(v2, { path, page: itemPage, doing: DOING }, signal, (items) => {
    for (const item of items) ids.push(item.uuid);
    return ids.length <= most;
  });
  return answer.ok ? { ok: true, value: ids } : answer;
}

/** The files of a series may be told in an order of their own; of a group, another order is another group. */
function isExactly(ids: readonly string[], unit: KnownUnit): boolean {
  if (mediaType(unit.media).grouping === 'series') {
    const own = new Set(unit.frames.map((frame) => frame.id));
    return ids.length === own.size && new Set(ids).size === own.size && ids.every((id) => own.has(id));
  }
  return ids.length === unit.frames.length && unit.frames.every((frame, index) => frame.id === ids[index]);
}

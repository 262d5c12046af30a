/**
 * Links into the program, which anybody may write: what they may open, as a pure function. Used by `launch.ts` and
 * `arrivals.ts`.
 */

import { type PlaceView, placeView } from '../../preload/contract/desktop.ts';

/** Not the scheme of the pages: pages are never reached through a link. */
export const LINK_SCHEME = 'encord-uploader';

/** `encord-uploader://dataset/UUID` opens that dataset; anything else is null. A link only ever shows something. */
export function placeOfLink(text: string): PlaceView | null {
  const url = URL.parse(text);
  if (url === null || url.protocol !== `${LINK_SCHEME}:` || url.host !== 'dataset') return null;
  if (url.username + url.password + url.search + url.hash !== '') return null;
  const datasetId = /^\/([^/]+)\/?$/.exec(url.pathname)?.[1]?.toLowerCase();
  const place = placeView.safeParse({ kind: 'dataset', datasetId });
  return place.success ? place.data : null;
}

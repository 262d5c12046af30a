/**
 * Pictures of rows and storage items that are in sight: asked of main a few at a time, the last ones that came into sight first, and not at
 * all once they are out of it. Used by lists with thumbnails.
 */
import { useEffect, useState } from 'react';
import type { Answer } from '../../preload/contract/errors.ts';
import type { MediaView } from '../../preload/contract/manage.ts';
import { call } from './bridge.ts';

/** What is asked for: a row, or a frame of it; or a storage item. */
export type Picture =
  | { readonly datasetId: string; readonly dataHash: string; readonly imageHash: string | null }
  | { readonly itemId: string };

/** What there is to see of it. */
export function mediaOf(picture: Picture, size: 'thumbnail' | 'whole'): Promise<Answer<MediaView>> {
  return 'itemId' in picture
    ? call('storage.itemMedia', { ...picture, size })
    : call('rows.media', { ...picture, size });
}

const AT_ONCE = 6;
const KEPT = 600;
/** Addresses hold for some minutes; an older answer is asked for anew. */
const FRESH_MS = 3 * 60_000;

interface Kept {
  readonly media: MediaView;
  readonly at: number;
}

const kept = new Map<string, Kept>();
const waiting = new Map<string, { picture: Picture; tell: Set<(media: MediaView) => void> }>();
const asked = new Set<string>();

/** Equal pictures have equal keys. */
export const keyOf = (picture: Picture): string =>
  'itemId' in picture
    ? picture.itemId
    : `${picture.datasetId} ${picture.dataHash} ${picture.imageHash ?? ''}`;

/** Null until main has answered. `forget` asks once more: for an address that no longer holds. */
export function useThumbnail(picture: Picture): { media: MediaView | null; forget: () => void } {
  const key = keyOf(picture);
  const [media, setMedia] = useState<MediaView | null>(() => freshOf(key));
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the picture; another turn asks for it again.
  useEffect(() => {
    const fresh = freshOf(key);
    setMedia(fresh);
    return fresh ? undefined : want(picture, setMedia);
  }, [key, turn]);
  const forget = () => {
    kept.delete(key);
    if (turn === 0) setTurn(1);
    else setMedia({ kind: 'none', why: '' });
  };
  return { media, forget };
}

function freshOf(key: string): MediaView | null {
  const known = kept.get(key);
  return known && Date.now() - known.at < FRESH_MS ? known.media : null;
}

/** The result takes the wish back: what has not been asked for by then never is. */
function want(picture: Picture, tell: (media: MediaView) => void): () => void {
  const key = keyOf(picture);
  const wish = waiting.get(key) ?? { picture, tell: new Set() };
  wish.tell.add(tell);
  // Set anew, so that it is the last: what came into sight last is asked for first.
  waiting.delete(key);
  waiting.set(key, wish);
  // After this drawing, so that rows which fly past are taken back before they are asked for.
  setTimeout(next, 0);
  return () => {
    wish.tell.delete(tell);
    if (wish.tell.size === 0 && !asked.has(key)) waiting.delete(key);
  };
}

function next(): void {
  for (const [key, wish] of [...waiting].reverse()) {
    if (asked.size >= AT_ONCE) return;
    if (!asked.has(key)) void ask(key, wish.picture);
  }
}

async function ask(key: string, picture: Picture): Promise<void> {
  asked.add(key);
  const answer = await mediaOf(picture, 'thumbnail');
  asked.delete(key);
  const wish = waiting.get(key);
  waiting.delete(key);
  const media: MediaView = answer.ok ? answer.value : { kind: 'none', why: answer.error.message };
  // A failure is not kept: the next look asks again.
  if (answer.ok) keep(key, media);
  for (const tell of wish?.tell ?? []) tell(media);
  next();
}

function keep(key: string, media: MediaView): void {
  kept.delete(key);
  kept.set(key, { media, at: Date.now() });
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) return;
    kept.delete(oldest);
  }
}

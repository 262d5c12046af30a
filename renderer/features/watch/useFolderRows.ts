/** A window on one list of a watch folder that keeps up with main. Used by the tabs of `FolderPage`. */
import { useEffect, useRef, useState } from 'react';
import { onTopics } from '../../state/app.ts';
import { type FetchPage, Paged, type PagedState, usePaged } from '../../state/paged.ts';

/** While the pointer moves over a list, its rows keep their place for this long. */
const HOLD_MS = 1_500;
const SECOND_MS = 1_000;

export interface FolderRows<Row> {
  rows: Paged<Row>;
  state: PagedState;
  /** The pointer moved over the list. */
  pointerMoved: () => void;
}

/**
 * `everySecond`: the rows count seconds, so they are asked for again and again while they are seen. Else a tick of
 * main's says when they have changed.
 */
export function useFolderRows<Row>(fetch: FetchPage<Row>, everySecond = false): FolderRows<Row> {
  const [rows] = useState(() => new Paged<Row>(fetch));
  const state = usePaged(rows);
  const movedAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    rows.look(0, 40);
    const refresh = () => {
      if (document.hidden || performance.now() - movedAt.current < HOLD_MS) return;
      rows.refresh();
    };
    const stop = onTopics((topics) => {
      if (topics.has('watch') && !everySecond) rows.refresh();
    });
    const timer = everySecond ? setInterval(refresh, SECOND_MS) : null;
    return () => {
      stop();
      if (timer !== null) clearInterval(timer);
    };
  }, [rows, everySecond]);
  const [pointerMoved] = useState(() => () => {
    movedAt.current = performance.now();
  });
  return { rows, state, pointerMoved };
}

/** Shows the program's news as the system's notifications; a click opens the place. Called by `program.ts`. */

import { Notification } from 'electron';
import { type NewsKind, type NewsView, newsView } from '../../preload/contract/desktop.ts';
import type { Desk } from './desk.ts';

/** Whoever looks at the window sees these there. */
const SEEN_IN_WINDOW: ReadonlySet<NewsKind> = new Set(['finished', 'failed']);

/** Shows news until the result is called. A notification that cannot be shown is no failure of the program. */
export function startNotifications(desk: Pick<Desk, 'program' | 'windowInFront' | 'open'>): () => void {
  // What is shown is held on to, or its click would be lost with it; one of each kind, the newest.
  const shown = new Map<NewsKind, Notification>();

  const stop = desk.program.listen((name, payload) => {
    const read = newsView.safeParse(name === 'news' ? payload : null);
    if (!read.success) return;
    if (SEEN_IN_WINDOW.has(read.data.kind) && desk.windowInFront()) return;
    try {
      show(read.data);
    } catch {
      shown.delete(read.data.kind);
    }
  });

  function show(news: NewsView): void {
    if (!Notification.isSupported()) return;
    const { kind, place } = news;
    const notification = new Notification({ title: plain(news.title), body: plain(news.body) });
    const forget = () => {
      if (shown.get(kind) === notification) shown.delete(kind);
    };
    notification.on('click', () => {
      forget();
      desk.open(place);
    });
    // Those that timed out stand in the system's list, where they can still be clicked.
    notification.on('close', ({ reason }) => {
      if (reason !== 'timedOut') forget();
    });
    notification.on('failed', forget);
    const earlier = shown.get(kind);
    shown.set(kind, notification);
    earlier?.close();
    notification.show();
  }

  return () => {
    stop();
    for (const notification of [...shown.values()]) notification.close();
    shown.clear();
  };
}

/** Some systems read markup in it; names of files and words of servers are to stay what they are. */
function plain(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}

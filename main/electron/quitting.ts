/**
 * Quitting while work is under way: whether to ask, what to say, and quitting by itself when all is done. Called by
 * `program.ts`.
 */

import type { MessageBoxOptions } from 'electron';
import type { GlanceView } from '../../preload/contract/desktop.ts';
import type { Desk } from './desk.ts';

export type QuitAnswer = 'when-done' | 'now' | 'stay';

/** In the order of the buttons. */
const ANSWERS: readonly QuitAnswer[] = ['when-done', 'now', 'stay'];

/** Paused work goes on with nobody but the person who paused it: there is nothing to wait for. */
export function mustAsk(glance: GlanceView | null): glance is GlanceView {
  return glance !== null && glance.unfinished > 0 && !glance.paused;
}

export function quitQuestion(glance: Pick<GlanceView, 'line' | 'unfinished'>): MessageBoxOptions {
  const under = glance.line === '' ? '' : `${glance.line}.\n\n`;
  return {
    type: 'question',
    title: 'Encord Uploader',
    message: 'Uploads are under way. Quit all the same?',
    detail: `${under}Nothing is lost: what is not finished goes on at the next start.`,
    buttons: ['Quit when done', 'Quit now', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
}

/** What the button of that number means; a dialog that went away by itself leaves everything as it is. */
export function quitAnswer(button: number): QuitAnswer {
  return ANSWERS[button] ?? 'stay';
}

/**
 * Quits when the last unit is done, as long as that is wanted; units that failed do not hold it, those that somebody
 * paused do. The result ends that.
 */
export function quitWhenDone(desk: Pick<Desk, 'glance' | 'quitWhenDone'>, quitNow: () => void): () => void {
  const look = () => {
    const glance = desk.glance.get();
    if (desk.quitWhenDone.get() && glance !== null && isDone(glance)) quitNow();
  };
  const stops = [desk.glance.follow(look), desk.quitWhenDone.follow(look)];
  return () => {
    for (const stop of stops) stop();
  };
}

function isDone({ unfinished, paused, fraction }: GlanceView): boolean {
  const pausedWork = paused && fraction !== null;
  return unfinished === 0 && !pausedWork;
}

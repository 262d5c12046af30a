/** Quiet hours as a person would say them. Pure; used by `Notifications`. */
import type { NotificationSettings } from '../../../preload/contract/desktop.ts';

export type QuietHours = NonNullable<NotificationSettings['quiet']>;

/** What somebody who switches them on most likely means. */
export const USUAL_QUIET: QuietHours = { from: '22:00', to: '07:00' };

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Whether a time field holds a whole time; a browser gives an empty text for half of one. */
export function isTime(text: string): boolean {
  return TIME.test(text);
}

/** @param say a time of the day as the fields beside it show it */
export function quietSentence({ from, to }: QuietHours, say: (time: string) => string): string {
  // Two equal times are no span. As times of the same form, texts compare like them.
  if (from === to) return 'Both times are the same, so there are no quiet hours. Choose two different ones.';
  const end = from < to ? say(to) : `${say(to)} the next ${to <= '12:00' ? 'morning' : 'day'}`;
  return `Nothing pops up from ${say(from)} to ${end}. What happened meanwhile is summed up afterwards.`;
}

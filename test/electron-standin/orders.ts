/** What the test's process tells the stand-in's to do, over the line between them. Spoken by `control.ts` and `driver-standin.ts`. */

import type {
  DialogAnswer,
  DialogFact,
  MachineFacts,
  MenuFact,
  NotificationFact,
  SystemEvent,
  TrayFact,
  WindowFact,
} from './driver.ts';

export interface Orders {
  /** Where to attach, and to which page; null while there is no window with a page in it. */
  page(): { address: string; targetId: string } | null;
  /** Gives the page its colours again, which attaching takes from it. */
  colours(): null;
  windows(): WindowFact[];
  window(does: 'close' | 'minimize' | 'maximize' | 'focus'): null;
  moveWindow(bounds: WindowFact['bounds']): null;
  tray(): TrayFact | null;
  clickTrayMenu(path: readonly string[]): null;
  clickTray(): null;
  menu(): MenuFact[];
  clickMenu(path: readonly string[]): null;
  notifications(): NotificationFact[];
  clickNotification(index: number): null;
  answerNext(answers: readonly DialogAnswer[]): null;
  dialogs(): DialogFact[];
  unforeseen(): string[];
  cause(event: SystemEvent): null;
  machine(): MachineFacts;
  drop(paths: readonly string[]): null;
  quit(): null;
}

export type OrderName = keyof Orders;

export interface Order {
  readonly standinOrder: number;
  readonly name: OrderName;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly standinAnswer: number; readonly ok: true; readonly value: unknown }
  | { readonly standinAnswer: number; readonly ok: false; readonly reason: string };

/** What the stand-in says unasked: the process of its Chromium. */
export interface Notice {
  readonly standinChromium: number | null;
}

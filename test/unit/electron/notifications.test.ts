/** Notifications: what is shown of the news, what a click opens, and that none of it can fail the program. */

import { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import { startNotifications } from '../../../main/electron/notifications.ts';
import type { NewsKind, PlaceView } from '../../../preload/contract/desktop.ts';
import { TrayDesk } from './tray-desk.ts';

const electron = vi.hoisted(() => ({ Notification: null as unknown }));
vi.mock('electron', () => ({
  get Notification() {
    return electron.Notification;
  },
}));

class FakeNotification extends EventEmitter {
  static all: FakeNotification[] = [];
  static supported = true;
  static broken = false;
  readonly text: string;
  done: string[] = [];
  constructor({ title, body }: { title: string; body: string }) {
    super();
    if (FakeNotification.broken) throw new Error('The notification service is gone.');
    this.text = `${title}: ${body}`;
    FakeNotification.all.push(this);
  }
  static isSupported(): boolean {
    return FakeNotification.supported;
  }
  show(): void {
    this.done.push('show');
  }
  close(): void {
    this.done.push('close');
    this.emit('close', { reason: 'userCanceled' });
  }
}

let desk: TrayDesk;
let stop: () => void;

beforeEach(() => {
  FakeNotification.all = [];
  FakeNotification.supported = true;
  FakeNotification.broken = false;
  electron.Notification = FakeNotification;
  desk = new TrayDesk();
  stop = startNotifications(desk);
});

let lastId = 0;
function tell(
  kind: NewsKind,
  title: string,
  place: PlaceView = { kind: 'uploads', batchId: null },
): FakeNotification | null {
  lastId += 1;
  const before = FakeNotification.all.length;
  desk.program.emit('news', { id: lastId, kind, title, body: 'It is so.', place });
  return FakeNotification.all.length > before ? (FakeNotification.all.at(-1) ?? null) : null;
}

test('news is shown, and a click opens its place', () => {
  const place: PlaceView = { kind: 'watch', watchId: 4 };
  const shown = tell('folder', 'Scans is suspended', place);
  expect(shown?.text).toBe('Scans is suspended: It is so.');
  expect(shown?.done).toEqual(['show']);
  shown?.emit('click');
  expect(desk.opened).toEqual([place]);
});

test('whoever looks at the window sees there what ended; what needs somebody is said all the same', () => {
  desk.inFront = true;
  expect([tell('finished', 'A'), tell('failed', 'B')]).toEqual([null, null]);
  const others = (['folder', 'sign-in', 'keychain', 'update'] as const).map((kind) => tell(kind, kind));
  expect(others.every((one) => one !== null)).toBe(true);
});

test('a newer one takes the place of the older of its kind, and of no other', () => {
  const first = tell('finished', 'A');
  const other = tell('failed', 'B');
  const second = tell('finished', 'C');
  expect(first?.done).toEqual(['show', 'close']);
  expect(other?.done).toEqual(['show']);
  expect(second?.done).toEqual(['show']);
});

test('one that was closed, clicked or failed is forgotten; one that timed out can still be clicked', () => {
  const closed = tell('folder', 'closed');
  closed?.emit('close', { reason: 'userCanceled' });
  const clicked = tell('sign-in', 'clicked');
  clicked?.emit('click');
  const failed = tell('keychain', 'failed');
  failed?.emit('failed', {}, 'No service.');
  const timedOut = tell('update', 'timed out');
  timedOut?.emit('close', { reason: 'timedOut' });
  stop();
  const closes = [closed, clicked, failed, timedOut].map((one) => one?.done.includes('close'));
  expect(closes).toEqual([false, false, false, true]);
});

test('markup of names and servers stays text', () => {
  expect(tell('finished', '<b>Traffic</b>')?.text).toMatch(/^‹b›Traffic‹\/b›/);
});

test('a system that has none, or breaks, is no failure', () => {
  FakeNotification.supported = false;
  expect(tell('folder', 'A')).toBeNull();
  FakeNotification.supported = true;
  FakeNotification.broken = true;
  expect(tell('folder', 'B')).toBeNull();
  FakeNotification.broken = false;
  expect(tell('folder', 'C')?.done).toEqual(['show']);
});

test('other events are none of its business; once stopped, neither is news', () => {
  desk.program.emit('changed', { seq: 1 });
  desk.program.emit('news', { kind: 'nonsense' });
  expect(FakeNotification.all).toEqual([]);
  stop();
  expect(tell('folder', 'A')).toBeNull();
});

/** A desk for the tests of tray and notifications: they say what is seen, and read what was asked for. */

import type { Desk } from '../../../main/electron/desk.ts';
import { Followed } from '../../../main/electron/watched.ts';
import type { GlanceView, PlaceView } from '../../../preload/contract/desktop.ts';
import type { SettingsView } from '../../../preload/contract/views.ts';
import { FakeApp } from '../web/fake-app.ts';

export class TrayDesk implements Desk {
  readonly program = new FakeApp();
  readonly glance = new Followed<GlanceView>();
  readonly settings = new Followed<SettingsView>();
  readonly quitWhenDone = new Followed<boolean>(false);
  readonly opened: PlaceView[] = [];
  readonly done: string[] = [];
  inFront = false;
  readonly kept = { read: () => null, write: () => undefined };

  windowInFront(): boolean {
    return this.inFront;
  }
  showWindow(): void {
    this.done.push('show');
  }
  open(place: PlaceView): void {
    this.opened.push(place);
  }
  quit(): void {
    this.done.push('quit');
  }
}

export function glanceOf(more: Partial<GlanceView> = {}): GlanceView {
  return {
    state: 'idle',
    line: 'Nothing to upload',
    fraction: null,
    moving: false,
    unfinished: 0,
    paused: false,
    attention: 0,
    batches: [],
    folders: [],
    ...more,
  };
}

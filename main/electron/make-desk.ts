/** Makes the desk that the parts of the desktop host share, from the program that is open. Called by `program.ts`. */

import { type GlanceView, glanceView } from '../../preload/contract/desktop.ts';
import { EVENTS } from '../../preload/contract/events.ts';
import { type SettingsView, settingsView } from '../../preload/contract/views.ts';
import type { Desk } from './desk.ts';
import { Asked, Followed } from './watched.ts';

export interface MadeDesk {
  readonly desk: Desk;
  /** As it is at this moment: what was seen last may be some tenths of a second old. Null: the program cannot say. */
  glanceNow(): Promise<GlanceView | null>;
  /** Fulfilled when it is known what there is to know; a damaged database leaves it unknown. */
  readonly ready: Promise<unknown>;
  close(): void;
}

export function makeDesk(
  parts: Pick<Desk, 'program' | 'windowInFront' | 'showWindow' | 'quit' | 'kept'>,
): MadeDesk {
  const { program } = parts;
  const glance = new Asked<GlanceView>(
    program,
    'app.glance',
    glanceView,
    (name) => name === 'changed' || name === 'progress',
  );
  const settings: Asked<SettingsView> = new Asked<SettingsView>(
    program,
    'settings.get',
    settingsView,
    (name, payload) => {
      const tick = EVENTS.changed.pick({ topics: true }).safeParse(name === 'changed' ? payload : null);
      return tick.success && (tick.data.topics.includes('settings') || settings.get() === null);
    },
  );
  const desk: Desk = {
    ...parts,
    glance,
    settings,
    quitWhenDone: new Followed(false),
    open(place) {
      parts.showWindow();
      // Kept until the page takes it; while the database is damaged there is nothing to open.
      void program.handle('app.goTo', { place });
    },
  };
  return {
    desk,
    async glanceNow() {
      await glance.ask();
      return glance.get();
    },
    ready: Promise.all([glance.ask(), settings.ask()]),
    close() {
      glance.close();
      settings.close();
    },
  };
}

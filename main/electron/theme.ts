/** Keeps the native parts (dialogs, title bar) in the theme that the person set for the pages. Called by `program.ts`. */

import type { NativeTheme } from 'electron';
import { EVENTS } from '../../preload/contract/events.ts';
import { settingsView } from '../../preload/contract/views.ts';
import type { App } from '../app/types.ts';

/** Sets the theme now and after every change of the settings; the result of the promise stops it. */
export async function followTheme(
  app: Pick<App, 'handle' | 'listen'>,
  nativeTheme: Pick<NativeTheme, 'themeSource'>,
): Promise<() => void> {
  const apply = async () => {
    const answer = await app.handle('settings.get', null);
    const settings = settingsView.pick({ theme: true }).safeParse(answer.ok ? answer.value : null);
    if (settings.success) nativeTheme.themeSource = settings.data.theme;
  };
  const stop = app.listen((name, payload) => {
    if (name !== 'changed') return;
    const tick = EVENTS.changed.pick({ topics: true }).safeParse(payload);
    if (tick.success && tick.data.topics.includes('settings')) void apply();
  });
  await apply();
  return stop;
}

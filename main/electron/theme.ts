/** Keeps the native parts (dialogs, title bar) in the theme that the person set for the pages. Called by `program.ts`. */

import type { NativeTheme } from 'electron';
import type { Desk } from './desk.ts';

/** Sets the theme now and after every change of the settings; the result stops it. */
export function followTheme(
  { settings }: Pick<Desk, 'settings'>,
  nativeTheme: Pick<NativeTheme, 'themeSource'>,
): () => void {
  const apply = () => {
    const known = settings.get();
    if (known && nativeTheme.themeSource !== known.theme) nativeTheme.themeSource = known.theme;
  };
  apply();
  return settings.follow(apply);
}

/** The application menu. Called by `program.ts`. */

import type { MenuItemConstructorOptions } from 'electron';

/**
 * macOS has copy, paste and quit from the menu only; elsewhere the window has them itself, and needs no menu (null).
 */
export function menuTemplate(platform: NodeJS.Platform): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }];
}

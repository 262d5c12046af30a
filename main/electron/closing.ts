/** What closing the window does, and what is said the first time that the program goes on in the tray. Called by `program.ts`. */

import type { Kept } from './desk.ts';
import type { Closing } from './main-window.ts';

const ENTRY = 'toldAboutTray';

export function closingDoes(
  platform: NodeJS.Platform,
  about: { readonly closeToTray: boolean; readonly hasTray: boolean },
): Closing {
  // There a program goes on without its window anyway; hidden, it keeps its progress on the Dock and what waits in its page.
  if (platform === 'darwin') return 'hide';
  return about.closeToTray && about.hasTray ? 'hide' : 'quit';
}

/** Once ever on this machine. `say` shows a text; what it cannot show is not tried again. */
export function tellAboutTray(
  kept: Kept,
  platform: NodeJS.Platform,
  say: (text: { readonly title: string; readonly body: string }) => void,
): void {
  if (kept.read(ENTRY) === true) return;
  kept.write(ENTRY, true);
  const where = platform === 'darwin' ? 'menu bar' : 'tray';
  say({
    title: 'Encord Uploader goes on',
    body: `The window is closed and uploads go on. Open the program from the ${where}, or quit it there.`,
  });
}

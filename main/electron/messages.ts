/** The native questions and messages of the desktop host. Called by `program.ts`. */

import { type BaseWindow, dialog, type MessageBoxOptions, Notification } from 'electron';
import type { GlanceView } from '../../preload/contract/desktop.ts';
import { type QuitAnswer, quitAnswer, quitQuestion } from './quitting.ts';

/** What is shown must be held on to: a notification that nobody holds loses its click. */
const shown = new Set<Notification>();

/** A notification, or where the system has none a message; a click on it opens what it is about. */
export function tell(text: { readonly title: string; readonly body: string }, open: () => void): void {
  if (!Notification.isSupported()) {
    // Nobody waits for it.
    void ask(null, { type: 'info', title: 'Encord Uploader', message: text.title, detail: text.body });
    return;
  }
  const notification = new Notification({ ...text, silent: true });
  shown.add(notification);
  const gone = () => void shown.delete(notification);
  notification.on('click', () => {
    gone();
    open();
  });
  notification.on('close', gone);
  notification.on('failed', gone);
  notification.show();
}

export async function askToQuit(owner: BaseWindow | null, glance: GlanceView): Promise<QuitAnswer> {
  return quitAnswer(await ask(owner, quitQuestion(glance)));
}

/** The page crashed twice: true where it is to be opened once more. */
export async function askAfterCrash(owner: BaseWindow | null): Promise<boolean> {
  const button = await ask(owner, {
    type: 'error',
    title: 'Encord Uploader',
    message: 'The window stopped working.',
    detail: 'Uploads go on. Open the window again; if it stops again, quit and start the program anew.',
    buttons: ['Open again', 'Not now'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return button === 0;
}

/** @param owner left out where it cannot be seen: a dialog of a hidden window would be hidden with it */
async function ask(owner: BaseWindow | null, options: MessageBoxOptions): Promise<number> {
  const answer =
    owner?.isVisible() === true
      ? await dialog.showMessageBox(owner, options)
      : await dialog.showMessageBox(options);
  return answer.response;
}

/** The native questions and messages of the desktop host. Called by `program.ts`. */

import { type BaseWindow, dialog, type MessageBoxOptions, Notification } from 'electron';
import type { GlanceView } from '../../preload/contract/desktop.ts';
import { type QuitAnswer, quitAnswer, quitQuestion } from './quitting.ts';

/** What is shown must be held on to: a notification that nobody holds loses its click. */
const shown = new Set<Notification>();

interface Told {
  readonly title: string;
  readonly body: string;
}

/**
 * A notification, or where the system has none a message; a click on it opens what it is about. What cannot be shown is
 * no failure of the program.
 */
export function tell(text: Told, open: () => void): void {
  try {
    if (Notification.isSupported()) notify(text, open);
    else message(text);
  } catch {
    // Nobody waits for it.
  }
}

function message({ title, body }: Told): void {
  const options: MessageBoxOptions = { type: 'info', title: 'Encord Uploader', message: title, detail: body };
  dialog.showMessageBox(options).catch(() => undefined);
}

function notify(text: Told, open: () => void): void {
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

export async function askToQuit(owner: BaseWindow, glance: GlanceView): Promise<QuitAnswer> {
  return quitAnswer(await ask(owner, quitQuestion(glance)));
}

/** The page crashed twice: true where it is to be opened once more. */
export async function askAfterCrash(owner: BaseWindow): Promise<boolean> {
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

/**
 * @param owner must be seen: a dialog of a hidden window would be hidden with it. A question without an owner keeps all of
 *   main from running on macOS, and with it every upload.
 */
async function ask(owner: BaseWindow, options: MessageBoxOptions): Promise<number> {
  const { response } = await dialog.showMessageBox(owner, options);
  return response;
}

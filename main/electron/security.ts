/**
 * What no page may do in the Electron host, whatever runs in it. Called by `program.ts` before the first window:
 * `guardSession` for what a session may grant, `guardContents` for every page that is ever made.
 */

import type { App, Session, Shell, WebContents } from 'electron';
import { mayOpenExternally } from './address.ts';

/** Refuses every permission, every device and every download; the pages need none. */
export function guardSession(
  session: Pick<
    Session,
    | 'setPermissionRequestHandler'
    | 'setPermissionCheckHandler'
    | 'setDevicePermissionHandler'
    | 'setDisplayMediaRequestHandler'
    | 'on'
  >,
): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  session.on('will-download', (event) => event.preventDefault());
}

/** Guards all contents, those of the windows and any that should not be there. */
export function guardAllContents(app: Pick<App, 'on'>, shell: Pick<Shell, 'openExternal'>): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, shell));
}

/** No navigation, no frame that navigates, no window, no webview. A listed link opens in the person's browser. */
export function guardContents(
  contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>,
  shell: Pick<Shell, 'openExternal'>,
): void {
  // Going anywhere is refused, to the program's own pages too: it has one page, which is loaded by main.
  contents.on('will-navigate', (details) => details.preventDefault());
  contents.on('will-frame-navigate', (details) => details.preventDefault());
  contents.on('will-redirect', (details) => details.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenExternally(url)) {
      // Without a browser on the machine there is nothing to be done about it, and nothing lost.
      shell.openExternal(url).catch(() => {});
    }
    return { action: 'deny' };
  });
}

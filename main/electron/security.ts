/**
 * What no page may do in the Electron host, whatever runs in it. Called by `program.ts` before the first window:
 * `guardSession` for what a session may grant and load, `guardAllContents` for every page that is ever made. The table in
 * `README.md` says which point of Electron's checklist each line answers.
 */

import type { App, Session, Shell, WebContents } from 'electron';
import { mayLoad, mayOpenExternally } from './address.ts';

/** Refuses every permission, every device, every download and every request that leaves the program; the pages need none. */
export function guardSession(
  session: Pick<
    Session,
    | 'setPermissionRequestHandler'
    | 'setPermissionCheckHandler'
    | 'setDevicePermissionHandler'
    | 'setDisplayMediaRequestHandler'
    | 'on'
  > & { readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> },
): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  session.on('will-download', (event) => event.preventDefault());
  // The policy of the pages forbids it too; this holds where a page has lost its policy.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url) }));
}

/** Guards all contents, those of the windows and any that should not be there. */
export function guardAllContents(
  app: Pick<App, 'on' | 'isPackaged'>,
  shell: Pick<Shell, 'openExternal'>,
): void {
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, shell);
    // Developer tools are for those who run the sources: there they see what the page may, and no more.
    if (app.isPackaged) contents.on('devtools-opened', () => contents.closeDevTools());
  });
}

/** Opens a listed link in the person's browser; any other is left alone. */
export function openInBrowser(url: string, shell: Pick<Shell, 'openExternal'>): void {
  if (!mayOpenExternally(url)) return;
  // Without a browser on the machine there is nothing to be done about it, and nothing lost.
  shell.openExternal(url).catch(() => {});
}

/** No navigation, no frame that navigates, no window, no webview. A listed link opens in the person's browser. */
export function guardContents(
  contents: Pick<WebContents, 'on' | 'setWindowOpenHandler' | 'setWebRTCIPHandlingPolicy'>,
  shell: Pick<Shell, 'openExternal'>,
): void {
  // Going anywhere is refused, to the program's own pages too: it has one page, which is loaded by main.
  contents.on('will-navigate', (details) => details.preventDefault());
  contents.on('will-frame-navigate', (details) => details.preventDefault());
  contents.on('will-redirect', (details) => details.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // A page cannot keep its window open: here, preventing means that it is closed all the same.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openInBrowser(url, shell);
    return { action: 'deny' };
  });
  contents.on('did-create-window', (window) => window.destroy());
  // No policy of a page covers WebRTC. Without UDP it neither tells the addresses of the machine nor speaks to others on
  // its network; a relay that is reached by TCP is all that Chromium leaves.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  // The pages load nothing from a network: whoever asks for trust, a certificate or a login, gets none. What uploads
  // files has connections of its own, outside of the window.
  contents.on('certificate-error', (event, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  contents.on('select-client-certificate', (event, _url, _list, answer) => {
    event.preventDefault();
    noneOf(answer);
  });
  contents.on('login', (event, _details, _authInfo, answer) => {
    event.preventDefault();
    answer();
  });
  contents.on('select-bluetooth-device', (event, _devices, answer) => {
    event.preventDefault();
    answer('');
  });
}

/** Electron takes null for "no certificate", though its types ask for one. Without an argument it reads what is not there. */
function noneOf(answer: unknown): void {
  if (typeof answer === 'function') answer(null);
}

/** How the system knows and starts this program: its name, by which command, whether it did so at login, for which links. Called by `program.ts`. */

import { app } from 'electron';
import { LINK_SCHEME } from './links.ts';

/** As the packages are called (`electron-builder.yml`). */
const APP_ID = 'org.encord-uploader.desktop';

/** Windows shows notifications, and gathers windows on the taskbar, by this name alone. Before Electron is ready. */
export function nameForSystem(): void {
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
}

/** The program's file, and where it is not packaged its folder. An AppImage is mounted at another place each time. */
export function ownCommand(): [string, ...string[]] {
  return app.isPackaged ? [process.env.APPIMAGE || process.execPath] : [process.execPath, app.getAppPath()];
}

/** macOS starts what it starts at login without switches, and says so. */
export function openedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

/** Links into the program open it from now on. */
export function registerLinks(): void {
  const [program, ...args] = ownCommand();
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  else app.setAsDefaultProtocolClient(LINK_SCHEME, program, args);
}

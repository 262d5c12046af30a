/** What the program's window is made with, and how large it is at first. Used by `main-window.ts` and `window-state.ts`. */

import type { BrowserWindowConstructorOptions, Rectangle } from 'electron';

/** Background before the first paint, as the pages have it in each theme. */
const BACKGROUND = { light: '#ffffff', dark: '#18181b' } as const;
const SIZE = { width: 1180, height: 760 };
export const MINIMUM = { width: 720, height: 480 };

/** In the middle of the free part of the screen, and never larger than it. All in device-independent pixels. */
export function firstBounds(workArea: Rectangle): Rectangle {
  const width = Math.min(SIZE.width, workArea.width);
  const height = Math.min(SIZE.height, workArea.height);
  return {
    width,
    height,
    x: workArea.x + Math.round((workArea.width - width) / 2),
    y: workArea.y + Math.round((workArea.height - height) / 2),
  };
}

/** Everything that a page could be given is off: it gets the bridge of the preload and nothing else. */
export function windowOptions(about: {
  readonly workArea: Rectangle;
  readonly dark: boolean;
  readonly preload: string;
  /** Developer tools are for those who run the sources. */
  readonly devTools: boolean;
}): BrowserWindowConstructorOptions {
  return {
    ...firstBounds(about.workArea),
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    title: 'Encord Uploader',
    backgroundColor: about.dark ? BACKGROUND.dark : BACKGROUND.light,
    // Windows and Linux: the menu comes with Alt.
    autoHideMenuBar: true,
    // Shown when it has something to show.
    show: false,
    webPreferences: {
      preload: about.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      // It would fetch dictionaries from a server of its own choice.
      spellcheck: false,
      devTools: about.devTools,
    },
  };
}

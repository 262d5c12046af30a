/**
 * What `import … from 'electron'` gives to the program where the stand-in runs it. Whatever is not here cannot be
 * imported, and whatever its parts lack throws by name.
 */

import { app, beginLife } from './app.ts';
import { clipboard, dialog, shell } from './desk.ts';
import { nativeImage } from './image.ts';
import { ipcMain, protocol } from './ipc.ts';
import { StandinMenu, StandinMenuItem } from './menu.ts';
import { autoUpdater, net, safeStorage } from './net.ts';
import { session } from './session.ts';
import { nativeTheme, powerMonitor, powerSaveBlocker, screen } from './system.ts';
import { StandinNotification, StandinTray } from './tray.ts';
import { utilityProcess } from './utility.ts';
import { StandinWindow } from './window.ts';

export {
  app,
  autoUpdater,
  clipboard,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  net,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  StandinMenu as Menu,
  StandinMenuItem as MenuItem,
  StandinNotification as Notification,
  StandinTray as Tray,
  StandinWindow as BrowserWindow,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
};

beginLife();

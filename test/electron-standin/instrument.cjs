/**
 * Required into the real Electron before the program (`electron -r instrument.cjs …`) by `driver-electron.ts`: notes what
 * the program does with the parts of Electron that a test cannot see from outside, and answers its dialogs. Plain
 * CommonJS, which is what `-r` loads. Left in a global that the driver reaches by `electronApp.evaluate`.
 */
'use strict';

const electron = require('electron');
const { basename } = require('node:path');

const noted = {
  /** @type {import('electron').Tray | null} */
  tray: null,
  trayImage: '',
  trayTemplate: false,
  trayToolTip: '',
  trayMenu: null,
  notifications: [],
  dialogs: [],
  answers: [],
  unforeseen: [],
  opened: [],
  shownFolders: [],
  trashed: [],
  blockers: new Set(),
  loginItem: null,
  protocolClient: null,
  progress: new Map(),
  pac: process.env.ENCORD_UPLOADER_TEST_PAC || null,
};
globalThis.electronNoted = noted;

/** The file of each picture that was made from one. */
const files = new WeakMap();

const { createFromPath } = electron.nativeImage;
electron.nativeImage.createFromPath = (path) => {
  const image = createFromPath(path);
  files.set(image, basename(path));
  // The one that a tray is made with: its constructor cannot be listened to.
  if (noted.tray === null) noteImage(image);
  return image;
};

function noteImage(image) {
  noted.trayImage = typeof image === 'string' ? basename(image) : (files.get(image) ?? '');
  noted.trayTemplate = typeof image === 'string' ? false : image.isTemplateImage();
}

/** Wraps a method of a prototype: `before` hears the arguments. */
function wrap(prototype, name, before) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    before.call(this, ...args);
    return original.apply(this, args);
  };
}

wrap(electron.Tray.prototype, 'setImage', function (image) {
  noted.tray = this;
  noteImage(image);
});
wrap(electron.Tray.prototype, 'setToolTip', function (text) {
  noted.tray = this;
  noted.trayToolTip = text;
});
wrap(electron.Tray.prototype, 'setContextMenu', function (menu) {
  noted.tray = this;
  noted.trayMenu = menu;
});
// Shown, a menu holds the program up until a person has chosen.
electron.Tray.prototype.popUpContextMenu = (menu) => {
  noted.trayMenu = menu;
};
wrap(electron.Tray.prototype, 'destroy', () => {
  noted.tray = null;
});
wrap(electron.BaseWindow.prototype, 'setProgressBar', function (progress) {
  noted.progress.set(this.id, progress < 0 ? null : progress);
});
wrap(electron.Notification.prototype, 'show', function () {
  if (noted.notifications.some((one) => one.notification === this)) return;
  const entry = { notification: this, shown: true };
  noted.notifications.push(entry);
  this.once('close', () => {
    entry.shown = false;
  });
});
wrap(electron.Notification.prototype, 'close', function () {
  for (const entry of noted.notifications) if (entry.notification === this) entry.shown = false;
});

function fact(kind, { title = '', message = '', detail = '', buttons = [], owned = false }) {
  return { kind, title, message, detail, buttons, owned };
}

/** Of what a dialog is called with: the window comes first, where there is one. */
function shownWith(args) {
  return { ...args.at(-1), owned: args.length > 1 && (args[0]?.isVisible() ?? false) };
}

function answered(kind, shown) {
  noted.dialogs.push(shown);
  const at = noted.answers.findIndex((answer) => answer.kind === kind);
  if (at >= 0) return noted.answers.splice(at, 1)[0];
  const what = `Nobody foresaw the ${kind} dialog "${shown.message || shown.title}".`;
  noted.unforeseen.push(what);
  throw new Error(what);
}

function messageAnswer(options) {
  const buttons = options.buttons?.length ? options.buttons : ['OK'];
  const { button, checked } = answered('message', fact('message', { ...options, buttons }));
  const response = buttons.indexOf(button);
  if (response < 0) throw new Error(`The dialog "${options.message}" has no button "${button}".`);
  return { response, checkboxChecked: checked ?? options.checkboxChecked ?? false };
}

Object.assign(electron.dialog, {
  async showOpenDialog(...args) {
    const { paths } = answered('open', fact('open', shownWith(args)));
    return { canceled: paths.length === 0, filePaths: [...paths] };
  },
  async showSaveDialog(...args) {
    const { path } = answered('save', fact('save', shownWith(args)));
    return { canceled: path === null, filePath: path ?? '' };
  },
  async showMessageBox(...args) {
    return messageAnswer(shownWith(args));
  },
  showMessageBoxSync(...args) {
    return messageAnswer(shownWith(args)).response;
  },
  showErrorBox(title, message) {
    noted.dialogs.push(fact('error', { title, message }));
    console.error(`${title}: ${message}`);
  },
});

const { trashItem } = electron.shell;
Object.assign(electron.shell, {
  async openExternal(url) {
    noted.opened.push(url);
  },
  async openPath(path) {
    noted.shownFolders.push(path);
    return '';
  },
  showItemInFolder(path) {
    noted.shownFolders.push(path);
  },
  async trashItem(path) {
    await trashItem.call(electron.shell, path);
    noted.trashed.push(path);
  },
});

const { start, stop } = electron.powerSaveBlocker;
Object.assign(electron.powerSaveBlocker, {
  start(type) {
    const id = start.call(electron.powerSaveBlocker, type);
    noted.blockers.add(id);
    return id;
  },
  stop(id) {
    noted.blockers.delete(id);
    return stop.call(electron.powerSaveBlocker, id);
  },
});

// Noted and not done: a test leaves no traces in the account of whoever runs it.
Object.assign(electron.app, {
  setLoginItemSettings(settings) {
    noted.loginItem = { openAtLogin: settings.openAtLogin ?? false, args: settings.args ?? [] };
  },
  setAsDefaultProtocolClient(protocol) {
    noted.protocolClient = protocol;
    return true;
  },
  isDefaultProtocolClient: (protocol) => noted.protocolClient === protocol,
  removeAsDefaultProtocolClient(protocol) {
    const was = noted.protocolClient === protocol;
    if (was) noted.protocolClient = null;
    return was;
  },
});

if (noted.pac !== null) {
  electron.app.whenReady().then(() =>
    electron.session.defaultSession.setProxy({
      mode: 'pac_script',
      pacScript: `data:application/x-ns-proxy-autoconfig;base64,${Buffer.from(noted.pac).toString('base64')}`,
    }),
  );
}

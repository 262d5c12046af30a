/**
 * What Electron does on the person's desk: dialogs, which a test has answered beforehand, and the file manager. Parts of
 * `electron.ts`.
 */

import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type Electron from 'electron';
import { app } from './app.ts';
import type { DialogAnswer, DialogFact } from './driver.ts';
import { machine } from './machine.ts';
import { strict } from './strict.ts';

type Owned<T> = [Electron.BaseWindow, T] | [T];

export const dialog = strict('dialog', {
  async showOpenDialog(...args: Owned<Electron.OpenDialogOptions>) {
    const { title = '', message = '' } = args.at(-1) as Electron.OpenDialogOptions;
    const { paths } = answered('open', fact('open', { title, message, owned: isOwned(args) }));
    return { canceled: paths.length === 0, filePaths: [...paths] };
  },
  async showSaveDialog(...args: Owned<Electron.SaveDialogOptions>) {
    const { title = '', message = '' } = args.at(-1) as Electron.SaveDialogOptions;
    const { path } = answered('save', fact('save', { title, message, owned: isOwned(args) }));
    return { canceled: path === null, filePath: path ?? '' };
  },
  async showMessageBox(...args: Owned<Electron.MessageBoxOptions>) {
    const options = args.at(-1) as Electron.MessageBoxOptions;
    return messageAnswer(options, isOwned(args), options.checkboxChecked ?? false);
  },
  showMessageBoxSync(...args: Owned<Electron.MessageBoxSyncOptions>) {
    return messageAnswer(args.at(-1) as Electron.MessageBoxSyncOptions, isOwned(args), false).response;
  },
  showErrorBox(title: string, content: string) {
    machine.dialogs.push(fact('error', { title, message: content }));
    // A program that cannot start ends with this, and a test has nothing else to go by.
    console.error(`${title}: ${content}`);
  },
} satisfies Pick<
  Electron.Dialog,
  'showOpenDialog' | 'showSaveDialog' | 'showMessageBox' | 'showMessageBoxSync' | 'showErrorBox'
>);

/** The window comes first, where there is one. */
function isOwned(args: Owned<unknown>): boolean {
  const [owner] = args;
  return args.length > 1 && (owner as Electron.BaseWindow).isVisible();
}

function messageAnswer(options: Electron.MessageBoxSyncOptions, owned: boolean, checked: boolean) {
  const { title = '', message, detail = '', buttons = [] } = options;
  const shown = buttons.length === 0 ? ['OK'] : buttons;
  const answer = answered('message', fact('message', { title, message, detail, buttons: shown, owned }));
  const response = shown.indexOf(answer.button);
  if (response < 0) {
    throw new Error(`The dialog "${message}" has no button "${answer.button}", only: ${shown.join(', ')}.`);
  }
  return { response, checkboxChecked: answer.checked ?? checked };
}

function fact(kind: DialogFact['kind'], more: Partial<DialogFact>): DialogFact {
  return { kind, title: '', message: '', detail: '', buttons: [], owned: false, ...more };
}

/** What the test said beforehand; a dialog of a kind that it did not foresee is an error that it hears of. */
function answered<K extends DialogAnswer['kind']>(
  kind: K,
  shown: DialogFact,
): Extract<DialogAnswer, { kind: K }> {
  machine.dialogs.push(shown);
  const at = machine.answers.findIndex((answer) => answer.kind === kind);
  const [answer] = at < 0 ? [] : machine.answers.splice(at, 1);
  if (answer) return answer as Extract<DialogAnswer, { kind: K }>;
  const what = `Nobody foresaw the ${kind} dialog "${shown.message || shown.title}".`;
  machine.unforeseen.push(what);
  throw new Error(what);
}

export const shell = strict('shell', {
  openExternal: async (url: string) => void machine.opened.push(url),
  async openPath(path: string) {
    if (!existsSync(path)) return 'Failed to open path';
    machine.shownFolders.push(path);
    return '';
  },
  showItemInFolder: (path: string) => void machine.shownFolders.push(path),
  async trashItem(path: string) {
    if (!existsSync(path)) throw new Error('Failed to move item to trash');
    const trash = join(app.getPath('userData'), 'standin-trash');
    mkdirSync(trash, { recursive: true });
    const place = join(trash, `${machine.trashed.length}-${basename(path)}`);
    try {
      renameSync(path, place);
    } catch {
      // Another disk.
      cpSync(path, place, { recursive: true });
      rmSync(path, { recursive: true });
    }
    machine.trashed.push(path);
  },
  beep: () => {},
} satisfies Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder' | 'trashItem' | 'beep'>);

export const clipboard = strict('clipboard', {
  writeText: async (text: string) => void machine.copied.push(text),
  readText: async () => machine.copied.at(-1) ?? '',
} satisfies Pick<Electron.Clipboard, 'writeText' | 'readText'>);

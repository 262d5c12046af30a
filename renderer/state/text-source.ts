/**
 * Choosing or dropping one file whose text main is to read: by the system's dialog in Electron; in browser mode the browser's, and the
 * text itself goes to main, or its bytes where it is long. Used by dialogs that read tables.
 */
import type { Answer } from '../../preload/contract/errors.ts';
import type { TextSource } from '../../preload/contract/manage-calls.ts';
import { toast } from '../ui/Toasts.tsx';
import { useApp } from './app.ts';
import { bridge, call } from './bridge.ts';
import { openDrop, send } from './dropped.ts';

export interface ChosenText {
  readonly name: string;
  readonly source: TextSource;
}

/** Longer texts are sent as a file. Letters may take up to four bytes, so bytes are a safe measure of letters. */
const LONGEST_TEXT = 900_000;

/** Null where the person changed their mind. */
export async function pickText(accept: string): Promise<Answer<ChosenText> | null> {
  if (useApp.getState().snapshot?.capabilities.nativeDialogs) {
    const paths = await call('files.choose', { what: 'files' });
    if (!paths.ok) return paths;
    const path = paths.value[0];
    return path === undefined ? null : { ok: true, value: atPath(path) };
  }
  const file = (await chooseInBrowser(accept))?.[0];
  return file ? textOf(file) : null;
}

/** As `pickText`; that it could not be sent is said in a note, and the answer is null. */
export async function chooseText(accept: string): Promise<ChosenText | null> {
  const picked = await pickText(accept);
  if (picked?.ok) return picked.value;
  if (picked) toast(picked.error.message, { tone: 'fail' });
  return null;
}

/** The one file of a drop. What it holds is taken while the event is handled: afterwards the browser has emptied it. */
export function droppedText(data: DataTransfer): Promise<Answer<ChosenText>> {
  const files = [...data.files];
  const [file] = files;
  if (!file || files.length > 1)
    return Promise.resolve(failed('One file at a time is read here. Drop just that one.'));
  const path = bridge.pathsOf(files)?.[0];
  return path ? Promise.resolve({ ok: true, value: atPath(path) }) : textOf(file);
}

function atPath(path: string): ChosenText {
  return { name: path.split(/[/\\]/).at(-1) ?? path, source: { kind: 'path', path } };
}

async function textOf(file: File): Promise<Answer<ChosenText>> {
  const { name } = file;
  if (file.size <= LONGEST_TEXT) {
    try {
      return { ok: true, value: { name, source: { kind: 'text', name, text: await file.text() } } };
    } catch {
      return failed(`${name} could not be read. Check that it is a file and that you may open it.`);
    }
  }
  const loose = [{ relativePath: name, file }];
  const drop = await openDrop(loose);
  if (!drop.ok) return drop;
  const sent = await send(loose, drop.value.uploadPath, () => undefined, new AbortController().signal);
  return sent.ok ? { ok: true, value: { name, source: { kind: 'drop', dropId: drop.value.dropId } } } : sent;
}

function failed(message: string): Answer<never> {
  return { ok: false, error: { code: 'file-unreadable', message, details: {} } };
}

function chooseInBrowser(accept: string): Promise<FileList | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('change', () => resolve(input.files));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

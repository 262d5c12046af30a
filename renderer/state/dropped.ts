/**
 * Browser mode: what a drop or a file input holds, as files with relative paths, and their way to main. Used by
 * `review.ts` alone.
 */
import type { Answer } from '../../preload/contract/errors.ts';
import { bridge, call } from './bridge.ts';

export interface LooseFile {
  /** With `/`, as it was under the dropped folder. */
  relativePath: string;
  file: File;
}

/** The entries of a drop. Must be taken while the drop event is handled: afterwards the browser has emptied it. */
export function entriesOf(data: DataTransfer): FileSystemEntry[] {
  const entries: FileSystemEntry[] = [];
  for (const item of data.items) {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null;
    if (entry) entries.push(entry);
  }
  return entries;
}

/** Every file under the entries. `onFound` is told the count as it grows; stops early when aborted. */
export async function walk(
  entries: readonly FileSystemEntry[],
  onFound: (files: number) => void,
  signal: AbortSignal,
): Promise<LooseFile[]> {
  const found: LooseFile[] = [];
  const pending = [...entries].reverse();
  for (let entry = pending.pop(); entry && !signal.aborted; entry = pending.pop()) {
    if (isFile(entry)) {
      const file = await fileOf(entry);
      if (file) found.push({ relativePath: entry.fullPath.replace(/^\//, ''), file });
      if (found.length % 50 === 0) onFound(found.length);
    } else if (isFolder(entry)) {
      const reader = entry.createReader();
      // A reader hands out a hundred at a time, and says "none" when it is at its end.
      for (let batch = await read(reader); batch.length > 0 && !signal.aborted; batch = await read(reader))
        pending.push(...batch.reverse());
    }
  }
  onFound(found.length);
  return found;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Null where the file went away between the drop and now. */
function fileOf(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve) =>
    reader.readEntries(resolve, () => {
      resolve([]);
    }),
  );
}

/** The files of an input, with their paths where a folder was chosen. */
export function looseFiles(files: FileList): LooseFile[] {
  return Array.from(files, (file) => ({ relativePath: file.webkitRelativePath || file.name, file }));
}

const AT_ONCE = 4;
const TRIES = 3;

export interface Sending {
  sentFiles: number;
  sentBytes: number;
}

/** Sends files four at a time, each up to three times. Ends with the first failure that stays. */
export async function send(
  files: readonly LooseFile[],
  uploadPath: string,
  onProgress: (now: Sending) => void,
  signal: AbortSignal,
): Promise<Answer<null>> {
  const sendFile = bridge.sendFile;
  if (!sendFile) throw new Error('This host takes paths, not bytes.');
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const moving = new Map<LooseFile, number>();
  let sentFiles = 0;
  let doneBytes = 0;
  let next = 0;
  let lastTold = 0;
  let failure: Answer<null> | null = null;

  const tell = (always: boolean) => {
    const now = performance.now();
    if (!always && now - lastTold < 100) return;
    lastTold = now;
    let bytes = doneBytes;
    for (const sent of moving.values()) bytes += sent;
    onProgress({ sentFiles, sentBytes: bytes });
  };

  const worker = async () => {
    for (let loose = files[next++]; loose && !either.aborted; loose = files[next++]) {
      const { file, relativePath } = loose;
      const one = loose;
      let answer: Answer<null> = { ok: true, value: null };
      for (let attempt = 1; attempt <= TRIES; attempt += 1) {
        answer = await sendFile(
          uploadPath,
          relativePath,
          file,
          (sent) => {
            moving.set(one, Math.min(sent, file.size));
            tell(false);
          },
          either,
        );
        moving.delete(one);
        if (answer.ok || either.aborted || answer.error.code !== 'connection-lost') break;
      }
      if (!answer.ok) {
        failure ??= answer;
        stop.abort();
        return;
      }
      sentFiles += 1;
      doneBytes += file.size;
      tell(false);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  tell(true);
  return failure ?? { ok: true, value: null };
}

/** Opens a place in main for these files. */
export function openDrop(files: readonly LooseFile[]): ReturnType<typeof call<'drops.open'>> {
  return call('drops.open', {
    files: files.length,
    bytes: files.reduce((sum, { file }) => sum + file.size, 0),
  });
}

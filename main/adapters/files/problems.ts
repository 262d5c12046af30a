/**
 * Says in words why a file or folder cannot be used. Called by the walk, by the reading of files and by the sender.
 */

import { constants, type Stats } from 'node:fs';
import { UploaderError } from '../../core/errors.ts';

/** Flags for `open`: where a pipe took a file's place since it was met, waiting for its writer would hang for ever. */
export const READ_NOW = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The code of a failed system call (`ENOENT`, …), or null for anything else that was thrown. */
export function systemCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}

/** `file-missing` or `file-unreadable`, with the system's code in the details. */
export function fileProblem(thrown: unknown): UploaderError {
  if (thrown instanceof UploaderError) return thrown;
  const code = systemCode(thrown) ?? 'unknown';
  const options = { details: { system: code }, cause: thrown };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UploaderError(
        'file-missing',
        'There is no such file or folder (any more). Check whether it was moved or renamed, then add it again.',
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new UploaderError(
        'file-unreadable',
        'This program may not read it. Give your user the right to read it, then add it again.',
        options,
      );
    case 'EBUSY':
      return new UploaderError(
        'file-unreadable',
        'Another program keeps it locked. Close it there, then add it again.',
        options,
      );
    case 'ELOOP':
      return new UploaderError(
        'file-unreadable',
        'It is a link that leads to itself. Name the file that it should lead to.',
        options,
      );
    case 'ENAMETOOLONG':
      return new UploaderError(
        'file-name',
        'Its path is longer than this system takes. Shorten the names of its folders, then add it again.',
        options,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new UploaderError(
        'file-unreadable',
        'The system has too many files open to read it. Close some programs, then add it again.',
        options,
      );
    default:
      return new UploaderError(
        'file-unreadable',
        `It cannot be read (${code}). Check the disk or network drive that it is on, then add it again.`,
        options,
      );
  }
}

/** What stands in a folder and is neither file nor folder must not even be opened: opening a pipe waits for ever. */
export function notAFile(stats: Pick<Stats, 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'>) {
  const what = stats.isFIFO()
    ? 'a named pipe'
    : stats.isSocket()
      ? 'a socket'
      : stats.isBlockDevice() || stats.isCharacterDevice()
        ? 'a device'
        : 'something other than a file';
  return new UploaderError('file-unreadable', `It is ${what}, not a file, so there is nothing to upload.`);
}

/** A name whose bytes are no UTF-8: neither this program nor Encord could name the file again. */
export function nameNotText(): UploaderError {
  return new UploaderError(
    'file-name',
    'Its name is not valid text (its bytes are not UTF-8). Rename it, then add it again.',
  );
}

/** The file is not the one that was planned. */
export function fileChanged(): UploaderError {
  return new UploaderError(
    'file-changed',
    'The file changed while it was being read. It is read again when whatever writes it has finished.',
  );
}

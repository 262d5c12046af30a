/**
 * Says in words what goes wrong in a watch folder. What is wrong with a file there is tried again by itself, so the
 * sentences do not ask to add it again. Used by everything in this folder.
 */

import { constants } from 'node:fs';
import { type ErrorCode, UploaderError } from '../../core/errors.ts';
import { systemCode } from '../files/problems.ts';

/** Flags for `open`: no link is followed, and a pipe that took a file's place does not hang the opening. */
export const READ_HERE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** `file-missing`, `file-unreadable`, `file-name` or `disk-full`; an `UploaderError` stays what it is. */
export function watchProblem(thrown: unknown): UploaderError {
  if (thrown instanceof UploaderError) return thrown;
  const code = systemCode(thrown) ?? 'unknown';
  const [kind, sentence] = say(code);
  return new UploaderError(kind, sentence, { details: { system: code }, cause: thrown });
}

function say(code: string): readonly [ErrorCode, string] {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return ['file-missing', 'There is no such file or folder (any more).'];
    case 'EACCES':
    case 'EPERM':
      return [
        'file-unreadable',
        'This program may not do that here. Give your user the right to it; it is tried again by itself.',
      ];
    case 'EROFS':
      return ['file-unreadable', 'The disk is read-only, so nothing can be changed on it.'];
    case 'EBUSY':
      return [
        'file-unreadable',
        'Another program keeps it locked. Close it there; it is tried again by itself.',
      ];
    case 'ELOOP':
      return ['file-unreadable', 'It is a link; watch folders do not follow links.'];
    case 'ENAMETOOLONG':
      return ['file-name', 'Its path is longer than this system takes. Shorten the names of its folders.'];
    case 'EMFILE':
    case 'ENFILE':
      return [
        'file-unreadable',
        'The system has too many files open to read it. It is tried again by itself.',
      ];
    case 'ENOSPC':
    case 'EDQUOT':
      return ['disk-full', 'There is no room left on the disk. Make room; it is tried again by itself.'];
    default:
      return [
        'file-unreadable',
        `It cannot be used (${code}). Check the disk or network drive that it is on.`,
      ];
  }
}

/** The root itself cannot be seen: why, and that this ends by itself. */
export function rootProblem(root: string, thrown: unknown): UploaderError {
  if (thrown instanceof UploaderError) return thrown;
  const code = systemCode(thrown) ?? 'unknown';
  const options = { details: { system: code, root }, cause: thrown };
  switch (code) {
    case 'ENOENT':
      return rootMissing(root, options);
    case 'ENOTDIR':
      return new UploaderError('file-missing', `${root} is not a folder. Choose a folder to watch.`, options);
    case 'EACCES':
    case 'EPERM':
      return new UploaderError(
        'file-unreadable',
        `This program may not look into ${root}. Give your user the right to read and enter it; it goes on by itself.`,
        options,
      );
    default:
      return new UploaderError(
        'file-unreadable',
        `${root} cannot be looked into (${code}). Check the disk or network share; it goes on by itself.`,
        options,
      );
  }
}

export function rootMissing(
  root: string,
  options: { details?: Record<string, string>; cause?: unknown } = {},
) {
  return new UploaderError(
    'file-missing',
    `${root} is not there. If it is a network share or a removable disk, connect it; it goes on by itself.`,
    options,
  );
}

/** A file system that keeps a call waiting: nobody can be asked why. */
export function noAnswer(place: string): UploaderError {
  return new UploaderError(
    'file-unreadable',
    `The disk or network share of ${place} does not answer. Check its connection; it goes on by itself.`,
    { details: { system: 'no answer' } },
  );
}

export function nameNotText(): UploaderError {
  return new UploaderError('file-name', 'Its name is not valid text (its bytes are not UTF-8). Rename it.');
}

export function behindLink(): UploaderError {
  return new UploaderError('file-unreadable', 'It lies behind a link; watch folders do not follow links.');
}

export function outside(): UploaderError {
  return new UploaderError('invalid-input', 'This path leads out of the watch folder.');
}

export function notARegularFile(): UploaderError {
  return new UploaderError('file-unreadable', 'It is not a file (any more), so there is nothing to read.');
}

export function cancelled(): UploaderError {
  return new UploaderError('cancelled', 'It was cancelled.');
}

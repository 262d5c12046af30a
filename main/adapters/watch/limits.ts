/** Says what to do when the system gives no more watches. Used by the watchers. */

import { readFileSync } from 'node:fs';
import { UploaderError } from '../../core/errors.ts';
import { systemCode } from '../files/problems.ts';

/** Null for errors of another kind. */
export function watchLimit(thrown: unknown): UploaderError | null {
  const code = systemCode(thrown);
  const options = { details: { system: code ?? '' }, cause: thrown };
  const until = 'then switch the folder off and on. Until then it is looked through again and again instead.';
  // inotify: ENOSPC is one watch too many, EMFILE one program that watches too many.
  if (code === 'ENOSPC' && process.platform === 'linux') {
    const most = allowed('max_user_watches');
    return new UploaderError(
      'watch-limit',
      `Linux lets this user watch only ${most} folders. Raise fs.inotify.max_user_watches (sudo sysctl -w fs.inotify.max_user_watches=524288), ${until}`,
      options,
    );
  }
  if (code === 'EMFILE' && process.platform === 'linux') {
    const most = allowed('max_user_instances');
    return new UploaderError(
      'watch-limit',
      `Linux lets only ${most} programs of this user watch folders, or this program has too many files open. Raise fs.inotify.max_user_instances (sudo sysctl -w fs.inotify.max_user_instances=1024), ${until}`,
      options,
    );
  }
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOSPC') {
    return new UploaderError(
      'watch-limit',
      `The system lets this program watch no more folders. Close other programs that watch folders, ${until}`,
      options,
    );
  }
  return null;
}

function allowed(name: string): string {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8')).toLocaleString('en');
  } catch {
    return 'so many';
  }
}

/**
 * Paths that pages name to be written to must be whole: a relative one would count from wherever the program was started,
 * which no page knows. Used by the handlers.
 */

import { UploaderError } from '../core/errors.ts';
import type { AppDeps } from './deps.ts';

/** The path itself; throws `invalid-input` where it does not begin at the root of a disk. */
export function wholePath(path: string, platform: AppDeps['platform']): string {
  const whole =
    platform === 'win32' ? /^(?:[a-z]:[\\/]|\\\\[^\\]|\/\/[^/])/i.test(path) : path.startsWith('/');
  if (whole) return path;
  const example = platform === 'win32' ? 'C:\\Data\\Videos' : '/data/videos';
  throw new UploaderError(
    'invalid-input',
    `“${path.slice(0, 200)}” is not a whole path. Write it from its beginning, such as ${example}.`,
  );
}

/**
 * What a command line asks of the desktop program: files and folders, links, switches. Pure functions, used by
 * `program.ts` for the first start and for every later one.
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Launch {
  /** Absolute paths of files and folders. */
  readonly paths: readonly string[];
  /** As they were written; what they may open, `links.ts` decides. */
  readonly links: readonly string[];
  /** Started for the tray alone: at login. */
  readonly hidden: boolean;
}

/** Shows no window. */
export const HIDDEN_SWITCH = '--hidden';

const LONGEST_PATH = 32_768;

/**
 * Reads a whole command line. Switches of Chromium and of Node are none of the program's; after `--` everything is a
 * path.
 * @param about `folder`: where relative paths begin; `packaged`: without, the first argument is the program's own folder
 */
export function readLaunch(
  argv: readonly string[],
  about: { readonly folder: string; readonly packaged: boolean },
): Launch {
  const paths: string[] = [];
  const links: string[] = [];
  let hidden = false;
  let pathsOnly = false;
  let entrySeen = about.packaged;
  for (const argument of argv.slice(1)) {
    if (!pathsOnly && argument.startsWith('-')) {
      if (argument === '--') pathsOnly = true;
      else if (argument === HIDDEN_SWITCH) hidden = true;
    } else if (!entrySeen) entrySeen = true;
    else if (!pathsOnly && /^[a-z][a-z0-9+.-]+:\/\//i.test(argument)) {
      const path = pathOfUrl(argument);
      if (path === null) links.push(argument);
      else paths.push(path);
    } else paths.push(resolve(about.folder, argument));
  }
  return { paths: paths.filter(isPath), links, hidden };
}

const handedOver = z.object({ argv: z.array(z.string()), folder: z.string() });

/** What a start hands over to the one that runs: Chromium puts the arguments in another order and adds its own. */
export function handOver(argv: readonly string[], folder: string): Record<string, unknown> {
  return { argv: [...argv], folder };
}

/** The command line of a second start; `told` is what it handed over, else what Chromium says of it is taken. */
export function secondLaunch(
  told: unknown,
  otherwise: { readonly argv: readonly string[]; readonly folder: string },
  packaged: boolean,
): Launch {
  const read = handedOver.safeParse(told);
  const { argv, folder } = read.success ? read.data : otherwise;
  return readLaunch(argv, { folder, packaged });
}

/** File managers of Linux may write a path as an address. */
function pathOfUrl(text: string): string | null {
  try {
    return fileURLToPath(text);
  } catch {
    return null;
  }
}

function isPath(path: string): boolean {
  return path.length > 0 && path.length <= LONGEST_PATH && !path.includes('\0');
}

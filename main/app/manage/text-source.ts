/**
 * Reads the text that a page or a command names: a file of this machine, one that was dropped on a page of browser mode,
 * or what somebody pasted. Used by cloud data and by tables of client metadata.
 */

import type { TextSource } from '../../../preload/contract/manage-calls.ts';
import { UploaderError } from '../../core/errors.ts';
import type { AppDeps } from '../deps.ts';
import type { Drops } from '../drops.ts';

export interface SourceText {
  /** The name of the file, without its folders. */
  readonly name: string;
  readonly text: string;
}

/**
 * `maxBytes` bounds it as UTF-8. The copy of a drop is removed when it has been read. Throws `file-missing`,
 * `file-unreadable`, `file-too-large`, `file-type`, or `invalid-input` for a drop that is not one file.
 */
export async function readTextSource(
  source: TextSource,
  maxBytes: number,
  ports: {
    readonly deps: Pick<AppDeps, 'texts' | 'staging'>;
    readonly drops: Pick<Drops, 'paths'>;
    readonly signal: AbortSignal;
  },
): Promise<SourceText> {
  const { deps, drops, signal } = ports;
  switch (source.kind) {
    case 'text':
      return { name: source.name, text: source.text };
    case 'path':
      return { name: nameOf(source.path), text: await deps.texts.read(source.path, maxBytes, signal) };
    case 'drop': {
      const paths = await drops.paths(source.dropId);
      try {
        const [path] = paths;
        if (path === undefined || paths.length > 1) {
          throw new UploaderError('invalid-input', 'One file at a time is read here. Drop just that one.');
        }
        return { name: nameOf(path), text: await deps.texts.read(path, maxBytes, signal) };
      } finally {
        await deps.staging.remove(source.dropId);
      }
    }
  }
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) || path;
}

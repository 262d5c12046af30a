/**
 * Writes texts that people keep into files of their choice, whole or not at all. Called by the composition root.
 */

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UploaderError } from '../core/errors.ts';
import { systemCode } from './files/problems.ts';

/**
 * The pieces go into a new file beside the named one and take its place when all are written, so that a text that
 * breaks off replaces nothing. Throws `disk-full` or `invalid-input` where the file cannot be written; what the pieces
 * throw is passed through.
 */
export async function saveText(
  path: string,
  pieces: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const target = resolve(path);
  const part = join(dirname(target), `.${basename(target).slice(0, 150)}.${randomUUID()}.part`);
  try {
    await pipeline(Readable.from(pieces), createWriteStream(part, { flags: 'wx' }), { signal });
    await rename(part, target);
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => undefined);
    throw explained(thrown, target, signal);
  }
}

function explained(thrown: unknown, target: string, signal: AbortSignal): unknown {
  if (thrown instanceof UploaderError) return thrown;
  if (signal.aborted) return new UploaderError('interrupted', 'Saving was broken off.');
  const code = systemCode(thrown);
  if (code === null) return thrown;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UploaderError(
      'disk-full',
      `There is no space left for ${target}. Free some, or save it elsewhere.`,
      {
        details: { system: code },
        cause: thrown,
      },
    );
  }
  return new UploaderError(
    'invalid-input',
    `${target} cannot be written (${code}). Save it in a folder that exists and that you may write to.`,
    { details: { system: code }, cause: thrown },
  );
}

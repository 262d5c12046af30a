/**
 * Reads a file of this machine as text, bounded and strictly as UTF-8: what is half understood would be sent half
 * understood. Made by the composition root.
 */

import { open } from 'node:fs/promises';
import { UploaderError } from '../core/errors.ts';
import { fileProblem, notAFile, READ_NOW } from './files/problems.ts';

const PIECE_BYTES = 1024 * 1024;
const NOT_UTF8 =
  'The file is not text in UTF-8. Save it as UTF-8 (in Excel: “CSV UTF-8”), then add it again.';
/** What stands in private keys as OpenSSH, OpenSSL and PuTTY write them, in their first line and in the one after it. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|\bb3BlbnNzaC1rZXktdj|\bMC4CAQAwBQYDK2VwBCIE|^PuTTY-User-Key-File-|^Private-Lines:/m;

/**
 * What is no text, such as the environment of a process, and a private key are refused: what is wrong with a table is shown
 * line by line, and a page may not get at either that way. Throws `file-missing`, `file-unreadable`, `file-too-large`,
 * `file-type`, or `cancelled`.
 */
export async function readTextFile(path: string, maxBytes: number, signal: AbortSignal): Promise<string> {
  try {
    const file = await open(path, READ_NOW);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw notAFile(stats);
      if (stats.size > maxBytes) throw tooLarge(maxBytes);
      const pieces = file.createReadStream({ autoClose: false, highWaterMark: PIECE_BYTES });
      return onlyText(await readAll(pieces, maxBytes, signal));
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw fileProblem(thrown);
  }
}

async function readAll(
  pieces: AsyncIterable<Buffer>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let total = 0;
  for await (const piece of pieces) {
    if (signal.aborted) throw new UploaderError('cancelled', 'Reading the file was cancelled.');
    total += piece.length;
    // It may grow while it is read.
    if (total > maxBytes) throw tooLarge(maxBytes);
    text += decoded(() => decoder.decode(piece, { stream: true }));
  }
  return text + decoded(() => decoder.decode());
}

function onlyText(text: string): string {
  if (PRIVATE_KEY.test(text)) {
    throw new UploaderError(
      'file-type',
      'The file holds a private key, which is not read here. Choose another.',
    );
  }
  if (text.includes('\0')) {
    throw new UploaderError('file-type', NOT_UTF8);
  }
  return text;
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (reason) {
    throw new UploaderError('file-type', NOT_UTF8, { cause: reason });
  }
}

function tooLarge(maxBytes: number): UploaderError {
  const megabytes = Math.floor(maxBytes / 1_000_000);
  return new UploaderError(
    'file-too-large',
    `The file is larger than the ${megabytes} MB that are taken here. Split it into several.`,
  );
}

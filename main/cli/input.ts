/**
 * Reads secrets for the command line: from standard input, or from the terminal without showing them.
 */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** All of standard input, without the line break at its end. */
export async function readAll(input: AsyncIterable<Buffer | string> = process.stdin): Promise<string> {
  let text = '';
  for await (const chunk of input) text += typeof chunk === 'string' ? chunk : chunk.toString('utf8');
  return text.replace(/\r?\n$/, '');
}

/** Asks on the terminal; what is typed is not shown. Null where there is no terminal. */
export function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return Promise.resolve(null);
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve) => {
    reader.once('close', () => resolve(null));
    reader.question('', (answer) => {
      resolve(answer);
      process.stderr.write('\n');
      reader.close();
    });
  });
}

/**
 * What the command line asks: secrets, from standard input or from the terminal without showing them, and yes or no.
 */

import { createInterface } from 'node:readline';
import { addAbortSignal, type Readable, Writable } from 'node:stream';

/** All of standard input, without the line break at its end. Rejects when the signal comes first. */
export async function readAll(signal: AbortSignal, input: Readable = process.stdin): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, input)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** Asks on the terminal; what is typed is not shown. Null where there is no terminal. */
export function askSecret(question: string, signal: AbortSignal): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return Promise.resolve(null);
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  const stop = (): void => reader.close();
  signal.addEventListener('abort', stop, { once: true });
  // While the terminal is read like this, Ctrl-C is a key and no signal: it is made one again.
  reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return new Promise((resolve) => {
    reader.once('close', () => {
      signal.removeEventListener('abort', stop);
      process.stderr.write('\n');
      resolve(null);
    });
    reader.question('', (answer) => {
      resolve(answer);
      reader.close();
    });
  });
}

/** Asks for a yes or no on the terminal; no when the signal comes first. Null where there is no terminal. */
export function confirm(question: string, signal: AbortSignal): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return Promise.resolve(null);
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const stop = (): void => reader.close();
  signal.addEventListener('abort', stop, { once: true });
  // As above.
  reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return new Promise((resolve) => {
    reader.once('close', () => {
      signal.removeEventListener('abort', stop);
      resolve(false);
    });
    reader.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      reader.close();
    });
  });
}

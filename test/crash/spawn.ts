/**
 * Starts a program of the crash harness, so that it begins fast and does not outlive the harness. Used by what needs a
 * child process.
 */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a run has of its programs. */
export interface Programs {
  readonly child: string;
  /** The same for watch folders. */
  readonly watchChild: string;
  readonly emulator: string;
  /** Where Node keeps what it compiled. */
  readonly cache: string;
  /** A file without a certificate, in a folder of its own. */
  readonly noCertificates: string;
}

/** In `folder`, which is the run's own. */
export function programsIn(
  folder: string,
  paths: Pick<Programs, 'child' | 'watchChild' | 'emulator'>,
): Programs {
  const authorities = join(folder, 'authorities');
  mkdirSync(authorities, { recursive: true });
  const noCertificates = join(authorities, 'none.pem');
  writeFileSync(noCertificates, '');
  return { ...paths, cache: join(folder, 'cache'), noCertificates };
}

const children = new Set<ChildProcess>();

/** Kills the child, should this process end before it. */
export function start(
  { cache, noCertificates }: Programs,
  [program, ...args]: readonly [string, ...string[]],
  stdio: StdioOptions,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: cache,
      // To read the authorities of the whole world takes as long as all else of a start, and nothing here is encrypted.
      NODE_OPTIONS: '--use-openssl-ca',
      NODE_EXTRA_CA_CERTS: '',
      SSL_CERT_FILE: noCertificates,
      SSL_CERT_DIR: join(noCertificates, '..'),
      ...env,
    },
    stdio,
  });
  if (children.size === 0) process.once('exit', killAll);
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    if (children.size === 0) process.off('exit', killAll);
  });
  return child;
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** All that a child writes, and the moment in which it has opened its data (or ended). */
export function collect(child: ChildProcess): { text: Promise<string>; opened: Promise<void> } {
  let text = '';
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes('"opened"')) open();
    });
  }
  return {
    opened,
    text: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        open();
        resolve(text);
      });
    }),
  };
}

/** The last line of a killed program may be half a line. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

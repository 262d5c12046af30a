/** What both drivers need of child processes: what they print, how they end, and waiting for what they do. */

import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Ending } from './driver.ts';

/** How long anything may take that a test waits for. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 25;

/** All that processes printed, both streams. */
export class Words {
  text = '';

  hear(child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (part: string) => {
        this.text += part;
      });
    }
  }
}

export function untilEnded(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** What `look` finds, once it is not null; throws where the program ends before, naming what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null>,
  ended: Promise<Ending>,
): Promise<T> {
  const over = new AbortController();
  void ended.then((ending) => over.abort(new Error(`The program ended (${ending.code}) before ${what}.`)));
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    over.signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`It took too long until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Resolves once a process is over, however it ends; throws where it does not end at all. */
export async function untilGone(pid: number): Promise<void> {
  await until(
    `process ${pid} is gone`,
    async () => (isAlive(pid) ? null : true),
    // Its parent may have ended long ago.
    new Promise(() => {}),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Whoever inherited it may not have asked for its exit code yet.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

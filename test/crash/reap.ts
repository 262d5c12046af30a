/** Sees to it that no process of the crash harness outlives it. Used by what starts one. */

import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

/** Kills the child, should this process end before it. */
export function reap(child: ChildProcess): void {
  if (children.size === 0) process.once('exit', killAll);
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    if (children.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

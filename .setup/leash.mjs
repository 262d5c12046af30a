/**
 * Loaded into every program that `run.mjs` starts (`--import`): when `run.mjs` is killed in a way that it cannot pass
 * on, the program gets the SIGTERM that it would have been sent, so that nobody holds a data folder unseen.
 */
import { isMainThread } from 'node:worker_threads';

// Windows keeps the number of a dead parent, so there is nothing to see there.
if (isMainThread && process.platform !== 'win32') {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}

/**
 * Loaded into every program that `run.mjs` starts (`--import`), for what only the program's own process can see to:
 * when `run.mjs` is killed in a way that it cannot pass on, the program gets the SIGTERM that it would have been sent;
 * and one Ctrl-C, which arrives from the terminal, from npm and from `run.mjs`, counts once.
 */
import { isMainThread } from 'node:worker_threads';

const SIGNALS = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/** Copies of one request arrive within milliseconds; somebody who presses Ctrl-C again needs longer. */
const SAME_SIGNAL_MS = 500;

if (isMainThread) {
  countOnce();
  // Windows keeps the number of a dead parent, so there is nothing to see there.
  if (process.platform !== 'win32') followParent();
}

function countOnce() {
  const emit = process.emit;
  const seen = new Map();
  process.emit = function (event, ...args) {
    if (SIGNALS.has(event)) {
      const now = performance.now();
      const before = seen.get(event) ?? Number.NEGATIVE_INFINITY;
      if (now - before < SAME_SIGNAL_MS) return true;
      seen.set(event, now);
    }
    return emit.call(this, event, ...args);
  };
}

function followParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 100);
  timer.unref();
}

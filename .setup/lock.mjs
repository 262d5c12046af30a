/**
 * One set-up or build at a time in a checkout. Used by the scripts beside it.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { at, ROOT } from './find.mjs';
import { say } from './say.mjs';

const LOCK = at('dist', '.setup-lock');

let held = false;

/**
 * Runs `work` while no other process sets up or builds here; waits for one that does. A lock whose owner is gone is
 * taken over. Nested calls run at once.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  if (held) return work();
  await acquire();
  held = true;
  const release = () => {
    if (!held) return;
    held = false;
    rmSync(LOCK, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

async function acquire() {
  const mine = String(process.pid);
  let told = false;
  for (;;) {
    try {
      mkdirSync(at('dist'), { recursive: true });
      writeFileSync(LOCK, mine, { flag: 'wx' });
      // Whoever took a dead owner's lock away may have taken this one: it counts only if it is still there.
      await wait(20);
      if (owner() === mine) return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Error(`Set-up cannot write to ${ROOT}: ${error.message}`);
      const other = owner();
      if (other === null ? isForgotten() : !isAlive(Number(other))) {
        rmSync(LOCK, { force: true });
        continue;
      }
      if (!told)
        say(
          `Waiting for another set-up in this folder (process ${other ?? 'unknown'}; if there is none, delete ${LOCK}) …`,
        );
      told = true;
    }
    await wait(200);
  }
}

function owner() {
  try {
    return readFileSync(LOCK, 'utf8') || null;
  } catch {
    return null;
  }
}

/** A lock without a number in it: its owner died between making and filling it. */
function isForgotten() {
  try {
    return Date.now() - statSync(LOCK).mtimeMs > 5000;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

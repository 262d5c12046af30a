/**
 * Child processes of set-up and of the commands: output folded to progress, or the terminal handed over; signals
 * passed on, nobody left behind. Used by the scripts beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { exitCodeOf } from './decide.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ctrl-C reaches this process from the terminal and again from npm: within this time it is one request. */
const SAME_SIGNAL_MS = 1000;

/** Children at work, each with its way of being told to stop. */
const stoppers = new Map();

/** The signal that ended this process's work, once there was one. */
let stoppedBy = null;
let lastAt = 0;

/** Listens for the signals that stop the program. To be called once, first of all. */
export function catchSignals() {
  for (const signal of SIGNALS) {
    process.on(signal, () => stopAll(signal));
  }
}

function stopAll(signal) {
  if (stoppedBy === signal && Date.now() - lastAt < SAME_SIGNAL_MS) return;
  stoppedBy = signal;
  lastAt = Date.now();
  if (stoppers.size === 0) process.exit(128 + constants.signals[signal]);
  for (const stop of stoppers.values()) stop(signal);
}

/** Ends this process if it was told to stop: to be called between the steps of a longer task. */
export function exitIfStopped() {
  if (stoppedBy) process.exit(128 + constants.signals[stoppedBy]);
}

/** Every process under `pid`, children's children too; without `ps`, which small systems lack, where Linux is. */
function descendants(pid) {
  const children = new Map();
  const add = (child, parent) => children.set(parent, [...(children.get(parent) ?? []), child]);
  if (process.platform === 'linux') {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        // The name in brackets may hold spaces and brackets: the fields that count follow the last one.
        add(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      } catch {
        // It ended while we looked.
      }
    }
  } else {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    for (const line of (stdout ?? '').split('\n')) {
      const [child, parent] = line.trim().split(/\s+/).map(Number);
      if (child && parent) add(child, parent);
    }
  }
  const found = [];
  const visit = (of) => {
    for (const child of children.get(of) ?? []) {
      found.push(child);
      visit(child);
    }
  };
  visit(pid);
  return found;
}

function signalOne(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended already.
  }
}

/** Signals a process and all under it; whoever is left when the process itself has ended is killed. */
function stopTree(child, signal) {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/T', '/F', '/PID', String(child.pid)], { stdio: 'ignore' });
    return;
  }
  const all = descendants(child.pid);
  child.once('exit', () => {
    for (const pid of all) signalOne(pid, 'SIGKILL');
  });
  for (const pid of [child.pid, ...all]) signalOne(pid, signal);
}

/**
 * Runs a command whose output is not for people unless it fails.
 *
 * @param {string[]} command program and arguments
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number, shell?: boolean, onLine?: (line: string) => void}} options
 * @returns {Promise<{ok: boolean, why: string, lines: string[]}>} `why`: how it failed; `lines`: the end of its output
 */
export function runFolded([program, ...args], options = {}) {
  return new Promise((resolve) => {
    const lines = [];
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let late = false;
    const timer = options.limitMs
      ? setTimeout(() => {
          late = true;
          stopTree(child, 'SIGKILL');
        }, options.limitMs)
      : null;
    const token = Symbol(program);
    stoppers.set(token, (signal) => stopTree(child, signal));
    const end = (ok, why) => {
      if (timer) clearTimeout(timer);
      stoppers.delete(token);
      exitIfStopped();
      resolve({ ok, why, lines });
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        const parts = (rest + text).split(/\r?\n/);
        rest = parts.pop() ?? '';
        for (const line of parts) {
          options.onLine?.(line);
          lines.push(line);
          if (lines.length > 400) lines.shift();
        }
      });
      stream.on('end', () => rest && lines.push(rest));
    }
    child.on('error', (error) => end(false, error.message));
    child.on('close', (code, signal) => {
      if (late) end(false, `it took longer than ${Math.round((options.limitMs ?? 0) / 1000)} seconds`);
      else end(code === 0, signal ? `it was ended by ${signal}` : `it ended with code ${code}`);
    });
  });
}

/**
 * Hands the terminal to a command and waits for its end. Signals to this process go on to it.
 *
 * @param {string[]} command program and arguments
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, tree?: boolean, followParent?: boolean}} options `tree`: signal
 *   everything under it too, for tools that do not clean up; `followParent`: stop when the process that started this
 *   one is gone (npm, killed in a way that it could not pass on)
 * @returns {Promise<number>} its exit code, 128 and the signal's number where a signal ended it
 */
export function runProgram([program, ...args], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: 'inherit',
      windowsHide: true,
    });
    const token = Symbol(program);
    stoppers.set(token, (signal) => (options.tree ? stopTree(child, signal) : child.kill(signal)));
    const parent = process.ppid;
    const watch = options.followParent
      ? setInterval(() => {
          if (process.ppid !== parent) stopAll('SIGTERM');
        }, 250)
      : null;
    const end = () => {
      if (watch) clearInterval(watch);
      stoppers.delete(token);
    };
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      end();
      resolve(exitCodeOf(code, signal, constants.signals));
    });
  });
}

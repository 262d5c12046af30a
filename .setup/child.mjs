/**
 * Child processes of set-up and of the commands: output folded to progress, or the terminal handed over; signals
 * passed on, nobody left behind. Used by the scripts beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { exitCodeOf } from './decide.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ctrl-C reaches this process from the terminal and again from npm: within this time it is one request. */
const SAME_SIGNAL_MS = 500;

/** Children at work, each with its way of being told to stop. */
const stoppers = new Map();

/** The signal that ended this process's work, once there was one. */
let stoppedBy = null;
let lastAt = 0;

/**
 * Listens for the signals that stop the program. To be called once, first of all.
 *
 * @param {{underNpm: boolean}} options `underNpm`: stop also when npm is gone. A signal to npm alone ends npm and the
 *   shell between, and is not passed on.
 */
export function catchSignals({ underNpm }) {
  for (const signal of SIGNALS) {
    process.on(signal, () => stopAll(signal));
  }
  if (!underNpm || process.platform === 'win32') return;
  const isGone = parentWatch();
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    stopAll('SIGTERM');
  }, 100);
  timer.unref();
}

/**
 * Whether npm is gone, or the shell that npm put between (where that shell does not become the command).
 *
 * @returns {() => boolean} to be asked again and again
 */
function parentWatch() {
  const parent = process.ppid;
  const { name, parent: above } = processAt(parent);
  const npm = /^-?(sh|ash|bash|dash|ksh|zsh|busybox)$/.test(name) ? above : parent;
  return () => process.ppid !== parent || !isAlive(npm);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** A process's name and parent; an empty name where it cannot be seen. */
function processAt(pid) {
  try {
    if (process.platform === 'linux') return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const { stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command] = /^\s*(\d+)\s+(.*?)\s*$/.exec(stdout) ?? [];
    return { name: basename(command ?? ''), parent: Number(parent ?? 0) };
  } catch {
    return { name: '', parent: 0 };
  }
}

/** A line of `/proc/PID/stat`. The name in brackets may hold spaces and brackets. */
function parseStat(stat) {
  const end = stat.lastIndexOf(')');
  return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(stat.slice(end + 2).split(' ')[1]) };
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
        add(Number(entry), parseStat(readFileSync(`/proc/${entry}/stat`, 'utf8')).parent);
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
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, tree?: boolean}} options `tree`: signal everything under it
 *   too, for tools that do not clean up
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
    child.on('error', (error) => {
      stoppers.delete(token);
      reject(error);
    });
    child.on('exit', (code, signal) => {
      stoppers.delete(token);
      resolve(exitCodeOf(code, signal, constants.signals));
    });
  });
}

/**
 * Opens browser mode in the person's browser. Called by the composition root (`main/headless.ts`) and by the demo. What
 * a command is started with, everybody on the machine can read: the address has a token, so it goes by a private file.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** By then a browser has read it, one that had to be started first too. */
const KEPT_MS = 2 * 60_000;
/** Older ones are of programs that were killed: their tokens are dead. */
const LEFT_OVER_MS = 10 * 60_000;

const NAME = /^encord-uploader-[\da-f]{32}\.html$/;
const HEAD =
  '<!doctype html>\n<!-- Made by Encord Uploader to open its own address; it is removed again. -->\n';

/**
 * Opens the address. Never throws and waits for nobody: where there is no browser, or no way to it that keeps the token,
 * the printed address is enough. What is written for it into `home` is gone after two minutes, or with the process.
 */
export function openBrowser(url: string, home = homedir()): void {
  if (process.platform === 'win32') {
    // Here a command line is shown to its owner and to administrators alone.
    start('cmd', ['/c', 'start', '', url], () => undefined);
    return;
  }
  removeLeftOvers(home);
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  // In the home folder and not hidden: browsers that come as snaps read neither hidden files nor /tmp.
  const path = join(home, `encord-uploader-${randomBytes(16).toString('hex')}.html`);
  const remove = () => removeFile(path);
  try {
    writeFileSync(path, pageTo(url), { flag: 'wx', mode: 0o600 });
  } catch {
    remove();
    return;
  }
  setTimeout(remove, KEPT_MS).unref();
  process.once('exit', remove);
  start(process.platform === 'darwin' ? 'open' : 'xdg-open', [path], remove);
}

/** The address is of our own making: nothing in it has a meaning in HTML. */
function pageTo(url: string): string {
  return `${HEAD}<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}">
<title>Encord Uploader</title>
<a href="${url}">Encord Uploader</a>
`;
}

function start(command: string, args: readonly string[], failed: () => void): void {
  // A browser needs nothing of what is meant for this program, the private key least of all.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ENCORD_')));
  const child = spawn(command, args, { stdio: 'ignore', detached: true, env });
  child.on('error', failed);
  child.unref();
}

function removeLeftOvers(home: string): void {
  try {
    for (const name of readdirSync(home)) {
      const path = join(home, name);
      if (NAME.test(name) && isLeftOver(path)) removeFile(path);
    }
  } catch {
    // A folder that cannot be read has nothing of ours, or not for us.
  }
}

function isLeftOver(path: string): boolean {
  try {
    const file = lstatSync(path);
    const old = file.isFile() && file.size < 4096 && Date.now() - file.mtimeMs > LEFT_OVER_MS;
    return old && readFileSync(path, 'utf8').startsWith(HEAD);
  } catch {
    return false;
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next start tries again.
  }
}

/**
 * Runs a script in a utility process. The composition root hands this to whoever needs work done in a process of
 * its own (the keychain, which can hang or crash), so that nobody but this folder knows Electron.
 */

import { utilityProcess } from 'electron';
import { withoutKey } from '../app/environment.ts';

/** A child process that exchanges messages: what `node:child_process` and Electron's utility process share. */
export interface HostedChild {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `code` is null where it was killed. */
  onExit(listener: (code: number | null) => void): void;
  /** At once, whatever it is doing. */
  kill(): void;
}

/**
 * `modulePath` is an absolute path of a built script; it hears messages by `process.parentPort`. The private key that the
 * environment may hold is not handed on.
 */
export function forkUtility(modulePath: string, serviceName: string): HostedChild {
  const env = withoutKey(process.env);
  const child = utilityProcess.fork(modulePath, [], { serviceName, stdio: 'ignore', env });
  // A fatal error of V8 in there, which nobody listens to, would be thrown in here. `exit` follows and says it.
  child.on('error', () => undefined);
  let killed = false;
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(killed ? null : code)),
    kill() {
      killed = true;
      // `child.kill()` asks politely (SIGTERM), which a process that waits for a keychain's prompt does not hear.
      if (child.pid === undefined) child.kill();
      else killNow(child.pid);
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

/**
 * A process of its own for the keychain, without Electron: `node:child_process`. Used by `index.ts`; the Electron host
 * brings its own way of the same shape.
 */

import { fork } from 'node:child_process';
import { withoutKey } from '../../core/environment.ts';

/** A child process that exchanges messages. */
export interface HostedChild {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `code` is null where it was killed or could not be started. */
  onExit(listener: (code: number | null) => void): void;
  /** At once, whatever it is doing. */
  kill(): void;
}

/** Starts the script at an absolute path; `name` is for people who look at the list of processes. */
export type ForkChild = (modulePath: string, name: string) => HostedChild;

/** Starts a script with this Node. The private key that the environment may hold is not handed on. */
export const forkNode: ForkChild = (modulePath) => {
  const env = withoutKey(process.env);
  const child = fork(modulePath, [], { execArgv: [], env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return {
    send(message) {
      // A child that ended before it was asked is heard of by its exit.
      child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit(listener) {
      child.once('exit', (code) => listener(code));
      child.once('error', () => listener(null));
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

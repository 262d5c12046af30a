/** Electron's `utilityProcess`: a real child process with a line of messages. Part of `electron.ts`. */

import { type ChildProcess, fork } from 'node:child_process';
import type Electron from 'electron';
import { app } from './app.ts';
import { StrictEmitter, strict } from './strict.ts';
import type { As } from './types.ts';

const PARENT_PORT = new URL('./parent-port.ts', import.meta.url).href;

class StandinUtility extends StrictEmitter implements As<Electron.UtilityProcess> {
  pid: number | undefined;
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
  readonly standin: { child: ChildProcess };

  constructor(modulePath: string, args: readonly string[], options: Electron.ForkOptions) {
    super('UtilityProcess');
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready.');
    const stdio = options.stdio ?? 'inherit';
    const [input, output, errors] = typeof stdio === 'string' ? ['ignore', stdio, stdio] : stdio;
    const child = fork(modulePath, args, {
      execArgv: [...(options.execArgv ?? []), '--import', PARENT_PORT],
      env: { ...(options.env ?? process.env) },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: [input ?? 'ignore', output ?? 'inherit', errors ?? 'inherit', 'ipc'] as never,
      serialization: 'advanced',
    });
    this.standin = { child };
    this.pid = child.pid;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    child.on('spawn', () => this.emit('spawn'));
    child.on('message', (message) => this.emit('message', message));
    child.on('error', () => {});
    child.on('exit', (code) => {
      this.pid = undefined;
      // Electron gives a number for a signal too.
      this.emit('exit', code ?? 15);
    });
  }

  postMessage(message: unknown): void {
    const { child } = this.standin;
    if (child.connected) child.send(message as never);
  }
  kill(): boolean {
    return this.standin.child.kill();
  }
}

export const utilityProcess = strict('utilityProcess', {
  fork: (modulePath: string, args: readonly string[] = [], options: Electron.ForkOptions = {}) =>
    new StandinUtility(modulePath, args, options) as unknown as Electron.UtilityProcess,
});

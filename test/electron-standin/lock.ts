/**
 * One instance for each profile folder: a lock that the system takes back however its holder ends, and a line by which
 * a second start hands over what it was started with. Used by `app.ts`.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface SecondStart {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly data: unknown;
}

export class InstanceLock {
  readonly folder: string;
  readonly onSecond: (start: SecondStart) => void;
  held: DatabaseSync | null = null;
  server: Server | null = null;
  /** Done when the first has what this start handed over. */
  handedOver: Promise<void> = Promise.resolve();

  constructor(folder: string, onSecond: (start: SecondStart) => void) {
    this.folder = folder;
    this.onSecond = onSecond;
  }

  /** True: this is the first. Otherwise the first is told. */
  take(mine: SecondStart): boolean {
    if (this.held !== null) return true;
    mkdirSync(this.folder, { recursive: true });
    const database = new DatabaseSync(join(this.folder, 'standin-lock.db'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch {
      database.close();
      this.handedOver = this.tell(mine);
      return false;
    }
    this.held = database;
    this.server = this.listen();
    return true;
  }

  release(): void {
    this.server?.close();
    this.held?.close();
    this.server = null;
    this.held = null;
  }

  listen(): Server {
    const path = this.line();
    // Whoever made it is dead: the lock was free.
    if (process.platform !== 'win32') rmSync(path, { force: true });
    const server = createServer((socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      socket.on('error', () => {});
      socket.on('end', () => {
        this.onSecond(JSON.parse(text));
        socket.end('heard');
      });
    });
    server.listen(path);
    server.unref();
    return server;
  }

  tell(mine: SecondStart): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect({ path: this.line(), allowHalfOpen: true });
      socket.on('connect', () => socket.end(JSON.stringify(mine)));
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.resume();
    });
  }

  line(): string {
    const name = createHash('sha256').update(this.folder).digest('hex').slice(0, 24);
    if (process.platform === 'win32') return `\\\\.\\pipe\\encord-standin-${name}`;
    const inside = join(this.folder, 'standin.sock');
    // Longer ones are no socket's.
    return inside.length < 100 ? inside : join('/tmp', `encord-standin-${name}.sock`);
  }
}

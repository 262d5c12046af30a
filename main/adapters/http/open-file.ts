/**
 * A file that is read to be sent: by number and callback, which costs a small file half of what Node's file handles
 * do. Used by the senders (`put-body.ts`, `prefix.ts`).
 */

import { close, fstat, open, read, type Stats } from 'node:fs';
import { READ_NOW } from '../files/problems.ts';

/** One call at a time: the number of a file that is closed during a reading may be that of another one soon. */
export class OpenFile {
  private readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Rejects with the system's error. */
  static open(path: string): Promise<OpenFile> {
    return new Promise((resolve, reject) => {
      open(path, READ_NOW, (error, fd) => (error ? reject(error) : resolve(new OpenFile(fd))));
    });
  }

  /** Reads until the length is reached or the file ends; how much there was. Rejects with the system's error. */
  fill(buffer: Buffer, length: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let filled = 0;
      const more = (): void => {
        read(this.fd, buffer, filled, length - filled, position + filled, (error, bytes) => {
          if (error) return reject(error);
          filled += bytes;
          if (bytes === 0 || filled === length) resolve(filled);
          else more();
        });
      };
      more();
    });
  }

  /** Rejects with the system's error. */
  stat(): Promise<Stats> {
    return new Promise((resolve, reject) => {
      fstat(this.fd, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
  }

  /** Not waited for: on a dead network drive it would hang together with the reading. */
  close(): void {
    close(this.fd, () => undefined);
  }
}

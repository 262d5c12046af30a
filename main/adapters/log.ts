/**
 * The log: one JSON object a line in a file of the data folder, and on standard error where asked for. Made once by
 * the composition roots. Everything passes the redactor first. A log that cannot be written never stops the program. Its
 * newest lines are read by `machine.ts`.
 */

import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Log } from '../core/ports.ts';
import { createRedactor } from './redact.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  /** Where `encord-uploader.log` and its older parts are; made where it is missing. Null for no file. */
  readonly folder: string | null;
  readonly clock: Pick<Clock, 'now'>;
  /** What is below it is not written. */
  readonly level: LogLevel;
  /** Takes each line for people as well, such as `(line) => process.stderr.write(line)`. */
  readonly stderr?: (line: string) => void;
  /** Bytes after which a new file is begun; 5 MB unless told. */
  readonly maxBytes?: number;
  /** Older files that are kept, one at least; 4 unless told. */
  readonly keep?: number;
}

export interface ProgramLog extends Log {
  /** From now on this secret is taken out of whatever is logged. */
  redact(secret: string): void;
  close(): void;
}

export const LOG_FILE = 'encord-uploader.log';
const MAX_BYTES = 5_000_000;
const KEEP = 4;
/** What each line says by itself. */
const OWN: ReadonlySet<string> = new Set(['time', 'level', 'message', 'fields']);
/** How much of a file's end is looked at for its last lines. */
const TAIL_BYTES = 512 * 1024;

export function createLog(options: LogOptions): ProgramLog {
  const redactor = createRedactor();
  const lowest = LOG_LEVELS.indexOf(options.level);
  const file =
    options.folder === null
      ? null
      : new RotatingFile(options.folder, options.maxBytes ?? MAX_BYTES, options.keep ?? KEEP);

  const write = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    try {
      const time = new Date(options.clock.now()).toISOString();
      const said = redactor.text(message);
      const more = redactor.value(fields);
      const line = { ...besideOwn(isRecord(more) ? more : {}), time, level, message: said };
      file?.append(`${JSON.stringify(line)}\n`);
      const tail = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(more)}`;
      options.stderr?.(`${time} ${level} ${said}${tail}\n`);
    } catch {
      // A field with a getter that throws, a full disk: the work that is logged matters more than its log.
    }
  };

  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    redact: (secret) => redactor.add(secret),
    close: () => file?.close(),
  };
}

/** The newest lines that the log of a folder holds, at most `count`, the oldest first; none where there is no log. */
export async function lastLines(folder: string, count: number): Promise<readonly string[]> {
  let lines: string[] = [];
  // The current file may have been begun a moment ago.
  for (const name of [LOG_FILE, `${LOG_FILE}.1`]) {
    if (lines.length < count) lines = [...(await linesAtEnd(join(folder, name))), ...lines];
  }
  return lines.slice(-count);
}

/** Whole lines of the last part of a file. */
async function linesAtEnd(path: string): Promise<string[]> {
  const file = await open(path).catch(() => null);
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').filter(Boolean);
    return from === 0 ? lines : lines.slice(1);
  } catch {
    return [];
  } finally {
    await file.close();
  }
}

/** Fields that bear the name of one of the line's own cannot pass themselves off as it, and are not lost. */
function besideOwn(fields: Record<string, unknown>): Record<string, unknown> {
  const named = Object.entries(fields).filter(([name]) => OWN.has(name));
  if (named.length === 0) return fields;
  const others = Object.entries(fields).filter(([name]) => !OWN.has(name));
  return Object.fromEntries([...others, ['fields', Object.fromEntries(named)]]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * Appends lines as they come, so that a crash loses none; beyond its size it moves aside as `.1`, `.2`, … Where it cannot
 * be moved, it goes on in it.
 */
class RotatingFile {
  private readonly folder: string;
  private readonly maxBytes: number;
  private readonly keep: number;
  private descriptor: number | null = null;
  private size = 0;
  /** Bytes after which a new file is to be begun. */
  private limit: number;
  private closed = false;

  constructor(folder: string, maxBytes: number, keep: number) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.keep = keep;
    this.limit = maxBytes;
    try {
      // Whoever wants to see the folder finds it, even with nothing in it yet.
      this.makeFolder();
    } catch {
      // The first line will say why.
    }
  }

  append(line: string): void {
    if (this.closed) return;
    const bytes = Buffer.from(line);
    this.descriptor ??= this.open();
    if (this.size > 0 && this.size + bytes.length > this.limit) {
      this.rotate();
      this.descriptor = this.open();
    }
    for (let at = 0; at < bytes.length; ) at += writeSync(this.descriptor, bytes, at);
    this.size += bytes.length;
  }

  close(): void {
    this.closed = true;
    this.shut();
  }

  private makeFolder(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  private open(): number {
    this.makeFolder();
    const descriptor = openSync(this.path(0), 'a', 0o600);
    this.size = fstatSync(descriptor).size;
    return descriptor;
  }

  private rotate(): void {
    this.shut();
    try {
      this.grow(0);
      this.limit = this.maxBytes;
    } catch {
      // Another program holds it open. It is tried again when as much has come once more.
      this.limit = this.size + this.maxBytes;
    }
  }

  /**
   * Moves a file to the next age, in place of what is there; that moves on first, if it can. Only files without a gap
   * between them move, so that tries in vain push no older one out. Throws where the file stays what it was.
   */
  private grow(age: number): void {
    const next = age + 1;
    if (next < this.keep && existsSync(this.path(next))) {
      try {
        this.grow(next);
      } catch {
        // Its place may be taken all the same: then it is the one that goes.
      }
    }
    renameSync(this.path(age), this.path(next));
  }

  private shut(): void {
    const { descriptor } = this;
    // Also where it fails: what cannot be closed is not to be written to.
    this.descriptor = null;
    if (descriptor !== null) closeSync(descriptor);
  }

  private path(age: number): string {
    return join(this.folder, age === 0 ? LOG_FILE : `${LOG_FILE}.${age}`);
  }
}

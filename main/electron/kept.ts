/**
 * Small things of the desktop host that outlive a run (where the window was, what was said once), in one file of the
 * profile folder. Never a secret. Made by `program.ts`.
 */

import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kept } from './desk.ts';

/** What cannot be read is as if it had never been kept; what cannot be written is kept for this run. */
export function createKept(path: string): Kept {
  const entries = new Map<string, unknown>(Object.entries(read(path)));
  return {
    read: (name) => entries.get(name),
    write(name, value) {
      entries.set(name, value);
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        const fresh = `${path}.new`;
        writeFileSync(fresh, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
        // A file that an earlier run left half written keeps its own mode.
        chmodSync(fresh, 0o600);
        renameSync(fresh, path);
      } catch {
        // A full disk: the program goes on, and the next start asks for nothing that it must have.
      }
    },
  };
}

function read(path: string): object {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

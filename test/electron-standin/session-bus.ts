/**
 * What the session bus says of the tray, which a test decides and not the machine that it runs on. Used by both drivers.
 */

import { delimiter, join } from 'node:path';

/** Holds a `gdbus` that knows this one answer and leaves all else to the machine's. */
const TOOLS = join(import.meta.dirname, 'session-bus');

/** For the environment of the program, whose PATH is as given or this process's. */
export function sessionBus(path = process.env.PATH ?? '', tray = true): Record<string, string> {
  return {
    PATH: [TOOLS, path].join(delimiter),
    ENCORD_UPLOADER_TEST_TRAY: String(tray),
  };
}

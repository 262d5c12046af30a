#!/usr/bin/env node
/**
 * The same program without Electron: command line and browser mode. A composition root; run with Node 24 as
 * `node main/headless.ts COMMAND`, or through `npm run cli -- COMMAND`.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followUncaught } from './adapters/uncaught.ts';
import type { HostServices } from './app/types.ts';
import { type CliHost, runCli } from './cli/index.ts';
import type { RunSettings } from './cli/options.ts';
import { createTerminal } from './cli/terminal.ts';
import { examine, keepAside, openForPages, openProgram, peek } from './compose.ts';
import { asUploaderError } from './core/errors.ts';
import { openBrowser } from './web/open-browser.ts';
import { serveApp } from './web/server.ts';

const ROOT = join(import.meta.dirname, '..');

/** Browser mode and the command line have no dialogs of their own. */
const SERVICES: HostServices = {
  host: 'browser',
  chooseFiles: null,
  chooseSavePath: null,
  openFolder: null,
  dropsArePaths: false,
  serverChooser: true,
};

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second one means now: the store survives it.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

// Whoever read the output has gone (`… | head`): there is nobody to work for any more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    process.exitCode = 130;
    interrupted.abort();
  });
}

const WHERE = { dataFolder: null, host: SERVICES, env: process.env, followUncaught };

const host: CliHost = {
  version: version(),
  environment: process.env,
  open: (settings = {}) => openProgram({ ...WHERE, defaults: settings }),
  peek: () => peek(WHERE),
  examine: () => examine(WHERE),
  keepAside: () => keepAside(WHERE),
  serve,
};

// The program's own timers keep no process alive, and a command may wait for nothing but one of them.
const alive = setInterval(() => undefined, 2 ** 30);
process.exitCode = await runCli(process.argv.slice(2), host, interrupted.signal);
clearInterval(alive);

async function serve(
  options: { port: number; host: string; open: boolean; json: boolean; settings: RunSettings },
  signal: AbortSignal,
): Promise<number> {
  const terminal = createTerminal(options.json);
  try {
    const app = await openForPages({ ...WHERE, defaults: options.settings });
    try {
      await app.start({ watch: true });
      const served = await serveApp({
        app,
        pagesFolder: join(ROOT, 'dist', 'renderer'),
        port: options.port,
        host: options.host,
      });
      terminal.line(`Encord Uploader is at ${served.url}`);
      terminal.line(
        'Open this address in a browser of this machine. Ctrl-C stops the program; the queue is kept.',
      );
      terminal.object({ listening: served.url });
      if (options.open) openBrowser(served.url);
      await new Promise<void>((resolve) => {
        // A running server keeps the process alive; nothing else has to.
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await served.close();
    } finally {
      await app.close();
    }
    return 0;
  } catch (reason) {
    terminal.note(asUploaderError(reason).message);
    return 1;
  }
}

function version(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : '0.0.0';
}

/**
 * `node test/packaging/smoke.ts PROGRAM`: starts a packaged program on a data folder of its own, waits until it is up,
 * has it quit, and looks at how it ended. Its fuses keep every debugger out, so this is all that can be asked of it from
 * outside; the end-to-end tests run the same code. Used by the workflow that builds the packages.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const LIMIT_MS = 90_000;

const program = process.argv[2];
if (program === undefined || !existsSync(program)) {
  console.error(`Usage: node test/packaging/smoke.ts PROGRAM; ${program ?? 'nothing'} is not there.`);
  process.exit(2);
}

const home = mkdtempSync(join(tmpdir(), 'encord-uploader-smoke-'));
const child = spawn(program, [], {
  env: { ...process.env, ENCORD_UPLOADER_HOME: home, ENCORD_UPLOADER_UPDATES: 'off' },
  stdio: 'inherit',
});
const ended = new Promise<string>((resolve) => {
  child.on('error', (error) => resolve(error.message));
  child.on('exit', (code, signal) => resolve(signal ?? String(code)));
});
const problem = await smoke();
child.kill('SIGKILL');
await ended;
rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
console.log(problem ?? 'It started, opened its window and ended.');
process.exitCode = problem === null ? 0 : 1;

/** What is wrong with the program; null: nothing. */
async function smoke(): Promise<string | null> {
  const start = Date.now();
  while (!isUp()) {
    if (child.exitCode !== null) return `It ended with ${child.exitCode} before it was up.`;
    if (Date.now() - start > LIMIT_MS) return `It was not up after ${LIMIT_MS / 1000} seconds.`;
    await wait(200);
  }
  // Windows has no signal that asks: there it is enough that the program was up.
  if (process.platform === 'win32') return null;
  child.kill('SIGTERM');
  const how = await Promise.race([ended, wait(LIMIT_MS, 'late', { ref: false })]);
  return how === '0' ? null : `It was told to quit and ended with ${how}.`;
}

/** The queue is open, and Chromium has written down that a window had a page. */
function isUp(): boolean {
  const names = readdirSync(home);
  const profile = join(home, 'window', 'Local State');
  return (
    names.some((name) => name.endsWith('.db')) && existsSync(profile) && readFileSync(profile).length > 2
  );
}

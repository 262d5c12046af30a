/**
 * `npm run demo`: the whole program against the emulator, with an account signed in, a dataset and sample media to
 * drop. Started by `.setup/run.mjs`. Without a display, or with `--headless`, it uploads the sample by itself.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { HostServices } from '../main/app/types.ts';
import { createTerminal } from '../main/cli/terminal.ts';
import { upload } from '../main/cli/upload.ts';
import { bytesText } from '../main/cli/words.ts';
import { openProgram } from '../main/compose.ts';
import { openBrowser } from '../main/web/open-browser.ts';
import { serveApp } from '../main/web/server.ts';
import { startEmulator } from './emulator/server.ts';
import { makeKey } from './fixtures/keys.ts';
import { makeSample } from './fixtures/sample.ts';

const ROOT = join(import.meta.dirname, '..');
const DATASET = 'Traffic Data';
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
  process.on(signal, () => interrupted.abort());
}

// The program's own timers keep no process alive.
const alive = setInterval(() => undefined, 2 ** 30);
process.exitCode = await demo();
clearInterval(alive);

async function demo(): Promise<number> {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'encord-uploader-demo-'));
  const { publicKey, privateKey } = makeKey('demo@example.com');
  const emulator = await startEmulator({ dataDir: join(folder, 'emulator'), publicKeys: [publicKey] });
  try {
    await makeSample(join(folder, 'sample'));
    await seedDataset(emulator.url);
    const env = {
      ...process.env,
      ENCORD_SSH_KEY: privateKey,
      ENCORD_SSH_KEY_FILE: undefined,
      ENCORD_DOMAIN: emulator.url,
      ENCORD_UPLOADER_HOME: join(folder, 'home'),
    };
    if (values['no-open']) return await inBrowser(env, folder, Number(values.port), false);
    if (values.headless || !hasDisplay()) return await inTerminal(env, folder, values.json);
    const electron = process.env.ENCORD_UPLOADER_ELECTRON;
    return electron
      ? await inElectron(electron, env, folder)
      : await inBrowser(env, folder, Number(values.port), true);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Does the job alone: plans, uploads, and shows what the dataset holds then. */
async function inTerminal(env: NodeJS.ProcessEnv, folder: string, json: boolean): Promise<number> {
  const terminal = createTerminal(json);
  const program = await openProgram({ dataFolder: null, host: SERVICES, env });
  try {
    const account = program.accounts.active();
    terminal.note('No display here, so the demo uploads its sample media by itself.');
    const sample = join(folder, 'sample');
    await upload(
      program,
      {
        paths: [sample],
        dataset: DATASET,
        create: false,
        as: 'auto',
        title: null,
        route: null,
        folder: null,
        account,
        groupFolders: true,
      },
      terminal,
      interrupted.signal,
    );
    if (interrupted.signal.aborted) return 130;
    const dataset = await program.datasets.find(account.id, DATASET);
    const window = { datasetId: dataset.id, search: '', refresh: true, offset: 0, limit: 500 };
    const { rows } = await program.datasets.rows(account.id, window);
    terminal.line('');
    terminal.line(`${DATASET} holds ${rows.length} data rows:`);
    for (const row of rows) {
      const size = row.size === null ? '' : bytesText(row.size);
      terminal.line(`  ${row.type.padEnd(10)} ${size.padStart(9)}  ${row.title}`);
      terminal.object({ row });
    }
    return 0;
  } finally {
    await program.close();
  }
}

async function inBrowser(
  env: NodeJS.ProcessEnv,
  folder: string,
  port: number,
  open: boolean,
): Promise<number> {
  const program = await openProgram({ dataFolder: null, host: SERVICES, env });
  try {
    await program.start();
    const pagesFolder = join(ROOT, 'dist', 'renderer');
    const served = await serveApp({ app: program, pagesFolder, port });
    console.log(`Encord Uploader is at ${served.url}`);
    console.log(`Open it and drop this folder on the window: ${join(folder, 'sample')}`);
    console.log('Ctrl-C ends the demo and removes everything it made.');
    if (open) openBrowser(served.url);
    await untilInterrupted();
    await served.close();
    return 0;
  } finally {
    await program.close();
  }
}

async function inElectron(electron: string, env: NodeJS.ProcessEnv, folder: string): Promise<number> {
  console.log(`Drop this folder on the window: ${join(folder, 'sample')}`);
  const child = spawn(electron, [ROOT], { env, stdio: 'inherit' });
  interrupted.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
}

/** The dataset of the demo, mirrored, owned by the account of the demo. */
async function seedDataset(url: string): Promise<void> {
  const response = await fetch(`${url}/__emulator/seed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      datasets: [
        {
          title: DATASET,
          description: 'Sample of the demo',
          mirrored: true,
          users: [{ email: 'demo@example.com', role: 'admin' }],
        },
      ],
    }),
  });
  if (!response.ok) throw new Error(`The emulator did not take the demo's dataset: ${await response.text()}`);
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    if (interrupted.signal.aborted) resolve();
    else interrupted.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * 2,000 images of 50 KB with 50 ms of round-trip time added to everything: the whole command line, from its start to
 * its end, on both routes.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKey } from '../fixtures/keys.ts';
import { makePng } from '../fixtures/png.ts';
import { listen, type Measurement, median, round, stop } from './tools.ts';

const IMAGES = 2_000;
const BYTES = 50_000;
const RTT_MS = 50;
const RUNS = 3;
const ROOT = join(import.meta.dirname, '..', '..');

export async function* small(): AsyncGenerator<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'encord-bench-'));
  const key = makeKey('bench@example.com');
  const emulator = await listen(join(ROOT, 'test', 'emulator', 'index.ts'), [
    ...['--port', '0', '--data', join(folder, 'emulator')],
    ...['--public-key', key.publicKey],
  ]);
  const delay = await listen(join(import.meta.dirname, 'delay.ts'), [
    '--to',
    String(emulator.port),
    '--rtt',
    String(RTT_MS),
  ]);
  try {
    const images = join(folder, 'images');
    mkdirSync(images);
    for (let index = 0; index < IMAGES; index += 1) {
      writeFileSync(join(images, `image${index}.png`), makePng({ seed: index, bytes: BYTES }));
    }
    for (const route of ['storage', 'documented'] as const) {
      const rates: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        const seconds = await upload(images, route, `${route} ${run}`, {
          ...process.env,
          ENCORD_SSH_KEY: key.privateKey,
          ENCORD_DOMAIN: delay.url,
          ENCORD_UPLOADER_HOME: join(folder, `home-${route}-${run}`),
        });
        rates.push(IMAGES / seconds);
      }
      yield {
        name: `${IMAGES.toLocaleString('en')} images of 50 KB at ${RTT_MS} ms, ${route} route`,
        value: round(median(rates), 1),
        unit: 'images/s',
      };
    }
  } finally {
    await stop(delay);
    await stop(emulator);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds of the whole command. */
function upload(images: string, route: string, dataset: string, env: NodeJS.ProcessEnv): Promise<number> {
  const begun = performance.now();
  const args = ['upload', images, '--dataset', dataset, '--create', '--route', route, '--json'];
  const child = spawn(process.execPath, [join(ROOT, 'main', 'headless.ts'), ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - begun) / 1000);
      else reject(new Error(`The upload ended with ${code}.`));
    });
  });
}

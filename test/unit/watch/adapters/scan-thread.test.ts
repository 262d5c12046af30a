/** The thread that lists folders: what happens when the disk does not answer, when it breaks, and when it is idle. */

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { createScanner, type Scanner, type ScannerOptions } from '../../../../main/adapters/watch/index.ts';
import { LeapingClock } from '../../../fixtures/leaping-clock.ts';
import { clock, put, temporary } from './support.ts';

const script = new URL('./hanging-scan.worker.ts', import.meta.url);

function open(options: Partial<ScannerOptions> = {}): Scanner {
  const scanner = createScanner({ clock, script, ...options });
  onTestFinished(() => scanner.close());
  return scanner;
}

it('gives up a disk that does not answer, and goes on with the other roots in another thread', async () => {
  const root = temporary();
  const other = temporary();
  put(other, 'a.png');
  const scanner = open({ noAnswerMs: 1_000 });
  await scanner.list(other, [''], true);
  const silent = { code: 'file-unreadable', message: expect.stringMatching(/does not answer/) };
  const answers = await Promise.allSettled([
    scanner.list(other, [''], true),
    scanner.list(root, ['stuck'], true),
    scanner.list(root, [''], true),
    scanner.list(other, [''], true),
  ]);
  const whole = { status: 'fulfilled', value: { listings: [{ folder: '', names: 'a.png' }] } };
  expect(answers).toMatchObject([
    whole,
    { status: 'rejected', reason: silent },
    { status: 'rejected', reason: silent },
    whole,
  ]);
  expect(scanner.threads).toBe(1);
  // As soon as the thread that hung is gone, the root is asked again.
  const again = () =>
    scanner.list(root, [''], true).then(
      ({ listings }) => listings.length,
      () => 0,
    );
  await expect.poll(again).toBe(1);
});

it('waits for a large folder on a slow disk for as long as the thread gives signs of life', async () => {
  const root = temporary();
  const leaping = new LeapingClock();
  const scanner = open({ clock: leaping, noAnswerMs: 60_000 });
  const answer = scanner.list(root, ['slow'], true);
  for (let sign = 0; sign < 3; sign++) {
    leaping.leap(50_000);
    put(root, 'sign');
    await expect.poll(() => leaping.nextIn()).toBeGreaterThan(50_000);
  }
  put(root, 'go');
  await expect(answer).resolves.toMatchObject({ listings: [{ folder: 'slow' }] });
});

it('gives signs of life while it lists', async () => {
  const root = temporary();
  for (let file = 0; file < 2_500; file++) put(root, `${file}.png`);
  const thread = new Worker(new URL('../../../../main/adapters/watch/scan.worker.ts', import.meta.url));
  onTestFinished(async () => void (await thread.terminate()));
  const told: string[] = [];
  thread.on('message', (message: object) => told.push(Object.keys(message).join()));
  thread.postMessage({ id: 0, root, folders: [''], files: true });
  await expect.poll(() => told.at(-1)).toMatch(/listings/);
  expect(told.filter((keys) => keys === 'alive').length).toBeGreaterThanOrEqual(2);
});

it('rejects what it was asked when it breaks, and starts anew', async () => {
  const root = temporary();
  const scanner = open();
  await expect(scanner.list(root, ['broken'], true)).rejects.toMatchObject({ code: 'internal' });
  mkdirSync(join(root, 'a'));
  await expect(scanner.list(root, [''], false)).resolves.toMatchObject({ listings: [{ folders: 'a' }] });
});

it('ends when it is idle, starts again when it is needed, and can be closed at work', async () => {
  const root = temporary();
  const scanner = open({ idleMs: 1 });
  expect(scanner.threads).toBe(0);
  await scanner.list(root, [''], true);
  await expect.poll(() => scanner.threads).toBe(0);
  await scanner.list(root, [''], true);
  const stuck = scanner.list(root, ['stuck'], true);
  const cancelled = expect(stuck).rejects.toMatchObject({ code: 'cancelled' });
  await scanner.close();
  await cancelled;
  expect(scanner.threads).toBe(0);
});

it('keeps no process alive', () => {
  const root = temporary();
  put(root, 'a.png');
  const adapters = new URL('../../../../main/adapters/', import.meta.url).href;
  const program = `
    const { createScanner } = await import('${adapters}watch/index.ts');
    const { createClock } = await import('${adapters}clock.ts');
    const scanner = createScanner({ clock: createClock() });
    const { listings } = await scanner.list(${JSON.stringify(root)}, [''], true);
    process.stdout.write(listings[0].names + ' ' + scanner.threads);
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 50_000 });
  expect(output.toString()).toBe('a.png 1');
});

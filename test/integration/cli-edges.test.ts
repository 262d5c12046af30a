/**
 * The command line where things are not as they should be: paused queues, interruptions, folders with nothing in them,
 * readers that go away. Nothing hangs, and each ends with a sentence and the documented code.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

// Each test runs the command line several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let lab: Lab;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.dataset('D');
});

afterAll(() => lab?.close());

function images(count: number): string {
  serial += 1;
  const folder = join(lab.folder, `in-${serial}`);
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1)
    writeFileSync(join(folder, `image${index}.png`), makePng({ seed: serial * 1000 + index }));
  return folder;
}

const home = (): NodeJS.ProcessEnv => {
  serial += 1;
  return { ENCORD_UPLOADER_HOME: join(lab.folder, `home-${serial}`) };
};

/** Waits until a fault of the emulator has struck. */
const struck = (): Promise<void> =>
  eventually(async () => {
    const faults = await lab.control('GET', 'faults');
    expect(Array.isArray(faults) && faults.some((fault) => fault.fired > 0)).toBe(true);
  });

describe('what was paused', () => {
  it('goes on by a command that needs it, and it says so', async () => {
    const env = home();
    const program = await lab.program(env);
    const account = program.accounts.active().id;
    await program.handle('queue.pause', { scope: { kind: 'all' } });
    await program.handle('queue.pause', { scope: { kind: 'account', id: account } });
    await program.close();
    const run = await lab.run(['upload', images(2), '--dataset', 'D', '--json'], env);
    expect(run.summary).toMatchObject({ done: 2 });
    expect(run.stderr).toMatch(/queue was paused. It goes on now/);
    expect(run.stderr).toMatch(/uploads of .* were paused/);
  });

  it('goes on too where the batch itself was paused in an earlier run', async () => {
    const env = home();
    const folder = images(3);
    const program = await lab.program(env);
    await program.handle('queue.pause', { scope: { kind: 'all' } });
    const review = program.reviews.start({
      paths: [folder],
      as: 'auto',
      account: program.accounts.active(),
      dropId: null,
    });
    const dataset = await program.datasets.find(program.accounts.active().id, 'D');
    await program.reviews.setDataset(review, dataset.id, null);
    const { batchId } = await program.reviews.commit(review);
    await program.handle('queue.pause', { scope: { kind: 'batch', id: batchId } });
    await program.close();
    const run = await lab.run(['upload', folder, '--dataset', 'D', '--json'], env);
    expect(run.summary).toMatchObject({ done: 3, skipped: 0 });
    expect(run.summary.units.every((unit) => unit.earlier)).toBe(true);
  });
});

describe('an interruption', () => {
  it('while the server is asked ends the command at once', async () => {
    const env = home();
    await lab.fault({ kind: 'api' }, { delayMs: 60_000 }, 100);
    const { child, ended } = lab.start(['upload', images(1), '--dataset', 'D', '--json'], env);
    await struck();
    child.kill('SIGINT');
    const run = await ended;
    await lab.control('DELETE', 'faults');
    expect(run.code).toBe(130);
    expect(run.stderr).toContain('Interrupted');
    expect(run.stdout).toBe('');
  });

  it('that comes twice does not wait for the answer to a registration', async () => {
    const env = home();
    const folder = images(1);
    await lab.fault({ kind: 'register' }, { delayMs: 60_000 }, 100);
    const { child, ended } = lab.start(['upload', folder, '--dataset', 'D'], env);
    await struck();
    child.kill('SIGINT');
    await eventually(() => expect(child.killed).toBe(true));
    const begun = performance.now();
    const again = setInterval(() => child.kill('SIGINT'), 100);
    const run = await ended;
    clearInterval(again);
    await lab.control('DELETE', 'faults');
    expect(run.code).toBe(130);
    expect(performance.now() - begun).toBeLessThan(2500);
    // What was on its way is settled by the next run.
    expect((await lab.run(['upload', folder, '--dataset', 'D', '--json'], env)).summary).toMatchObject({
      done: 1,
    });
  });

  it('while a secret is awaited on standard input ends the command', async () => {
    const env = home();
    const { child, ended } = lab.start(['login', '--api-key-stdin', '--dataset', 'x'], env, null);
    // It is about to read when its data folder is open.
    await eventually(() => expect(existsSync(join(String(env.ENCORD_UPLOADER_HOME), 'lock.db'))).toBe(true));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });
});

describe('a reader that goes away', () => {
  it('is no reason for a stack trace', async () => {
    const { child, ended } = lab.start(['status', '--json'], home());
    child.stdout?.destroy();
    const run = await ended;
    expect([run.code, run.stderr]).toEqual([expect.any(Number), '']);
  });
});

describe('the address of the server', () => {
  it('is the same however it is typed, so that its account is the same', async () => {
    const env = home();
    const { port } = new URL(lab.emulator.url);
    for (const domain of [
      `http://127.0.0.1:${port}`,
      ` HTTP://127.0.0.1:${port}// `,
      `http://127.0.0.1.:${port}/`,
    ]) {
      const { code, lines } = await lab.run(['accounts', '--json'], { ...env, ENCORD_DOMAIN: domain });
      expect({ code, accounts: lines.length }).toEqual({ code: 0, accounts: 1 });
    }
    const wrong = await lab.run(['accounts'], { ...env, ENCORD_DOMAIN: 'api.encord.com' });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('https://api.encord.com')]);
  });
});

describe('nothing to do', () => {
  it('says so of an empty folder, with and without JSON', async () => {
    const empty = images(0);
    const plain = await lab.run(['upload', empty, '--dataset', 'D']);
    expect([plain.code, plain.stderr]).toEqual([0, `There are no files in ${empty}.\n`]);
    const json = await lab.run(['upload', empty, '--dataset', 'D', '--as', 'image-group', '--json']);
    expect(json.summary).toMatchObject({ done: 0, failed: 0, units: [] });
    expect(json.stderr).toContain('no images');
  });

  it('names what is not there and uploads the rest', async () => {
    const run = await lab.run(
      ['upload', '/nonexistent/film.mp4', images(1), '--dataset', 'D', '--json'],
      home(),
    );
    expect(run.code).toBe(1);
    expect(run.summary).toMatchObject({ done: 1, refused: 1 });
    expect(run.summary.units.find((unit) => unit.state === 'refused')).toMatchObject({
      path: '/nonexistent/film.mp4',
      error: { code: 'file-missing' },
    });
  });

  it('has nothing to retry', async () => {
    const run = await lab.run(['retry', '--json'], home());
    expect([run.code, run.summary.units]).toEqual([0, []]);
    expect((await lab.run(['retry', '--register-anyway'], home())).code).toBe(2);
  });
});

describe('mistakes', () => {
  it('makes no dataset of an id that nothing has', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const run = await lab.run(['upload', images(1), '--dataset', id, '--create'], home());
    expect(run.code).toBe(2);
    expect((await lab.state()).datasets.some((each) => each.title === id)).toBe(false);
  });

  it('ends where the storage folder is not there', async () => {
    await lab.dataset('Static', { mirrored: false });
    const folder = '00000000-0000-4000-8000-000000000000';
    const args = [
      'upload',
      images(1),
      '--dataset',
      'Static',
      '--route',
      'storage',
      '--folder',
      folder,
      '--json',
    ];
    const run = await lab.run(args, home());
    expect(run.code).toBe(1);
    expect(run.summary.units[0]).toMatchObject({
      state: 'failed',
      error: { message: expect.stringMatching(/folder/i) },
    });
  });

  it('prints nothing but JSON lines on standard output', async () => {
    const env = home();
    const folder = images(2);
    writeFileSync(join(folder, 'empty.png'), '');
    for (const args of [
      ['upload', folder, '--dataset', 'D', '--json'],
      ['upload', folder, '--dataset', 'No such', '--json'],
      ['status', '--json'],
      ['datasets', 'list', '--json'],
      ['accounts', '--json'],
    ]) {
      const run = await lab.run(args, env);
      expect(run.lines.length, args.join(' ')).toBeGreaterThan(0);
    }
  });
});

describe('a unit in doubt', () => {
  it('exits with 3, is looked for again by retry, and registered again where that is asked for', async () => {
    const env = home();
    const folder = images(3);
    // The request is lost on its way: nobody knows whether it arrived, and of a group nobody can find out.
    await lab.fault({ kind: 'register' }, { reset: true });
    const first = await lab.run(['upload', folder, '--dataset', 'D', '--as', 'image-group', '--json'], env);
    await lab.control('DELETE', 'faults');
    expect([first.code, first.summary.uncertain]).toEqual([3, 1]);
    expect((await lab.run(['retry', '--json'], env)).code).toBe(3);
    // Who signs out forgets it, and is told what that means.
    const logout = await lab.run(['logout'], env);
    expect([logout.code, logout.stderr]).toEqual([
      1,
      expect.stringContaining('may be in the dataset already'),
    ]);
    const status = await lab.run(['status'], env);
    const unit = /^ {2}(\d+) {2}uncertain/m.exec(status.stdout)?.[1];
    expect(unit).toBeDefined();
    const last = await lab.run(['retry', String(unit), '--register-anyway', '--json'], env);
    expect([last.code, last.summary.done]).toEqual([0, 1]);
  });
});

/**
 * The bandwidth limit and the bounds of concurrency through the whole program: by settings, by the command line, by the
 * environment, and as the timetable says while time goes by.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import type { ProgramOptions } from '../../main/compose.ts';
import type { CallInput } from '../../preload/contract/calls.ts';
import { EVENTS } from '../../preload/contract/events.ts';
import type { SettingsView } from '../../preload/contract/views.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { LeapingClock } from '../fixtures/leaping-clock.ts';
import { makePng } from '../fixtures/png.ts';

// Some tests run the command line several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let lab: Lab;
let serial = 0;
let open: Program[] = [];

beforeAll(async () => {
  lab = await Lab.open();
  await lab.dataset('D');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((program) => program.close()));
});
afterAll(() => lab?.close());

function home(): { ENCORD_UPLOADER_HOME: string } {
  serial += 1;
  return { ENCORD_UPLOADER_HOME: join(lab.folder, `home-${serial}`) };
}

async function opened(env: NodeJS.ProcessEnv, more: Partial<ProgramOptions> = {}): Promise<Program> {
  const program = await lab.program(env, more);
  open.push(program);
  return program;
}

async function closed(program: Program): Promise<void> {
  open = open.filter((each) => each !== program);
  await program.close();
}

async function set(program: Program, change: CallInput<'settings.set'>): Promise<void> {
  const answer = await program.handle('settings.set', change);
  if (!answer.ok) throw new Error(answer.error.message);
}

function images(count: number): string {
  serial += 1;
  const folder = join(lab.folder, `in-${serial}`);
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1)
    writeFileSync(join(folder, `image${index}.png`), makePng({ seed: serial * 1000 + index }));
  return folder;
}

/** The time on the wall, as a timetable has it. */
function wall(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

describe('the setting', () => {
  it('holds at once, is in the snapshot, and is there at the next start', async () => {
    const env = home();
    const program = await opened(env);
    expect((await program.snapshot()).bandwidth).toEqual({ limit: null, until: null });
    expect(program.settings.get()).toMatchObject({
      bandwidth: '',
      concurrency: 'auto',
      concurrencyBounds: { least: 2, most: 64 },
    });
    await set(program, { bandwidth: '1.5M', concurrencyBounds: { least: 4, most: 16 } });
    expect((await program.snapshot()).bandwidth).toEqual({ limit: 1.5 * MIB, until: null });
    await closed(program);
    const again = await opened(env);
    expect((await again.snapshot()).bandwidth).toEqual({ limit: 1.5 * MIB, until: null });
    expect(again.settings.get().concurrencyBounds).toEqual({ least: 4, most: 16 });
    await set(again, { bandwidth: 'off' });
    expect((await again.snapshot()).bandwidth).toEqual({ limit: null, until: null });
  });

  it.each<[CallInput<'settings.set'>, RegExp]>([
    [
      { bandwidth: '08:00,10MB' },
      /^The bandwidth limit is not understood: “10MB” in “08:00,10MB” is not a limit\. Write 10M/,
    ],
    [{ bandwidth: 'Mo-08:00,1M' }, /“Mo” in “Mo-08:00,1M” is not a day/],
    [{ concurrencyBounds: { least: 9, most: 3 } }, /^At least 9 files and at most 3 cannot both be/],
  ])('%j is refused with a sentence, and nothing is kept', async (change, sentence) => {
    const program = await opened(home());
    const before = program.settings.get();
    const answer = await program.handle('settings.set', { ...change, theme: 'dark' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
    expect(!answer.ok && answer.error.message).toMatch(sentence);
    expect(program.settings.get()).toEqual(before);
  });

  it('is read out for whoever types it, and nothing changes by that', async () => {
    const program = await opened(home());
    const read = async (text: string) => program.handle('settings.readBandwidth', { text });
    expect(await read('08:00,512k 19:00,off')).toMatchObject({
      ok: true,
      value: {
        problem: null,
        notes: [],
        week: [{ days: 'Every day', limits: 'no limit, 512 KiB/s from 08:00, no limit from 19:00' }],
        now: expect.stringMatching(/ until (08|19):00$/),
      },
    });
    expect(await read('fast')).toMatchObject({ ok: true, value: { problem: expect.any(String), week: [] } });
    expect(program.settings.get().bandwidth).toBe('');
    expect((await program.snapshot()).bandwidth.limit).toBeNull();
  });

  it('for one run is not kept, and gives way to what is chosen in that run', async () => {
    const env = home();
    const program = await opened(env, { defaults: { bandwidth: '1M', concurrency: 3 } });
    await set(program, { theme: 'dark' });
    expect(program.settings.get()).toMatchObject({ theme: 'dark', bandwidth: '1M', concurrency: 3 });
    await set(program, { bandwidth: '2M' });
    expect((await program.snapshot()).bandwidth.limit).toBe(2 * MIB);
    await closed(program);
    const kept: Partial<SettingsView> = { theme: 'dark', bandwidth: '2M', concurrency: 'auto' };
    expect((await opened(env)).settings.get()).toMatchObject(kept);
  });

  it('comes from the environment where nothing else says otherwise for this run', async () => {
    const env = { ...home(), ENCORD_UPLOADER_BWLIMIT: '512k' };
    const program = await opened(env);
    expect((await program.snapshot()).bandwidth.limit).toBe(512 * KIB);
    await closed(program);
    const told = await opened(env, { defaults: { bandwidth: 'off' } });
    expect((await told.snapshot()).bandwidth.limit).toBeNull();
    await closed(told);
    await expect(opened({ ...env, ENCORD_UPLOADER_BWLIMIT: '512kB/s' })).rejects.toThrow(
      'The bandwidth limit in ENCORD_UPLOADER_BWLIMIT is not understood: “512kB/s” is not a limit.',
    );
  });
});

describe('a timetable', () => {
  it('is followed as time goes by, and pages are told', async () => {
    const clock = new LeapingClock();
    const program = await opened(home(), { clock });
    const told: unknown[] = [];
    program.listen((name, payload) => {
      if (name === 'changed') told.push(EVENTS.changed.parse(payload).bandwidth);
    });
    const begin = Math.floor(clock.now() / MINUTE) * MINUTE + 2 * HOUR;
    await set(program, { bandwidth: `${wall(begin)},512k ${wall(begin + 3 * HOUR)},off` });
    expect(program.bandwidth.view()).toEqual({ limit: null, until: begin });
    clock.leap(begin - clock.now() - 1_000);
    expect(program.bandwidth.view()).toEqual({ limit: null, until: begin });
    clock.leap(2_000);
    expect(program.bandwidth.view()).toEqual({ limit: 512 * KIB, until: begin + 3 * HOUR });
    clock.leap(1_000);
    await eventually(() => expect(told.at(-1)).toEqual({ limit: 512 * KIB, until: begin + 3 * HOUR }));
    clock.leap(3 * HOUR);
    expect(program.bandwidth.view()).toEqual({ limit: null, until: begin + 24 * HOUR });
  });

  it('is followed after the wall clock has jumped', async () => {
    const clock = new LeapingClock();
    const program = await opened(home(), { clock });
    const begin = Math.floor(clock.now() / MINUTE) * MINUTE + 2 * HOUR;
    await set(program, { bandwidth: `${wall(begin)},512k ${wall(begin + 3 * HOUR)},off` });
    clock.sleep(3 * HOUR);
    expect(program.bandwidth.view().limit).toBeNull();
    clock.leap(MINUTE);
    expect(program.bandwidth.view().limit).toBe(512 * KIB);
  });
});

describe('uploads', () => {
  /** Under a byte a second: nothing that begins can end. */
  async function held(): Promise<Program> {
    const program = await opened(home(), { defaults: { bandwidth: '1b' } });
    const account = program.accounts.active();
    const review = program.reviews.start({ paths: [images(3)], as: 'auto', account, dropId: null });
    const dataset = await program.datasets.find(account.id, 'D');
    await program.reviews.setDataset(review, dataset.id, null);
    await program.reviews.commit(review);
    await program.start();
    await eventually(() => expect(program.engine.transfers()).toHaveLength(3));
    return program;
  }

  const done = async (program: Program): Promise<number> => (await program.snapshot()).totals.units.done;

  it('wait under a limit, and go on at once when it is lifted', async () => {
    const program = await held();
    expect((await program.snapshot()).totals.storedBytes).toBe(0);
    await set(program, { bandwidth: '' });
    await eventually(async () => expect(await done(program)).toBe(3));
  });

  it('are paused and go on again, and the program ends, while the limit holds them', async () => {
    const program = await held();
    await program.handle('queue.pause', { scope: { kind: 'all' } });
    await eventually(() => expect(program.engine.transfers()).toHaveLength(0));
    await program.handle('queue.resume', { scope: { kind: 'all' } });
    await eventually(() => expect(program.engine.transfers()).toHaveLength(3));
    await closed(program);
    expect(program.engine.transfers()).toHaveLength(0);
  });
});

describe('the command line', () => {
  it('takes a limit and bounds, and says what of them does not count', async () => {
    const run = await lab.run(
      ['upload', images(2), '--dataset', 'D', '--bwlimit', '50M:1M', '--concurrency', '4-32', '--json'],
      home(),
    );
    expect(run.summary).toMatchObject({ done: 2 });
    expect(run.stderr).toMatch(/Of “50M:1M” only the first half counts/);
  });

  it.each([
    [['--bwlimit', '10MB'], /“10MB” is not a limit. Write 10M, which is 10 MiB a second/],
    [['--bwlimit', '8:00,1M'], /“8:00” in “8:00,1M” is not a time/],
    [['--concurrency', '0'], /from 1 to 64/],
    [['--concurrency', '4-65'], /from 1 to 64/],
    [['--concurrency', 'many'], /from 1 to 64/],
    [['--concurrency', '32-4'], /Give the smaller number first: 4-32/],
  ])('refuses %j with what to write', async (options, sentence) => {
    const run = await lab.run(['upload', lab.folder, '--dataset', 'D', ...options], home());
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(sentence);
  });

  it('refuses a limit of the environment that means nothing, by the name of the variable', async () => {
    const run = await lab.run(['status'], { ...home(), ENCORD_UPLOADER_BWLIMIT: 'slow' });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/ENCORD_UPLOADER_BWLIMIT is not understood: “slow” is not a limit/);
  });

  it.each(['upload', 'retry', 'serve'])('names the option in the help of %s', async (command) => {
    const run = await lab.run([command, '--help']);
    expect(run.stdout).toMatch(/--bwlimit <limits>/);
  });
});

/** The self-test of a watcher: heard, not heard, not possible; and it leaves nothing behind. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSelfTest, createStartWatcher } from '../../../../main/adapters/watch/index.ts';
import { eventually } from '../../../fixtures/eventually.ts';
import { clock, mountTmpfs, scannerForTest, skipUsual, temporary } from './support.ts';

const owner = 'bench /data';
const none = (): void => undefined;
const log = { debug: none, info: none, warn: none };

it.each([10, 100_000])('is heard by a watcher of %i files', async (files) => {
  const root = temporary();
  const heard = new Map<string, () => void>();
  const watcher = await createStartWatcher({ clock, log, scanner: scannerForTest() })(root, {
    files,
    skip: skipUsual,
    listener: { touched: (path) => heard.get(path)?.(), unsure: none, failed: none },
  });
  const selfTest = createSelfTest({ clock, owner, waitMs: 18_000 });
  const result = await selfTest(root, (name) => {
    expect(existsSync(join(root, name))).toBe(false);
    return new Promise((resolve) => heard.set(name, () => resolve(true)));
  });
  await watcher.close();
  expect(result).toEqual({ kind: 'heard' });
  expect([...heard.keys()]).toEqual([expect.stringMatching(/^\.encord-uploader-test-/)]);
  expect(readdirSync(root)).toEqual([]);
});

it('is silent when nothing is heard in time, or whoever waits gives up', async () => {
  const root = temporary();
  const waited: number[] = [];
  const quick = {
    // Three seconds pass at once, longer times never.
    after(ms: number, fn: () => void) {
      waited.push(ms);
      if (ms === 3_000) setImmediate(fn);
      return none;
    },
  };
  const soon = createSelfTest({ clock: quick, owner });
  expect(await soon(root, () => new Promise(() => undefined))).toEqual({ kind: 'silent' });
  expect(waited).toContain(3_000);
  expect(readdirSync(root)).toEqual([]);

  const patient = createSelfTest({ clock, owner, waitMs: 18_000 });
  const seen = async (name: string): Promise<boolean> => {
    await eventually(() => expect(existsSync(join(root, name))).toBe(true));
    return false;
  };
  expect(await patient(root, seen)).toEqual({ kind: 'silent' });
  expect(await patient(root, () => Promise.reject(new Error('closed')))).toEqual({ kind: 'silent' });
  expect(readdirSync(root)).toEqual([]);
});

it('removes what a killed program left, and not what another one has', async () => {
  const root = temporary();
  let names: string[] = [];
  const known = async (name: string): Promise<boolean> => {
    names = [...names, name];
    await eventually(() => expect(existsSync(join(root, name))).toBe(true));
    return true;
  };
  const selfTest = createSelfTest({ clock, owner, waitMs: 18_000 });
  const another = createSelfTest({ clock, owner: 'another /data', waitMs: 18_000 });
  expect(await selfTest(root, known)).toEqual({ kind: 'heard' });
  expect(await another(root, known)).toEqual({ kind: 'heard' });
  for (const name of names) writeFileSync(join(root, name), '');
  expect(await selfTest(root, known)).toEqual({ kind: 'heard' });
  expect(readdirSync(root)).toEqual([names[1]]);
});

it('is skipped with the reason where nothing can be written', async ({ skip }) => {
  const root = temporary();
  const selfTest = createSelfTest({ clock, owner, waitMs: 18_000 });
  const never = (): Promise<boolean> => new Promise(() => undefined);
  expect(await selfTest(join(root, 'gone'), never)).toMatchObject({ kind: 'skipped' });

  const mounted = mountTmpfs('size=4k,nr_inodes=1');
  if (!mounted) return skip('mounting is not allowed here');
  expect(await selfTest(mounted.path, never)).toEqual({
    kind: 'skipped',
    reason: expect.stringMatching(/disk of the folder is full/),
  });
  execFileSync('mount', ['-o', 'remount,ro', mounted.path]);
  expect(await selfTest(mounted.path, never)).toEqual({
    kind: 'skipped',
    reason: expect.stringMatching(/Nothing may be written/),
  });
});

/** Whether somebody shows the tray: where that is known, how long it is waited for, and what the session bus says. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { askSessionBus, trayIsSeen } from '../../../main/electron/tray-host.ts';

/** Answers one after the other, and how many were asked for. */
async function seen(answers: (boolean | null)[], looks: number, platform: NodeJS.Platform = 'linux') {
  let asked = 0;
  const result = await trayIsSeen({
    platform,
    patient: () => asked <= looks,
    ask: async () => answers[asked++] ?? false,
    later: (_ms, fn) => fn(),
  });
  return [result, asked];
}

test('only on Linux is it asked, and what nobody can tell is taken for a tray', async () => {
  expect(await seen([false], 0, 'win32')).toEqual([true, 0]);
  expect(await seen([false], 0, 'darwin')).toEqual([true, 0]);
  expect(await seen([true], 0)).toEqual([true, 1]);
  const answered = await trayIsSeen({ platform: 'linux', patient: () => true, ask: async () => null });
  expect(answered).toBe(true);
  expect(await seen([false], 0)).toEqual([false, 1]);
});

test('a panel that comes a little later is waited for, as long as somebody has patience', async () => {
  expect(await seen([false, false, true], 9)).toEqual([true, 3]);
  expect(await seen([], 3)).toEqual([false, 4]);
});

test.runIf(process.platform === 'linux').each([
  ['echo "(true,)"', true],
  ['echo "(false,)"', false],
  ['echo "Error connecting: there is no bus" >&2; exit 1', null],
  ['echo "something else"', null],
  ['exec sleep 60', null],
])('a session bus whose tool does %s answers %s', async (script, answer) => {
  const folder = mkdtempSync(join(tmpdir(), 'encord-bus-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const tool = join(folder, 'gdbus');
  writeFileSync(
    tool,
    `#!/bin/sh\ncase "$*" in *NameHasOwner*StatusNotifierWatcher) ;; *) exit 9;; esac\n${script}\n`,
  );
  chmodSync(tool, 0o700);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  expect(await askSessionBus()).toBe(answer);
});

test('without the tool nobody can tell', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await askSessionBus()).toBe(null);
});

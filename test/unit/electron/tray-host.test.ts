/** Whether somebody shows the tray: where that is known, how long it is waited for, and what the session bus says. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { askSessionBus, type TrayAnswer, trayIsSeen } from '../../../main/electron/tray-host.ts';

/** What was found, and how long each of the questions might have taken. */
async function seen(
  answers: TrayAnswer[],
  looks: number,
  platform: NodeJS.Platform = 'linux',
): Promise<[boolean | null, number[]]> {
  const limits: number[] = [];
  const result = await trayIsSeen({
    platform,
    patient: () => limits.length <= looks,
    ask: async (limitMs) => {
      limits.push(limitMs);
      return answers[limits.length - 1] ?? 'not-shown';
    },
    later: (_ms, fn) => fn(),
  });
  return [result, limits];
}

test('only on Linux is it asked, and what nobody can tell is said as such', async () => {
  expect(await seen([], 0, 'win32')).toEqual([true, []]);
  expect(await seen([], 0, 'darwin')).toEqual([true, []]);
  const once = async (answer: TrayAnswer) => (await seen([answer], 0))[0];
  expect([await once('shown'), await once('not-shown'), await once('unsure')]).toEqual([true, false, null]);
  // Without a tool, patience is of no use.
  expect(await seen(['unknown'], 9)).toEqual([null, [5_000]]);
});

test('a panel that comes a little later is waited for, as long as somebody has patience', async () => {
  const [found, limits] = await seen(['not-shown', 'unsure', 'not-shown', 'shown'], 9);
  expect([found, limits.length]).toEqual([true, 4]);
  const [never, asked] = await seen(['not-shown', 'unsure'], 3);
  expect([never, asked.length]).toEqual([false, 4]);
});

test('a bus that is slow is asked again, and is given longer, where somebody has patience', async () => {
  expect(await seen(['unsure', 'not-shown'], 1)).toEqual([false, [5_000, 5_000]]);
  const impatient = trayIsSeen({
    platform: 'linux',
    patient: () => false,
    ask: async (limitMs) => (limitMs === 1_000 ? 'unsure' : 'shown'),
  });
  expect(await impatient).toBe(null);
});

test.runIf(process.platform === 'linux').each([
  ['echo "(true,)"', 'shown', 10_000],
  ['echo "(false,)"', 'not-shown', 10_000],
  ['echo "Error connecting: there is no bus" >&2; exit 1', 'unsure', 10_000],
  ['echo "something else"', 'unsure', 10_000],
  ['exec sleep 60', 'unsure', 200],
  ['[ -z "$ENCORD_SSH_KEY" ] && [ "$ENCORD_DOMAIN" ] && echo "(true,)"', 'shown', 10_000],
] as const)('a session bus whose tool does %s answers %s', async (script, answer, limitMs) => {
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
  vi.stubEnv('ENCORD_SSH_KEY', 'the private key');
  vi.stubEnv('ENCORD_DOMAIN', 'https://example.test');
  expect(await askSessionBus(limitMs)).toBe(answer);
});

test('without the tool nobody can tell', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await askSessionBus(10_000)).toBe('unknown');
});

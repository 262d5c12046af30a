/**
 * A few rounds of the crash harness of watch folders; `npm run crash -- --watch` runs it long. And the proof that it would
 * notice: files that are put away too early, and a group that is sent again.
 */

import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, type WatchRules } from '../../../main/core/watch/rules.ts';
import { SCENARIOS } from '../boundaries.ts';
import { crashWatch, type WatchCrashReport, watchReportLines } from './harness.ts';
import type { Life } from './life.ts';
import { type FolderPlan, type LifePlan, QUIET_SECONDS, type WatchRoundPlan } from './plan.ts';

const MINUTES = 60_000;
const SEED = 1;
/** What fits into forty seconds on two processors that have other work, too. */
const ROUNDS = 6;

describe('killed while files arrive in watch folders, and started again', () => {
  it('uploads everything once, and moves only what is registered', { timeout: 10 * MINUTES }, async () => {
    const options = { seed: SEED, from: 0, rounds: ROUNDS, workers: 3, limitMs: null };
    const report = await crashWatch(options);
    const lines = watchReportLines(report, SEED).join('\n');
    console.log(lines);
    expect(report.failed, lines).toEqual([]);
    // It did not pass for want of files, of deaths, or of anything to put away.
    expect(report.rounds).toBe(ROUNDS);
    expect(report.kills.size, lines).toBeGreaterThan(3);
    for (const figure of ['files', 'groups', 'moved', 'trashed'] as const) {
      expect(report[figure], lines).toBeGreaterThan(0);
    }
  });

  it('would notice files that are put away before they are registered', {
    timeout: 5 * MINUTES,
  }, async () => {
    const images = folderOf({ after: { kind: 'move' } });
    const reasons = await broken('hasty', images, []);
    expect(reasons).toContain('moved without being registered: hot0/uploaded/');
    expect(reasons).toContain('lost: ');
  });

  it('would notice a group that is sent again because its answer was lost', {
    timeout: 5 * MINUTES,
  }, async () => {
    const groups = folderOf({
      becomes: { kind: 'folders', media: 'image-group' },
      groups: { ...DEFAULT_RULES.groups, close: { kind: 'marker', name: 'complete.txt' } },
    });
    const kill = { name: 'send:after:register:image-group', nth: 1, part: 0 };
    const reasons = await broken('resend', groups, [{ kill, killAfterMs: 60_000, pauseMs: 0 }]);
    expect(reasons).toContain('doubled: group-');
  });
});

function folderOf(rules: Partial<WatchRules>): FolderPlan {
  const readiness = { ...DEFAULT_RULES.readiness, quietSeconds: QUIET_SECONDS };
  return {
    name: 'hot0',
    dataset: 0,
    rules: { ...DEFAULT_RULES, readiness, exclude: ['skip/**'], ...rules },
    existing: 'all',
    units: 3,
  };
}

/** What the harness says to a program with this fault. */
async function broken(
  sabotage: Life['sabotage'],
  folder: FolderPlan,
  lives: readonly LifePlan[],
): Promise<string> {
  // Mirrored: what is registered is a row at once.
  const scenario = SCENARIOS.find(({ mirrored }) => mirrored);
  if (!scenario) throw new Error('There is no scenario.');
  const plan: WatchRoundPlan = { scenario, folders: [folder], adding: [], lives, writingMs: 500 };
  const report: WatchCrashReport = await crashWatch({
    ...{ seed: SEED, from: 0, rounds: 1, workers: 1, limitMs: null },
    sabotage,
    plan,
  });
  for (const failed of report.failed)
    rmSync(dirname(dirname(failed.folder)), { recursive: true, force: true });
  return report.failed.map(({ reason }) => reason).join('\n');
}

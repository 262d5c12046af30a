/**
 * As many rounds of the crash harness as fit into a minute; `npm run crash` runs it long. And the proof that it would
 * notice: a program that sends again what it has no answer to is caught.
 */

import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crash, neverPassed, reportLines } from './harness.ts';
import { planRound, ROUNDS_TO_PASS_ALL } from './plan.ts';

const MINUTES = 60_000;
const SEED = 1;

describe('killed at every boundary and started again', () => {
  it('uploads everything once', { timeout: 15 * MINUTES }, async () => {
    const report = await crash({
      seed: SEED,
      from: 0,
      rounds: 10_000,
      workers: 2,
      limitMs: MINUTES,
      atLeast: ROUNDS_TO_PASS_ALL,
    });
    const lines = reportLines(report, SEED).join('\n');
    console.log(lines);
    expect(report.failed, lines).toEqual([]);
    expect(neverPassed(report)).toEqual([]);
    // Both answers to a doubt were given, and each was the right one for some group.
    expect(report.parkedThere, lines).toBeGreaterThan(0);
    expect(report.registeredAnyway, lines).toBeGreaterThan(0);
  });

  it('would notice a program that sends again what was not answered', { timeout: 5 * MINUTES }, async () => {
    const dies = 'send:after:register:image-group';
    let round = 0;
    while (!isCalm(round) || !planRound(1, round).lives.some(({ kill }) => kill?.name === dies)) round += 1;
    const report = await crash({
      seed: 1,
      from: round,
      rounds: 1,
      workers: 1,
      limitMs: null,
      sabotage: 'resend',
    });
    expect(report.failed.map(({ reason }) => reason).join()).toContain('doubled: group-');
    for (const { folder } of report.failed)
      rmSync(dirname(dirname(folder)), { recursive: true, force: true });
  });
});

function isCalm(round: number): boolean {
  return planRound(1, round).calm;
}

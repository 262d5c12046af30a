/**
 * The crash harness of watch folders: rounds in which files arrive while the program is killed and started again, counted.
 * Used by `npm run crash -- --watch` and by the crash tests.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { inLabs, type Lab, type LabOptions } from '../labs.ts';
import type { Life } from './life.ts';
import { planRound, type WatchRoundPlan } from './plan.ts';
import { WatchRound, type WatchRoundResult } from './round.ts';

export interface WatchCrashOptions extends LabOptions {
  readonly seed: number;
  readonly sabotage?: Life['sabotage'];
  /** In place of what seed and number say. */
  readonly plan?: WatchRoundPlan;
  readonly progress?: (line: string) => void;
}

export interface WatchCrashReport {
  rounds: number;
  lives: number;
  files: number;
  groups: number;
  moved: number;
  trashed: number;
  parked: number;
  parkedThere: number;
  readonly kills: Map<string, number>;
  readonly passed: Set<string>;
  readonly failed: { readonly round: number; readonly reason: string; readonly folder: string }[];
}

export function newWatchReport(): WatchCrashReport {
  return {
    rounds: 0,
    lives: 0,
    files: 0,
    groups: 0,
    moved: 0,
    trashed: 0,
    parked: 0,
    parkedThere: 0,
    kills: new Map(),
    passed: new Set(),
    failed: [],
  };
}

/** Fills the report as it goes, so that a run that is broken off has one, too. */
export async function crashWatch(
  options: WatchCrashOptions,
  report = newWatchReport(),
): Promise<WatchCrashReport> {
  await inLabs(options, (lab, folder, number) => one(lab, folder, number, options, report));
  return report;
}

async function one(
  lab: Lab,
  folder: string,
  number: number,
  { seed, sabotage = null, plan = planRound(seed, number), progress }: WatchCrashOptions,
  report: WatchCrashReport,
): Promise<boolean> {
  const kinds = plan.folders.map(({ rules }) => `${rules.becomes.kind}, ${rules.after.kind}`).join('; ');
  const name = `round ${number} ${plan.scenario.name} (${kinds})`;
  mkdirSync(folder, { recursive: true });
  try {
    add(report, await new WatchRound(lab, plan, folder, { seed, number, sabotage }).run());
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    progress?.(`${name}: ${plan.lives.length} deaths planned, as it should be`);
    return true;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    report.failed.push({ round: number, reason, folder });
    progress?.(`${name} FAILED: ${reason}\nkept in ${folder}`);
    return false;
  }
}

function add(report: WatchCrashReport, result: WatchRoundResult): void {
  report.rounds += 1;
  for (const name of ['lives', 'files', 'groups', 'moved', 'trashed', 'parked', 'parkedThere'] as const)
    report[name] += result[name];
  for (const name of result.passed) report.passed.add(name);
  for (const [name, count] of result.kills) report.kills.set(name, (report.kills.get(name) ?? 0) + count);
}

/** The figures in a few lines, and what to do about a failure. */
export function watchReportLines(report: WatchCrashReport, seed: number): string[] {
  const deaths = [...report.kills.values()].reduce((sum, count) => sum + count, 0);
  const random = report.kills.get('a random instant') ?? 0;
  const lines = [
    `${report.rounds} rounds of watch folders, ${report.lives} lives of the program, ${deaths} killed: ${random} at ` +
      `random instants, the others at ${report.kills.size - (random > 0 ? 1 : 0)} different boundaries`,
    `${report.files} files and ${report.groups} groups in their datasets once; ${report.moved} files moved and ` +
      `${report.trashed} in the trash, all of them registered; ${report.failed.length} rounds failed`,
    `${report.parked} groups were uncertain for a while: ${report.parkedThere} were there when checked again, ` +
      `${report.parked - report.parkedThere} were registered anyway`,
  ];
  for (const { round, reason, folder } of report.failed) {
    lines.push(
      `FAILED round ${round}: npm run crash -- --watch --seed ${seed} --from ${round} --rounds 1`,
      ...reason.split('\n').map((line) => `  ${line}`),
      `  kept in ${folder}`,
    );
  }
  return lines;
}

/**
 * The crash harness: rounds of deaths and restarts against emulators of its own, counted. Used by `npm run crash` and by
 * the crash tests.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { boundariesOf, SCENARIOS } from './boundaries.ts';
import type { Life } from './child.ts';
import { inLabs, type Lab, type LabOptions } from './labs.ts';
import { planRound } from './plan.ts';
import { Round, type RoundResult } from './round.ts';

export interface CrashOptions extends LabOptions {
  readonly seed: number;
  readonly sabotage?: Life['sabotage'];
  readonly progress?: (line: string) => void;
}

export interface Failed {
  readonly round: number;
  readonly reason: string;
  /** Kept: its data folder, its files. */
  readonly folder: string;
}

export interface CrashReport {
  rounds: number;
  lives: number;
  units: number;
  groups: number;
  parked: number;
  parkedThere: number;
  /** Of these, how many although lookups showed them within the settle time: none, if that time is long enough. */
  parkedTooSoon: number;
  checkedAgain: number;
  registeredAnyway: number;
  /** In rounds that aim at no boundary: how rare doubts are for programs that die whenever. */
  readonly instants: { groups: number; parked: number };
  readonly passed: Set<string>;
  /** Scenario and boundary, and how often the program died there. */
  readonly kills: Map<string, number>;
  readonly failed: Failed[];
}

export function newReport(): CrashReport {
  return {
    rounds: 0,
    lives: 0,
    units: 0,
    groups: 0,
    parked: 0,
    parkedThere: 0,
    parkedTooSoon: 0,
    checkedAgain: 0,
    registeredAnyway: 0,
    instants: { groups: 0, parked: 0 },
    passed: new Set(),
    kills: new Map(),
    failed: [],
  };
}

/** Fills the report as it goes, so that a run that is broken off has one, too. */
export async function crash(options: CrashOptions, report = newReport()): Promise<CrashReport> {
  await inLabs(options, (lab, folder, number) => one(lab, folder, number, options, report));
  return report;
}

async function one(
  lab: Lab,
  folder: string,
  number: number,
  options: CrashOptions,
  report: CrashReport,
): Promise<boolean> {
  const plan = planRound(options.seed, number);
  mkdirSync(folder, { recursive: true });
  try {
    const { seed, sabotage = null } = options;
    add(report, await new Round(lab, plan, folder, { seed, number, sabotage }).run());
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    options.progress?.(
      `round ${number} ${plan.scenario.name}: ${plan.lives.length} deaths planned, as it should be`,
    );
    return true;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    report.failed.push({ round: number, reason, folder });
    options.progress?.(`round ${number} ${plan.scenario.name} FAILED: ${reason}\nkept in ${folder}`);
    return false;
  }
}

function add(report: CrashReport, result: RoundResult): void {
  report.rounds += 1;
  for (const name of ['lives', 'units', 'groups', 'parked', 'parkedThere'] as const)
    report[name] += result[name];
  if (!result.late) report.parkedTooSoon += result.parkedThere;
  if (result.aim === 'instants') {
    report.instants.groups += result.groups;
    report.instants.parked += result.parked;
  }
  report.checkedAgain += result.checkedAgain;
  report.registeredAnyway += result.registeredAnyway;
  for (const name of result.passed) report.passed.add(name);
  for (const [name, count] of result.kills) report.kills.set(name, (report.kills.get(name) ?? 0) + count);
}

/** Scenario and name of each boundary at which the program has not died. */
export function neverKilledAt(report: CrashReport): string[] {
  return allBoundaries().filter((name) => !report.kills.has(name));
}

/** Scenario and name of each boundary that no life has passed. */
export function neverPassed(report: CrashReport): string[] {
  return allBoundaries().filter((name) => !report.passed.has(name));
}

function allBoundaries(): string[] {
  return SCENARIOS.flatMap((scenario) =>
    boundariesOf(scenario).map(({ name }) => `${scenario.name} ${name}`),
  );
}

/** The figures in a few lines, and what to do about a failure. */
export function reportLines(report: CrashReport, seed: number): string[] {
  const deaths = [...report.kills.values()].reduce((sum, count) => sum + count, 0);
  const random = [...report.kills].filter(([name]) => name.endsWith('a random instant'));
  const share = ({ parked, groups }: { parked: number; groups: number }): string =>
    `${parked} of ${groups} groups were uncertain for a while` +
    (groups === 0 ? '' : ` (${((100 * parked) / groups).toFixed(1)}%)`);
  const said = (what: string): number =>
    report.failed.reduce((sum, { reason }) => sum + reason.split(`${what}: `).length - 1, 0);
  const lines = [
    `${report.rounds} rounds, ${report.lives} lives of the program, ${deaths} killed: ` +
      `${deaths - random.reduce((sum, [, count]) => sum + count, 0)} at ${report.kills.size - random.length} of ` +
      `${allBoundaries().length} named boundaries, the others at random instants`,
    `${report.units} units uploaded, ${said('lost')} lost, ${said('doubled')} doubled; ${report.failed.length} rounds failed`,
    `${share(report)}: ${report.parkedThere} were there when checked again ` +
      `(${report.parkedTooSoon} of them although lookups were not late), ` +
      `${report.registeredAnyway} were registered anyway`,
    `${share(report.instants)} in the rounds that aim at no boundary`,
  ];
  for (const { round, reason, folder } of report.failed) {
    lines.push(
      `FAILED round ${round}: npm run crash -- --seed ${seed} --from ${round} --rounds 1`,
      ...reason.split('\n').map((line) => `  ${line}`),
      `  kept in ${folder}`,
    );
  }
  return lines;
}

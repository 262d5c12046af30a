/**
 * The crash harness: rounds of deaths and restarts against emulators of its own, counted. Used by `npm run crash` and by
 * the crash tests.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKey } from '../fixtures/keys.ts';
import { boundariesOf, SCENARIOS } from './boundaries.ts';
import { bundle } from './bundle.ts';
import type { Life } from './child.ts';
import { EmulatorProcess } from './emulator.ts';
import { planRound } from './plan.ts';
import { EMAIL, type Lab, Round, type RoundResult } from './round.ts';
import type { Programs } from './spawn.ts';

export interface CrashOptions {
  readonly seed: number;
  /** The first round and how many. */
  readonly from: number;
  readonly rounds: number;
  /** Rounds at the same time, each with its own emulator. */
  readonly workers: number;
  /** After `atLeast` rounds none begins later than this many milliseconds after the start. */
  readonly limitMs: number | null;
  readonly atLeast?: number;
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

/** An emulator that has seen so many rounds is replaced: its answers about everything it has grow long. */
const ROUNDS_PER_EMULATOR = 20;

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
  const folder = mkdtempSync(join(tmpdir(), 'encord-crash-'));
  // Also where a signal ends the run.
  const remove = (): void => {
    if (report.failed.length === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  const begun = performance.now();
  let next = options.from;
  const take = (): number | null => {
    if (next >= options.from + options.rounds) return null;
    const late = options.limitMs !== null && performance.now() - begun > options.limitMs;
    if (late && next >= options.from + (options.atLeast ?? 0)) return null;
    next += 1;
    return next - 1;
  };
  const programs = await bundle(join(folder, 'programs'));
  const begin: Begin = { programs, take, options, report };
  await Promise.all(
    Array.from({ length: options.workers }, (_, worker) => work(join(folder, `worker${worker}`), begin)),
  );
  process.off('exit', remove);
  remove();
  return report;
}

/** What the workers of a run share. */
interface Begin {
  readonly programs: Programs;
  /** The number of the next round, or null when there is none. */
  readonly take: () => number | null;
  readonly options: CrashOptions;
  readonly report: CrashReport;
}

async function work(folder: string, { programs, take, options, report }: Begin): Promise<void> {
  let round = take();
  for (let lab = 0; round !== null; lab += 1) {
    const key = makeKey(EMAIL);
    const emulator = new EmulatorProcess({
      programs,
      dataDir: join(folder, `emulator${lab}`),
      publicKey: key.publicKey,
      jobDelayMs: 40,
    });
    await emulator.start();
    try {
      const lent: Lab = {
        emulator,
        privateKey: key.privateKey,
        programs,
        sabotage: options.sabotage ?? null,
      };
      for (let index = 0; index < ROUNDS_PER_EMULATOR && round !== null; index += 1) {
        const sound = await one(lent, join(folder, `round${round}`), round, options, report);
        round = take();
        // What a failed round left on the server must not be counted against others.
        if (!sound) break;
      }
    } finally {
      await emulator.kill();
    }
    if (report.failed.length === 0) rmSync(join(folder, `emulator${lab}`), { recursive: true, force: true });
  }
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
    add(report, await new Round(lab, plan, folder, options.seed, number).run());
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

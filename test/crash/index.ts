/**
 * `npm run crash -- [--watch] [--rounds N] [--seed S] [--from R] [--workers W] [--boundaries]`: kills the program at every
 * boundary and at random instants, and proves that nothing is lost and nothing doubled; with `--watch` while files arrive in
 * watch folders, and that nothing is moved that is not registered.
 */

import { writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type CrashOptions, crash, neverKilledAt, neverPassed, newReport, reportLines } from './harness.ts';
import { roundsForAll } from './plan.ts';
import { crashWatch, newWatchReport, type WatchCrashOptions, watchReportLines } from './watch/harness.ts';

/** One more than there are processors: rounds wait a good part of their time. */
const WORKERS = availableParallelism() + 1;

const HELP = `Usage: npm run crash -- [options]

Kills the program with SIGKILL at every boundary of an effect and at random instants, starts it again, and compares
what the emulator holds with the files. Ends with 1 where anything was lost or doubled or a boundary was never met.

  --watch       kill it while files arrive in watch folders (200 rounds)
  --rounds N    how many (500); with fewer than ${roundsForAll()} not every boundary has its turn
  --seed S      of all that is decided (1); the same seed and round do the same again
  --from R      the first round (0)
  --workers W   rounds at the same time (${WORKERS})
  --boundaries  list how often the program died at each
`;

const { values } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(WORKERS) },
    boundaries: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  const numbers = [values.rounds ?? (values.watch ? 200 : 500), values.seed, values.from, values.workers].map(
    Number,
  );
  const [rounds = 0, seed = 1, from = 0, workers = WORKERS] = numbers;
  if (!numbers.every((value) => Number.isInteger(value) && value >= 0)) {
    process.stderr.write(HELP);
    process.exit(2);
  }
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const options = { seed, from, rounds, workers, limitMs: null, progress };
  process.exitCode = await (values.watch ? runWatch(options) : runQueue(options));
}

async function runQueue(options: CrashOptions): Promise<number> {
  const report = newReport();
  const tell = (more: readonly string[]): void =>
    print(report.kills, [...reportLines(report, options.seed), ...more]);
  tellWhenBrokenOff(tell);
  await crash(options, report);
  const complete = report.rounds >= roundsForAll();
  const missed = complete ? [...new Set([...neverPassed(report), ...neverKilledAt(report)])] : [];
  if (complete && report.parkedThere === 0) missed.push('a group in doubt that was there when checked again');
  if (complete && report.registeredAnyway === 0) missed.push('a group in doubt that was registered anyway');
  tell(missed.map((name) => `NEVER MET: ${name}`));
  return report.failed.length + missed.length > 0 ? 1 : 0;
}

async function runWatch(options: WatchCrashOptions): Promise<number> {
  const report = newWatchReport();
  const tell = (more: readonly string[]): void =>
    print(report.kills, [...watchReportLines(report, options.seed), ...more]);
  tellWhenBrokenOff(tell);
  await crashWatch(options, report);
  tell([]);
  return report.failed.length > 0 ? 1 : 0;
}

function print(kills: ReadonlyMap<string, number>, told: readonly string[]): void {
  const lines = values.boundaries
    ? [...kills].sort().map(([name, count]) => `${String(count).padStart(6)}  ${name}`)
    : [];
  // Written before the process may end.
  writeSync(1, `${[...lines, ...told].join('\n')}\n`);
}

function tellWhenBrokenOff(tell: (more: readonly string[]) => void): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      tell([`Broken off by ${name}.`]);
      process.exit(130);
    });
  }
}

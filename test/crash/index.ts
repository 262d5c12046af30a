/**
 * `npm run crash -- [--rounds N] [--seed S] [--from R] [--workers W] [--boundaries]`: kills the program at every boundary and
 * at random instants, and proves that nothing is lost and nothing doubled.
 */

import { writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { crash, neverKilledAt, neverPassed, newReport, reportLines } from './harness.ts';
import { roundsForAll } from './plan.ts';

/** One more than there are processors: rounds wait a good part of their time. */
const WORKERS = availableParallelism() + 1;

const HELP = `Usage: npm run crash -- [options]

Kills the program with SIGKILL at every boundary of an effect and at random instants, starts it again, and compares
what the emulator holds with the files. Ends with 1 where anything was lost or doubled or a boundary was never met.

  --rounds N    how many (500); with fewer than ${roundsForAll()} not every boundary has its turn
  --seed S      of all that is decided (1); the same seed and round do the same again
  --from R      the first round (0)
  --workers W   rounds at the same time (${WORKERS})
  --boundaries  list how often the program died at each
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
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
  const [rounds, seed, from, workers] = [values.rounds, values.seed, values.from, values.workers].map(Number);
  if (![rounds, seed, from, workers].every((value) => Number.isInteger(value) && Number(value) >= 0)) {
    process.stderr.write(HELP);
    process.exit(2);
  }
  const report = newReport();
  const print = (more: readonly string[]): void => {
    const lines = values.boundaries
      ? [...report.kills].sort().map(([name, count]) => `${String(count).padStart(6)}  ${name}`)
      : [];
    lines.push(...reportLines(report, seed ?? 1), ...more);
    // Written before the process may end.
    writeSync(1, `${lines.join('\n')}\n`);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      print([`Broken off by ${name}.`]);
      process.exit(130);
    });
  }
  const options = {
    seed: seed ?? 1,
    from: from ?? 0,
    rounds: rounds ?? 0,
    workers: workers ?? WORKERS,
    limitMs: null,
  };
  await crash({ ...options, progress: (line) => process.stderr.write(`${line}\n`) }, report);
  const complete = report.rounds >= roundsForAll();
  const missed = complete ? [...new Set([...neverPassed(report), ...neverKilledAt(report)])] : [];
  if (complete && report.parkedThere === 0) missed.push('a group in doubt that was there when checked again');
  if (complete && report.registeredAnyway === 0) missed.push('a group in doubt that was registered anyway');
  print(missed.map((name) => `NEVER MET: ${name}`));
  process.exitCode = report.failed.length + missed.length > 0 ? 1 : 0;
}

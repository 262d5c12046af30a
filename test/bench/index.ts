/**
 * `npm run bench -- [NAME…] [--json] [--markdown] [--size MIB] [--runs N] [--units N]`: measures speed, memory and processor time
 * on this machine and prints each result as it comes; with `--markdown`, a table at the end. Ratios are medians of
 * interleaved pairs of one run.
 */

import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { app } from './app.ts';
import { bandwidth } from './bandwidth.ts';
import { large } from './large.ts';
import { memory } from './memory.ts';
import { scale } from './scale.ts';
import { small } from './small.ts';
import type { Bench, BenchOptions, Measurement } from './tools.ts';
import { watch } from './watch.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  app,
  large,
  small,
  memory,
  scale,
  bandwidth,
  watch,
};

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    /** Of the large file, in MiB. */
    size: { type: 'string', default: '1024' },
    runs: { type: 'string', default: '5' },
    /** In the long queue. */
    units: { type: 'string', default: '1000000' },
  },
  allowPositionals: true,
});

// So that the children end too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
process.stdout.once('error', () => process.exit(130));

const trouble = usageTrouble();
if (trouble) {
  console.error(trouble);
  process.exitCode = 2;
} else {
  await run({
    largeBytes: Number(values.size) * 1024 ** 2,
    runs: Number(values.runs),
    units: Number(values.units),
  });
}

function usageTrouble(): string | null {
  const unknown = positionals.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    return `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`;
  }
  const wrong = [values.size, values.runs, values.units].find((value) => !/^[1-9]\d{0,6}$/.test(value));
  return wrong === undefined ? null : `${wrong} is not a whole number above 0.`;
}

async function run(options: BenchOptions): Promise<void> {
  const machine = machineLine();
  if (!values.json) console.log(machine);
  const results: Measurement[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) {
    const bench = BENCHES[name];
    if (!bench) continue;
    for await (const result of bench(options)) {
      if (typeof result === 'string') {
        console.error(result);
        continue;
      }
      results.push(result);
      console.log(values.json ? JSON.stringify(result) : say(result));
    }
  }
  if (values.markdown) console.log(`\n${machine}\n\n${table(results)}`);
}

function machineLine(): string {
  const processors = cpus();
  const model = (processors[0]?.model ?? 'unknown processor').replace(/\s+/g, ' ').trim();
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${processors.length} × ${model}, ${memoryGib} GiB, Node ${process.version}, ${date}, load ${load} at the start`;
}

function say(result: Measurement): string {
  const compared = comparison(result);
  return `${result.name}: ${amount(result)}${compared === '' ? '' : `, ${compared}`}`;
}

/** What was compared with several others is one row. */
function table(results: readonly Measurement[]): string {
  const rows = new Map<string, { measured: string; compared: string[]; aim: string }>();
  for (const each of results) {
    const row = rows.get(each.name) ?? { measured: amount(each), compared: [], aim: each.aim ?? '' };
    rows.set(each.name, row);
    if (each.ratio !== undefined) row.compared.push(comparison(each));
  }
  return [
    '| what | measured | compared | aim |',
    '| --- | --- | --- | --- |',
    ...[...rows].map(
      ([name, { measured, compared, aim }]) => `| ${name} | ${measured} | ${compared.join('; ')} | ${aim} |`,
    ),
  ].join('\n');
}

function amount({ value, unit }: Measurement): string {
  return `${value.toLocaleString('en')} ${unit}`;
}

function comparison({ against, ratio }: Measurement): string {
  return ratio === undefined ? '' : `${ratio} of ${against ?? ''}`;
}

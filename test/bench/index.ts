/**
 * `npm run bench -- [NAME…] [--json]`: measures speed and memory on this machine and prints each result as it comes.
 * Ratios are medians of interleaved pairs of one run.
 */

import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { large } from './large.ts';
import { memory } from './memory.ts';
import { small } from './small.ts';
import type { Measurement } from './tools.ts';

const BENCHES: Readonly<Record<string, () => AsyncGenerator<Measurement>>> = { large, small, memory };

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`,
  );
  process.exitCode = 2;
} else {
  if (!values.json) {
    const [processor] = cpus();
    console.log(
      `${cpus().length} × ${processor?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`,
    );
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) {
    const bench = BENCHES[name];
    if (!bench) continue;
    for await (const result of bench()) console.log(values.json ? JSON.stringify(result) : say(result));
  }
}

function say({ name, value, unit, against, ratio }: Measurement): string {
  const compared = ratio === undefined ? '' : `, ${ratio} of ${against ?? ''}`;
  return `${name}: ${value.toLocaleString('en')} ${unit}${compared}`;
}

/**
 * `npm run fuzz -- [--messages N] [--seed S] [--host electron|browser]`: sends hostile messages of a hostile page to a whole
 * program through both hosts, half of them each, and says what should not have been.
 */

import { parseArgs } from 'node:util';
import { CALL_NAMES } from '../../preload/contract/names.ts';
import { type FuzzReport, fuzz } from './contract.ts';

const HELP = `Usage: npm run fuzz -- [options]

Sends hostile messages through the Electron host's handler and through browser mode's socket to a program on the
emulator. Ends with 1 where one was not answered, was answered in another shape, with a secret or with "internal", where
something was written that may not be, or where the program does not work afterwards.

  --messages N  how many, over both hosts (100,000)
  --seed S      of all that is decided (1)
  --host H      electron or browser alone
`;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    host: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const hosts = (['electron', 'browser'] as const).filter((host) => (values.host ?? host) === host);
const [messages = 0, seed = 0] = [values.messages, values.seed].map(Number);
if (
  values.help ||
  hosts.length === 0 ||
  !Number.isInteger(messages) ||
  !Number.isInteger(seed) ||
  messages < 1
) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

let findings = 0;
for (const host of hosts) {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const report = await fuzz({ host, messages: Math.ceil(messages / hosts.length), seed, progress });
  findings += report.findings.length;
  process.stdout.write(`${linesOf(report).join('\n')}\n`);
}
process.exit(findings > 0 ? 1 : 0);

function linesOf(report: FuzzReport): string[] {
  const never = CALL_NAMES.filter((name) => !report.succeeded.has(name));
  const codes = [...report.codes]
    .toSorted(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`);
  return [
    `${report.host}: ${report.messages} messages in ${report.seconds.toFixed(0)} s, ${report.ok} answered with a value`,
    `  calls that succeeded: ${report.succeeded.size}; never: ${never.join(', ') || 'none'}`,
    `  codes: ${codes.join(', ')}`,
    `  slowest: ${report.slowest.name}, ${report.slowest.seconds.toFixed(1)} s; heap grew by ${(report.heapBytes / 1e6).toFixed(0)} MB`,
    ...report.findings.map((finding) => `  FINDING: ${finding}`),
  ];
}

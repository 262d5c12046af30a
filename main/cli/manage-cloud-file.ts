/**
 * Reads a file of cloud data for `cloud check` and `cloud register`, and says what is in it and what is wrong with it.
 */

import { resolve } from 'node:path';
import type { CloudCheckView } from '../../preload/contract/manage.ts';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { ALL, problemLine } from './manage-host.ts';
import { mappingOf, mappingWords } from './manage-mapping.ts';
import { printList } from './manage-print.ts';
import { deliver } from './output.ts';
import type { Terminal } from './terminal.ts';
import { countText } from './words.ts';

export interface CheckOptions {
  readonly mapping?: string;
  readonly keepMapping?: boolean;
  readonly entries?: boolean;
  readonly output?: string;
}

interface Where {
  readonly program: Program;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Of a mapping that is in a file. */
const MAPPING_BYTES = 1_000_000;

/** `cloud check`: 1 where the file has errors. */
export async function checkFile(where: Where, file: string, options: CheckOptions): Promise<number> {
  const { program, terminal, signal } = where;
  const check = await readCloudFile(where, file, options);
  sayCheck(where, check);
  if (options.entries) {
    await printList(where, program.cloud.entries(check.checkId, 0, ALL).rows, {
      object: (entry) => ({ entry }),
      cells: ({ line, kind, urls, clientMetadata, firstUrl, title }) => [
        line === null ? '–' : `line ${line}`,
        kind,
        countText(urls, 'URL', 'URLs'),
        clientMetadata ? 'metadata' : '',
        title ?? firstUrl,
      ],
      empty: 'There is no entry in it.',
    });
  }
  terminal.object({ check });
  if (check.errors > 0) return EXIT.failed;
  if (options.keepMapping) program.cloud.keepMapping(check.checkId);
  if (options.output !== undefined) {
    const saved = await program.cloud.saveJson(check.checkId);
    await deliverSaved(program, saved, options.output, signal);
    terminal.note(`What would be sent is in ${options.output}.`);
  }
  return EXIT.ok;
}

/** Throws where it cannot be read; what is wrong in it is in the answer. */
export async function readCloudFile(
  { program, signal }: Pick<Where, 'program' | 'signal'>,
  file: string,
  { mapping }: Pick<CheckOptions, 'mapping'>,
): Promise<CloudCheckView> {
  const { cloud } = program;
  const { texts } = program.deps;
  const check = await cloud.check({ source: { kind: 'path', path: resolve(file) }, mapping: null });
  if (mapping === undefined) return check;
  if (check.csv === null) {
    throw new UploaderError('invalid-input', 'Only CSV files have columns to choose: leave --mapping out.');
  }
  const text = mapping.startsWith('@')
    ? await texts.read(resolve(mapping.slice(1)), MAPPING_BYTES, signal)
    : mapping;
  const reading = texts.json.parse(text);
  if (!reading.ok) {
    throw new UploaderError('invalid-input', `The mapping is no JSON. ${problemLine(reading.problem)}`);
  }
  return cloud.setMapping(check.checkId, mappingOf(reading.value, check.csv.headings));
}

/** Its problems, each with its line, and what it comes to. */
export function sayCheck({ program, terminal }: Where, check: CloudCheckView): void {
  const { checkId, name, kinds, entries, urls, errors, warnings, csv } = check;
  for (const problem of program.cloud.problems(checkId, 0, ALL).rows) {
    terminal.line(`${problem.severity}: ${problemLine(problem)}`);
    terminal.object({ problem });
  }
  if (csv?.mapping) terminal.line(`Columns: ${mappingWords(csv.mapping, csv.headings)}.`);
  const of = Object.entries(kinds).map(([kind, count]) => `${count.toLocaleString('en')} ${kind}`);
  terminal.line(
    `${name}: ${countText(entries, 'entry', 'entries')}${of.length > 0 ? ` (${of.join(', ')})` : ''}, ` +
      `${countText(urls, 'URL', 'URLs')}; ${countText(errors, 'error', 'errors')}, ${countText(warnings, 'warning', 'warnings')}.`,
  );
}

/** What a use case promised as a download, into a file or onto standard output. */
export async function deliverSaved(
  program: Program,
  saved: Awaited<ReturnType<Program['cloud']['saveJson']>>,
  output: string | null,
  signal: AbortSignal,
): Promise<void> {
  // The command line has no dialog, so that texts come as downloads.
  if (saved.kind !== 'download') return;
  const download = await program.download(saved.path.slice(saved.path.lastIndexOf('/') + 1));
  if (!download.ok) throw new UploaderError(download.error.code, download.error.message);
  await deliver(program, download.value.pieces(), output, signal);
}

/**
 * What is rarely done with storage items: a data group made of some, and many pointed to another bucket. Registered by
 * `manage.ts`.
 */

import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { unwrap } from '../app/outcome.ts';
import { UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { folderNamed } from './manage-folder-name.ts';
import {
  type Common,
  common,
  type ManageHost,
  manageOf,
  problemLine,
  runWith,
  type Work,
} from './manage-host.ts';
import { chunked } from './manage-items.ts';
import { countText } from './words.ts';

interface GroupOptions extends Common {
  readonly into: string;
  readonly name?: string;
  readonly layout: 'grid' | 'list';
}

interface MigrateOptions extends Common {
  readonly csv: string;
  readonly from?: string;
  readonly to?: string;
  readonly validate?: boolean;
  readonly skipMissing?: boolean;
}

const CSV_BYTES = 100_000_000;

export function addItemWorkCommands(items: Command, host: ManageHost): void {
  common(
    items
      .command('group')
      .description('Make a data group of items, which are shown together.')
      .argument('<item...>', 'ids, in this order')
      .requiredOption('--into <folder>', 'the folder of the group: id or exact name')
      .option('--name <name>', 'what to call it')
      .addOption(
        new Option('--layout <layout>', 'how they are shown').choices(['grid', 'list']).default('grid'),
      ),
  ).action((ids: string[], options: GroupOptions) =>
    runWith(host, options, (work) => makeGroup(work, ids, options)),
  );

  common(
    items
      .command('migrate')
      .description('Point items to another bucket or integration, where their files are already.')
      .requiredOption(
        '--csv <file>',
        'a table with the columns old and new: a URL and the one that replaces it',
      )
      .option('--from <integration>', 'only items of this integration: its id')
      .option('--to <integration>', 'the integration that the new URLs belong to: its id')
      .option('--validate', 'let Encord look first whether it can read the new ones')
      .option('--skip-missing', 'leave out old URLs that no item has, instead of refusing all'),
  ).action((options: MigrateOptions) => runWith(host, options, (work) => migrate(work, options)));
}

async function makeGroup(work: Work, itemIds: readonly string[], options: GroupOptions): Promise<number> {
  const { terminal, signal } = work;
  const folderId = await folderNamed(work, options.into);
  const { storage } = await manageOf(work);
  const layout = options.layout === 'list' ? 'default-list' : 'default-grid';
  const group = { name: options.name ?? null, layout, itemIds } as const;
  const made = unwrap(await storage.createDataGroup(folderId, group, signal));
  for (const itemId of made) {
    terminal.line(itemId);
    terminal.object({ group: { itemId, folderId } });
  }
  return EXIT.ok;
}

async function migrate(work: Work, options: MigrateOptions): Promise<number> {
  const { terminal, signal } = work;
  const pairs = await readPairs(work, options.csv);
  const { storage } = await manageOf(work);
  let done = 0;
  try {
    for (const some of chunked(pairs)) {
      const request = {
        urls: new Map(some),
        fromIntegrationId: options.from ?? null,
        toIntegrationId: options.to ?? null,
        validateAccess: options.validate ?? false,
        skipMissing: options.skipMissing ?? false,
      };
      unwrap(await storage.migrate(request, signal));
      done += some.length;
    }
  } finally {
    if (done > 0) terminal.line(`${countText(done, 'URL is', 'URLs are')} replaced.`);
  }
  terminal.object({ migrated: { urls: done } });
  return EXIT.ok;
}

/** Throws `invalid-input` with the lines that are wrong. */
async function readPairs(
  { program, terminal, signal }: Work,
  file: string,
): Promise<readonly (readonly [string, string])[]> {
  const { texts } = program.deps;
  const table = texts.csv.parse(await texts.read(resolve(file), CSV_BYTES, signal));
  const headings = table.headings.map((heading) => heading.toLowerCase());
  const [from, to] = [headings.indexOf('old'), headings.indexOf('new')];
  if (from === -1 || to === -1) {
    throw new UploaderError('invalid-input', 'The table needs two columns with the headings old and new.');
  }
  const pairs = new Map<string, string>();
  const problems = [...table.problems];
  for (const { line, cells } of table.rows) {
    const [old, next] = [(cells[from] ?? '').trim(), (cells[to] ?? '').trim()];
    if (old === '' || next === '') problems.push({ line, column: null, message: 'A URL is missing.' });
    else if (pairs.has(old)) {
      problems.push({ line, column: null, message: 'This old URL stands in the table twice.' });
    } else pairs.set(old, next);
  }
  for (const problem of problems) {
    terminal.note(problemLine(problem));
    terminal.object({ problem });
  }
  if (problems.length > 0) {
    throw new UploaderError('invalid-input', 'Nothing was changed. Correct the table first.');
  }
  if (pairs.size === 0) throw new UploaderError('invalid-input', 'The table has no lines.');
  return [...pairs];
}

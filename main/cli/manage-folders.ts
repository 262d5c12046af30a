/**
 * `folders`: storage folders, looked at, made, renamed, moved and deleted; and the metadata schema of the organisation.
 * Registered by `manage.ts`.
 */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { FolderSummaryView, FolderView } from '../../preload/contract/manage.ts';
import { unwrap, withoutUndefined } from '../app/outcome.ts';
import { UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { folderNamed } from './manage-folder-name.ts';
import {
  ALL,
  agreed,
  type Common,
  common,
  type ManageHost,
  manageOf,
  parseCount,
  runWith,
  sayProblems,
  textOrFile,
  type Work,
} from './manage-host.ts';
import { printList, printText, timeText } from './manage-print.ts';
import { bytesText, countText } from './words.ts';

interface ListOptions extends Common {
  readonly search: string;
  readonly limit?: number;
}

interface CreateOptions extends Common {
  readonly parent?: string;
  readonly description: string;
}

interface EditOptions extends Common {
  readonly name?: string;
  readonly description?: string;
  readonly metadata?: string;
}

const FOLDER = 'id or exact name';
const SCHEMA_BYTES = 10_000_000;

export function addFolderCommands(cli: Command, host: ManageHost): void {
  const folders = cli.command('folders').description('Storage folders.');

  common(
    folders
      .command('list')
      .description('The folders at the top or in a folder; with --search, at any depth.')
      .argument('[parent]', FOLDER)
      .option('--search <text>', 'only names that contain this', '')
      .option('--limit <n>', 'at most so many', parseCount),
  ).action((parent: string | undefined, options: ListOptions) =>
    runWith(host, options, (work) => listFolders(work, parent ?? null, options)),
  );

  common(
    folders.command('show').description('A folder, and what lies in it.').argument('<folder>', FOLDER),
  ).action((folder: string, options: Common) => runWith(host, options, (work) => showFolder(work, folder)));

  common(
    folders
      .command('create')
      .description('Make a folder.')
      .argument('<name>')
      .option('--parent <folder>', 'in this folder; at the top by default')
      .option('--description <text>', '', ''),
  ).action((name: string, options: CreateOptions) =>
    runWith(host, options, (work) => createFolder(work, name, options)),
  );

  common(
    folders
      .command('rename')
      .description('Give a folder another name.')
      .argument('<folder>', FOLDER)
      .argument('<name>', 'the new name'),
  ).action((folder: string, name: string, options: Common) =>
    runWith(host, options, (work) => editFolder(work, folder, { name })),
  );

  common(
    folders
      .command('edit')
      .description('Change the name, the description or the client metadata of a folder; the rest stays.')
      .argument('<folder>', FOLDER)
      .option('--name <name>', 'the new name')
      .option('--description <text>', 'the new description')
      .option('--metadata <json>', 'client metadata: a JSON object, or @FILE'),
  ).action((folder: string, options: EditOptions) =>
    runWith(host, options, (work) => editFolder(work, folder, options)),
  );

  common(
    folders
      .command('move')
      .description('Move folders into another one, with all that lies in them.')
      .argument('<folder...>', FOLDER)
      .requiredOption('--to <folder>', `where to: ${FOLDER}, or root`),
  ).action((names: string[], options: Common & { readonly to: string }) =>
    runWith(host, options, (work) => moveFolders(work, names, options.to)),
  );

  common(
    folders
      .command('delete')
      .description('Delete a folder with all that lies in it. Says first what goes.')
      .argument('<folder>', FOLDER)
      .option('--yes', 'without being asked'),
  ).action((folder: string, options: Common & { readonly yes?: boolean }) =>
    runWith(host, options, (work) => deleteFolder(work, folder, options.yes)),
  );

  common(
    folders
      .command('groups')
      .description('The groups that have a role on a folder; `groups add --folder` gives them one.')
      .argument('<folder>', FOLDER),
  ).action((folder: string, options: Common) => runWith(host, options, (work) => listGroups(work, folder)));

  const schema = cli.command('schema').description('The organisation’s schema of client metadata.');
  common(schema.command('show').description('The schema, as JSON.')).action((options: Common) =>
    runWith(host, options, showSchema),
  );
  common(
    schema.command('set').description('Replace the schema by that of a JSON file.').argument('<file>'),
  ).action((file: string, options: Common) => runWith(host, options, (work) => setSchema(work, file)));
}

async function listFolders(work: Work, parent: string | null, options: ListOptions): Promise<number> {
  const { program, account } = work;
  const parentId = parent === null ? null : await folderNamed(work, parent);
  const asked = {
    parentId,
    search: options.search,
    order: 'name',
    descending: false,
    refresh: true,
  } as const;
  const { rows } = await program.storage.folders(account.id, asked, 0, options.limit ?? ALL);
  await printList(work, rows, {
    object: (folder) => ({ folder }),
    cells: (folder) => [folder.id, folder.role, timeText(folder.editedAt), pathOf(folder)],
    empty: 'There is no such folder.',
  });
  return EXIT.ok;
}

async function showFolder(work: Work, name: string): Promise<number> {
  const { program, terminal, account } = work;
  const id = await folderNamed(work, name);
  const folder = await program.storage.folder(account.id, id);
  const summary = await program.storage.summary(account.id, id);
  terminal.object({ folder, summary });
  terminal.line(`${folder.id}  ${pathOf(folder)}`);
  if (folder.description !== '') terminal.line(folder.description);
  terminal.line(
    `of ${folder.owner}, your role ${folder.role ?? 'not known'}, changed ${timeText(folder.editedAt) ?? 'at a time not known'}`,
  );
  if (folder.syncedDatasetId !== null) {
    terminal.line(`The dataset ${folder.syncedDatasetId} mirrors it: its files are the rows there.`);
  }
  terminal.line(`${summaryText(summary)}.`);
  if (folder.clientMetadata !== null) printText(terminal, `Client metadata: ${folder.clientMetadata}`);
  return EXIT.ok;
}

async function createFolder(work: Work, name: string, options: CreateOptions): Promise<number> {
  const { program, terminal, account } = work;
  const { parent, description } = options;
  const parentId = parent === undefined ? null : await folderNamed(work, parent);
  const folder = await program.storage.createFolder(account.id, { name, description, parentId });
  terminal.line(`${folder.id}  ${pathOf(folder)}`);
  terminal.object({ folder });
  return EXIT.ok;
}

async function editFolder(work: Work, name: string, edit: Omit<EditOptions, keyof Common>): Promise<number> {
  const { program, terminal, account } = work;
  const clientMetadata = edit.metadata === undefined ? undefined : await textOrFile(work, edit.metadata);
  const change = withoutUndefined({ name: edit.name, description: edit.description, clientMetadata });
  if (Object.keys(change).length === 0) {
    throw new UploaderError('invalid-input', 'Say what to change: --name, --description or --metadata.');
  }
  const folderId = await folderNamed(work, name);
  const { problems } = await program.storage.changeFolder(account.id, { folderId, ...change });
  sayProblems(work, problems);
  if (problems.length > 0) return EXIT.usage;
  const folder = await program.storage.folder(account.id, folderId);
  terminal.line(`${folder.id}  ${pathOf(folder)}`);
  terminal.object({ folder });
  return EXIT.ok;
}

async function moveFolders(work: Work, names: readonly string[], to: string): Promise<number> {
  const { program, terminal, account } = work;
  const folderIds: string[] = [];
  for (const name of names) folderIds.push(await folderNamed(work, name));
  const parentId = to === 'root' ? null : await folderNamed(work, to);
  await program.storage.moveFolders(account.id, folderIds, parentId);
  terminal.line(`${countText(folderIds.length, 'folder is', 'folders are')} moved.`);
  terminal.object({ moved: { folderIds, parentId } });
  return EXIT.ok;
}

async function deleteFolder(work: Work, name: string, yes: boolean | undefined): Promise<number> {
  const { program, terminal, account } = work;
  const id = await folderNamed(work, name);
  const folder = await program.storage.folder(account.id, id);
  const summary = await program.storage.summary(account.id, id);
  terminal.note(`${pathOf(folder)} goes, with ${summaryText(summary)}. This cannot be undone.`);
  if (folder.syncedDatasetId !== null) {
    terminal.note(`The dataset ${folder.syncedDatasetId} mirrors it: its rows are these files.`);
  }
  if (!(await agreed(work, 'Delete it?', yes))) return EXIT.ok;
  await program.storage.deleteFolder(account.id, id);
  terminal.line(`${pathOf(folder)} is deleted.`);
  terminal.object({ deleted: { folderId: id, ...summary } });
  return EXIT.ok;
}

async function listGroups(work: Work, name: string): Promise<number> {
  const { program, account } = work;
  const groups = await program.storage.folderGroups(account.id, await folderNamed(work, name));
  await printList(work, groups, {
    object: (group) => ({ group }),
    cells: (group) => [group.id, group.role, group.name],
    empty: 'No group has a role on this folder.',
  });
  return EXIT.ok;
}

async function showSchema(work: Work): Promise<number> {
  const { terminal, signal } = work;
  const { storage } = await manageOf(work);
  const text = unwrap(await storage.metadataSchema(signal));
  const schema = text === null ? null : (JSON.parse(text) as unknown);
  terminal.object({ schema });
  if (schema === null) terminal.line('The organisation has no schema of client metadata.');
  else printText(terminal, JSON.stringify(schema, null, 2));
  return EXIT.ok;
}

async function setSchema(work: Work, file: string): Promise<number> {
  const { program, terminal, signal } = work;
  const { texts } = program.deps;
  const text = await texts.read(resolve(file), SCHEMA_BYTES, signal);
  const reading = texts.json.parse(text);
  const problems = reading.ok ? reading.duplicates.map(twice) : [reading.problem];
  sayProblems(work, problems);
  if (problems.length > 0) return EXIT.usage;
  const { storage } = await manageOf(work);
  unwrap(await storage.setMetadataSchema(text.replace(/^\uFEFF/, ''), signal));
  terminal.line('The schema is set.');
  terminal.object({ schema: reading.ok ? reading.value : null });
  return EXIT.ok;
}

function twice({ line, column }: { line: number; column: number }) {
  return { line, column, message: 'This key stands in its object twice. Remove one of them.' };
}

function pathOf({ path, name }: Pick<FolderView, 'path' | 'name'>): string {
  return [...path.map((each) => each.name), name].join(' / ');
}

function summaryText({ files, folders, totalBytes, counts }: FolderSummaryView): string {
  const kinds = Object.entries(counts).map(([kind, count]) => `${count.toLocaleString('en')} ${kind}`);
  const of = kinds.length > 0 ? ` (${kinds.join(', ')})` : '';
  return `${countText(files, 'file', 'files')}${of} in ${countText(folders, 'folder', 'folders')} below it, ${bytesText(totalBytes)}`;
}

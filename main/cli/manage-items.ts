/**
 * `items`: storage items, looked at, renamed, moved, deleted, given client metadata and re-encoded. What is rare is beside
 * it. Registered by `manage.ts`.
 */

import { type Command, Option } from 'commander';
import { unwrap } from '../app/outcome.ts';
import { UploaderError } from '../core/errors.ts';
import { ITEM_TYPES, type ItemInfo, type ItemType } from '../core/manage/ports.ts';
import { EXIT } from './exit.ts';
import { folderNamed } from './manage-folder-name.ts';
import { follow, leavable } from './manage-follow.ts';
import {
  ALL,
  agreed,
  type Common,
  collect,
  common,
  type ManageHost,
  manageOf,
  parseCount,
  runWith,
  sayProblems,
  textOrFile,
  type Work,
} from './manage-host.ts';
import { indented, metadataValue } from './manage-metadata.ts';
import { printList, printText } from './manage-print.ts';
import { bytesText, countText } from './words.ts';

interface ListOptions extends Common {
  readonly search: string;
  readonly type?: readonly string[];
  readonly recursive?: boolean;
  readonly limit?: number;
}

interface ReencodeOptions extends Common {
  readonly title?: string;
  readonly force?: boolean;
  readonly wait: boolean;
}

interface MoveOptions extends Common {
  readonly to: string;
  readonly allowDatasetChange?: boolean;
}

interface DeleteOptions extends Common {
  readonly yes?: boolean;
  readonly keepFrames?: boolean;
}

/** As many as one call takes. */
const AT_ONCE = 1_000;

const MOVE_HELP = `
A move out of or into the folder of a mirrored dataset takes rows out of the dataset, or puts them into it, and so changes
every project that uses it. Encord refuses that unless you say --allow-dataset-change.`;

/** The parent command, for what is rare. */
export function addItemCommands(cli: Command, host: ManageHost): Command {
  const items = cli.command('items').description('Storage items: the files in storage folders.');

  common(
    items
      .command('list')
      .description('The items of a folder; without one, those of all folders that --search or --type find.')
      .argument('[folder]', 'id or exact name')
      .option('--search <text>', 'only names that contain this', '')
      .option('--type <type>', `${ITEM_TYPES.join(', ')}; may be repeated`, collect)
      .option('--recursive', 'of the folders below it too')
      .option('--limit <n>', 'at most so many', parseCount),
  ).action((folder: string | undefined, options: ListOptions) =>
    runWith(host, options, (work) => listItems(work, folder ?? null, options)),
  );

  common(items.command('show').description('An item, and where it is used.').argument('<item>', 'id')).action(
    (itemId: string, options: Common) => runWith(host, options, (work) => showItem(work, itemId)),
  );

  common(
    items
      .command('rename')
      .description('Give an item another name.')
      .argument('<item>', 'id')
      .argument('<name>', 'the new name'),
  ).action((itemId: string, name: string, options: Common) =>
    runWith(host, options, (work) => renameItem(work, itemId, name)),
  );

  common(
    items
      .command('metadata')
      .description('Show or replace the client metadata of items.')
      .argument('<item...>', 'ids')
      .option('--set <json>', 'a JSON object for all of them, or @FILE'),
  ).action((ids: string[], options: Common & { readonly set?: string }) =>
    runWith(host, options, (work) =>
      options.set === undefined ? showMetadata(work, ids) : setMetadata(work, ids, options.set),
    ),
  );

  common(
    items
      .command('move')
      .description('Move items into another folder.')
      .argument('<item...>', 'ids')
      .requiredOption('--to <folder>', 'id or exact name')
      .option('--allow-dataset-change', 'also where it changes a mirrored dataset'),
  )
    .addHelpText('after', MOVE_HELP)
    .action((ids: string[], options: MoveOptions) =>
      runWith(host, options, (work) => moveItems(work, ids, options)),
    );

  common(
    items
      .command('delete')
      .description('Delete items, and with them the data rows that they stand behind. Says first what goes.')
      .argument('<item...>', 'ids')
      .option('--yes', 'without being asked')
      .option('--keep-frames', 'keep the frames of groups although nothing else uses them'),
  ).action((ids: string[], options: DeleteOptions) =>
    runWith(host, options, (work) => deleteItems(work, ids, options)),
  );

  leavable(
    common(
      items
        .command('reencode')
        .description('Have Encord encode videos anew.')
        .argument('<item...>', 'ids')
        .option('--title <title>', 'what to call it')
        .addOption(new Option('--force', 'all of each, also what seems to be in order')),
    ),
  ).action((ids: string[], options: ReencodeOptions) =>
    runWith(host, options, (work) => reencode(work, ids, options)),
  );
  return items;
}

async function listItems(work: Work, folder: string | null, options: ListOptions): Promise<number> {
  const { program, account } = work;
  const types = (options.type ?? []).map(itemType);
  if (folder === null && types.length === 0 && options.search.trim() === '') {
    throw new UploaderError('invalid-input', 'Name a folder, or say what to look for: --search or --type.');
  }
  const asked = {
    folderId: folder === null ? null : await folderNamed(work, folder),
    ...{ search: options.search, types, recursive: options.recursive ?? false },
    ...{ inDataset: null, datasetId: null, order: 'name' as const, descending: false, refresh: true },
  };
  const { rows } = await program.storage.items(account.id, asked, 0, options.limit ?? ALL);
  await printList(work, rows, {
    object: (item) => ({ item }),
    cells: ({ id, type, size, rows: used, name }) => [
      id,
      type,
      size === null ? null : bytesText(size),
      countText(used, 'row', 'rows'),
      name,
    ],
    empty: 'There is no such item.',
  });
  return EXIT.ok;
}

async function showItem({ program, terminal, account }: Work, itemId: string): Promise<number> {
  const detail = await program.storage.item(account.id, itemId);
  const { item, facts, usage, clientMetadata } = detail;
  terminal.object({ item, facts, usage, clientMetadata: metadataValue(clientMetadata) });
  terminal.line(`${item.id}  ${item.type}  ${item.name}`);
  terminal.line(`in the folder ${item.folderId}, of ${item.owner}`);
  for (const { name, value } of facts) terminal.line(`${name}: ${value}`);
  terminal.line(
    `In ${countText(usage.datasets, 'dataset', 'datasets')}, in ${countText(usage.groups, 'group', 'groups')}`,
  );
  for (const { id, title } of usage.datasetsSeen) terminal.line(`  ${id}  ${title}`);
  for (const name of usage.groupNames) terminal.line(`  ${name}`);
  if (clientMetadata !== null) printText(terminal, `Client metadata: ${clientMetadata}`);
  return EXIT.ok;
}

async function renameItem(work: Work, itemId: string, name: string): Promise<number> {
  const { program, terminal, account } = work;
  await program.storage.renameItem(account.id, itemId, name);
  terminal.line(`${itemId}  ${name}`);
  terminal.object({ renamed: { itemId, name } });
  return EXIT.ok;
}

async function showMetadata(work: Work, ids: readonly string[]): Promise<number> {
  const { terminal } = work;
  for (const { id, name, clientMetadata } of await itemsNamed(work, ids)) {
    const value = metadataValue(clientMetadata);
    terminal.object({ metadata: { itemId: id, name, clientMetadata: value } });
    terminal.line(`${id}  ${name}`);
    if (value !== null) printText(terminal, indented(value));
  }
  return EXIT.ok;
}

async function setMetadata(work: Work, given: readonly string[], json: string): Promise<number> {
  const { program, terminal, account } = work;
  const text = await textOrFile(work, json);
  const ids = (await itemsNamed(work, given)).map(({ id }) => id);
  for (const itemIds of chunked(ids)) {
    const { problems } = await program.storage.setItemMetadata(account.id, { itemIds, text });
    sayProblems(work, problems);
    if (problems.length > 0) return EXIT.usage;
  }
  terminal.line(`The client metadata of ${countText(ids.length, 'item', 'items')} is set.`);
  terminal.object({ changed: { items: ids.length } });
  return EXIT.ok;
}

async function moveItems(work: Work, given: readonly string[], options: MoveOptions): Promise<number> {
  const { program, terminal, account } = work;
  const toFolderId = await folderNamed(work, options.to);
  const allowSyncedDatasetMove = options.allowDatasetChange ?? false;
  const items = (await itemsNamed(work, given)).filter(({ folderId }) => folderId !== toFolderId);
  for (const [fromFolderId, itemIds] of byFolder(items)) {
    const request = { itemIds, fromFolderId, toFolderId, allowSyncedDatasetMove };
    await program.storage.moveItems(account.id, request);
  }
  terminal.line(`${countText(items.length, 'item is', 'items are')} moved.`);
  terminal.object({ moved: { items: items.length, toFolderId } });
  return EXIT.ok;
}

async function deleteItems(work: Work, given: readonly string[], options: DeleteOptions): Promise<number> {
  const { program, terminal, account } = work;
  const items = await itemsNamed(work, given);
  const rows = items.reduce((sum, item) => sum + item.rows, 0);
  const bytes = items.reduce((sum, item) => sum + (item.size ?? 0), 0);
  terminal.note(
    `${countText(items.length, 'item goes', 'items go')}, ${bytesText(bytes)}, and with that ` +
      `${countText(rows, 'data row', 'data rows')} in datasets. This cannot be undone.`,
  );
  if (!(await agreed(work, 'Delete them?', options.yes))) return EXIT.ok;
  let deleted = 0;
  for (const [folderId, itemIds] of byFolder(items)) {
    const request = { folderId, itemIds, removeUnusedFrames: !options.keepFrames };
    deleted += (await program.storage.deleteItems(account.id, request)).items;
  }
  const frames = deleted > items.length ? ', frames of groups among them' : '';
  terminal.line(`${countText(deleted, 'item is', 'items are')} deleted${frames}.`);
  terminal.object({ deleted: { items: deleted } });
  return EXIT.ok;
}

async function reencode(work: Work, given: readonly string[], options: ReencodeOptions): Promise<number> {
  const { program, account } = work;
  const itemIds = [...new Set(given)];
  if (itemIds.length > AT_ONCE) {
    throw new UploaderError('invalid-input', `At most ${AT_ONCE.toLocaleString('en')} items go at once.`);
  }
  const title = options.title ?? `Re-encode ${countText(itemIds.length, 'item', 'items')}`;
  const jobId = program.storage.reencodeItems(account.id, { itemIds, title, force: options.force ?? false });
  return follow(work, [jobId], options.wait);
}

/** Throws `invalid-input` where some of them are not there, before anything is done with the others. */
export async function itemsNamed(work: Work, given: readonly string[]): Promise<readonly ItemInfo[]> {
  const ids = [...new Set(given)];
  const { storage } = await manageOf(work);
  const found: ItemInfo[] = [];
  for (const some of chunked(ids)) found.push(...unwrap(await storage.itemsById(some, work.signal)));
  const there = new Set(found.map(({ id }) => id));
  const missing = ids.filter((id) => !there.has(id.toLowerCase()) && !there.has(id));
  if (missing.length === 0) return found;
  throw new UploaderError(
    'invalid-input',
    `There is no item ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', …' : ''}, or you may not see it. Nothing was done.`,
  );
}

/** Calls change the items of one folder, and at most so many. */
function byFolder(items: readonly ItemInfo[]): readonly (readonly [string, string[]])[] {
  const folders = Map.groupBy(items, ({ folderId }) => folderId);
  return [...folders].flatMap(([folderId, some]) =>
    chunked(some.map(({ id }) => id)).map((ids) => [folderId, ids] as const),
  );
}

export function chunked<T>(list: readonly T[]): T[][] {
  const count = Math.ceil(list.length / AT_ONCE);
  return Array.from({ length: count }, (_, at) => list.slice(at * AT_ONCE, (at + 1) * AT_ONCE));
}

function itemType(text: string): ItemType {
  const type = ITEM_TYPES.find((each) => each.toLowerCase() === text.toLowerCase());
  if (type) return type;
  throw new UploaderError('invalid-input', `Types of items are ${ITEM_TYPES.join(', ')}.`);
}

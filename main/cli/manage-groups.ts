/**
 * `groups`: the groups of the organisation, and their roles on datasets and storage folders. Registered by `manage.ts`.
 */

import { type Command, Option } from 'commander';
import type { GroupView } from '../../preload/contract/manage.ts';
import { UploaderError } from '../core/errors.ts';
import type { Role } from '../core/manage/ports.ts';
import { EXIT } from './exit.ts';
import { folderNamed } from './manage-folder-name.ts';
import {
  ALL,
  type Common,
  common,
  datasetNamed,
  isUuid,
  type ManageHost,
  mustBeAllowed,
  roleOption,
  runWith,
  theOne,
  type Work,
} from './manage-host.ts';
import { printList } from './manage-print.ts';
import { countText } from './words.ts';

interface Shared extends Common {
  readonly dataset?: string;
  readonly folder?: string;
}

export function addGroupCommands(cli: Command, host: ManageHost): void {
  const groups = cli
    .command('groups')
    .description('The groups of the organisation, of a dataset or of a storage folder.');
  shared(
    groups
      .command('list')
      .description('All groups of the organisation, or those of a dataset or folder.')
      .option('--search <text>', 'only those whose name or description contains this'),
  ).action((options: Shared & { readonly search?: string }) =>
    runWith(host, options, (work) => listGroups(work, options, options.search ?? '')),
  );
  shared(
    groups
      .command('add')
      .description('Give groups a role on a dataset or folder. Their managers are not included.')
      .argument('<group...>', 'ids or names')
      .addOption(roleOption()),
  ).action((names: string[], options: Shared & { readonly role: Role }) =>
    runWith(host, options, (work) => addGroups(work, names, options)),
  );
  shared(
    groups
      .command('remove')
      .description('Take the role on a dataset or folder from groups.')
      .argument('<group...>', 'ids or names'),
  ).action((names: string[], options: Shared) =>
    runWith(host, options, (work) => removeGroups(work, names, options)),
  );
}

function shared(command: Command): Command {
  return common(
    command
      .addOption(new Option('--dataset <uuid|title>', 'of this dataset').conflicts('folder'))
      .option('--folder <folder>', 'of this storage folder: id or name'),
  );
}

async function listGroups(work: Work, options: Shared, search: string): Promise<number> {
  const of = await groupsHere(work, options);
  const needle = search.trim().toLocaleLowerCase();
  const found = of.groups.filter(({ name, description }) =>
    `${name}\n${description}`.toLocaleLowerCase().includes(needle),
  );
  await printList(work, found, {
    object: (group) => ({ group }),
    cells: ({ id, role, name }) => (of.place === null ? [id, name] : [id, role, name]),
    empty: 'There is no such group.',
  });
  return EXIT.ok;
}

type Place = { readonly datasetId: string } | { readonly folderId: string };

/** Of the dataset or the folder that the options name; null: of the organisation. */
async function placeOf(work: Work, { dataset, folder }: Shared): Promise<Place | null> {
  if (dataset !== undefined) return { datasetId: (await datasetNamed(work, dataset)).id };
  return folder === undefined ? null : { folderId: await folderNamed(work, folder) };
}

async function groupsHere(
  work: Work,
  options: Shared,
): Promise<{ readonly place: Place | null; readonly groups: readonly GroupView[] }> {
  const { program, account } = work;
  const place = await placeOf(work, options);
  if (place === null) {
    const all = await program.people.organisationGroups(account.id, { search: '', offset: 0, limit: ALL });
    return { place, groups: all.rows };
  }
  return {
    place,
    groups:
      'datasetId' in place
        ? await program.people.groupsOf(account.id, place.datasetId)
        : await program.storage.folderGroups(account.id, place.folderId),
  };
}

async function addGroups(
  work: Work,
  names: readonly string[],
  options: Shared & { readonly role: Role },
): Promise<number> {
  const { program, account } = work;
  const place = somewhere(await placeOf(work, options));
  if ('datasetId' in place) await mustBeAllowed(work, place.datasetId, 'team');
  const needed = names.some((name) => !isUuid(name));
  const groupIds = groupsNamed(names, needed ? (await groupsHere(work, {})).groups : []);
  const { role } = options;
  if ('datasetId' in place) await program.people.addGroups(account.id, { ...place, groupIds, role });
  else await program.storage.addFolderGroups(account.id, { ...place, groupIds, role });
  work.terminal.line(`${countText(groupIds.length, 'group has', 'groups have')} the role ${role} now.`);
  work.terminal.object({ added: { ...place, groupIds, role } });
  return EXIT.ok;
}

async function removeGroups(work: Work, names: readonly string[], options: Shared): Promise<number> {
  const { program, account } = work;
  const here = await groupsHere(work, options);
  const place = somewhere(here.place);
  if ('datasetId' in place) await mustBeAllowed(work, place.datasetId, 'team');
  const groupIds = groupsNamed(names, here.groups);
  if ('datasetId' in place) await program.people.removeGroups(account.id, { ...place, groupIds });
  else await program.storage.removeFolderGroups(account.id, { ...place, groupIds });
  work.terminal.line(`${countText(groupIds.length, 'group has', 'groups have')} no role there any more.`);
  work.terminal.object({ removed: { ...place, groupIds } });
  return EXIT.ok;
}

function somewhere(place: Place | null): Place {
  if (place !== null) return place;
  throw new UploaderError('invalid-input', 'Say of what: --dataset UUID|TITLE, or --folder FOLDER.');
}

/** Ids that the list does not have go to Encord as they are. */
function groupsNamed(names: readonly string[], groups: readonly GroupView[]): string[] {
  const ids = names.map((name) => {
    if (isUuid(name) && !groups.some((group) => group.name === name)) return name;
    return theOne(name, groups, {
      what: 'group',
      many: 'groups',
      id: (group) => group.id,
      title: (group) => group.name,
    }).id;
  });
  return [...new Set(ids)];
}

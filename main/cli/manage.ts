/**
 * The commands of dataset management, put together. Called by `index.ts`; what they do is in the `manage-*.ts` files.
 */

import type { Command } from 'commander';
import { addCloudCommands } from './manage-cloud.ts';
import { addDatasetCommands } from './manage-datasets.ts';
import { addFolderCommands } from './manage-folders.ts';
import { addGroupCommands } from './manage-groups.ts';
import type { ManageHost } from './manage-host.ts';
import { addItemWorkCommands } from './manage-item-work.ts';
import { addItemCommands } from './manage-items.ts';
import { addJobCommands } from './manage-jobs.ts';
import { addMetadataCommand } from './manage-metadata.ts';
import { addPeopleCommands } from './manage-people.ts';
import { addRowWorkCommands } from './manage-row-work.ts';
import { addRowCommands } from './manage-rows.ts';

export function addManageCommands(cli: Command, host: ManageHost): void {
  const datasets = addDatasetCommands(cli, host);
  addRowCommands(datasets, host);
  addRowWorkCommands(datasets, host);
  addMetadataCommand(datasets, host);
  addCloudCommands(cli, host);
  addJobCommands(cli, host);
  addPeopleCommands(cli, host);
  addGroupCommands(cli, host);
  addFolderCommands(cli, host);
  addItemWorkCommands(addItemCommands(cli, host), host);
}

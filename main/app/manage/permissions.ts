/**
 * What an account may not do with a dataset, each as a sentence to stand beside the button. Pure; used by the rows use
 * case. The server has the last word: what is not known to be forbidden is allowed here.
 */

import type { DatasetDetail } from '../../../preload/contract/manage.ts';
import type { DatasetInfo } from '../../core/encord-port.ts';

export type May = DatasetDetail['may'];

/** All of it. */
const EVERYTHING: May = {
  addData: null,
  changeRows: null,
  attach: null,
  registerCloudData: null,
  team: null,
  projects: null,
  keys: null,
  storage: null,
};

export function mayOf(
  kind: 'ssh' | 'api-key',
  { role, backingFolderId }: Pick<DatasetInfo, 'role' | 'backingFolderId'>,
): May {
  if (kind === 'api-key') {
    return {
      ...EVERYTHING,
      attach: needsSsh('Attaching files that Encord has already'),
      // A mirrored dataset has a folder of its own; for another one has to be chosen.
      registerCloudData:
        backingFolderId === null ? needsSsh('Choosing the storage folder for data of your own cloud') : null,
      team: needsSsh('Managing who works with the dataset'),
      projects: needsSsh('Managing the projects of the dataset'),
      keys: needsSsh('Managing API keys'),
      storage: needsSsh('Looking into storage folders'),
    };
  }
  if (role === 'user') {
    return {
      ...EVERYTHING,
      addData: adminsOnly('add data to it'),
      changeRows: adminsOnly('change or delete its data'),
      attach: adminsOnly('attach files to it'),
      registerCloudData: adminsOnly('register cloud data in it'),
      team: adminsOnly('change who works with it'),
      keys: adminsOnly('see and create its API keys'),
    };
  }
  return EVERYTHING;
}

function needsSsh(what: string): string {
  return `${what} needs an account with an SSH key; a dataset API key does not allow it. Add an account with an SSH key in Settings.`;
}

function adminsOnly(what: string): string {
  return `Your role on this dataset is user: only its admins can ${what}. Ask one of them to make you an admin.`;
}

/** Storage folders as people name them on the command line: by id, or by exact name. Used by the `manage-*.ts` files. */

import { ALL, isUuid, theOne, type Work } from './manage-host.ts';

/** The folder's id. Throws `invalid-input` for a name that no folder has, or several have. */
export async function folderNamed({ program, account }: Work, name: string): Promise<string> {
  if (isUuid(name)) return name;
  const asked = { parentId: null, search: name, order: 'name', descending: false, refresh: true } as const;
  const { rows } = await program.storage.folders(account.id, asked, 0, ALL);
  return theOne(name, rows, {
    what: 'storage folder',
    many: 'storage folders',
    id: (folder) => folder.id,
    title: (folder) => folder.name,
  }).id;
}

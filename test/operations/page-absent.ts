/**
 * Operations that no page has: where Encord's API lacks them, that the page says so; where another way does it or the
 * command line, that pages have no call for it. Used by the browser's test.
 */

import { expect } from '@playwright/test';
import { CALLS } from '../../preload/contract/calls.ts';
import type { PageCheck } from './seat.ts';
import type { DoneId, OperationId } from './table.ts';

export const PAGE_ABSENT: Readonly<Record<Exclude<OperationId, DoneId<'page'>>, PageCheck>> = {
  'join-dataset': async (seat) => {
    await seat.list('Datasets');
    await seat.press('switch', 'All organisation datasets');
    await expect(seat.page.getByText('joining is done in Encord’s web app')).toBeVisible();
    await seat.press('switch', 'All organisation datasets');
  },
  'rename-dataset': async (seat) => {
    await seat.openDataset('Settings');
    const title = await seat.part('Title and description');
    await expect(title).toContainText('cannot change them. That is done in Encord’s web app');
    const zone = await seat.part('Danger zone');
    await seat.press('button', 'Delete dataset…', zone);
    const dialog = seat.dialog(/^Delete /);
    await expect(dialog).toContainText('Encord has no call for it, so the last step is in the web app');
    await expect(dialog.getByRole('button', { name: /there$|web app$/ })).toBeDisabled();
    await dialog.getByRole('button', { name: 'Keep it' }).click();
  },
  'list-users': async (seat) => {
    await seat.openDataset('Settings');
    const team = await seat.part('Team');
    await expect(team).toContainText('Encord’s API cannot list, change or remove people.');
    await expect(team).toContainText('in Encord’s web app');
  },
  'upload-dataset-calls': noCall(/presigned|datasetUpload/i),
  'register-cloud-at-once': noCall(/atOnce|registerNow/i),
  'master-key': async (seat) => {
    await noCall(/master/i)(seat);
    await seat.openDataset('Settings');
    await seat.see('button', 'Create key', await seat.part('API access'));
  },
  'change-folders': noCall(/changeFolders/i),
  'sync-folder': noCall(/sync/i),
  'read-items': noCall(/storage\.itemsById|getItems/i),
  'data-group': noCall(/dataGroup|makeGroup|groupItems/i),
  'migrate-items': noCall(/migrate/i),
  'metadata-schema': noCall(/schema/i),
};

/** Pages can do what the contract has, and nothing else. */
function noCall(named: RegExp): PageCheck {
  return async () => {
    const calls = Object.keys(CALLS);
    expect(calls).toContain('datasets.list');
    expect(calls.filter((call) => named.test(call))).toEqual([]);
  };
}

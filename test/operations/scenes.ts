/**
 * What the checks of the command line and of the pages work on: for each operation a dataset and a folder of its own, made
 * by one seed of the lab's emulator before the program is opened. Used by `cli.test.ts` and the browser's test.
 */

import { z } from 'zod';
import type { Lab } from '../fixtures/lab.ts';
import { OPERATION_IDS, type OperationId } from './table.ts';

export const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';
export const INTEGRATION = { id: '11111111-2222-4333-8444-555555555555', title: 'Lab bucket' };
export const GROUP = 'Readers';
/** Of somebody else in the same organisation. */
export const FOREIGN_DATASET = 'Of somebody else';

const ME = 'lab@example.com';
const VIDEO = { itemType: 'video', mimeType: 'video/mp4' };
const IMAGE = { itemType: 'image', mimeType: 'image/png' };

export interface Scene {
  /**
   * A dataset with two videos `street.mp4` and `river.mp4`, an image `bridge.png` and an image group `book`. Mirrored, with
   * the folder behind it; static, without, for uploads: there the storage route has to link.
   */
  readonly dataset: { readonly id: string; readonly title: string; readonly folder: string | null };
  /** A folder of no dataset, with two videos and an image. */
  readonly shelf: {
    readonly id: string;
    readonly name: string;
    readonly items: { readonly clip: string; readonly second: string; readonly picture: string };
  };
  readonly project: string;
}

const seeded = z.object({
  datasets: z.array(
    z.object({ datasetHash: z.string(), title: z.string(), backingFolderUuid: z.string().nullable() }),
  ),
  folders: z.array(z.object({ uuid: z.string(), name: z.string() })),
});

/** What belongs to an operation is called after it. */
export const titleOf = (id: OperationId): string => `Set ${id}`;
export const shelfOf = (id: OperationId): string => `Shelf ${id}`;
export const projectOf = (id: OperationId): string => `Project ${id}`;
const itemOf = (id: OperationId, name: string): string => `${name} of ${id}`;

/** Counts how often a storage item was linked into a dataset from now on: the documented route never does. */
export async function countLinks(lab: Pick<Lab, 'control'>): Promise<() => Promise<number>> {
  // It never comes so far: it only counts.
  const never = { match: { kind: 'link', nth: 1_000_000 }, do: { delayMs: 1 } };
  await lab.control('DELETE', 'faults');
  await lab.control('POST', 'faults', never);
  return async () => {
    const [counted] = z.array(z.object({ matched: z.number() })).parse(await lab.control('GET', 'faults'));
    await lab.control('DELETE', 'faults');
    return counted?.matched ?? 0;
  };
}

/** One seed for all. */
export async function seedScenes(lab: Lab): Promise<ReadonlyMap<OperationId, Scene>> {
  const made = seeded.parse(
    await lab.control('POST', 'seed', {
      users: [{ email: ME, organisationRole: 'admin' }],
      groups: [{ name: GROUP }],
      integrations: [
        {
          ...{ title: INTEGRATION.title, uuid: INTEGRATION.id, owner: ME },
          objects: [
            ...[1, 2, 3].map((n) => ({ url: `${BUCKET}/v/${n}.mp4`, ...VIDEO })),
            { url: `${BUCKET}/d/1.dcm`, itemType: 'dicomFile', mimeType: 'application/dicom' },
          ],
        },
      ],
      projects: OPERATION_IDS.map((id) => ({ title: projectOf(id), owner: ME })),
      folders: OPERATION_IDS.map((id) => ({
        ...{ name: shelfOf(id), owner: ME },
        items: [
          { title: itemOf(id, 'clip'), ...VIDEO },
          { title: itemOf(id, 'second'), ...VIDEO },
          { title: itemOf(id, 'picture'), ...IMAGE },
        ],
      })),
      datasets: [
        ...OPERATION_IDS.map((id) => ({
          ...{ title: titleOf(id), mirrored: !id.startsWith('upload-'), owner: ME },
          rows: [
            { title: 'street.mp4', ...VIDEO },
            { title: 'river.mp4', ...VIDEO },
            { title: 'bridge.png', ...IMAGE },
            { title: 'book', itemType: 'imageGroup' },
          ],
        })),
        { title: FOREIGN_DATASET, mirrored: true, owner: 'owner@example.com' },
      ],
    }),
  );
  const items = new Map((await lab.state()).items.map((item) => [item.title, item.item_uuid]));
  const named = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new Error(`The seed has no ${what}.`);
    return found;
  };
  return new Map(
    OPERATION_IDS.map((id): [OperationId, Scene] => {
      const title = titleOf(id);
      const name = shelfOf(id);
      const dataset = named(
        made.datasets.find((each) => each.title === title),
        title,
      );
      const shelf = named(
        made.folders.find((each) => each.name === name),
        name,
      );
      const item = (which: string): string => named(items.get(itemOf(id, which)), itemOf(id, which));
      return [
        id,
        {
          dataset: { id: dataset.datasetHash, title, folder: dataset.backingFolderUuid },
          shelf: {
            ...{ id: shelf.uuid, name },
            items: { clip: item('clip'), second: item('second'), picture: item('picture') },
          },
          project: projectOf(id),
        },
      ];
    }),
  );
}

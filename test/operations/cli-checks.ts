/**
 * The command line's column: for each operation the command of its cell, and a look at what it should have done, in what it
 * printed or in what the emulator has now. Used by `cli.test.ts`.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { EmulatorState } from '../fixtures/emulator-control.ts';
import { sha256 } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { BUCKET, countLinks, FOREIGN_DATASET, GROUP, INTEGRATION, type Scene } from './scenes.ts';
import type { DoneId, OperationId } from './table.ts';

/** What a check works with. */
export interface Desk extends Scene {
  /** Runs a command that has to succeed, with `--json`; what it printed. */
  readonly done: (...args: string[]) => Promise<readonly Record<string, unknown>[]>;
  /** A folder of this machine that is the check's own. */
  readonly folder: string;
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Rows of the scene's dataset by their titles, as the emulator has them now. */
  readonly rows: () => Promise<ReadonlyMap<string, EmulatorState['datasets'][number]['rows'][number]>>;
  readonly state: () => Promise<EmulatorState>;
}

export type CliCheck = (desk: Desk) => Promise<void>;

const withId = z.object({ id: z.string() });
const job = z.object({ jobId: z.number(), state: z.string() });

const DONE = { job: expect.objectContaining({ state: 'done' }) as unknown };

export const CLI_CHECKS: Readonly<Record<DoneId<'cli'>, CliCheck>> = {
  'create-dataset': async ({ done, state }) => {
    const [made] = await done('datasets', 'create', 'Made here', '--static');
    expect(made).toMatchObject({ dataset: { title: 'Made here', mirrored: false } });
    expect((await state()).datasets.map(({ title }) => title)).toContain('Made here');
  },
  'create-dataset-elsewhere': async ({ done }) => {
    await done('datasets', 'create', 'On a bucket', '--storage', 'aws');
    expect(await done('datasets', 'list', '--storage', 'aws')).toMatchObject([
      { dataset: { title: 'On a bucket', storage: 'aws' } },
    ]);
  },
  'list-datasets': async ({ done, dataset }) => {
    expect(await done('datasets', 'list', '--search', dataset.title)).toMatchObject([
      { dataset: { id: dataset.id, title: dataset.title } },
    ]);
    expect(await done('datasets', 'list', '--search', FOREIGN_DATASET)).toEqual([]);
  },
  'list-organisation': async ({ done }) => {
    expect(await done('datasets', 'list', '--organisation', '--search', FOREIGN_DATASET)).toMatchObject([
      { dataset: { title: FOREIGN_DATASET, role: null } },
    ]);
  },
  'read-dataset': async ({ done, dataset }) => {
    expect(await done('datasets', 'show', dataset.id)).toMatchObject([
      { dataset: { title: dataset.title, rows: 4, types: { VIDEO: 2, IMAGE: 1, IMG_GROUP: 1 } } },
    ]);
  },
  'list-rows': async ({ done, dataset }) => {
    const sorted = ['--type', 'VIDEO', '--sort', 'title'];
    expect(await done('datasets', 'rows', dataset.title, ...sorted)).toMatchObject([
      { row: { title: 'river.mp4' } },
      { row: { title: 'street.mp4' } },
    ]);
  },
  'read-row': async ({ done, dataset, rows }) => {
    const hash = (await rows()).get('bridge.png')?.data_hash ?? '';
    expect(await done('datasets', 'rows', dataset.title, '--row', hash)).toMatchObject([
      { row: { title: 'bridge.png', dataHash: hash }, detail: { usage: { datasets: 1 } } },
    ]);
  },
  'rename-row': async ({ done, dataset, rows }) => {
    await done('datasets', 'rename', dataset.title, 'bridge.png', 'A better name');
    expect([...(await rows()).keys()].sort()).toEqual(['A better name', 'book', 'river.mp4', 'street.mp4']);
  },
  'row-metadata': async ({ done, dataset, rows }) => {
    await done('datasets', 'metadata', dataset.title, 'street.mp4', '--set', '{"site": "Bern"}');
    expect((await rows()).get('street.mp4')?.client_metadata).toEqual({ site: 'Bern' });
    expect((await rows()).get('river.mp4')?.client_metadata).toEqual({});
    expect(await done('datasets', 'metadata', dataset.title, 'street.mp4')).toMatchObject([
      { metadata: { clientMetadata: { site: 'Bern' } } },
    ]);
  },
  'delete-rows': async ({ done, dataset, rows }) => {
    const deleted = await done('datasets', 'delete-rows', dataset.title, 'bridge.png', 'river.mp4', '--yes');
    expect(deleted).toContainEqual(DONE);
    expect([...(await rows()).keys()].sort()).toEqual(['book', 'street.mp4']);
  },
  'reencode-rows': async ({ done, dataset }) => {
    const encoded = await done('datasets', 'reencode', dataset.title, 'street.mp4', 'river.mp4');
    expect(encoded.at(-1)).toMatchObject({ job: { kind: 'reencode-rows', counts: { done: 2, failed: 0 } } });
  },
  'recognise-text': async ({ done, dataset, folder }) => {
    const pages = join(folder, 'pages');
    mkdirSync(pages);
    for (const n of [1, 2]) writeFileSync(join(pages, `p${n}.png`), makePng({ seed: 500 + n }));
    await done('upload', pages, '--dataset', dataset.title, '--as', 'image-group');
    expect(await done('datasets', 'text', dataset.title, 'pages')).toMatchObject([
      { text: { results: 2, found: [{}, {}] } },
    ]);
  },
  'download-rows': async ({ done, dataset, folder }) => {
    const picture = join(folder, 'picture.png');
    writeFileSync(picture, makePng({ seed: 510 }));
    await done('upload', picture, '--dataset', dataset.title);
    const into = join(folder, 'down');
    await done('datasets', 'download', dataset.title, 'picture.png', '--into', into);
    expect(readFileSync(join(into, 'picture.png'))).toEqual(readFileSync(picture));
  },
  'attach-items': async ({ done, dataset, shelf, rows }) => {
    await done('datasets', 'attach', dataset.title, '--item', shelf.items.picture);
    expect([...(await rows()).keys()]).toContain('picture of attach-items');
  },
  'upload-folder-calls': async (desk) => {
    expect(await uploaded(desk, [])).toBeGreaterThan(0);
  },
  'upload-documented': async (desk) => {
    expect(await uploaded(desk, ['--route', 'documented'])).toBe(0);
  },
  'list-integrations': async ({ done }) => {
    expect(await done('cloud', 'integrations')).toMatchObject([{ integration: INTEGRATION }]);
  },
  'register-cloud': async (desk) => {
    const { done, dataset, rows } = desk;
    const where = ['--dataset', dataset.title, '--integration', INTEGRATION.id];
    const registered = await done('cloud', 'register', cloudFile(desk), ...where);
    expect(registered).toContainEqual(DONE);
    expect((await rows()).get('From the bucket')?.data_type).toBe('VIDEO');
  },
  'register-cloud-folder': async (desk) => {
    const { done, shelf } = desk;
    const where = ['--into', shelf.name, '--integration', INTEGRATION.id];
    const registered = await done('cloud', 'register', cloudFile(desk), ...where);
    expect(registered).toContainEqual(DONE);
    const listed = await done('items', 'list', shelf.id, '--type', 'video');
    expect(listed).toContainEqual({ item: expect.objectContaining({ name: 'From the bucket' }) });
  },
  'cancel-job': async (desk) => {
    const { done, control, shelf } = desk;
    await control('POST', 'settings', { jobDelayMs: 3_600_000 });
    try {
      const where = ['--into', shelf.name, '--integration', INTEGRATION.id, '--no-wait'];
      const started = job.parse((await done('cloud', 'register', cloudFile(desk), ...where)).at(-1)?.job);
      expect(started.state).not.toBe('done');
      await done('cloud', 'cancel', String(started.jobId));
      expect(await done('jobs', 'show', String(started.jobId))).toContainEqual({
        job: expect.objectContaining({ state: 'cancelled' }),
      });
    } finally {
      await control('POST', 'settings', { jobDelayMs: 20 });
    }
    expect(await done('items', 'list', shelf.id)).toHaveLength(3);
  },
  deidentify: async ({ done }) => {
    const url = `${BUCKET}/d/1.dcm`;
    const ended = await done('cloud', 'deidentify', url, '--integration', INTEGRATION.title);
    expect(ended.at(-1)).toMatchObject({ job: { kind: 'deidentify', state: 'done', counts: { done: 1 } } });
  },
  'add-users': async ({ done, dataset }) => {
    const people = ['one@example.com', 'two@example.com'];
    expect(await done('team', 'add', dataset.title, ...people)).toMatchObject(
      people.map((email) => ({ user: { email, role: 'user', kept: false, problem: null } })),
    );
    const again = await done('team', 'add', dataset.title, 'one@example.com', '--role', 'admin');
    expect(again).toMatchObject([{ user: { role: 'user', kept: true } }]);
  },
  'list-groups': async ({ done }) => {
    expect(await done('groups', 'list')).toMatchObject([{ group: { name: GROUP } }]);
  },
  'dataset-groups': async ({ done, dataset }) => {
    const here = ['--dataset', dataset.title];
    expect(await done('groups', 'list', ...here)).toEqual([]);
    await done('groups', 'add', GROUP, ...here, '--role', 'admin');
    expect(await done('groups', 'list', ...here)).toMatchObject([{ group: { name: GROUP, role: 'admin' } }]);
    await done('groups', 'remove', GROUP, ...here);
    expect(await done('groups', 'list', ...here)).toEqual([]);
  },
  'list-projects': async ({ done, dataset, project }) => {
    const listed = await done('projects', 'list', '--search', project);
    expect(listed).toMatchObject([{ project: { title: project } }]);
    expect(await done('projects', 'of', dataset.title)).toEqual([]);
  },
  'attach-project': async ({ done, dataset, project }) => {
    await done('projects', 'attach', dataset.title, project);
    expect(await done('projects', 'of', dataset.title)).toMatchObject([{ project: { title: project } }]);
    await done('projects', 'detach', dataset.title, project);
    expect(await done('projects', 'of', dataset.title)).toEqual([]);
  },
  'list-keys': async ({ done, dataset }) => {
    expect(await done('keys', 'list', dataset.title)).toEqual([]);
  },
  'create-key': async ({ done, dataset }) => {
    const made = await done('keys', 'create', dataset.title, '--title', 'Robot', '--scope', 'read');
    const { key } = z.object({ key: z.string().min(10) }).parse(made[0]?.apiKey);
    const listed = await done('keys', 'list', dataset.title);
    expect(listed).toMatchObject([{ apiKey: { title: 'Robot', scopes: ['dataset.read'] } }]);
    expect(JSON.stringify(listed)).not.toContain(key);
  },
  'list-folders': async ({ done, shelf }) => {
    expect(await done('folders', 'list', '--search', shelf.name)).toMatchObject([
      { folder: { id: shelf.id, name: shelf.name } },
    ]);
  },
  'read-folder': async ({ done, shelf }) => {
    expect(await done('folders', 'show', shelf.name)).toMatchObject([
      { folder: { id: shelf.id }, summary: { files: 3, folders: 0 } },
    ]);
  },
  'create-folder': async ({ done, shelf }) => {
    await done('folders', 'create', 'Inner', '--parent', shelf.name, '--description', 'of a test');
    expect(await done('folders', 'list', shelf.name)).toMatchObject([
      { folder: { name: 'Inner', description: 'of a test', parentId: shelf.id } },
    ]);
  },
  'change-folder': async ({ done, shelf }) => {
    await done('folders', 'rename', shelf.name, 'Another name');
    const more = ['--description', 'said', '--metadata', '{"site": "Bern"}'];
    await done('folders', 'edit', 'Another name', ...more);
    const [shown] = await done('folders', 'show', shelf.id);
    expect(shown).toMatchObject({ folder: { name: 'Another name', description: 'said' } });
    const { clientMetadata } = z.object({ clientMetadata: z.string() }).parse(shown?.folder);
    expect(JSON.parse(clientMetadata)).toEqual({ site: 'Bern' });
  },
  'move-folder': async ({ done, shelf }) => {
    const outer = withId.parse((await done('folders', 'create', 'Outer'))[0]?.folder);
    await done('folders', 'move', shelf.name, '--to', 'Outer');
    expect(await done('folders', 'show', shelf.id)).toMatchObject([{ folder: { parentId: outer.id } }]);
  },
  'delete-folder': async ({ done, shelf, state }) => {
    await done('folders', 'delete', shelf.name, '--yes');
    expect(await done('folders', 'list', '--search', shelf.name)).toEqual([]);
    expect((await state()).items.map((item) => item.item_uuid)).not.toContain(shelf.items.clip);
  },
  'folder-groups': async ({ done, shelf }) => {
    expect(await done('folders', 'groups', shelf.name)).toEqual([]);
    await done('groups', 'add', GROUP, '--folder', shelf.name);
    expect(await done('folders', 'groups', shelf.name)).toMatchObject([{ group: { name: GROUP } }]);
    await done('groups', 'remove', GROUP, '--folder', shelf.name);
    expect(await done('folders', 'groups', shelf.name)).toEqual([]);
  },
  'list-items': async ({ done, shelf }) => {
    expect(await done('items', 'list', shelf.name, '--type', 'image')).toMatchObject([
      { item: { id: shelf.items.picture, folderId: shelf.id } },
    ]);
    expect(await done('items', 'list', '--search', 'clip of list-items')).toMatchObject([
      { item: { id: shelf.items.clip } },
    ]);
  },
  'read-item': async ({ done, dataset }) => {
    const listed = await done('items', 'list', dataset.folder ?? '', '--type', 'image');
    const { id } = withId.parse(listed[0]?.item);
    expect(await done('items', 'show', id)).toMatchObject([
      { item: { id }, usage: { datasets: 1, datasetsSeen: [{ id: dataset.id }] } },
    ]);
  },
  'read-items': async ({ done, shelf }) => {
    const { clip, picture } = shelf.items;
    expect(await done('items', 'metadata', clip, picture)).toMatchObject([
      { metadata: { itemId: clip } },
      { metadata: { itemId: picture } },
    ]);
  },
  'change-item': async ({ done, shelf, state }) => {
    const { clip, second } = shelf.items;
    await done('items', 'rename', clip, 'A better clip');
    expect((await state()).items.find(({ item_uuid }) => item_uuid === clip)?.title).toBe('A better clip');
    await done('items', 'metadata', clip, second, '--set', '{"lens": 2}');
    expect(await done('items', 'metadata', second)).toMatchObject([
      { metadata: { clientMetadata: { lens: 2 } } },
    ]);
  },
  'move-items': async ({ done, dataset, shelf, rows }) => {
    const { clip, second } = shelf.items;
    await done('items', 'move', clip, second, '--to', dataset.folder ?? '', '--allow-dataset-change');
    expect(await done('items', 'list', shelf.id)).toMatchObject([{ item: { id: shelf.items.picture } }]);
    expect([...(await rows()).keys()]).toContain('clip of move-items');
  },
  'delete-items': async ({ done, shelf, state }) => {
    const { clip, picture } = shelf.items;
    await done('items', 'delete', clip, picture, '--yes');
    const there = (await state()).items.map((item) => item.item_uuid);
    expect([clip, picture, shelf.items.second].filter((id) => there.includes(id))).toEqual([
      shelf.items.second,
    ]);
  },
  'reencode-items': async ({ done, shelf }) => {
    const { clip, second } = shelf.items;
    const encoded = await done('items', 'reencode', clip, second);
    expect(encoded.at(-1)).toMatchObject({ job: { kind: 'reencode-items', state: 'done' } });
  },
  'data-group': async ({ done, shelf }) => {
    const { clip, picture } = shelf.items;
    await done('items', 'group', clip, picture, '--into', shelf.name, '--name', 'Side by side');
    expect(await done('items', 'list', shelf.id, '--type', 'group')).toMatchObject([
      { item: { name: 'Side by side' } },
    ]);
  },
  'migrate-items': async (desk) => {
    const { done, shelf, folder } = desk;
    const where = ['--into', shelf.name, '--integration', INTEGRATION.id];
    await done('cloud', 'register', cloudFile(desk), ...where);
    const table = join(folder, 'urls.csv');
    writeFileSync(table, `old,new\n${BUCKET}/v/1.mp4,${BUCKET}/v/3.mp4\n`);
    expect(await done('items', 'migrate', '--csv', table, '--validate')).toEqual([{ migrated: { urls: 1 } }]);
  },
  'metadata-schema': async ({ done, folder }) => {
    const file = join(folder, 'schema.json');
    writeFileSync(file, '{"site": {"ty": "text"}}');
    expect(await done('schema', 'show')).toEqual([{ schema: null }]);
    await done('schema', 'set', file);
    expect(await done('schema', 'show')).toEqual([{ schema: { site: { ty: 'text' } } }]);
  },
};

/**
 * Of an operation that the command line does not have: what somebody would try, which is not understood; or how the
 * sources would name its call, which none of them does.
 */
export type Absent = { readonly typed: (scene: Scene) => readonly string[] } | { readonly written: RegExp };

export const CLI_ABSENT: Readonly<Record<Exclude<OperationId, DoneId<'cli'>>, Absent>> = {
  'join-dataset': { typed: () => ['datasets', 'join', FOREIGN_DATASET] },
  'rename-dataset': { typed: ({ dataset }) => ['datasets', 'delete', dataset.title] },
  'upload-dataset-calls': {
    typed: ({ dataset }) => ['upload', '.', '--dataset', dataset.title, '--route', 'dataset'],
  },
  'register-cloud-at-once': { written: /'datasetdata'/ },
  'list-users': { typed: ({ dataset }) => ['team', 'list', dataset.title] },
  'master-key': { typed: ({ dataset }) => ['keys', 'master', dataset.title] },
  'change-folders': { written: /'folders', 'patch-bulk'/ },
  'sync-folder': { typed: ({ shelf }) => ['folders', 'sync', shelf.name] },
};

/** A file that registers one video of the bucket. */
function cloudFile({ folder }: Desk): string {
  const path = join(folder, 'cloud.json');
  writeFileSync(
    path,
    JSON.stringify({ videos: [{ objectUrl: `${BUCKET}/v/1.mp4`, title: 'From the bucket' }] }),
  );
  return path;
}

/** Uploads a picture; how often it was linked into the dataset. */
async function uploaded({ done, control, folder, rows, dataset }: Desk, options: string[]): Promise<number> {
  const picture = join(folder, 'picture.png');
  writeFileSync(picture, makePng({ seed: 520 + options.length }));
  const links = await countLinks({ control });
  const ended = await done('upload', picture, '--dataset', dataset.title, ...options);
  expect(ended.at(-1)).toMatchObject({ summary: { done: 1, failed: 0 } });
  expect((await rows()).get('picture.png')?.sha256).toBe(sha256(picture));
  return links();
}

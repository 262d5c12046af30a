/**
 * Storage folders and items through the whole program against the emulator: gone through, changed, moved, deleted, and what
 * is refused to whoever may only look.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Program } from '../../../main/app/program.ts';
import { CALLS, type CallInput, type CallOutput } from '../../../preload/contract/calls.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { Lab } from '../../fixtures/lab.ts';

const ANN = 'ann@example.com';
const LAB = 'lab@example.com';
const READERS = crypto.randomUUID();
const annsKey = makeKey(ANN);

let lab: Lab;
let program: Program;
let labAccount: string;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.control('POST', 'keys', { publicKey: annsKey.publicKey, email: ANN });
  await lab.control('POST', 'seed', { groups: [{ name: 'Readers', uuid: READERS }] });
  program = await lab.program();
  await program.start();
  labAccount = (await call('app.snapshot', null)).activeAccountId ?? '';
});

beforeEach(() => {
  serial += 1;
});

afterAll(async () => {
  await program.close();
  await lab.close();
});

/** The value of a call as its contract has it; throws what the program said no with. */
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  // The schema of the same name checks it; the map's type ties the two together.
  return CALLS[name].output.parse(answer.value) as CallOutput<N>;
}

/** A folder of the lab with items without bytes, which Ann may look at. */
async function folderOf(items: readonly { title: string; itemType?: string; count?: number }[]) {
  const name = `Folder ${serial}`;
  const users = [{ email: ANN, role: 'user' }];
  const seeded = z
    .object({ folders: z.tuple([z.object({ uuid: z.string() })]) })
    .parse(await lab.control('POST', 'seed', { folders: [{ name, owner: LAB, users, items }] }));
  return { id: seeded.folders[0].uuid, name };
}

async function mirrored(rows: readonly string[]) {
  const seeded = z
    .object({ datasets: z.tuple([z.object({ datasetHash: z.string(), backingFolderUuid: z.string() })]) })
    .parse(
      await lab.control('POST', 'seed', {
        datasets: [
          {
            title: `Mirror ${serial}`,
            owner: LAB,
            mirrored: true,
            rows: rows.map((title) => ({ title })),
          },
        ],
      }),
    );
  const [{ datasetHash, backingFolderUuid }] = seeded.datasets;
  return { datasetId: datasetHash, folderId: backingFolderUuid };
}

const folders = (change: Partial<CallInput<'storage.folders'>> = {}) =>
  call('storage.folders', {
    parentId: null,
    search: '',
    order: 'name',
    descending: false,
    refresh: false,
    offset: 0,
    limit: 100,
    ...change,
  });

const items = (folderId: string | null, change: Partial<CallInput<'storage.items'>> = {}) =>
  call('storage.items', {
    folderId,
    search: '',
    types: [],
    recursive: false,
    inDataset: null,
    order: 'name',
    descending: false,
    refresh: false,
    datasetId: null,
    offset: 0,
    limit: 100,
    ...change,
  });

const names = (page: { rows: readonly { name: string }[] }) => page.rows.map(({ name }) => name);

/** As Ann, whose account is kept for this run alone; afterwards the lab's is in use again. */
async function asAnn<T>(act: () => Promise<T>): Promise<T> {
  const { id } = await call('accounts.signIn', {
    method: 'ssh',
    key: annsKey.privateKey,
    passphrase: null,
    rememberPassphrase: true,
    domain: lab.emulator.url,
    name: null,
    forThisRunOnly: true,
  });
  try {
    return await act();
  } finally {
    await call('accounts.switch', { accountId: labAccount });
    await call('accounts.signOut', { accountId: id, cancelUnfinished: true });
  }
}

async function rowsOf(datasetId: string): Promise<number> {
  const found = await call('rows.find', {
    datasetId,
    filter: {
      search: '',
      types: [],
      created: { from: null, to: null },
      edited: { from: null, to: null },
    },
    sort: { column: 'title', descending: false },
    refresh: false,
    offset: 0,
    limit: 10,
  });
  return found.total;
}

describe('folders', () => {
  it('are made, changed, moved and deleted, and every list shows it at once', async () => {
    const top = await call('storage.createFolder', {
      name: `Top ${serial}`,
      description: 'First',
      parentId: null,
    });
    expect(names(await folders({ parentId: top.id }))).toEqual([]);
    const made = await call('storage.createFolder', { name: 'Below', description: '', parentId: top.id });
    expect(made.path).toEqual([{ id: top.id, name: top.name }]);
    expect(names(await folders({ parentId: top.id }))).toEqual(['Below']);

    const bad = await call('storage.changeFolder', { folderId: made.id, clientMetadata: '{"a": }' });
    expect(bad.problems).toMatchObject([{ line: 1 }]);
    const change = { name: 'Ward 7', description: 'Second', clientMetadata: '{"site":"north"}' };
    expect(await call('storage.changeFolder', { folderId: made.id, ...change })).toEqual({ problems: [] });
    expect(names(await folders({ parentId: top.id }))).toEqual(['Ward 7']);
    expect(await call('storage.folder', { folderId: made.id })).toMatchObject({
      description: 'Second',
      clientMetadata: '{\n  "site": "north"\n}',
      role: 'admin',
    });

    await call('storage.moveFolders', { folderIds: [made.id], parentId: null });
    expect(names(await folders({ parentId: top.id }))).toEqual([]);
    await expect(call('storage.moveFolders', { folderIds: [made.id], parentId: made.id })).rejects.toThrow(
      /^bad-request:/,
    );
    await call('storage.moveFolders', { folderIds: [made.id], parentId: top.id });
    await call('storage.deleteFolder', { folderId: top.id });
    expect(names(await folders({ search: 'Ward 7' }))).toEqual([]);
    await expect(call('storage.folder', { folderId: made.id })).rejects.toThrow(/^(not-found|forbidden):/);
  });

  it('are counted before they go, and go with all that lies in them', async () => {
    const { id, name } = await folderOf([
      { title: 'scan', count: 3 },
      { title: 'film', itemType: 'video' },
    ]);
    await call('storage.createFolder', { name: 'Inside', description: '', parentId: id });
    expect(await call('storage.summary', { folderId: id })).toMatchObject({
      files: 4,
      folders: 1,
      uploadJobs: 0,
      counts: { images: 3, videos: 1 },
    });
    await call('storage.deleteFolder', { folderId: id });
    expect(names(await folders({ search: name }))).toEqual([]);
    expect((await lab.state()).items.filter(({ title }) => title.startsWith('scan'))).toEqual([]);
  });

  it('of a mirrored dataset are marked with it, and are not deleted', async () => {
    const { datasetId, folderId } = await mirrored(['row']);
    expect(await call('storage.folder', { folderId })).toMatchObject({ syncedDatasetId: datasetId });
    await expect(call('storage.deleteFolder', { folderId })).rejects.toThrow(/^bad-request:.*mirrored/);
  });

  it('have groups with a role, which changes and goes', async () => {
    const { id } = await folderOf([]);
    const groups = async () =>
      (await call('storage.folderGroups', { folderId: id })).map((group) => [group.name, group.role]);
    expect(await groups()).toEqual([]);
    await call('storage.addFolderGroups', { folderId: id, groupIds: [READERS], role: 'user' });
    expect(await groups()).toEqual([['Readers', 'user']]);
    await call('storage.addFolderGroups', { folderId: id, groupIds: [READERS], role: 'admin' });
    expect(await groups()).toEqual([['Readers', 'admin']]);
    await call('storage.removeFolderGroups', { folderId: id, groupIds: [READERS] });
    expect(await groups()).toEqual([]);
  });
});

describe('items', () => {
  it('are listed page by page, with how many are known by then, in either order', async () => {
    const { id } = await folderOf([{ title: 'scan', count: 450 }]);
    const first = await items(id);
    expect(first).toMatchObject({ total: 201, complete: false });
    const last = await items(id, { offset: 400 });
    expect(last).toMatchObject({ total: 450, complete: true });
    expect(last.rows).toHaveLength(50);
    expect(new Set([...first.rows, ...last.rows].map((item) => item.id)).size).toBe(150);
    const newest = await items(id, { order: 'createdAt', descending: true, limit: 1 });
    expect(newest.rows).toHaveLength(1);
  });

  it('are found below a folder and everywhere, by name and by type; nothing at all is not asked for', async () => {
    const { id } = await folderOf([{ title: `needle ${serial}` }]);
    const inside = await call('storage.createFolder', { name: 'Inside', description: '', parentId: id });
    await lab.control('POST', 'seed', {
      folders: [
        {
          name: 'Deep',
          parent: inside.id,
          owner: LAB,
          items: [{ title: `needle ${serial} film`, itemType: 'video' }],
        },
      ],
    });
    const search = `needle ${serial}`;
    expect(names(await items(id, { search }))).toEqual([search]);
    expect(names(await items(id, { search, recursive: true }))).toEqual([search, `${search} film`]);
    expect(names(await items(null, { search, types: ['video'] }))).toEqual([`${search} film`]);
    await expect(items(null)).rejects.toThrow(/^invalid-input:/);
  });

  it('are renamed and described; a list that was looked at shows it', async () => {
    const { id } = await folderOf([{ title: 'a' }, { title: 'b' }]);
    const [a, b] = (await items(id)).rows;
    await call('storage.renameItem', { itemId: a?.id ?? '', name: 'first' });
    expect(names(await items(id))).toEqual(['b', 'first']);
    const itemIds = [a?.id ?? '', b?.id ?? ''];
    expect((await call('storage.setItemMetadata', { itemIds, text: '[]' })).problems).toHaveLength(1);
    expect(await call('storage.setItemMetadata', { itemIds, text: '{"n": 1}' })).toEqual({ problems: [] });
    expect(await call('storage.item', { itemId: itemIds[1] ?? '' })).toMatchObject({
      clientMetadata: '{\n  "n": 1\n}',
      usage: { datasets: 0, groups: 0 },
    });
  });

  it('leave a mirrored dataset only after a yes, and its rows go with them', async () => {
    const { datasetId, folderId } = await mirrored(['kept', 'moved']);
    const { id: toFolderId } = await folderOf([]);
    const moved = (await items(folderId)).rows.find(({ name }) => name === 'moved');
    const itemIds = [moved?.id ?? ''];
    expect((await call('storage.item', { itemId: itemIds[0] ?? '' })).usage.datasetsSeen).toEqual([
      { id: datasetId, title: `Mirror ${serial}`, mirrored: true },
    ]);
    expect(await rowsOf(datasetId)).toBe(2);
    const move = { itemIds, fromFolderId: folderId, toFolderId };
    await expect(call('storage.moveItems', { ...move, allowSyncedDatasetMove: false })).rejects.toThrow(
      /^bad-request:/,
    );
    await call('storage.moveItems', { ...move, allowSyncedDatasetMove: true });
    expect(names(await items(folderId))).toEqual(['kept']);
    expect(names(await items(toFolderId))).toEqual(['moved']);
    expect(await rowsOf(datasetId)).toBe(1);
    await call('storage.moveItems', {
      itemIds,
      fromFolderId: toFolderId,
      toFolderId: folderId,
      allowSyncedDatasetMove: true,
    });
    expect(await rowsOf(datasetId)).toBe(2);
  });

  it('are deleted, and how many Encord removed is told', async () => {
    const { id } = await folderOf([{ title: 'x', count: 3 }]);
    const [one, two] = (await items(id)).rows;
    const deleted = await call('storage.deleteItems', {
      folderId: id,
      itemIds: [one?.id ?? '', two?.id ?? ''],
      removeUnusedFrames: true,
    });
    expect(deleted).toEqual({ items: 2, folders: 0 });
    expect((await items(id)).total).toBe(1);
  });

  it('that are videos are re-encoded by a job', async () => {
    const { id } = await folderOf([{ title: 'film', itemType: 'video' }]);
    const [film] = (await items(id)).rows;
    const { jobId } = await call('storage.reencodeItems', {
      itemIds: [film?.id ?? ''],
      title: 'Re-encode 1 video',
      force: false,
    });
    await eventually(async () =>
      expect(await call('jobs.get', { jobId })).toMatchObject({ kind: 'reencode-items', state: 'done' }),
    );
  });

  it('may be looked at, not changed, by whoever has the role of a user', async () => {
    const { id } = await folderOf([{ title: 'guarded' }]);
    const { id: other } = await call('storage.createFolder', {
      name: `Other ${serial}`,
      description: '',
      parentId: null,
    });
    await asAnn(async () => {
      expect((await call('storage.folder', { folderId: id })).role).toBe('user');
      const [item] = (await items(id)).rows;
      const itemIds = [item?.id ?? ''];
      const no = /^(forbidden|not-found):/;
      await expect(call('storage.renameItem', { itemId: itemIds[0] ?? '', name: 'x' })).rejects.toThrow(no);
      await expect(call('storage.setItemMetadata', { itemIds, text: '{}' })).rejects.toThrow(no);
      await expect(
        call('storage.deleteItems', { folderId: id, itemIds, removeUnusedFrames: true }),
      ).rejects.toThrow(no);
      await expect(call('storage.deleteFolder', { folderId: id })).rejects.toThrow(no);
      await expect(call('storage.changeFolder', { folderId: id, name: 'x' })).rejects.toThrow(no);
      await expect(call('storage.folder', { folderId: other })).rejects.toThrow(no);
    });
    expect(names(await items(id))).toEqual(['guarded']);
  });
});

describe('trouble', () => {
  it('in the middle of a list keeps what is known, and the next look goes on', async () => {
    const { id } = await folderOf([{ title: 'scan', count: 300 }]);
    await items(id);
    await lab.fault({ kind: 'api' }, { status: 403, error: 'AUTHORISATION_ERROR' }, 1);
    await expect(items(id, { offset: 200 })).rejects.toThrow(/^forbidden:/);
    expect((await items(id)).rows).toHaveLength(100);
    expect(await items(id, { offset: 200 })).toMatchObject({ total: 300, complete: true });
  });

  it('after a change was made but its answer was lost is said, and lists show the change', async () => {
    const { id } = await folderOf([{ title: 'x', count: 2 }]);
    const [one] = (await items(id)).rows;
    await lab.fault({ kind: 'api' }, { dropResponse: true }, 1);
    await expect(
      call('storage.deleteItems', { folderId: id, itemIds: [one?.id ?? ''], removeUnusedFrames: false }),
    ).rejects.toThrow();
    expect((await items(id)).total).toBe(1);
  });
});

/**
 * Storage folders and items against a pretended Encord: lists that come in pages by tokens, how long they are kept, and what
 * makes them be asked for anew. What the calls themselves do is tested against the emulator.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { csvText } from '../../../main/adapters/csv-text.ts';
import { jsonText } from '../../../main/adapters/json-text.ts';
import { Storage } from '../../../main/app/manage/storage.ts';
import { TokenList } from '../../../main/app/manage/token-list.ts';
import type { Answer, CallFailure, EncordSession } from '../../../main/core/encord-port.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { JobTask } from '../../../main/core/manage/jobs.ts';
import type { FolderInfo, ItemInfo, TokenPage } from '../../../main/core/manage/ports.ts';
import { management, type SomeManagement } from '../../fixtures/management.ts';

const LAB = 'lab';
const OTHER = 'other';
const ANY_FOLDER = {
  parentId: null,
  search: '',
  order: 'name' as const,
  descending: false,
  refresh: false,
};
const ANY_ITEM = {
  folderId: 'f',
  search: '',
  types: [],
  recursive: false,
  inDataset: null,
  order: 'name' as const,
  descending: false,
  refresh: false,
  datasetId: null,
};

/** No call of storage reads a file. */
const TEXTS = {
  json: jsonText,
  csv: csvText,
  read: () => Promise.reject(new Error('not asked for here')),
};

let calls: SomeManagement['storage'];
let asked: string[];
let now: number;
let changed: number;
let started: JobTask[];
let storage: Storage;

beforeEach(() => {
  calls = {};
  asked = [];
  now = 1_000_000;
  changed = 0;
  started = [];
  storage = new Storage({
    deps: { clock: { ...createClock(), now: () => now }, texts: TEXTS },
    session: async () => session(),
    itemsOf: async (_account, datasetId) => new Set(datasetId === 'd' ? ['item-1'] : []),
    start: (_account, task) => started.push(task),
    changed: () => {
      changed += 1;
    },
    signal: new AbortController().signal,
  });
});

function session(): EncordSession {
  const refuse = () => Promise.reject(new Error('not asked for here'));
  return {
    check: refuse,
    route: () => {
      throw new Error('not asked for here');
    },
    resolveTarget: refuse,
    datasets: refuse,
    dataset: refuse,
    createDataset: refuse,
    rows: refuse,
    folders: refuse,
    manage: management({ storage: calls ?? {} }),
  };
}

const yes = <T>(value: T): Answer<T> => ({ ok: true, value });

function no(kind: 'refused' | 'never-sent' | 'lost', code: UploaderError['code']): Answer<never> {
  const failure: CallFailure = { kind, error: new UploaderError(code, `It went wrong: ${code}.`) };
  return { ok: false, failure };
}

function folder(id: string, more: Partial<FolderInfo> = {}): FolderInfo {
  return {
    id,
    name: id,
    description: '',
    parentId: null,
    path: [],
    syncedDatasetId: null,
    owner: 'lab@example.com',
    role: 'admin',
    createdAt: null,
    editedAt: null,
    clientMetadata: null,
    ...more,
  };
}

function item(id: string, more: Partial<ItemInfo> = {}): ItemInfo {
  return {
    id,
    folderId: 'f',
    type: 'image',
    name: id,
    owner: 'lab@example.com',
    createdAt: null,
    editedAt: null,
    rows: 0,
    storage: 'encord',
    integrationId: null,
    size: null,
    mime: null,
    durationSeconds: null,
    fps: null,
    width: null,
    height: null,
    frameCount: null,
    audio: null,
    dicom: null,
    clientMetadata: null,
    signedUrl: null,
    ...more,
  };
}

/** Pages of so many, by tokens that are the next index; each question is noted. */
function paged<T>(all: readonly T[], size: number): (query: { pageToken: string | null }) => TokenPage<T> {
  return ({ pageToken }) => {
    asked.push(pageToken ?? 'first');
    const at = Number(pageToken ?? 0);
    return { items: all.slice(at, at + size), next: at + size < all.length ? String(at + size) : null };
  };
}

describe('a list in pages by tokens', () => {
  const list = (all: readonly number[], size: number) => {
    const page = paged(all, size);
    return new TokenList<number>(async (pageToken) => page({ pageToken }));
  };
  const ten = Array.from({ length: 10 }, (_, index) => index);

  it('is asked for as far as somebody looks, and says that there is more until its end is known', async () => {
    const rows = list(ten, 4);
    expect(await rows.window(0, 3)).toEqual({ total: 5, complete: false, rows: [0, 1, 2] });
    expect(asked).toEqual(['first']);
    expect(await rows.window(3, 2)).toEqual({ total: 9, complete: false, rows: [3, 4] });
    expect(await rows.window(6, 100)).toEqual({ total: 10, complete: true, rows: [6, 7, 8, 9] });
    expect(await rows.window(50, 10)).toEqual({ total: 10, complete: true, rows: [] });
    expect(asked).toEqual(['first', '4', '8']);
  });

  it('asks for each page once, however many windows wait for it', async () => {
    const rows = list(ten, 4);
    const [first, second] = await Promise.all([rows.window(0, 6), rows.window(2, 6)]);
    expect([first.rows, second.rows]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [2, 3, 4, 5, 6, 7],
    ]);
    expect(asked).toEqual(['first', '4']);
  });

  it('keeps what is known where a page fails, and goes on from there', async () => {
    const page = paged(ten, 4);
    let failing = false;
    const rows = new TokenList<number>(async (pageToken) => {
      if (failing) throw new UploaderError('offline', 'Nothing gets through.');
      return page({ pageToken });
    });
    await rows.window(0, 4);
    failing = true;
    await expect(rows.window(4, 4)).rejects.toMatchObject({ code: 'offline' });
    expect((await rows.window(0, 4)).rows).toEqual([0, 1, 2, 3]);
    failing = false;
    expect((await rows.window(4, 4)).rows).toEqual([4, 5, 6, 7]);
    expect(asked).toEqual(['first', '4']);
  });

  it('ends where a server hands out the same token again', async () => {
    const rows = new TokenList<number>(async () => ({ items: [1], next: 'same' }));
    expect(await rows.window(0, 50)).toEqual({ total: 2, complete: true, rows: [1, 1] });
  });
});

describe('lists of folders and items', () => {
  const names = Array.from({ length: 5 }, (_, index) => folder(`f${index}`));
  const folders = async (change: Partial<typeof ANY_FOLDER> = {}, offset = 0, limit = 2, account = LAB) => {
    const window = await storage.folders(account, { ...ANY_FOLDER, ...change }, offset, limit);
    return window.rows.map(({ id }) => id);
  };
  beforeEach(() => {
    const page = paged(names, 2);
    calls = { folders: async (query) => yes(page(query)) };
  });

  it('are kept for a minute, then asked for anew by who begins them again, but not by who is further down', async () => {
    expect(await folders()).toEqual(['f0', 'f1']);
    expect(await folders()).toEqual(['f0', 'f1']);
    expect(asked).toEqual(['first']);
    now += 61_000;
    expect(await folders({}, 2)).toEqual(['f2', 'f3']);
    expect(asked).toEqual(['first', '2']);
    await folders();
    expect(asked).toEqual(['first', '2', 'first']);
  });

  it('are asked for anew where that is wanted, from the beginning of the list alone', async () => {
    await folders();
    await folders({ refresh: true }, 2);
    await folders({ refresh: true });
    expect(asked).toEqual(['first', '2', 'first']);
  });

  it('of another account, search or order are other lists', async () => {
    await folders();
    await folders({ search: ' f ' });
    await folders({ search: 'f' });
    await folders({ descending: true });
    await folders({}, 0, 2, OTHER);
    expect(asked).toEqual(['first', 'first', 'first', 'first']);
  });

  it('look at any depth for what is searched, and leave out types that Encord does not know', async () => {
    const questions: unknown[] = [];
    calls = {
      folders: async ({ parentId, search, recursive }) => {
        questions.push({ parentId, search, recursive });
        return yes({ items: [], next: null });
      },
      items: async ({ types }) => {
        questions.push(types);
        return yes({ items: [], next: null });
      },
    };
    await folders();
    await folders({ search: ' scan ' });
    await storage.items(LAB, { ...ANY_ITEM, types: ['video', 'hologram', '__proto__'] }, 0, 10);
    expect(questions).toEqual([
      { parentId: null, search: '', recursive: false },
      { parentId: null, search: 'scan', recursive: true },
      ['video'],
    ]);
  });

  it('say of items whether a dataset has them, where one is asked about', async () => {
    calls = { items: async () => yes({ items: [item('item-1'), item('item-2')], next: null }) };
    const there = async (datasetId: string | null) =>
      (await storage.items(LAB, { ...ANY_ITEM, datasetId }, 0, 10)).rows.map((row) => row.inDataset);
    expect(await there(null)).toEqual([null, null]);
    expect(await there('d')).toEqual([true, false]);
  });

  it('that fail are asked for again by the next look', async () => {
    calls = { folders: async () => no('never-sent', 'offline') };
    await expect(folders()).rejects.toMatchObject({ code: 'offline' });
    const page = paged(names, 2);
    calls = { folders: async (query) => yes(page(query)) };
    expect(await folders()).toEqual(['f0', 'f1']);
  });
});

describe('a change', () => {
  const look = () => storage.folders(LAB, ANY_FOLDER, 0, 2);
  beforeEach(async () => {
    calls = {
      folders: async () => {
        asked.push('folders');
        return yes({ items: [folder('f0')], next: null });
      },
    };
    await look();
  });
  const move = { itemIds: ['item-1'], fromFolderId: 'a', toFolderId: 'b', allowSyncedDatasetMove: false };

  it('makes lists be asked for anew; one of items tells that rows may have changed', async () => {
    calls = { ...calls, createFolder: async () => yes(folder('new')), moveItems: async () => yes(null) };
    await storage.createFolder(LAB, { name: 'new', description: '', parentId: null });
    await look();
    expect(asked).toHaveLength(2);
    expect(changed).toBe(0);
    await storage.moveItems(LAB, move);
    await look();
    expect(asked).toHaveLength(3);
    expect(changed).toBe(1);
  });

  it('that was refused leaves them as they are; one whose answer was lost does not', async () => {
    calls = { ...calls, moveItems: async () => no('refused', 'forbidden') };
    await expect(storage.moveItems(LAB, move)).rejects.toMatchObject({ code: 'forbidden' });
    await look();
    expect([asked.length, changed]).toEqual([1, 0]);
    calls = { ...calls, moveItems: async () => no('lost', 'connection-lost') };
    await expect(storage.moveItems(LAB, move)).rejects.toMatchObject({ code: 'connection-lost' });
    await look();
    expect([asked.length, changed]).toEqual([2, 1]);
  });

  it('of metadata is sent only where its text is a JSON object, without the mark before it', async () => {
    const sent: unknown[] = [];
    calls = {
      changeFolder: async (_id, change) => {
        sent.push(change);
        return yes(null);
      },
      changeItems: async (changes) => {
        sent.push([...changes]);
        return yes(null);
      },
    };
    const wrong = await storage.changeFolder(LAB, { folderId: 'f', clientMetadata: '{\n  "a": 1,\n}' });
    expect(wrong.problems).toMatchObject([{ line: 3 }]);
    expect(await storage.setItemMetadata(LAB, { itemIds: ['i'], text: '[1]' })).toMatchObject({
      problems: [{ line: 1, message: expect.stringContaining('object') }],
    });
    expect(sent).toEqual([]);
    const text = '\uFEFF{"a": 1}\n';
    await storage.changeFolder(LAB, { folderId: 'f', name: 'Ward', clientMetadata: text });
    await storage.setItemMetadata(LAB, { itemIds: ['i', 'j'], text });
    expect(sent).toEqual([
      { name: 'Ward', clientMetadata: '{"a": 1}' },
      [
        ['i', { clientMetadata: '{"a": 1}' }],
        ['j', { clientMetadata: '{"a": 1}' }],
      ],
    ]);
  });

  it('that takes long is a job', () => {
    storage.reencodeItems(LAB, { itemIds: ['i'], title: 'Re-encode 1 video', force: true });
    expect(started).toEqual([
      { kind: 'reencode-items', itemIds: ['i'], title: 'Re-encode 1 video', force: true },
    ]);
  });
});

describe('an item', () => {
  it('is told with its metadata to read, its facts, and the first that use it', async () => {
    const seen = Array.from({ length: 25 }, (_, index) => ({
      id: `d${index}`,
      title: `<b>${index}</b>`,
      mirrored: index === 0,
      dataHashes: [],
    }));
    calls = {
      item: async () =>
        yes(
          item('i', {
            type: 'audio',
            clientMetadata: '{"site":"north"}',
            audio: { sampleRate: 44_100, bitDepth: null, codec: null, channels: 2 },
            signedUrl: 'https://storage.example/secret',
          }),
        ),
      usage: async () =>
        yes({
          inGroups: 1,
          groups: [{ id: 'g', name: 'case', folderId: null }],
          inDatasets: 30,
          datasets: seen,
        }),
    };
    const detail = await storage.item(LAB, 'i');
    expect(detail).toMatchObject({
      clientMetadata: '{\n  "site": "north"\n}',
      usage: { groups: 1, groupNames: ['case'], datasets: 30 },
    });
    expect(detail.facts).toContainEqual({ name: 'Sample rate', value: '44,100 Hz' });
    expect(detail.usage.datasetsSeen).toHaveLength(20);
    expect(detail.usage.datasetsSeen[0]).toEqual({ id: 'd0', title: '<b>0</b>', mirrored: true });
    expect(JSON.stringify(detail)).not.toContain('secret');
  });

  it('has no metadata where its object is empty, and shows what is no JSON as it came', async () => {
    const metadataOf = async (clientMetadata: string) => {
      calls = { folder: async () => yes(folder('f', { clientMetadata })) };
      return (await storage.folder(LAB, 'f')).clientMetadata;
    };
    expect(await metadataOf('{}')).toBeNull();
    expect(await metadataOf('no json')).toBe('no json');
  });
});

/**
 * Use cases over values that only a hostile server has: whatever the names, dates and numbers, each answer is of the shape
 * that the contract declares, and exports can be read again.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { csvText } from '../../../main/adapters/csv-text.ts';
import { jsonText } from '../../../main/adapters/json-text.ts';
import { People } from '../../../main/app/manage/people.ts';
import { Storage } from '../../../main/app/manage/storage.ts';
import type { EncordSession } from '../../../main/core/encord-port.ts';
import { type FolderInfo, ITEM_TYPES, type ItemInfo } from '../../../main/core/manage/ports.ts';
import { CALLS } from '../../../preload/contract/calls.ts';
import { ANY_DATASET, ANY_ROW, ROW_COLUMNS } from '../../../preload/contract/manage.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { type Draw, drawFrom, HOSTILE_TEXTS, oneOf } from '../../fixtures/hostile.ts';
import { management, type SomeManagement } from '../../fixtures/management.ts';
import { cloudState, World } from './jobs-world.ts';
import { ACCOUNT, BY_TITLE, DATASET, dataset, RowsBench, row, WHOLE, yes } from './rows-bench.ts';

const SEED = 5;
const AMOUNTS = [null, 0, 0.001, 1, 29.97, 1e12, Number.MAX_SAFE_INTEGER] as const;
const COUNTS = [0, 1, Number.MAX_SAFE_INTEGER] as const;

let draw: Draw;
let nth: number;

beforeEach(() => {
  draw = drawFrom(SEED);
  nth = 0;
});

const text = (): string => oneOf(draw, HOSTILE_TEXTS);
const maybeText = (): string | null => (draw() < 0.2 ? null : text());
const amount = (): number | null => oneOf(draw, AMOUNTS);
const whole = (): number | null => {
  const drawn = amount();
  return drawn === null ? null : Math.round(drawn);
};
/** An id is never empty and never twice in a list: beyond that it may be anything. */
const hash = (): string => `${text()}${nth++}`;
const role = () => oneOf(draw, ['admin', 'user', null] as const);
const several = <T>(make: () => T, count = 40): T[] => Array.from({ length: count }, make);

/** The value, after the contract has had a look at it. */
function held<T>(name: CallName, value: T): T {
  const output = CALLS[name].output.safeParse(value);
  expect(output.success ? null : output.error.message, `the answer of ${name}`).toBeNull();
  // What pages get comes as JSON or by structured clone: neither may give up on it.
  expect(JSON.stringify(structuredClone(value))).toBe(JSON.stringify(value));
  return value;
}

function hostileRow() {
  return row(hash(), {
    title: text(),
    type: text().toUpperCase(),
    mime: maybeText(),
    size: whole(),
    width: amount(),
    height: amount(),
    fps: amount(),
    durationSeconds: amount(),
    createdAt: maybeText(),
    editedAt: maybeText(),
    itemUuid: draw() < 0.5 ? null : hash(),
    storage: oneOf(draw, [null, 0, 1, 99]),
    fileLink: maybeText(),
    isSequence: oneOf(draw, [null, true, false]),
  });
}

function hostileItem(): ItemInfo {
  return {
    id: hash(),
    folderId: text(),
    type: oneOf(draw, [...ITEM_TYPES, 'other'] as const),
    name: text(),
    owner: text(),
    createdAt: maybeText(),
    editedAt: maybeText(),
    rows: oneOf(draw, COUNTS),
    storage: maybeText(),
    integrationId: maybeText(),
    size: whole(),
    mime: maybeText(),
    durationSeconds: amount(),
    fps: amount(),
    width: amount(),
    height: amount(),
    frameCount: whole(),
    audio: { sampleRate: amount(), bitDepth: amount(), codec: maybeText(), channels: amount() },
    dicom: { studyUid: maybeText(), seriesUid: maybeText(), instanceUid: maybeText() },
    clientMetadata: oneOf(draw, [null, '{}', DEEP, '{"__proto__":{"hostile":true}}']),
    signedUrl: null,
  };
}

function hostileFolder(): FolderInfo {
  return {
    id: hash(),
    name: text(),
    description: text(),
    parentId: maybeText(),
    path: several(() => ({ id: hash(), name: text() }), 5),
    syncedDatasetId: maybeText(),
    owner: text(),
    role: role(),
    createdAt: maybeText(),
    editedAt: maybeText(),
    clientMetadata: oneOf(draw, [null, DEEP]),
  };
}

/** Can be read, but not be written again. */
const DEEP = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;

describe('rows and datasets', () => {
  let bench: RowsBench;

  beforeEach(() => {
    bench = new RowsBench();
    bench.rows = several(hostileRow, 300);
    bench.datasets = [
      dataset({ id: DATASET, title: text() }),
      ...several(() =>
        dataset({
          id: hash(),
          title: text(),
          description: text(),
          createdAt: maybeText(),
          editedAt: maybeText(),
          role: role(),
          storage: oneOf(draw, [null, 0, 99]),
          backingFolderId: maybeText(),
        }),
      ),
    ];
  });

  it('are found, in any order and by any search', async () => {
    const base = { datasetId: DATASET, refresh: false, ...WHOLE };
    for (const column of ROW_COLUMNS) {
      const sort = { column, descending: draw() < 0.5 };
      const found = await bench.use.find(ACCOUNT.id, { ...base, filter: ANY_ROW, sort });
      expect(held('rows.find', found).rows).toHaveLength(300);
    }
    for (const each of HOSTILE_TEXTS) {
      const filter = { ...ANY_ROW, search: each.slice(0, 1000), types: [each.slice(0, 50)] };
      held('rows.find', await bench.use.find(ACCOUNT.id, { ...base, filter, sort: BY_TITLE }));
    }
    const all = { kind: 'filter' as const, filter: ANY_ROW, except: [] };
    const tally = await bench.use.tally(ACCOUNT.id, { datasetId: DATASET, rows: all });
    expect(held('rows.tally', tally).rows).toBe(300);
  });

  it('are listed', async () => {
    for (const search of ['', ...HOSTILE_TEXTS]) {
      const query = { search: search.slice(0, 1000), listing: ANY_DATASET, refresh: false, ...WHOLE };
      const found = await bench.lists.window(ACCOUNT.id, query);
      if (search === '') expect(found.rows).toHaveLength(41);
      held('datasets.list', found);
    }
    for (const each of bench.datasets) held('datasets.detail', await bench.use.dataset(ACCOUNT, each.id));
  });

  it('are looked at one by one', async () => {
    for (const each of bench.rows.slice(0, 60)) {
      const frames = several(
        () => ({
          imageHash: hash(),
          title: text(),
          size: whole(),
          mime: maybeText(),
          width: amount(),
          height: amount(),
          signedUrl: null,
        }),
        4,
      );
      bench.calls = {
        rows: {
          row: async () =>
            yes({ ...each, clientMetadata: oneOf(draw, [null, DEEP, '{"a":1}']), signedUrl: null, frames }),
        },
        storage: {
          item: async () => yes(hostileItem()),
          folder: async () => yes(hostileFolder()),
          usage: async () =>
            yes({
              inGroups: oneOf(draw, COUNTS),
              groups: [],
              inDatasets: oneOf(draw, COUNTS),
              datasets: several(() => ({ id: hash(), title: text(), mirrored: false, dataHashes: [] }), 3),
            }),
        },
      };
      const one = { datasetId: DATASET, dataHash: each.dataHash };
      held('rows.detail', await bench.use.details.get(ACCOUNT, one));
      const found = await bench.use.details.frames(ACCOUNT, { ...one, offset: 0, limit: 10 });
      expect(held('rows.frames', found).rows).toHaveLength(4);
    }
  });

  it('are exported so that they can be read again', async () => {
    const table = { datasetId: DATASET, filter: ANY_ROW, sort: BY_TITLE, columns: [...ROW_COLUMNS] };
    await bench.use.export(ACCOUNT.id, { ...table, format: 'json' });
    await bench.use.export(ACCOUNT.id, { ...table, format: 'csv' });
    const [json, csv] = bench.saved;
    const titles = bench.rows.map(({ title }) => title).toSorted();
    const { rows } = JSON.parse(json?.text ?? '') as { rows: { title: string }[] };
    expect(rows.map(({ title }) => title).toSorted()).toEqual(titles);
    const reading = csvText.parse(csv?.text ?? '');
    expect(reading.problems).toEqual([]);
    expect(reading.rows).toHaveLength(300);
    for (const { cells } of reading.rows) for (const cell of cells) expect(cell).not.toMatch(/^[=+@-]/);
    for (const each of bench.saved) expect(each.name).toMatch(/^[^\p{Cc}\\/:*?"<>|]{1,255}$/u);
  });
});

describe('people, projects and keys', () => {
  it('are listed', async () => {
    const group = () => ({ id: hash(), name: text(), description: text(), createdAt: maybeText() });
    const projects = several(() => ({
      id: hash(),
      title: text(),
      description: text(),
      role: role(),
      status: maybeText(),
      createdAt: maybeText(),
      editedAt: maybeText(),
    }));
    const people = peopleOver({
      team: {
        groups: async () => yes(several(() => ({ ...group(), sameOrganisation: null, role: role() }))),
        organisationGroups: async () => yes(several(group)),
      },
      projects: { list: async () => yes(projects), datasets: async () => yes([hash(), DATASET]) },
      keys: {
        list: async () =>
          yes(
            several(() => ({
              apiKey: hash(),
              title: text(),
              keyHash: maybeText(),
              scopes: several(text, 3),
            })),
          ),
      },
    });
    expect(held('groups.ofDataset', await people.groupsOf('lab', DATASET))).toHaveLength(40);
    for (const search of ['', ...HOSTILE_TEXTS.map((each) => each.slice(0, 1000))]) {
      held('groups.ofOrganisation', await people.organisationGroups('lab', { search, ...WHOLE }));
      held('projects.list', await people.projects('lab', { search, refresh: false, ...WHOLE }));
    }
    held('projects.ofDataset', await people.projectsOf('lab', DATASET, false));
    const keys = held('keys.list', await people.keys('lab', DATASET));
    expect(keys).toHaveLength(40);
  });
});

describe('storage', () => {
  it('is listed', async () => {
    const storage = storageOver({
      storage: {
        folders: async () => yes({ items: several(hostileFolder), next: null }),
        folder: async () => yes(hostileFolder()),
        items: async () => yes({ items: several(hostileItem), next: null }),
        item: async () => yes(hostileItem()),
        usage: async () =>
          yes({
            inGroups: 1,
            groups: several(() => ({ id: hash(), name: text(), folderId: maybeText() })),
            inDatasets: 1,
            datasets: several(() => ({ id: hash(), title: text(), mirrored: true, dataHashes: [hash()] })),
          }),
        summary: async () =>
          yes({
            files: 1,
            folders: 1,
            totalBytes: Number.MAX_SAFE_INTEGER,
            uploadJobs: 0,
            counts: Object.fromEntries(HOSTILE_TEXTS.map((each) => [each, 1])),
          }),
        folderGroups: async () =>
          yes([
            {
              id: hash(),
              name: text(),
              description: text(),
              createdAt: maybeText(),
              sameOrganisation: null,
              role: role(),
            },
          ]),
      },
    });
    const order = { order: 'name', descending: false, refresh: true, search: '' } as const;
    const folders = await storage.folders('lab', { parentId: null, ...order }, 0, 500);
    expect(held('storage.folders', folders).rows).toHaveLength(40);
    const query = { folderId: 'f', types: [], recursive: false, inDataset: null, datasetId: null, ...order };
    expect(held('storage.items', await storage.items('lab', query, 0, 500)).rows).toHaveLength(40);
    for (let look = 0; look < 6; look += 1) {
      held('storage.folder', await storage.folder('lab', 'f'));
      held('storage.item', await storage.item('lab', 'i'));
    }
    held('storage.summary', await storage.summary('lab', 'f'));
    held('storage.folderGroups', await storage.folderGroups('lab', 'f'));
  });
});

describe('jobs', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.jobs.begin();
  });
  afterEach(() => world.close());

  it('are shown with whatever Encord says of them', async () => {
    world.cloud = cloudState({
      status: 'error',
      done: 3,
      failed: Number.MAX_SAFE_INTEGER,
      errors: several(text),
      unitErrors: several(() => ({
        urls: several(text, 3),
        message: text(),
        action: text(),
        subtask: maybeText(),
      })),
      made: several(() => ({ title: text(), dataHash: draw() < 0.5 ? null : hash(), itemUuid: null })),
    });
    const file = JSON.stringify({ videos: [{ objectUrl: 'https://bucket.example/a.mp4' }] });
    const task = {
      kind: 'cloud-register',
      datasetId: DATASET,
      folderId: null,
      integrationId: 'i',
      file,
      fileName: null,
      ignoreErrors: true,
    } as const;
    const jobId = world.jobs.start({ accountId: 'lab', datasetTitle: text(), task });
    await world.until(jobId, 'failed');
    held('jobs.get', world.jobs.get(jobId));
    held('jobs.list', world.jobs.list({ which: 'all', datasetId: null, ...WHOLE }));
    const results = world.jobs.results({ jobId, only: 'all', ...WHOLE });
    expect(held('jobs.results', results).total).toBeGreaterThan(40);
  });
});

function sessionOf(calls: SomeManagement): EncordSession {
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
    manage: management(calls),
  };
}

function peopleOver(calls: SomeManagement): People {
  return new People({
    clock: createClock(),
    session: async () => sessionOf(calls),
    domain: () => 'https://api.encord.com',
    addKeyAccount: async () => 'made',
    signal: new AbortController().signal,
  });
}

function storageOver(calls: SomeManagement): Storage {
  return new Storage({
    deps: {
      clock: createClock(),
      texts: { json: jsonText, csv: csvText, read: () => Promise.reject(new Error('not asked for here')) },
    },
    session: async () => sessionOf(calls),
    itemsOf: async () => new Set(),
    start: () => 1,
    changed: () => undefined,
    signal: new AbortController().signal,
  });
}

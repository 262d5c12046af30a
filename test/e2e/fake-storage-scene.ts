/**
 * The storage that the pretended main has: a tree of folders, items of every type, ten thousand in one folder, and what
 * goes wrong. Made up on first sight, then changed like a real one. Used by `fake-storage.ts` and `fake-attach.ts`.
 */
import type { FolderView, GroupView, ItemView } from '../../preload/contract/manage.ts';
import type { FakeMain } from './fake-main.ts';

/** Its items cannot be listed: the server gives up. */
export const BROKEN_FOLDER = 'f-broken';
const MANY_ITEMS = 10_000;
const HOUR = 3_600_000;
const NEWEST = Date.UTC(2026, 10, 20, 9, 30);

/** What the names of the hostile folder and its items hold: markup, an override of direction, and no end. */
export const HOSTILE = [
  '<img src=x onerror="document.title=`hurt`">.png',
  'scan‮gnp.exe',
  `${'very long name '.repeat(40)}.mp4`,
  'line\nbreak\u0007bell.wav',
  '👩🏽‍🔬 ́combining.png',
];

interface Kind {
  type: string;
  ending: string;
  mime: string | null;
  facts: Partial<ItemView>;
}

const VISUAL = { width: 1_920, height: 1_080 };
const KINDS: readonly Kind[] = [
  { type: 'image', ending: '.png', mime: 'image/png', facts: VISUAL },
  { type: 'video', ending: '.mp4', mime: 'video/mp4', facts: { ...VISUAL, fps: 30, durationSeconds: 64 } },
  { type: 'imageGroup', ending: '', mime: null, facts: { frames: 240 } },
  { type: 'imageSequence', ending: '', mime: null, facts: { ...VISUAL, frames: 120, fps: 25 } },
  { type: 'audio', ending: '.m4a', mime: 'audio/mp4', facts: { durationSeconds: 312 } },
  { type: 'dicomSeries', ending: '', mime: 'application/dicom', facts: { frames: 86 } },
  { type: 'dicomFile', ending: '.dcm', mime: 'application/dicom', facts: {} },
  { type: 'nifti', ending: '.nii.gz', mime: 'application/gzip', facts: {} },
  { type: 'pdf', ending: '.pdf', mime: 'application/pdf', facts: {} },
  { type: 'plainText', ending: '.txt', mime: 'text/plain', facts: {} },
  { type: 'group', ending: '', mime: null, facts: {} },
  { type: 'scene', ending: '', mime: null, facts: {} },
];

export class FakeStorage {
  readonly folders = new Map<string, FolderView>();
  readonly groups = new Map<string, GroupView[]>();
  /** JSON text by item. */
  readonly metadata = new Map<string, string>();
  #items = new Map<string, ItemView[]>();
  #byId = new Map<string, ItemView>();
  /** Items behind rows, by dataset. */
  #linked = new Map<string, Set<string>>();

  constructor(main: FakeMain) {
    if (main.options.scene === 'empty') return;
    const put = (id: string, name: string, parentId: string | null, more: Partial<FolderView> = {}): void =>
      this.addFolder({ ...folderOf(id, name), parentId, ...more });
    put('f-lab', 'Lab', null, { description: 'Everything that the imaging lab records' });
    put('f-raw', 'Raw captures', 'f-lab');
    put('f-reader', 'Reader study', 'f-lab', { clientMetadata: '{\n  "study": "R-12"\n}' });
    put('f-ward', 'Ward 7', 'f-lab');
    put('f-morning', 'Morning', 'f-ward');
    put('f-night', 'Night', 'f-ward');
    put('f-plates', 'Plates', 'f-lab');
    for (let plate = 1; plate <= 450; plate += 1)
      put(`f-plate-${plate}`, `Plate ${String(plate).padStart(3, '0')}`, 'f-plates');
    put('f-archive', 'Archive 2025', null, { role: 'user', owner: 'archive@lab.example' });
    put(BROKEN_FOLDER, 'Old scanner', null);
    put('f-hostile', HOSTILE[0] ?? '', null, { description: HOSTILE[1] ?? '' });
    for (const dataset of main.state.datasets)
      if (dataset.mirrored) put(`f-${dataset.id}`, dataset.title, null, { syncedDatasetId: dataset.id });
  }

  addFolder(folder: FolderView): void {
    this.folders.set(folder.id, { ...folder, path: this.#pathTo(folder.parentId) });
  }

  /** After folders were renamed or moved. */
  renewPaths(): void {
    for (const folder of this.folders.values()) folder.path = this.#pathTo(folder.parentId);
  }

  removeFolder(id: string): void {
    for (const child of this.childrenOf(id)) this.removeFolder(child.id);
    for (const item of this.itemsOf(id)) this.#byId.delete(item.id);
    this.#items.set(id, []);
    this.folders.delete(id);
  }

  childrenOf(parentId: string | null): FolderView[] {
    return [...this.folders.values()].filter((folder) => folder.parentId === parentId);
  }

  /** Whether a folder is another one, or lies in it at any depth. */
  isWithin(id: string, outer: string): boolean {
    return id === outer || (this.folders.get(id)?.path.some((step) => step.id === outer) ?? false);
  }

  itemsOf(folderId: string): ItemView[] {
    let items = this.#items.get(folderId);
    if (!items) {
      items = this.folders.has(folderId) ? makeItems(folderId) : [];
      this.#items.set(folderId, items);
      for (const item of items) this.#byId.set(item.id, item);
    }
    return items;
  }

  /** Those of a folder, with those below it where they are wanted; null is everywhere. */
  itemsIn(folderId: string | null, recursive: boolean): ItemView[] {
    if (folderId !== null && !recursive) return this.itemsOf(folderId);
    return [...this.folders.keys()]
      .filter((id) => folderId === null || this.isWithin(id, folderId))
      .flatMap((id) => this.itemsOf(id));
  }

  item(id: string): ItemView | null {
    // Its folder stands in its id, so that an item is found that nobody has listed yet.
    this.itemsOf(id.split('#')[0] ?? '');
    return this.#byId.get(id) ?? null;
  }

  removeItems(ids: ReadonlySet<string>): void {
    for (const [folderId, items] of this.#items)
      this.#items.set(
        folderId,
        items.filter((item) => !ids.has(item.id)),
      );
    for (const id of ids) this.#byId.delete(id);
  }

  moveItems(ids: readonly string[], toFolderId: string): void {
    const moved = ids.flatMap((id) => this.item(id) ?? []);
    const target = this.itemsOf(toFolderId);
    for (const [folderId, items] of this.#items)
      if (folderId !== toFolderId)
        this.#items.set(
          folderId,
          items.filter((item) => !moved.includes(item)),
        );
    for (const item of moved) item.folderId = toFolderId;
    target.push(...moved.filter((item) => !target.includes(item)));
  }

  /** A mirrored dataset has what its folder holds; any dataset has every third item of the reader study. */
  isLinked(datasetId: string, item: ItemView): boolean {
    return (
      this.folders.get(item.folderId)?.syncedDatasetId === datasetId ||
      (item.folderId === 'f-reader' && Number(item.id.split('#')[1]) % 3 === 0) ||
      (this.#linked.get(datasetId)?.has(item.id) ?? false)
    );
  }

  link(datasetId: string, items: readonly ItemView[]): void {
    const linked = this.#linked.get(datasetId) ?? new Set();
    this.#linked.set(datasetId, linked);
    for (const item of items) {
      linked.add(item.id);
      item.rows += 1;
    }
  }

  #pathTo(parentId: string | null): FolderView['path'] {
    const parent = parentId === null ? undefined : this.folders.get(parentId);
    return parent ? [...this.#pathTo(parent.parentId), { id: parent.id, name: parent.name }] : [];
  }
}

const storages = new WeakMap<FakeMain, FakeStorage>();

/** One for each pretended main, shared by all its handlers. */
export function storageOf(main: FakeMain): FakeStorage {
  let storage = storages.get(main);
  if (!storage) {
    storage = new FakeStorage(main);
    storages.set(main, storage);
  }
  return storage;
}

function folderOf(id: string, name: string): FolderView {
  return {
    id,
    name,
    description: '',
    parentId: null,
    path: [],
    syncedDatasetId: null,
    owner: 'imaging@lab.example',
    role: 'admin',
    createdAt: '2026-09-02T08:30:00Z',
    editedAt: '2026-11-20T09:30:00Z',
    clientMetadata: null,
  };
}

/** A folder that somebody makes. */
export function newFolder(
  name: string,
  description: string,
  parentId: string | null,
  at: number,
): FolderView {
  return { ...folderOf(`f-new-${at}`, name), description, parentId };
}

function makeItems(folderId: string): ItemView[] {
  const make = (many: number, item: (index: number) => Partial<ItemView> & { name: string }): ItemView[] =>
    Array.from({ length: many }, (_, index) => ({ ...plainItem(folderId, index), ...item(index) }));
  const ofKind = (kind: Kind, name: string): Partial<ItemView> & { name: string } => ({
    type: kind.type,
    mime: kind.mime,
    ...kind.facts,
    name: `${name}${kind.ending}`,
  });
  const number = (index: number, digits = 4): string => String(index).padStart(digits, '0');
  if (folderId === 'f-raw')
    return make(MANY_ITEMS, (index) =>
      ofKind(
        KINDS[index % 4 === 0 ? 1 : 0] as Kind,
        `2026-11-20_cam-${index % 4 === 0 ? 'north' : 'south'}_${number(index, 5)}`,
      ),
    );
  if (folderId === 'f-reader')
    return make(KINDS.length * 4, (index) =>
      ofKind(
        KINDS[index % KINDS.length] as Kind,
        `case ${number(Math.floor(index / KINDS.length) + 1, 2)} ${KINDS[index % KINDS.length]?.type}`,
      ),
    );
  if (folderId === 'f-morning')
    return make(40, (index) => ofKind(KINDS[1] as Kind, `round_${number(index)}`));
  if (folderId === 'f-archive')
    return make(300, (index) => ({ ...ofKind(KINDS[1] as Kind, `archive_${number(index)}`), storage: 's3' }));
  if (folderId === 'f-hostile') return make(HOSTILE.length, (index) => ({ name: HOSTILE[index] ?? '' }));
  if (folderId.startsWith('f-d-'))
    return make(120, (index) => ({
      ...ofKind(KINDS[index % 3 === 0 ? 1 : 0] as Kind, `junction_${number(index)}`),
      rows: 1,
    }));
  if (folderId.startsWith('f-plate-'))
    return make(6, (index) => ofKind(KINDS[2] as Kind, `well ${'ABCDEF'[index]}1`));
  return [];
}

function plainItem(folderId: string, index: number): ItemView {
  const at = new Date(NEWEST - index * HOUR).toISOString();
  return {
    id: `${folderId}#${index}`,
    folderId,
    type: 'image',
    name: '',
    owner: 'imaging@lab.example',
    createdAt: at,
    editedAt: at,
    rows: 0,
    storage: 'encord',
    size: 1_200_000 * ((index % 50) + 1),
    mime: 'image/png',
    durationSeconds: null,
    fps: null,
    width: null,
    height: null,
    frames: null,
    inDataset: null,
  };
}

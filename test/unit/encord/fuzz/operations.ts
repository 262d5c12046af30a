/**
 * Every call of the ports, each with a valid answer of the server for every call on the wire that it makes. Shapes as in
 * encord-api.md C.
 */

import type { z } from 'zod';
import type { Answer, EncordSession, KnownUnit, RegisterUnit } from '../../../../main/core/encord-port.ts';
import type { Grant, Target } from '../../../../main/core/model.ts';
import { SECRET } from '../../../fixtures/hostile.ts';
import { never } from '../support.ts';
import * as shapes from './shapes.ts';

/** On the wire: `datarows GET` for v1, `GET storage/folders` for v2 → the answer; calls that are not here do not exist. */
export type Script = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly name: string;
  readonly as: 'ssh' | 'api-key';
  readonly script: Script;
  readonly run: (session: EncordSession) => Promise<Answer<unknown>>;
  /** Whether this is a value of the kind that the port promises. */
  readonly fits: (value: unknown) => z.ZodSafeParseResult<unknown>;
}

export const API_KEY = 'lCuoabcdefabcdef-jlan8';
export const DATASET = uuid('d');
const FOLDER = uuid('f');
const OTHER_FOLDER = uuid('e');
const ITEM = uuid('1');
const SECOND = uuid('2');
const PROJECT = uuid('c');
const JOB = uuid('b');
const ROW = uuid('a');
const GROUP = uuid('9');
const INTEGRATION = uuid('8');
const DATE = '2026-03-01 10:00:00';
const ISO = '2026-03-01T10:00:00Z';
const SIGNED = `https://storage.example/bucket/key?X-Goog-Signature=${SECRET}&X-Goog-Credential=me`;

function uuid(digit: string): string {
  return `00000000-0000-4000-8000-${digit.repeat(12)}`;
}

// ---------------------------------------------------------------------------------------------- valid answers

const image = {
  image_hash: ROW,
  title: 'frame.png',
  file_link: 'k',
  file_type: 'image/png',
  file_size: 10,
  storage_location: 0,
  created_at: DATE,
  last_edited_at: DATE,
  height: 1,
  width: 1,
  signed_url: SIGNED,
};
const row = {
  data_hash: ROW,
  data_title: 'a row',
  data_type: 'VIDEO',
  created_at: DATE,
  last_edited_at: DATE,
  width: 640,
  height: 480,
  file_link: 'k',
  file_size: 10.5,
  file_type: 'video/mp4',
  storage_location: 0,
  frames_per_second: 25,
  duration: 3.5,
  client_metadata: { a: 1 },
  signed_url: SIGNED,
  is_optimised_image_group: null,
  backing_item_uuid: ITEM,
  images_data: [image, { ...image, image_hash: SECOND }],
};
const groupRow = {
  ...row,
  data_hash: GROUP,
  data_title: 'a group',
  data_type: 'IMG_GROUP',
  images_data: [
    { ...image, image_hash: ITEM },
    { ...image, image_hash: SECOND },
  ],
};
const wholeDataset = {
  dataset_hash: DATASET,
  title: 'Streets',
  description: 'of a town',
  dataset_type: 'CORD_STORAGE',
  backing_folder_uuid: null,
  data_rows: [row, groupRow],
};
const listedV2 = {
  datasetUuid: DATASET,
  title: 'Streets',
  description: 'of a town',
  createdAt: ISO,
  lastEditedAt: ISO,
  userRole: 'admin',
  storageLocation: 0,
  backingFolderUuid: null,
};
const listV2 = { result: [listedV2, { ...listedV2, datasetUuid: PROJECT, backingFolderUuid: FOLDER }] };
const listV1 = [
  {
    user_role: 0,
    dataset: {
      dataset_hash: DATASET,
      user_hash: 'u',
      title: 'Streets',
      description: '',
      type: 0,
      created_at: DATE,
      last_edited_at: DATE,
      backing_folder_uuid: null,
    },
  },
];
const folder = {
  uuid: FOLDER,
  parent: OTHER_FOLDER,
  name: 'Streets',
  description: '',
  clientMetadata: '{"a":1}',
  owner: 'owner@example.com',
  createdAt: ISO,
  lastEditedAt: ISO,
  userRole: 'admin',
  syncedDatasetHash: null,
  pathToRoot: [
    { uuid: OTHER_FOLDER, parentUuid: null, name: 'Top', syncedDatasetHash: null },
    { uuid: FOLDER, parentUuid: OTHER_FOLDER, name: 'Streets' },
  ],
};
const folders = { results: [folder, { ...folder, uuid: OTHER_FOLDER, parent: null }], nextPageToken: null };
const item = {
  uuid: ITEM,
  parent: FOLDER,
  itemType: 'video',
  name: 'a.mp4',
  description: '',
  clientMetadata: '{"a":1}',
  owner: 'owner@example.com',
  createdAt: ISO,
  lastEditedAt: ISO,
  isTombstone: false,
  isPlaceholder: false,
  backedDataUnitsCount: 2,
  storageLocation: 'encord',
  integrationHash: null,
  url: null,
  signedUrl: SIGNED,
  fileSize: 10,
  mimeType: 'video/mp4',
  duration: 3.5,
  fps: 25,
  height: 480,
  width: 640,
  dicomInstanceUid: '1.2',
  dicomStudyUid: '1.3',
  dicomSeriesUid: '1.4',
  frameCount: 2,
  audioSampleRate: 44_100,
  audioBitDepth: 16,
  audioCodec: 'aac',
  audioNumChannels: 2,
};
const items = { results: [item, { ...item, uuid: SECOND }], nextPageToken: null };
const groupItem = { ...item, uuid: GROUP, itemType: 'imageGroup', name: 'a group' };
const groups = {
  results: [
    {
      groupHash: GROUP,
      name: 'Reviewers',
      description: '',
      createdAt: ISO,
      isSameOrganisation: true,
      userRole: 1,
    },
  ],
  nextPageToken: null,
};
const key = {
  resource_hash: DATASET,
  api_key: API_KEY,
  title: 'a key',
  key_hash: 'h',
  scopes: ['dataset.read', 'dataset.write'],
};
const keyWithText = { ...key, scopes: '["dataset.read"]' };
const cloudStateV1 = {
  status: 'DONE',
  data_hashes_with_titles: [{ data_hash: ROW, title: 'a.mp4', backing_item_uuid: ITEM }],
  errors: ['something'],
  data_unit_errors: [
    {
      object_urls: ['https://b/k'],
      error: 'unreadable',
      subtask_uuid: JOB,
      action_description: 'Convert it',
    },
  ],
  units_pending_count: 0,
  units_done_count: 1,
  units_error_count: 1,
  units_cancelled_count: 0,
};
const uploadState = {
  status: 'DONE',
  itemsWithNames: [{ itemUuid: ITEM, name: 'a.mp4' }],
  errors: ['something'],
  unitErrors: [
    { objectUrls: ['key-2'], error: 'unreadable', subtaskUuid: JOB, actionDescription: 'Convert it' },
  ],
  unitsPendingCount: 0,
  unitsDoneCount: 1,
  unitsErrorCount: 1,
  unitsCancelledCount: 0,
  fileName: 'f',
};
const urlObject = (hash: string) => ({ signed_url: SIGNED, data_hash: hash, title: 'a.mp4', file_link: 'k' });
const registeredRow = { data_hash: ROW, title: 'a.mp4', file_link: 'k', backing_item_uuid: ITEM };

// ---------------------------------------------------------------------------------------------- arguments

const storageTarget: Target = { route: 'storage', datasetId: DATASET, folderId: FOLDER, mirrored: false };
const documented: Target = { route: 'documented', datasetId: DATASET, folderId: null, mirrored: false };
const grantOf = (id: string, objectKey: string): Grant => ({
  url: SIGNED,
  id,
  objectKey,
  echo: JSON.stringify(urlObject(id)),
  grantedAt: 0,
});
const single: RegisterUnit = {
  id: 1,
  media: 'video',
  title: 'a.mp4',
  frames: [{ grant: grantOf(ITEM, 'key-1'), name: 'a.mp4', mime: 'video/mp4', size: 10 }],
  clientMetadata: null,
};
const picture: RegisterUnit = { ...single, id: 2, media: 'image', title: 'b.png' };
const pictures: RegisterUnit = {
  ...single,
  id: 3,
  media: 'image-group',
  title: 'a group',
  frames: [
    { grant: grantOf(ITEM, 'key-1'), name: '1.png', mime: 'image/png', size: 10 },
    { grant: grantOf(SECOND, 'key-2'), name: '2.png', mime: 'image/png', size: 10 },
  ],
};
const series: RegisterUnit = { ...pictures, id: 4, media: 'dicom', title: 'a series' };
const known = (unit: RegisterUnit): KnownUnit => ({
  id: unit.id,
  media: unit.media,
  title: unit.title,
  frames: unit.frames.map(({ grant }) => ({ id: grant.id, objectKey: grant.objectKey })),
  intentAt: 0,
});
const second: KnownUnit = {
  ...known(single),
  id: 5,
  title: 'b.mp4',
  frames: [{ id: SECOND, objectKey: 'key-2' }],
};
const wanted = (media: RegisterUnit['media'], count: number) =>
  Array.from({ length: count }, (_, nth) => ({ media, name: `${nth}.bin`, mime: 'video/mp4' }));
const browse = {
  search: '',
  recursive: false,
  order: 'name',
  descending: false,
  pageSize: 100,
  pageToken: null,
} as const;
const itemAt = { id: ITEM, folderId: FOLDER };
const all = { signedUrl: true, frames: true, clientMetadata: true };

// ---------------------------------------------------------------------------------------------- the calls

function operation<T>(
  name: string,
  as: Operation['as'],
  script: Script,
  shape: z.ZodType<T>,
  run: (session: EncordSession) => Promise<Answer<T>>,
): Operation {
  return { name, as, script, run, fits: (value) => shape.safeParse(value) };
}

const at = (...path: string[]): string => ['storage', 'folders', FOLDER, ...path].join('/');

export const OPERATIONS: readonly Operation[] = [
  operation(
    'check',
    'ssh',
    { 'GET user/current': { userEmail: 'me@example.com' }, 'GET storage/folders': folders },
    shapes.identity,
    (session) => session.check(never),
  ),
  operation('check, older', 'ssh', { 'datasetwithuserrole GET': listV1 }, shapes.identity, (session) =>
    session.check(never),
  ),
  operation('check, API key', 'api-key', { 'dataset GET': wholeDataset }, shapes.identity, (session) =>
    session.check(never),
  ),
  operation('datasets', 'ssh', { 'GET datasets/list': listV2 }, shapes.datasets, (session) =>
    session.datasets({ organisation: true }, never),
  ),
  operation('datasets, older', 'ssh', { 'datasetwithuserrole GET': listV1 }, shapes.datasets, (session) =>
    session.datasets({ titleLike: '%s%' }, never),
  ),
  operation('datasets, API key', 'api-key', { 'dataset GET': wholeDataset }, shapes.datasets, (session) =>
    session.datasets({ titleLike: '%s%' }, never),
  ),
  operation(
    'dataset',
    'ssh',
    { 'GET datasets/list': listV2, 'dataset GET': wholeDataset },
    shapes.dataset,
    (session) => session.dataset(DATASET, never),
  ),
  operation(
    'createDataset',
    'ssh',
    { 'POST datasets': { datasetUuid: DATASET, backingFolderUuid: FOLDER } },
    shapes.dataset,
    (session) => session.createDataset({ title: 'Streets', description: '', mirrored: true }, never),
  ),
  operation(
    'createDataset, older',
    'ssh',
    { 'dataset POST': { title: 'Streets', type: 1, dataset_hash: DATASET, user_hash: 'u' } },
    shapes.dataset,
    (session) =>
      session.createDataset({ title: 'Streets', description: '', mirrored: false, storage: 1 }, never),
  ),
  operation(
    'rows',
    'ssh',
    { 'datarows GET': [row, groupRow], 'dataset GET': wholeDataset },
    shapes.rows,
    (session) => session.rows(DATASET, never),
  ),
  operation('rows, older', 'api-key', { 'dataset GET': wholeDataset }, shapes.rows, (session) =>
    session.rows(DATASET, never),
  ),
  operation('folders', 'ssh', { 'GET storage/search/folders': folders }, shapes.storageFolders, (session) =>
    session.folders('s', never),
  ),
  operation(
    'resolveTarget, storage',
    'ssh',
    {
      'GET datasets/list': listV2,
      'dataset GET': wholeDataset,
      'GET storage/folders': folders,
      'POST storage/folders': folder,
      [`GET ${at()}`]: folder,
    },
    shapes.target,
    (session) =>
      session.resolveTarget({ datasetId: DATASET, routeChoice: 'auto', folderChoice: null }, never),
  ),
  operation(
    'resolveTarget, a chosen folder',
    'ssh',
    { 'GET datasets/list': listV2, [`GET ${at()}`]: { ...folder, syncedDatasetHash: PROJECT } },
    shapes.target,
    (session) =>
      session.resolveTarget({ datasetId: DATASET, routeChoice: 'storage', folderChoice: FOLDER }, never),
  ),
  operation(
    'resolveTarget, documented',
    'api-key',
    { 'dataset GET': { ...wholeDataset, dataset_type: 'AWS_S3' } },
    shapes.target,
    (session) =>
      session.resolveTarget({ datasetId: DATASET, routeChoice: 'documented', folderChoice: null }, never),
  ),

  // -------------------------------------------------------------------------------------------- routes
  operation(
    'storage: grant',
    'ssh',
    {
      [`POST ${at('upload-signed-urls')}`]: {
        results: [
          { itemUuid: ITEM, objectKey: 'key-1', signedUrl: SIGNED },
          { itemUuid: SECOND, objectKey: 'key-2', signedUrl: SIGNED },
        ],
      },
    },
    shapes.grants,
    (session) => session.route('storage').grant(storageTarget, wanted('video', 2), never),
  ),
  operation(
    'storage: register',
    'ssh',
    { [`POST ${at('data-upload-jobs')}`]: JOB },
    shapes.registration,
    (session) => session.route('storage').register(storageTarget, [single], never),
  ),
  operation(
    'storage: poll',
    'ssh',
    { [`GET ${at('data-upload-jobs', JOB)}`]: uploadState },
    shapes.jobState,
    (session) => session.route('storage').poll(storageTarget, JOB, [known(single), second], never),
  ),
  operation(
    'storage: lookup',
    'ssh',
    {
      'POST storage/items/get-bulk': items,
      [`GET storage/items/${ITEM}`]: item,
      [`GET ${at('items')}`]: { results: [groupItem], nextPageToken: null },
      [`GET ${at('items', GROUP, 'child-items')}`]: items,
    },
    shapes.found,
    (session) => session.route('storage').lookup(storageTarget, [known(single), known(pictures)], never),
  ),
  operation(
    'storage: link',
    'ssh',
    { 'datasetlinkitems POST': [row, { ...row, backing_item_uuid: SECOND }] },
    shapes.links,
    (session) => session.route('storage').link(storageTarget, [ITEM, SECOND], never),
  ),
  operation(
    'documented: grant of a video',
    'api-key',
    { 'signedvideourl GET': urlObject(ROW) },
    shapes.grants,
    (session) => session.route('documented').grant(documented, wanted('video', 1), never),
  ),
  operation(
    'documented: grant of images',
    'ssh',
    { 'datasetapikey GET': [key], 'signedimagesurl GET': [urlObject(ITEM), urlObject(SECOND)] },
    shapes.grants,
    (session) => session.route('documented').grant(documented, wanted('image', 2), never),
  ),
  operation(
    'documented: grant with a key of its own',
    'ssh',
    { 'datasetapikey GET': [], 'datasetapikey POST': key, 'signedimagesurl GET': [urlObject(ITEM)] },
    shapes.grants,
    (session) => session.route('documented').grant(documented, wanted('image', 1), never),
  ),
  operation(
    'documented: prepare',
    'api-key',
    { 'image PUT': { data_hash: ITEM } },
    shapes.nothing,
    async (session) =>
      (await session.route('documented').prepare?.(documented, [pictures], never)) ?? {
        ok: true,
        value: null,
      },
  ),
  operation(
    'documented: register a video',
    'api-key',
    { 'video PUT': registeredRow },
    shapes.registration,
    (session) => session.route('documented').register(documented, [single], never),
  ),
  operation(
    'documented: register an image',
    'api-key',
    { 'singleimage POST': { success: true } },
    shapes.registration,
    (session) => session.route('documented').register(documented, [picture], never),
  ),
  operation(
    'documented: register a group',
    'api-key',
    { 'imagegroup POST': [registeredRow] },
    shapes.registration,
    (session) => session.route('documented').register(documented, [pictures], never),
  ),
  operation(
    'documented: register a series',
    'api-key',
    { 'dicomseries POST': { data_hash: ROW, title: 's' } },
    shapes.registration,
    (session) => session.route('documented').register(documented, [series], never),
  ),
  operation(
    'documented: lookup',
    'api-key',
    { 'datarows GET': [{ ...row, data_hash: ITEM }, groupRow], 'datarow GET': groupRow },
    shapes.found,
    (session) => session.route('documented').lookup(documented, [known(single), known(pictures)], never),
  ),
  operation(
    'documented: lookup, older',
    'api-key',
    { 'dataset GET': wholeDataset, 'datarow GET': groupRow },
    shapes.found,
    (session) => session.route('documented').lookup(documented, [known(single), known(pictures)], never),
  ),

  // -------------------------------------------------------------------------------------------- rows
  operation('rows.row', 'ssh', { 'datarow GET': row }, shapes.rowDetail, ({ manage }) =>
    manage.rows.row(DATASET, ROW, all, never),
  ),
  operation(
    'rows.rowsByHash',
    'api-key',
    { 'datarows GET': [row, groupRow] },
    shapes.rowsWithMetadata,
    ({ manage }) => manage.rows.rowsByHash(DATASET, [ROW, GROUP], never),
  ),
  operation(
    'rows.rename',
    'ssh',
    { 'datarow POST': { updated_fields: ['data_title'], data_row: row } },
    shapes.nothing,
    ({ manage }) => manage.rows.rename(DATASET, { dataHash: ROW, itemUuid: ITEM }, 'b', never),
  ),
  operation(
    'rows.rename, older',
    'api-key',
    { 'video POST': { success: true } },
    shapes.nothing,
    ({ manage }) => manage.rows.rename(DATASET, { dataHash: ROW, itemUuid: null }, 'b', never),
  ),
  operation(
    'rows.setMetadata',
    'ssh',
    { 'PATCH storage/items/patch-bulk': items, 'datarow POST': { updated_fields: [], data_row: row } },
    shapes.nothing,
    ({ manage }) => manage.rows.setMetadata(DATASET, { dataHash: ROW, itemUuid: ITEM }, '{"a":1}', never),
  ),
  operation('rows.remove', 'api-key', { 'video DELETE': null }, shapes.nothing, ({ manage }) =>
    manage.rows.remove(DATASET, [ROW], never),
  ),
  operation('rows.reencode', 'ssh', { 'reencodevideotask PUT': 17 }, shapes.taskId, ({ manage }) =>
    manage.rows.reencode(DATASET, [ROW], never),
  ),
  operation(
    'rows.reencodeState',
    'ssh',
    {
      'reencodevideotask GET': {
        status: 'DONE',
        result: [{ data_hash: ROW, signed_url: SIGNED, bucket_path: 'p' }],
      },
    },
    shapes.reencodeState,
    ({ manage }) => manage.rows.reencodeState(DATASET, '17', never),
  ),
  operation(
    'rows.recogniseText',
    'ssh',
    { 'imagegroupocr GET': [{ processed_texts: { a: ['b'] } }] },
    shapes.recognised,
    ({ manage }) => manage.rows.recogniseText(DATASET, GROUP, never),
  ),
  operation('rows.attach', 'ssh', { 'datasetlinkitems POST': [row] }, shapes.rows, ({ manage }) =>
    manage.rows.attach(DATASET, [ITEM], 'SKIP', never),
  ),

  // -------------------------------------------------------------------------------------------- people
  operation(
    'team.addUsers',
    'ssh',
    { 'datasetusers POST': [{ user_email: 'a@example.com', user_role: 1, dataset_hash: DATASET }] },
    shapes.addedUsers,
    ({ manage }) => manage.team.addUsers(DATASET, ['a@example.com'], 'user', never),
  ),
  operation(
    'team.groups',
    'ssh',
    { [`GET datasets/${DATASET}/groups`]: groups },
    shapes.datasetGroups,
    ({ manage }) => manage.team.groups(DATASET, never),
  ),
  operation(
    'team.organisationGroups',
    'ssh',
    { 'GET user/current-organisation/groups': groups },
    shapes.groups,
    ({ manage }) => manage.team.organisationGroups(never),
  ),
  operation(
    'team.addGroups',
    'ssh',
    { [`POST datasets/${DATASET}/groups`]: null },
    shapes.nothing,
    ({ manage }) => manage.team.addGroups(DATASET, [GROUP], 'user', never),
  ),
  operation(
    'team.removeGroups',
    'ssh',
    { [`DELETE datasets/${DATASET}/groups`]: null },
    shapes.nothing,
    ({ manage }) => manage.team.removeGroups(DATASET, [GROUP], never),
  ),
  operation(
    'projects.list',
    'ssh',
    {
      'GET projects': {
        results: [
          {
            projectHash: PROJECT,
            projectType: 'manual_qa',
            status: 'in-progress',
            title: 'Cars',
            description: '',
            createdAt: ISO,
            lastEditedAt: ISO,
            userRole: 0,
          },
        ],
        nextPageToken: null,
      },
    },
    shapes.projects,
    ({ manage }) => manage.projects.list({ organisation: true }, never),
  ),
  operation(
    'projects.datasets',
    'ssh',
    {
      [`GET projects/${PROJECT}/datasets`]: {
        results: [{ datasetHash: DATASET, title: 'Streets', description: '' }],
      },
    },
    shapes.ids,
    ({ manage }) => manage.projects.datasets(PROJECT, never),
  ),
  operation('projects.attach', 'ssh', { 'projectdataset POST': true }, shapes.nothing, ({ manage }) =>
    manage.projects.attach(PROJECT, DATASET, never),
  ),
  operation('projects.detach', 'ssh', { 'projectdataset DELETE': true }, shapes.nothing, ({ manage }) =>
    manage.projects.detach(PROJECT, DATASET, never),
  ),
  operation('keys.list', 'ssh', { 'datasetapikey GET': [key, keyWithText] }, shapes.keys, ({ manage }) =>
    manage.keys.list(DATASET, never),
  ),
  operation('keys.create', 'ssh', { 'datasetapikey POST': keyWithText }, shapes.key, ({ manage }) =>
    manage.keys.create(DATASET, { title: 'k', scopes: ['dataset.read'] }, never),
  ),

  // -------------------------------------------------------------------------------------------- storage
  operation(
    'storage.folders',
    'ssh',
    { [`GET ${at('folders')}`]: folders },
    shapes.folderPage,
    ({ manage }) => manage.storage.folders({ parentId: FOLDER, ...browse }, never),
  ),
  operation('storage.folder', 'ssh', { [`GET ${at()}`]: folder }, shapes.folder, ({ manage }) =>
    manage.storage.folder(FOLDER, never),
  ),
  operation(
    'storage.summary',
    'ssh',
    {
      [`GET ${at('summary')}`]: {
        files: 2,
        folders: 1,
        videos: 2,
        images: 0,
        imageGroups: 1,
        tombstones: 0,
        uploadJobs: 0,
        totalSize: 20,
      },
    },
    shapes.summary,
    ({ manage }) => manage.storage.summary(FOLDER, never),
  ),
  operation('storage.createFolder', 'ssh', { 'POST storage/folders': folder }, shapes.folder, ({ manage }) =>
    manage.storage.createFolder({ name: 'n', description: '', parentId: null }, never),
  ),
  operation('storage.changeFolder', 'ssh', { [`PATCH ${at()}`]: folder }, shapes.nothing, ({ manage }) =>
    manage.storage.changeFolder(FOLDER, { name: 'n' }, never),
  ),
  operation(
    'storage.moveFolders',
    'ssh',
    { 'POST storage/folders/move': null },
    shapes.nothing,
    ({ manage }) => manage.storage.moveFolders([FOLDER], null, never),
  ),
  operation('storage.deleteFolder', 'ssh', { [`DELETE ${at()}`]: null }, shapes.nothing, ({ manage }) =>
    manage.storage.deleteFolder(FOLDER, never),
  ),
  operation('storage.items', 'ssh', { [`GET ${at('items')}`]: items }, shapes.itemPage, ({ manage }) =>
    manage.storage.items({ folderId: FOLDER, types: ['video'], inDataset: true, ...browse }, never),
  ),
  operation('storage.item', 'ssh', { [`GET storage/items/${ITEM}`]: item }, shapes.item, ({ manage }) =>
    manage.storage.item(ITEM, { signedUrl: true }, never),
  ),
  operation(
    'storage.itemsById',
    'ssh',
    { 'POST storage/items/get-bulk': items, [`GET storage/items/${ITEM}`]: item },
    shapes.items,
    ({ manage }) => manage.storage.itemsById([ITEM, SECOND], never),
  ),
  operation(
    'storage.children',
    'ssh',
    { [`GET ${at('items', ITEM, 'child-items')}`]: items },
    shapes.items,
    ({ manage }) => manage.storage.children(itemAt, { signedUrls: true }, never),
  ),
  operation(
    'storage.usage',
    'ssh',
    {
      [`GET ${at('items', ITEM, 'summary')}`]: {
        frameInGroups: 1,
        accessibleGroupItems: [groupItem],
        usedInDatasets: 1,
        accessibleDatasets: [
          {
            datasetHash: DATASET,
            backingFolderUuid: null,
            title: 'Streets',
            dataHashes: [ROW],
            dataUnitsCreatedAt: ISO,
          },
        ],
      },
    },
    shapes.usage,
    ({ manage }) => manage.storage.usage(itemAt, never),
  ),
  operation(
    'storage.changeItems',
    'ssh',
    { 'PATCH storage/items/patch-bulk': items },
    shapes.nothing,
    ({ manage }) => manage.storage.changeItems(new Map([[ITEM, { name: 'n' }]]), never),
  ),
  operation(
    'storage.moveItems',
    'ssh',
    { [`POST ${at('items', 'move')}`]: null },
    shapes.nothing,
    ({ manage }) =>
      manage.storage.moveItems(
        { fromFolderId: FOLDER, itemIds: [ITEM], toFolderId: OTHER_FOLDER, allowSyncedDatasetMove: false },
        never,
      ),
  ),
  operation(
    'storage.deleteItems',
    'ssh',
    { [`POST ${at('items', 'delete')}`]: { removedItemsCount: 1, removedFoldersCount: 0 } },
    shapes.removed,
    ({ manage }) =>
      manage.storage.deleteItems({ folderId: FOLDER, itemIds: [ITEM], removeUnusedFrames: true }, never),
  ),
  operation(
    'storage.reencodeItems',
    'ssh',
    { 'POST storage/items/reencode': JOB },
    shapes.taskId,
    ({ manage }) => manage.storage.reencodeItems({ itemIds: [ITEM], title: 't', force: false }, never),
  ),
  operation(
    'storage.reencodeItemsState',
    'ssh',
    { [`GET storage/items/reencode/${JOB}`]: { status: 'error', result: { message: 'unreadable' } } },
    shapes.itemReencodeState,
    ({ manage }) => manage.storage.reencodeItemsState(JOB, never),
  ),
  operation(
    'storage.folderGroups',
    'ssh',
    { [`GET ${at('groups')}`]: groups },
    shapes.datasetGroups,
    ({ manage }) => manage.storage.folderGroups(FOLDER, never),
  ),
  operation(
    'storage.addFolderGroups',
    'ssh',
    { [`POST ${at('groups')}`]: null },
    shapes.nothing,
    ({ manage }) => manage.storage.addFolderGroups(FOLDER, [GROUP], 'admin', never),
  ),
  operation(
    'storage.removeFolderGroups',
    'ssh',
    { [`DELETE ${at('groups')}`]: null },
    shapes.nothing,
    ({ manage }) => manage.storage.removeFolderGroups(FOLDER, [GROUP], never),
  ),
  operation(
    'storage.createDataGroup',
    'ssh',
    { [`POST ${at('create-group-items')}`]: [GROUP] },
    shapes.ids,
    ({ manage }) =>
      manage.storage.createDataGroup(
        FOLDER,
        { name: 'g', layout: 'default-grid', itemIds: [ITEM, SECOND] },
        never,
      ),
  ),
  operation(
    'storage.migrate',
    'ssh',
    { 'POST storage/items/migrate-storage': null },
    shapes.nothing,
    ({ manage }) =>
      manage.storage.migrate(
        {
          urls: new Map([['s3://a/1', 's3://b/1']]),
          fromIntegrationId: null,
          toIntegrationId: INTEGRATION,
          validateAccess: true,
          skipMissing: false,
        },
        never,
      ),
  ),
  operation(
    'storage.metadataSchema',
    'ssh',
    { 'GET organisation/client-metadata-schema-v2': { weather: 'varchar' } },
    shapes.schemaText,
    ({ manage }) => manage.storage.metadataSchema(never),
  ),
  operation(
    'storage.setMetadataSchema',
    'ssh',
    { 'POST organisation/client-metadata-schema-v2': null },
    shapes.nothing,
    ({ manage }) => manage.storage.setMetadataSchema('{"weather":"varchar"}', never),
  ),

  // -------------------------------------------------------------------------------------------- cloud
  operation(
    'cloud.integrations',
    'ssh',
    { 'GET cloud-integrations': { result: [{ integrationUuid: INTEGRATION, title: 'a bucket' }] } },
    shapes.integrations,
    ({ manage }) => manage.cloud.integrations(null, never),
  ),
  operation(
    'cloud.integrations, older',
    'api-key',
    { 'cloudintegration GET': [{ id: INTEGRATION, title: 'a bucket' }] },
    shapes.integrations,
    ({ manage }) => manage.cloud.integrations(DATASET, never),
  ),
  operation(
    'cloud.register',
    'api-key',
    { 'datasetdatalongpolling POST': { process_hash: JOB } },
    shapes.cloudJob,
    ({ manage }) =>
      manage.cloud.register(
        {
          datasetId: DATASET,
          integrationId: INTEGRATION,
          folderId: null,
          file: { videos: [] },
          fileName: null,
          ignoreErrors: true,
        },
        never,
      ),
  ),
  operation(
    'cloud.registerInFolder',
    'ssh',
    { [`POST ${at('data-upload-jobs')}`]: JOB },
    shapes.cloudJob,
    ({ manage }) =>
      manage.cloud.registerInFolder(
        {
          folderId: FOLDER,
          integrationId: INTEGRATION,
          file: { videos: [] },
          fileName: 'f',
          ignoreErrors: false,
        },
        never,
      ),
  ),
  operation(
    'cloud.state of a dataset',
    'api-key',
    { 'datasetdatalongpolling GET': cloudStateV1 },
    shapes.cloudJobState,
    ({ manage }) => manage.cloud.state({ kind: 'dataset', datasetId: DATASET, id: JOB }, 1, never),
  ),
  operation(
    'cloud.state of a folder',
    'ssh',
    { [`GET ${at('data-upload-jobs', JOB)}`]: uploadState },
    shapes.cloudJobState,
    ({ manage }) => manage.cloud.state({ kind: 'folder', folderId: FOLDER, id: JOB }, 1, never),
  ),
  operation(
    'cloud.cancel',
    'ssh',
    { [`POST ${at('data-upload-jobs', JOB, 'cancel')}`]: { unitsCancelledCount: 3 } },
    shapes.counted,
    ({ manage }) => manage.cloud.cancel({ kind: 'folder', folderId: FOLDER, id: JOB }, never),
  ),
  operation('cloud.deidentify', 'ssh', { 'POST dicom-deidentification': JOB }, shapes.taskId, ({ manage }) =>
    manage.cloud.deidentify(
      {
        integrationId: INTEGRATION,
        dicomUrls: ['https://b/1.dcm'],
        redactTags: true,
        redactPixels: 'redactNoText',
        saveConditions: [],
        uploadDir: null,
      },
      never,
    ),
  ),
  operation(
    'cloud.deidentifyState',
    'ssh',
    { [`GET dicom-deidentification/${JOB}`]: { status: 'DONE', urls: ['https://b/1.dcm'] } },
    shapes.deidentifyState,
    ({ manage }) => manage.cloud.deidentifyState(JOB, 1, never),
  ),
];

/**
 * The emulator's column: for each operation a call that is answered, the same by somebody without a right to it, and one
 * that makes no sense. Used by `emulator.test.ts`.
 */

import type { Client } from '../unit/emulator/support.ts';
import type { DoneId } from './table.ts';

/** What a check works on: made anew for each, by the same seed. */
export interface Scene {
  readonly dataset: string;
  /** Of the dataset: two videos, an image group, an image. */
  readonly rows: {
    readonly video: string;
    readonly other: string;
    readonly group: string;
    readonly image: string;
  };
  readonly items: { readonly video: string; readonly image: string };
  /** Of the items. */
  readonly folder: string;
  /** Empty. */
  readonly shelf: string;
  readonly group: string;
  readonly project: string;
  readonly integration: string;
  /** An object of the integration's bucket. */
  readonly url: string;
}

export type Asked =
  | {
      readonly v1: readonly [type: string, method: string, uid: unknown, payload: unknown];
      /** The dataset of the call, or the project; none for the user's endpoint. */
      readonly on?: { readonly dataset: string } | { readonly project: string };
    }
  | { readonly v2: readonly [method: string, path: string, body?: unknown] };

export interface EmulatorCheck {
  /** Answered. */
  readonly works: (scene: Scene, admin: Client) => Asked | Promise<Asked>;
  /** Refused, whoever asks. */
  readonly senseless: (scene: Scene) => Asked;
  /** Who may not, where it is not somebody without any role; `nobody` where everybody may do it for himself. */
  readonly forbiddenTo?: 'stranger' | 'viewer' | 'nobody';
}

export const NOWHERE = '99999999-9999-4999-8999-999999999999';

const v1 = (
  type: string,
  method: string,
  uid: unknown,
  payload: unknown,
  on?: { readonly dataset: string } | { readonly project: string },
): Asked => ({ v1: [type, method, uid, payload], ...(on ? { on } : {}) });
const v2 = (method: string, path: string, body?: unknown): Asked => ({
  v2: body === undefined ? [method, path] : [method, path, body],
});

const DATA_ITEMS = {
  videos: [],
  imageGroups: [],
  dicomSeries: [],
  images: [],
  imageGroupsFromItems: [],
  audio: [],
  nifti: [],
  text: [],
  pdf: [],
  skipDuplicateUrls: false,
  upsertMetadata: false,
};

async function processOf(admin: Client, dataset: string, payload: unknown): Promise<unknown> {
  const answer = await admin.v1('datasetdatalongpolling', 'POST', dataset, payload, dataset);
  return (answer.response as { process_hash?: unknown }).process_hash;
}

export const EMULATOR_CHECKS: Readonly<Record<DoneId<'emulator'>, EmulatorCheck>> = {
  'create-dataset': {
    works: () => v2('POST', 'datasets', { title: 'T', createBackingFolder: true, legacyCall: false }),
    senseless: () => v2('POST', 'datasets', { title: 'T', createBackingFolder: true }),
    forbiddenTo: 'nobody',
  },
  'create-dataset-elsewhere': {
    works: () => v1('dataset', 'POST', null, { title: 'T', type: 1, description: '' }),
    senseless: () => v1('dataset', 'POST', null, { title: 'T', type: 9 }),
    forbiddenTo: 'nobody',
  },
  'list-datasets': {
    works: () => v2('GET', 'datasets/list?titleLike=%25&includeOrgAccess=False'),
    senseless: () => v2('GET', 'datasets/list?createdAfter=yesterday'),
    forbiddenTo: 'nobody',
  },
  'list-organisation': {
    works: () => v2('GET', 'datasets/list?includeOrgAccess=True'),
    senseless: () => v2('GET', 'datasets/list?includeOrgAccess=perhaps'),
    forbiddenTo: 'nobody',
  },
  'read-dataset': {
    works: ({ dataset }) => v1('dataset', 'GET', null, null, { dataset }),
    senseless: () => v1('dataset', 'GET', null, null, { dataset: NOWHERE }),
  },
  'list-rows': {
    works: ({ dataset }) => v1('datarows', 'GET', null, { data_types: ['VIDEO'] }, { dataset }),
    senseless: ({ dataset }) => v1('datarows', 'GET', null, { data_types: ['FILM'] }, { dataset }),
  },
  'read-row': {
    works: ({ dataset, rows }) =>
      v1('datarow', 'GET', rows.video, { additional_data: { signed_url: true } }, { dataset }),
    senseless: ({ dataset }) => v1('datarow', 'GET', NOWHERE, null, { dataset }),
  },
  'rename-row': {
    works: ({ dataset, rows }) => v1('datarow', 'POST', rows.video, { data_title: 'new' }, { dataset }),
    senseless: ({ dataset, rows }) => v1('datarow', 'POST', rows.video, { data_title: 7 }, { dataset }),
    forbiddenTo: 'viewer',
  },
  'row-metadata': {
    works: ({ dataset, rows }) =>
      v1('datarow', 'POST', rows.video, { client_metadata: { a: 1 } }, { dataset }),
    senseless: ({ dataset, rows }) =>
      v1('datarow', 'POST', rows.video, { client_metadata: 'text' }, { dataset }),
    forbiddenTo: 'viewer',
  },
  'delete-rows': {
    works: ({ dataset, rows }) => v1('video', 'DELETE', [rows.image], null, { dataset }),
    senseless: ({ dataset, rows }) => v1('video', 'DELETE', rows.image, null, { dataset }),
    forbiddenTo: 'viewer',
  },
  'reencode-rows': {
    works: async ({ dataset, rows }, admin) => {
      const payload = { data_hash: [rows.video] };
      const task = await admin.v1('reencodevideotask', 'PUT', null, payload, dataset);
      return v1('reencodevideotask', 'GET', task.response, null, { dataset });
    },
    senseless: ({ dataset, rows }) =>
      v1('reencodevideotask', 'PUT', null, { data_hash: [rows.image] }, { dataset }),
  },
  'recognise-text': {
    works: ({ dataset, rows }) =>
      v1('imagegroupocr', 'GET', null, { image_group_data_hash: rows.group }, { dataset }),
    senseless: ({ dataset, rows }) =>
      v1('imagegroupocr', 'GET', null, { image_group_data_hash: rows.video }, { dataset }),
  },
  'download-rows': {
    works: ({ dataset, rows }) =>
      v1('datarow', 'GET', rows.image, { additional_data: { signed_url: true } }, { dataset }),
    senseless: ({ dataset, rows }) =>
      v1('datarow', 'GET', rows.image, { additional_data: { signed_url: 'yes' } }, { dataset }),
  },
  'attach-items': {
    works: ({ dataset, items }) =>
      v1(
        'datasetlinkitems',
        'POST',
        dataset,
        { item_uuids: [items.image], duplicates_behavior: 'SKIP' },
        { dataset },
      ),
    senseless: ({ dataset, items }) =>
      v1(
        'datasetlinkitems',
        'POST',
        dataset,
        { item_uuids: [items.image], duplicates_behavior: 'TWICE' },
        { dataset },
      ),
    forbiddenTo: 'viewer',
  },
  'upload-dataset-calls': {
    works: () => v2('GET', 'presigned-urls?count=2&uploadItemType=video'),
    senseless: () => v2('GET', 'presigned-urls?count=201&uploadItemType=video'),
    forbiddenTo: 'nobody',
  },
  'upload-folder-calls': {
    works: ({ folder }) =>
      v2('POST', `storage/folders/${folder}/data-upload-jobs`, {
        dataItems: DATA_ITEMS,
        ignoreErrors: false,
      }),
    senseless: ({ folder }) =>
      v2('POST', `storage/folders/${folder}/upload-signed-urls`, { itemType: 'film', count: 1 }),
  },
  'upload-documented': {
    works: ({ dataset }) => v1('signedimagesurl', 'GET', ['a.png', 'b.png'], null, { dataset }),
    senseless: ({ dataset }) => v1('signedimagesurl', 'GET', 7, null, { dataset }),
    forbiddenTo: 'viewer',
  },
  'list-integrations': {
    works: () => v2('GET', 'cloud-integrations?includeOrgAccess=False'),
    senseless: () => v2('GET', 'cloud-integrations?filterIntegrationUuids=none'),
    forbiddenTo: 'nobody',
  },
  'register-cloud': {
    works: async ({ dataset, integration, folder, url }, admin) => {
      const files = { images: [{ objectUrl: url }] };
      const payload = { files, integrationId: integration, ignoreErrors: false, folderUuid: folder };
      const process_hash = await processOf(admin, dataset, payload);
      return v1('datasetdatalongpolling', 'GET', dataset, { process_hash, timeout_seconds: 5 }, { dataset });
    },
    senseless: ({ dataset, integration, folder }) =>
      v1(
        'datasetdatalongpolling',
        'POST',
        dataset,
        { files: { pictures: [] }, integrationId: integration, ignoreErrors: false, folderUuid: folder },
        { dataset },
      ),
  },
  'register-cloud-folder': {
    works: ({ folder, integration, url }) =>
      v2('POST', `storage/folders/${folder}/data-upload-jobs`, {
        externalFiles: { images: [{ objectUrl: url }] },
        integrationHash: integration,
        ignoreErrors: false,
      }),
    senseless: ({ folder, url }) =>
      v2('POST', `storage/folders/${folder}/data-upload-jobs`, {
        externalFiles: { images: [{ objectUrl: url }] },
        integrationHash: NOWHERE,
        ignoreErrors: false,
      }),
  },
  'register-cloud-at-once': {
    works: ({ dataset, integration, url }) =>
      v1(
        'datasetdata',
        'POST',
        dataset,
        { integration_id: integration, ignore_errors: false, files: { images: [{ objectUrl: url }] } },
        { dataset },
      ),
    senseless: ({ dataset, integration }) =>
      v1('datasetdata', 'POST', dataset, { integration_id: integration, ignore_errors: false }, { dataset }),
    forbiddenTo: 'viewer',
  },
  'cancel-job': {
    works: async ({ folder }, admin) => {
      const body = { dataItems: DATA_ITEMS, ignoreErrors: false };
      const started = await admin.v2('POST', `storage/folders/${folder}/data-upload-jobs`, body);
      return v2('POST', `storage/folders/${folder}/data-upload-jobs/${JSON.parse(started.text)}/cancel`);
    },
    senseless: ({ folder }) => v2('POST', `storage/folders/${folder}/data-upload-jobs/${NOWHERE}/cancel`),
  },
  deidentify: {
    works: ({ integration, url }) =>
      v2('POST', 'dicom-deidentification', {
        integrationUuid: integration,
        dicomUrls: [url],
        redactDicomTags: true,
        redactPixelsMode: 'redactAllText',
      }),
    senseless: ({ integration }) =>
      v2('POST', 'dicom-deidentification', {
        integrationUuid: integration,
        dicomUrls: [],
        redactDicomTags: true,
        redactPixelsMode: 'redactSome',
      }),
  },
  'add-users': {
    works: ({ dataset }) =>
      v1('datasetusers', 'POST', dataset, { user_emails: ['new@lab.example'], user_role: 1 }, { dataset }),
    senseless: ({ dataset }) =>
      v1('datasetusers', 'POST', dataset, { user_emails: [], user_role: 1 }, { dataset }),
    forbiddenTo: 'viewer',
  },
  'list-groups': {
    works: () => v2('GET', 'user/current-organisation/groups'),
    senseless: () => v2('GET', 'user/current-organisation/groups?pageSize=0'),
    forbiddenTo: 'nobody',
  },
  'dataset-groups': {
    works: async ({ dataset, group }, admin) => {
      await admin.v2('POST', `datasets/${dataset}/groups`, { groupHashList: [group], userRole: 1 });
      return v2('DELETE', `datasets/${dataset}/groups?groupHashList=${group}`);
    },
    senseless: ({ dataset, group }) =>
      v2('POST', `datasets/${dataset}/groups`, { groupHashList: [group], userRole: 5 }),
    forbiddenTo: 'viewer',
  },
  'list-projects': {
    works: ({ project }) => v2('GET', `projects/${project}/datasets`),
    senseless: () => v2('GET', 'projects?pageToken=somewhere'),
  },
  'attach-project': {
    works: ({ dataset, project }) =>
      v1('projectdataset', 'POST', null, { dataset_hashes: [dataset] }, { project }),
    senseless: ({ project }) =>
      v1('projectdataset', 'POST', null, { dataset_hashes: [NOWHERE] }, { project }),
  },
  'list-keys': {
    works: ({ dataset }) => v1('datasetapikey', 'GET', null, { dataset_hash: dataset }),
    senseless: () => v1('datasetapikey', 'GET', null, { dataset_hash: NOWHERE }),
    forbiddenTo: 'viewer',
  },
  'create-key': {
    works: ({ dataset }) =>
      v1('datasetapikey', 'POST', null, { dataset_hash: dataset, title: 'K', scopes: ['dataset.read'] }),
    senseless: ({ dataset }) =>
      v1('datasetapikey', 'POST', null, { dataset_hash: dataset, title: 'K', scopes: ['dataset.all'] }),
    forbiddenTo: 'viewer',
  },
  'master-key': {
    works: ({ dataset }) => v1('datasetapikey', 'PUT', null, { dataset_hash: dataset }),
    senseless: () => v1('datasetapikey', 'PUT', null, {}),
    forbiddenTo: 'viewer',
  },
  'list-folders': {
    works: () => v2('GET', 'storage/search/folders?search=e&order=name'),
    senseless: () => v2('GET', 'storage/folders?order=size'),
    forbiddenTo: 'nobody',
  },
  'read-folder': {
    works: ({ folder }) => v2('GET', `storage/folders/${folder}/summary`),
    senseless: () => v2('GET', `storage/folders/${NOWHERE}/summary`),
  },
  'create-folder': {
    works: ({ shelf }) => v2('POST', 'storage/folders', { name: 'F', parent: shelf }),
    senseless: () => v2('POST', 'storage/folders', { name: 'F', parent: NOWHERE }),
  },
  'change-folder': {
    works: ({ shelf }) => v2('PATCH', `storage/folders/${shelf}`, { name: 'G', clientMetadata: { a: 1 } }),
    senseless: ({ shelf }) => v2('PATCH', `storage/folders/${shelf}`, { clientMetadata: '{"a": 1}' }),
  },
  'change-folders': {
    works: ({ shelf }) =>
      v2('PATCH', 'storage/folders/patch-bulk', { folderPatches: { [shelf]: { name: 'H' } } }),
    senseless: () => v2('PATCH', 'storage/folders/patch-bulk', { folderPatches: [] }),
  },
  'move-folder': {
    works: ({ shelf }) => v2('POST', 'storage/folders/move', { folderUuids: [shelf] }),
    senseless: ({ shelf }) =>
      v2('POST', 'storage/folders/move', { folderUuids: [shelf], newParentUuid: shelf }),
  },
  'delete-folder': {
    works: ({ shelf }) => v2('DELETE', `storage/folders/${shelf}`),
    senseless: () => v2('DELETE', `storage/folders/${NOWHERE}`),
  },
  'folder-groups': {
    works: async ({ shelf, group }, admin) => {
      const body = { groupHashList: [group], userRole: 'user' };
      await admin.v2('POST', `storage/folders/${shelf}/groups`, body);
      return v2('GET', `storage/folders/${shelf}/groups`);
    },
    senseless: ({ shelf, group }) =>
      v2('POST', `storage/folders/${shelf}/groups`, { groupHashList: [group], userRole: 'owner' }),
  },
  'sync-folder': {
    works: async ({ integration, url }, admin) => {
      const remoteUrl = url.slice(0, url.lastIndexOf('/') + 1);
      const cloudSyncedFolderParams = { integrationUuid: integration, remoteUrl };
      const made = await admin.v2('POST', 'storage/folders', { name: 'Synced', cloudSyncedFolderParams });
      return v2('POST', `storage/folders/${JSON.parse(made.text).uuid}/cloud-synced-folder-syncs`);
    },
    senseless: ({ shelf }) => v2('POST', `storage/folders/${shelf}/cloud-synced-folder-syncs`),
  },
  'list-items': {
    works: ({ folder }) => v2('GET', `storage/folders/${folder}/items?itemTypes=video&isRecursive=True`),
    senseless: () => v2('GET', 'storage/search/items'),
  },
  'read-item': {
    works: ({ folder, items }) => v2('GET', `storage/folders/${folder}/items/${items.image}/summary`),
    senseless: ({ shelf, items }) => v2('GET', `storage/folders/${shelf}/items/${items.image}/summary`),
  },
  'read-items': {
    works: ({ items }) =>
      v2('POST', 'storage/items/get-bulk', { itemUuids: [items.image], signUrls: true, requireAll: true }),
    senseless: () => v2('POST', 'storage/items/get-bulk', { itemUuids: 'all' }),
  },
  'change-item': {
    works: ({ items }) =>
      v2('PATCH', 'storage/items/patch-bulk', { itemPatches: { [items.image]: { name: 'new' } } }),
    senseless: ({ folder, items }) =>
      v2('PATCH', `storage/folders/${folder}/items/${items.image}`, { name: 7 }),
  },
  'move-items': {
    works: ({ folder, shelf, items }) =>
      v2('POST', `storage/folders/${folder}/items/move`, {
        itemUuids: [items.image],
        newParentUuid: shelf,
        allowSyncedDatasetMove: true,
      }),
    senseless: ({ folder, items }) =>
      v2('POST', `storage/folders/${folder}/items/move`, {
        itemUuids: [items.image],
        newParentUuid: NOWHERE,
        allowSyncedDatasetMove: true,
      }),
  },
  'delete-items': {
    works: ({ folder, items }) =>
      v2('POST', `storage/folders/${folder}/items/delete`, {
        childUuids: [items.image],
        removeUnusedFrames: true,
      }),
    senseless: ({ folder }) =>
      v2('POST', `storage/folders/${folder}/items/delete`, {
        childUuids: [NOWHERE],
        removeUnusedFrames: true,
      }),
  },
  'reencode-items': {
    works: ({ items }) =>
      v2('POST', 'storage/items/reencode', {
        storageItems: [items.video],
        processTitle: 'P',
        forceFullReencoding: false,
      }),
    senseless: ({ items }) =>
      v2('POST', 'storage/items/reencode', {
        storageItems: [items.image],
        processTitle: 'P',
        forceFullReencoding: false,
      }),
  },
  'data-group': {
    works: ({ folder, items }) =>
      v2('POST', `storage/folders/${folder}/create-group-items`, [
        { layoutType: 'default-grid', layoutContents: [items.image, items.video] },
      ]),
    senseless: ({ folder, items }) =>
      v2('POST', `storage/folders/${folder}/create-group-items`, [
        { layoutType: 'spiral', layoutContents: [items.image] },
      ]),
  },
  'migrate-items': {
    works: async ({ folder, integration, url }, admin) => {
      const body = {
        externalFiles: { images: [{ objectUrl: url }] },
        integrationHash: integration,
        ignoreErrors: false,
      };
      const path = `storage/folders/${folder}/data-upload-jobs`;
      const job = JSON.parse((await admin.v2('POST', path, body)).text);
      await admin.v2('GET', `${path}/${job}?timeoutSeconds=10`);
      return v2('POST', 'storage/items/migrate-storage', {
        urlsMap: { [url]: url.replace('/v/', '/w/') },
        validateAccess: false,
        skipMissing: false,
      });
    },
    senseless: () => v2('POST', 'storage/items/migrate-storage', { urlsMap: { nowhere: 7 } }),
    forbiddenTo: 'nobody',
  },
  'metadata-schema': {
    works: () => v2('GET', 'organisation/client-metadata-schema-v2'),
    senseless: () => v2('POST', 'organisation/client-metadata-schema-v2', []),
    forbiddenTo: 'nobody',
  },
};

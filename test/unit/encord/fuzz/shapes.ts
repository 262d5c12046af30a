/** The values that the ports promise, as total checks: nothing more, nothing less, nothing of another type. */

import { z } from 'zod';
import type {
  DataRow,
  DatasetInfo,
  Identity,
  JobState,
  JobUnitResult,
  Registered,
  Registration,
  StorageFolder,
} from '../../../../main/core/encord-port.ts';
import { UploaderError } from '../../../../main/core/errors.ts';
import {
  type AddedUser,
  type ApiKey,
  type CloudJobRef,
  type CloudJobState,
  type DatasetGroup,
  type DeidentifyState,
  type FolderInfo,
  type FolderSummary,
  type Group,
  type Integration,
  ITEM_TYPES,
  type ItemInfo,
  type ItemReencodeState,
  type ItemUsage,
  type Project,
  type ReencodeState,
  type RowDetail,
  type RowFrame,
  type TokenPage,
} from '../../../../main/core/manage/ports.ts';
import type { Grant, Target } from '../../../../main/core/model.ts';

const text = z.string();
const maybeText = text.nullable();
const id = text.min(1);
const maybeId = id.nullable();
const count = z.int().min(0);
const maybeCount = count.nullable();
const maybeNumber = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const role = z.enum(['admin', 'user']).nullable();
/** JSON text of an object. */
const metadata = text
  .refine((each) => {
    const value: unknown = JSON.parse(each);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  })
  .nullable();

export const nothing = z.null();
export const ids: z.ZodType<readonly string[]> = z.array(id);
export const taskId: z.ZodType<string> = id;
export const counted: z.ZodType<number> = count;

export const identity: z.ZodType<Identity> = z.strictObject({
  name: maybeText,
  routes: z.array(z.enum(['storage', 'documented'])),
});

const targetOf: z.ZodType<Target> = z.strictObject({
  route: z.enum(['storage', 'documented']),
  datasetId: id,
  folderId: maybeId,
  mirrored: z.boolean(),
});
export const target = z.strictObject({ target: targetOf, notice: maybeText });

export const dataset: z.ZodType<DatasetInfo> = z.strictObject({
  id,
  title: text,
  description: text,
  createdAt: maybeText,
  editedAt: maybeText,
  role,
  storage: maybeCount,
  backingFolderId: maybeId,
});
export const datasets: z.ZodType<readonly DatasetInfo[]> = z.array(dataset);

const rowFields = {
  dataHash: id,
  title: text,
  type: text,
  mime: maybeText,
  size: maybeCount,
  width: maybeNumber,
  height: maybeNumber,
  fps: maybeNumber,
  durationSeconds: maybeNumber,
  createdAt: maybeText,
  editedAt: maybeText,
  itemUuid: maybeId,
  storage: maybeCount,
  fileLink: maybeText,
  isSequence: z.boolean().nullable(),
};
export const rows: z.ZodType<readonly DataRow[]> = z.array(z.strictObject(rowFields));
export const rowsWithMetadata: z.ZodType<readonly (DataRow & { readonly clientMetadata: string | null })[]> =
  z.array(z.strictObject({ ...rowFields, clientMetadata: metadata }));
const frame: z.ZodType<RowFrame> = z.strictObject({
  imageHash: id,
  title: text,
  size: maybeCount,
  mime: maybeText,
  width: maybeNumber,
  height: maybeNumber,
  signedUrl: z.url().nullable(),
});
export const rowDetail: z.ZodType<RowDetail> = z.strictObject({
  ...rowFields,
  clientMetadata: metadata,
  signedUrl: z.url().nullable(),
  frames: z.array(frame).nullable(),
});
export const reencodeState: z.ZodType<ReencodeState> = z.union([
  z.strictObject({ kind: z.enum(['running', 'failed']) }),
  z.strictObject({
    kind: z.literal('done'),
    results: z.array(z.strictObject({ dataHash: id, bucketPath: maybeText })),
  }),
]);
export const recognised: z.ZodType<readonly Readonly<Record<string, unknown>>[]> = z.array(
  z.record(text, z.unknown()),
);

export const storageFolders: z.ZodType<readonly StorageFolder[]> = z.array(
  z.strictObject({ id, name: text, path: z.array(text), syncedDatasetId: maybeId }),
);

// ---------------------------------------------------------------------------------------------- people

export const addedUsers: z.ZodType<readonly AddedUser[]> = z.array(z.strictObject({ email: id, role }));
const groupFields = { id, name: text, description: text, createdAt: maybeText };
export const groups: z.ZodType<readonly Group[]> = z.array(z.strictObject(groupFields));
export const datasetGroups: z.ZodType<readonly DatasetGroup[]> = z.array(
  z.strictObject({ ...groupFields, sameOrganisation: z.boolean().nullable(), role }),
);
export const projects: z.ZodType<readonly Project[]> = z.array(
  z.strictObject({
    id,
    title: text,
    description: text,
    role,
    status: maybeText,
    createdAt: maybeText,
    editedAt: maybeText,
  }),
);
export const key: z.ZodType<ApiKey> = z.strictObject({
  apiKey: id,
  title: text,
  keyHash: maybeText,
  scopes: z.array(text),
});
export const keys: z.ZodType<readonly ApiKey[]> = z.array(key);

// ---------------------------------------------------------------------------------------------- storage

export const folder: z.ZodType<FolderInfo> = z.strictObject({
  id,
  name: text,
  description: text,
  parentId: maybeId,
  path: z.array(z.strictObject({ id, name: text })),
  syncedDatasetId: maybeId,
  owner: text,
  role,
  createdAt: maybeText,
  editedAt: maybeText,
  clientMetadata: metadata,
});
export const folderPage: z.ZodType<TokenPage<FolderInfo>> = pageOf(folder);
export const summary: z.ZodType<FolderSummary> = z.strictObject({
  files: count,
  folders: count,
  totalBytes: count,
  uploadJobs: count,
  counts: z.record(text, count.min(1)),
});
export const item: z.ZodType<ItemInfo> = z.strictObject({
  id,
  folderId: text,
  type: z.enum([...ITEM_TYPES, 'other']),
  name: text,
  owner: text,
  createdAt: maybeText,
  editedAt: maybeText,
  rows: count,
  storage: maybeText,
  integrationId: maybeId,
  size: maybeCount,
  mime: maybeText,
  durationSeconds: maybeNumber,
  fps: maybeNumber,
  width: maybeNumber,
  height: maybeNumber,
  frameCount: maybeCount,
  audio: z
    .strictObject({
      sampleRate: maybeNumber,
      bitDepth: maybeNumber,
      codec: maybeText,
      channels: maybeNumber,
    })
    .nullable(),
  dicom: z.strictObject({ studyUid: maybeText, seriesUid: maybeText, instanceUid: maybeText }).nullable(),
  clientMetadata: metadata,
  signedUrl: maybeId,
});
export const items: z.ZodType<readonly ItemInfo[]> = z.array(item);
export const itemPage: z.ZodType<TokenPage<ItemInfo>> = pageOf(item);
export const usage: z.ZodType<ItemUsage> = z.strictObject({
  inGroups: count,
  groups: z.array(z.strictObject({ id, name: text, folderId: maybeId })),
  inDatasets: count,
  datasets: z.array(z.strictObject({ id, title: text, mirrored: z.boolean(), dataHashes: z.array(id) })),
});
export const removed = z.strictObject({ items: count, folders: count });
export const itemReencodeState: z.ZodType<ItemReencodeState> = z.strictObject({
  kind: z.enum(['running', 'done', 'failed']),
  words: maybeText,
});
export const schemaText: z.ZodType<string | null> = metadata;

function pageOf<T>(of: z.ZodType<T>) {
  return z.strictObject({ items: z.array(of), next: maybeId });
}

// ---------------------------------------------------------------------------------------------- cloud

export const integrations: z.ZodType<readonly Integration[]> = z.array(z.strictObject({ id, title: text }));
export const cloudJob: z.ZodType<CloudJobRef> = z.union([
  z.strictObject({ kind: z.literal('dataset'), datasetId: id, id }),
  z.strictObject({ kind: z.literal('folder'), folderId: id, id }),
]);
export const cloudJobState: z.ZodType<CloudJobState> = z.strictObject({
  status: z.enum(['pending', 'done', 'error', 'cancelled']),
  pending: count,
  done: count,
  failed: count,
  cancelled: count,
  errors: z.array(text),
  unitErrors: z.array(
    z.strictObject({ urls: z.array(text), message: text, action: text, subtask: maybeText }),
  ),
  made: z.array(z.strictObject({ title: text, dataHash: maybeId, itemUuid: maybeId })),
});
export const deidentifyState: z.ZodType<DeidentifyState> = z.union([
  z.strictObject({ kind: z.enum(['running', 'failed']) }),
  z.strictObject({ kind: z.literal('done'), urls: z.array(text) }),
]);

// ---------------------------------------------------------------------------------------------- routes

export const grants: z.ZodType<readonly Grant[]> = z.array(
  z.strictObject({ url: z.url(), id, objectKey: text, echo: text, grantedAt: z.number() }),
);
const registeredFields = { itemUuid: maybeId, dataHash: maybeId, linked: z.boolean() };
const registered: z.ZodType<Registered> = z.strictObject(registeredFields);
export const registration: z.ZodType<Registration> = z.union([
  z.strictObject({ kind: z.literal('job'), job: id }),
  z.strictObject({ kind: z.literal('registered'), result: registered }),
]);
const unitResult: z.ZodType<JobUnitResult> = z.union([
  z.strictObject({ kind: z.literal('done'), ...registeredFields }),
  z.strictObject({ kind: z.literal('failed'), error: z.instanceof(UploaderError) }),
  z.strictObject({ kind: z.literal('unknown') }),
]);
export const jobState: z.ZodType<JobState> = z.union([
  z.strictObject({ kind: z.literal('pending'), done: count, total: count }),
  z.strictObject({ kind: z.literal('ended'), results: z.map(z.number(), unitResult) }),
  z.strictObject({ kind: z.literal('gone') }),
]);
export const found: z.ZodType<ReadonlyMap<number, Registered>> = z.map(z.number(), registered);
export const links: z.ZodType<ReadonlyMap<string, string | null>> = z.map(text, maybeId);

/**
 * Shapes of Encord's answers (encord-api.md C). They bind the fields that are used and tolerate everything else:
 * further keys, and nulls and absences wherever the program can do without.
 */

import { z } from 'zod';

/** Null, absent or the value; null and absent become the fallback. */
function or<T extends z.ZodType, F>(type: T, fallback: F) {
  return type.nullish().transform((value) => value ?? fallback);
}

const text = or(z.string(), '');
const maybeText = or(z.string(), null);
const maybeNumber = or(z.number(), null);
const id = z.string().min(1);

/** A v2 page (encord-api.md A). */
export function pageOf<T>(item: z.ZodType<T>) {
  return z.object({ results: z.array(item), nextPageToken: maybeText });
}

// ---------------------------------------------------------------------------------------------- datasets

/** C.1, both protocols: `datasetUuid` or `datasetHash`, `dataset_hash`. */
export const createdDatasetV2 = z
  .object({ datasetUuid: maybeText, datasetHash: maybeText, backingFolderUuid: maybeText })
  .transform((each, issue) => {
    const datasetId = each.datasetUuid ?? each.datasetHash;
    if (datasetId === null) issue.addIssue('The dataset has no id.');
    return { id: datasetId ?? '', backingFolderId: each.backingFolderUuid };
  });
export const createdDatasetV1 = z
  .object({ dataset_hash: id, backing_folder_uuid: maybeText })
  .transform((each) => ({ id: each.dataset_hash, backingFolderId: each.backing_folder_uuid }));

/** C.2: roles are words in v2 and numbers in v1; others are not known here. */
const role = z
  .unknown()
  .optional()
  .transform((value) => {
    if (value === 'admin' || value === 0) return 'admin' as const;
    return value === 'user' || value === 1 ? ('user' as const) : null;
  });

export const datasetListV2 = z.object({
  result: z.array(
    z
      .object({
        datasetUuid: maybeText,
        datasetHash: maybeText,
        title: text,
        description: text,
        createdAt: maybeText,
        lastEditedAt: maybeText,
        userRole: role,
        storageLocation: or(z.number().catch(Number.NaN), null),
        backingFolderUuid: maybeText,
      })
      .transform((each) => ({
        id: each.datasetUuid ?? each.datasetHash ?? '',
        title: each.title,
        description: each.description,
        createdAt: each.createdAt,
        editedAt: each.lastEditedAt,
        role: each.userRole,
        storage: Number.isNaN(each.storageLocation) ? null : each.storageLocation,
        backingFolderId: each.backingFolderUuid,
      })),
  ),
});

export const datasetListV1 = z.array(
  z
    .object({
      user_role: role,
      dataset: z.object({
        dataset_hash: id,
        title: text,
        description: text,
        type: maybeNumber,
        created_at: maybeText,
        last_edited_at: maybeText,
        backing_folder_uuid: maybeText,
      }),
    })
    .transform(({ user_role, dataset }) => ({
      id: dataset.dataset_hash,
      title: dataset.title,
      description: dataset.description,
      createdAt: isoOf(dataset.created_at),
      editedAt: isoOf(dataset.last_edited_at),
      role: user_role,
      storage: dataset.type,
      backingFolderId: dataset.backing_folder_uuid,
    })),
);

/** C.3. */
export const dataRow = z
  .object({
    data_hash: id,
    data_title: text,
    data_type: text,
    created_at: maybeText,
    file_size: maybeNumber,
    width: maybeNumber,
    height: maybeNumber,
    duration: maybeNumber,
    backing_item_uuid: maybeText,
    images_data: or(z.array(z.object({ image_hash: id })), null),
  })
  .transform((each) => ({
    dataHash: each.data_hash,
    title: each.data_title,
    type: each.data_type.toUpperCase(),
    size: each.file_size === null ? null : Math.round(each.file_size),
    width: each.width,
    height: each.height,
    durationSeconds: each.duration,
    createdAt: isoOf(each.created_at),
    itemUuid: each.backing_item_uuid,
    frames: each.images_data?.map((image) => image.image_hash) ?? null,
  }));
export const dataRows = z.array(dataRow);
export type Row = z.infer<typeof dataRow>;

export const datasetDetail = z
  .object({
    dataset_hash: id,
    title: text,
    description: text,
    dataset_type: maybeText,
    backing_folder_uuid: maybeText,
    data_rows: or(dataRows, []),
  })
  .transform((each) => ({
    id: each.dataset_hash,
    title: each.title,
    description: each.description,
    storage: each.dataset_type === null ? null : (STORAGE.get(each.dataset_type) ?? OTHER_STORAGE),
    backingFolderId: each.backing_folder_uuid,
    rows: each.data_rows,
  }));

/** `dataset_type` by its name, as the number that other calls use; 0 is Encord's own storage. */
const STORAGE: ReadonlyMap<string, number> = new Map([
  ['CORD_STORAGE', 0],
  ['AWS_S3', 1],
  ['GCP_STR', 2],
  ['AZURE_STR', 3],
  ['S3_COMPATIBLE_STR', 4],
]);
/** A storage that the reference does not name: the server knows one more. */
const OTHER_STORAGE = 5;

/** C.4: `scopes` is a list, or a string that holds JSON. */
const scopes = z.union([z.array(z.string()), z.string()]).nullish();
export const apiKey = z
  .object({ api_key: z.string().min(1), scopes })
  .transform((each) => ({ apiKey: each.api_key, scopes: scopeList(each.scopes) }));
export const apiKeys = z.array(apiKey);

function scopeList(value: readonly string[] | string | null | undefined): readonly string[] {
  if (typeof value !== 'string') return value ?? [];
  const parsed = z.array(z.string()).safeParse(tryJson(value));
  return parsed.success ? parsed.data : [];
}

function tryJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------------------------------------- users

export const currentUser = z.object({ userEmail: maybeText });

// ---------------------------------------------------------------------------------------------- folders and items

/** C.14. */
const folder = z.object({
  uuid: id,
  name: text,
  createdAt: text,
  syncedDatasetHash: maybeText,
  pathToRoot: or(z.array(z.object({ uuid: id, parentUuid: maybeText, name: text })), []),
});
export type Folder = z.infer<typeof folder>;
export const folderAnswer = folder;
export const folderPage = pageOf(folder);

export const itemAnswer = z.object({
  uuid: id,
  name: text,
  createdAt: text,
  isPlaceholder: or(z.boolean(), false),
  frameCount: maybeNumber,
});
export type StorageItem = z.infer<typeof itemAnswer>;
export const itemPage = pageOf(itemAnswer);

// ---------------------------------------------------------------------------------------------- storage route

/** C.7 step 1. */
export const signedUrlPage = pageOf(z.object({ itemUuid: id, objectKey: id, signedUrl: z.url() }));

/** C.7 step 3: a bare JSON string. */
export const jobId = z.string().min(1);

/** C.7 step 4. */
export const uploadState = z.object({
  status: z.string().transform((each) => each.toUpperCase()),
  itemsWithNames: or(z.array(z.object({ itemUuid: id, name: text })), []),
  errors: or(z.array(z.string()), []),
  unitErrors: or(
    z.array(
      z.object({
        objectUrls: or(z.array(z.string()), []),
        error: text,
        subtaskUuid: maybeText,
        actionDescription: text,
      }),
    ),
    [],
  ),
  unitsPendingCount: or(z.number(), 0),
  unitsDoneCount: or(z.number(), 0),
  unitsErrorCount: or(z.number(), 0),
  unitsCancelledCount: or(z.number(), 0),
});
export type UploadState = z.infer<typeof uploadState>;

// ---------------------------------------------------------------------------------------------- documented route

/** C.8: the object of a signed URL; kept whole, because registration echoes it. */
export const signedUrl = z.looseObject({ signed_url: z.url(), data_hash: id, title: text, file_link: text });
export const signedUrls = z.array(signedUrl);
/** An object that is echoed as it came. */
export const echo = z.record(z.string(), z.unknown());

export const registeredVideo = z.object({ data_hash: id, backing_item_uuid: maybeText });
export const success = z.object({ success: z.boolean() });
export const registeredFrame = z.object({ data_hash: id });
export const createdGroups = z
  .array(z.object({ data_hash: id, title: text, backing_item_uuid: maybeText }))
  .min(1);

// ---------------------------------------------------------------------------------------------- dates

/** v1 writes `YYYY-MM-DD HH:MM:SS` and means UTC; anything else is kept as it is. */
function isoOf(date: string | null): string | null {
  if (date === null) return null;
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/.exec(date);
  return match ? `${match[1]}T${match[2]}Z` : date;
}

/**
 * Shapes of Encord's answers (encord-api.md C). They bind the fields that are used and tolerate further keys.
 *
 * Of two kinds. What is shown to a person is tolerant: a field of another type counts as not told, and a list goes on
 * without an entry that has no id. What decides whether something exists already, or where files go, is strict: it may
 * be null or absent where the program can do without, but of another type it makes no sense, and the answer is none.
 */

import { z } from 'zod';
import {
  jsonIn,
  jsonTextOf,
  listOf,
  maybeAmount,
  maybeCount,
  or,
  pageOf,
  role,
  wholeList,
} from './tolerant.ts';

const text = or(z.string(), '');
const maybeText = or(z.string(), null);
const id = z.string().min(1);
const maybeId = or(id, null);
/** Of `StorageLocation` (C.1), by its number. */
const maybeStorage = or(z.int().min(0), null);

/** Strict: null, absent or the value; null and absent become the fallback. */
function given<T extends z.ZodType, F>(type: T, fallback: F) {
  return type.nullish().transform((value) => value ?? fallback);
}

const givenText = given(z.string(), '');
const wholeNumber = z.int().min(0);
/** An empty one is none. */
const givenId = given(z.string(), null).transform((value) => value || null);

/** A v2 page (encord-api.md A), each of whose entries has to make sense. */
function strictPageOf<T>(item: z.ZodType<T>) {
  return z
    .object({ results: z.array(item), nextPageToken: givenId })
    .transform((page) => ({ items: page.results, next: page.nextPageToken }));
}

// ---------------------------------------------------------------------------------------------- datasets

/**
 * C.1, both protocols: `datasetUuid` or `datasetHash`, `dataset_hash`. Strict about the folder: whether there is one
 * decides where files go.
 */
export const createdDatasetV2 = z
  .object({ datasetUuid: maybeId, datasetHash: maybeId, backingFolderUuid: givenId })
  .transform((each, issue) => {
    const datasetId = each.datasetUuid ?? each.datasetHash;
    if (datasetId === null) issue.addIssue('The dataset has no id.');
    return { id: datasetId ?? '', backingFolderId: each.backingFolderUuid };
  });
export const createdDatasetV1 = z
  .object({ dataset_hash: id, backing_folder_uuid: givenId })
  .transform((each) => ({ id: each.dataset_hash, backingFolderId: each.backing_folder_uuid }));

/** C.2. Each is read again, strictly, before anything goes into it. */
export const datasetListV2 = z.object({
  result: wholeList(
    z
      .object({
        datasetUuid: maybeId,
        datasetHash: maybeId,
        title: text,
        description: text,
        createdAt: maybeText,
        lastEditedAt: maybeText,
        userRole: role,
        storageLocation: maybeStorage,
        backingFolderUuid: maybeId,
      })
      .transform((each, issue) => {
        const datasetId = each.datasetUuid ?? each.datasetHash;
        if (datasetId === null) issue.addIssue('The dataset has no id.');
        return {
          id: datasetId ?? '',
          title: each.title,
          description: each.description,
          createdAt: each.createdAt,
          editedAt: each.lastEditedAt,
          role: each.userRole,
          storage: each.storageLocation,
          backingFolderId: each.backingFolderUuid,
        };
      }),
  ),
});

export const datasetListV1 = wholeList(
  z
    .object({
      user_role: role,
      dataset: z.object({
        dataset_hash: id,
        title: text,
        description: text,
        type: maybeStorage,
        created_at: maybeText,
        last_edited_at: maybeText,
        backing_folder_uuid: maybeId,
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

/** C.3, to be shown. */
export const dataRow = z
  .object({
    data_hash: id,
    data_title: text,
    data_type: text,
    created_at: maybeText,
    last_edited_at: maybeText,
    file_size: maybeCount,
    file_type: maybeText,
    file_link: maybeText,
    storage_location: maybeStorage,
    width: maybeAmount,
    height: maybeAmount,
    frames_per_second: maybeAmount,
    duration: maybeAmount,
    backing_item_uuid: maybeId,
    is_optimised_image_group: or(z.boolean(), null),
  })
  .transform((each) => ({
    dataHash: each.data_hash,
    title: each.data_title,
    type: each.data_type.toUpperCase(),
    mime: each.file_type,
    size: each.file_size,
    width: each.width,
    height: each.height,
    fps: each.frames_per_second,
    durationSeconds: each.duration,
    createdAt: isoOf(each.created_at),
    editedAt: isoOf(each.last_edited_at),
    itemUuid: each.backing_item_uuid,
    storage: each.storage_location,
    fileLink: each.file_link,
    isSequence: each.is_optimised_image_group,
  }));
export const dataRows = wholeList(dataRow);

/**
 * C.3, to be told from other rows: strict about what identifies one, since a row that is overlooked would be made a
 * second time.
 */
export const knownRow = z
  .object({
    data_hash: id,
    data_title: givenText,
    data_type: givenText,
    backing_item_uuid: maybeId,
    images_data: given(z.array(z.object({ image_hash: id })), null),
  })
  .transform((each) => ({
    dataHash: each.data_hash,
    title: each.data_title,
    type: each.data_type.toUpperCase(),
    itemUuid: each.backing_item_uuid,
    frames: each.images_data?.map((image) => image.image_hash) ?? null,
  }));
export const knownRows = given(z.array(knownRow), []);
export type KnownRow = z.infer<typeof knownRow>;

/** C.3. Strict about what decides where files go: the storage, and whether there is a backing folder. */
export const datasetDetail = z
  .object({
    dataset_hash: id,
    title: text,
    description: text,
    dataset_type: givenId,
    backing_folder_uuid: givenId,
  })
  .transform((each) => ({
    id: each.dataset_hash,
    title: each.title,
    description: each.description,
    storage: each.dataset_type === null ? null : (STORAGE.get(each.dataset_type) ?? OTHER_STORAGE),
    backingFolderId: each.backing_folder_uuid,
  }));

/** The rows in the answer of C.3 that has the whole dataset, in either kind. */
export const rowsInDataset = z.object({ data_rows: given(dataRows, []) }).transform((each) => each.data_rows);
export const knownRowsInDataset = z.object({ data_rows: knownRows }).transform((each) => each.data_rows);

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
const scopes = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? jsonIn(value) : value))
  .pipe(listOf(z.string()));
export const apiKey = z
  .object({ api_key: id, scopes })
  .transform((each) => ({ apiKey: each.api_key, scopes: each.scopes }));
export const apiKeys = wholeList(apiKey);

// ---------------------------------------------------------------------------------------------- users

export const currentUser = z.object({ userEmail: maybeText });

// ---------------------------------------------------------------------------------------------- folders and items

/** C.14. Strict about what tells one from others, and whether it belongs to a dataset: that decides where files go. */
const folder = z.object({
  uuid: id,
  name: givenText,
  createdAt: text,
  syncedDatasetHash: givenId,
});
export type Folder = z.infer<typeof folder>;
export const folderAnswer = folder;
export const folderPage = strictPageOf(folder);

/** C.14, to be chosen from; the folder that is chosen is read again, strictly. */
const shownFolder = z.object({
  uuid: id,
  name: text,
  syncedDatasetHash: maybeId,
  pathToRoot: listOf(z.object({ uuid: id, parentUuid: maybeId, name: text })),
});
export type ShownFolder = z.infer<typeof shownFolder>;
export const shownFolderPage = pageOf(shownFolder);

/** C.14. Strict: a group that is overlooked would be made a second time. */
export const itemAnswer = z.object({
  uuid: id,
  name: givenText,
  createdAt: text,
  isPlaceholder: given(z.boolean(), false),
  frameCount: given(wholeNumber, null),
});
export type StorageItem = z.infer<typeof itemAnswer>;
export const itemPage = strictPageOf(itemAnswer);

// ---------------------------------------------------------------------------------------------- storage route

/** C.7 step 1. Strict: each is where one file goes. */
export const signedUrlPage = strictPageOf(z.object({ itemUuid: id, objectKey: id, signedUrl: z.url() }));

/** C.7 step 3: a bare JSON string. */
export const jobId = z.string().min(1);

/** C.7 step 4. Strict: it decides which units were made. How many were is null where it is not told. */
export const uploadState = z.object({
  status: z.string().transform((each) => each.toUpperCase()),
  itemsWithNames: given(z.array(z.object({ itemUuid: id, name: givenText })), []),
  errors: listOf(z.string()),
  unitErrors: given(
    z.array(
      z.object({
        objectUrls: given(z.array(z.string()), []),
        error: text,
        subtaskUuid: maybeText,
        actionDescription: text,
      }),
    ),
    [],
  ),
  unitsPendingCount: given(wholeNumber, 0),
  unitsDoneCount: given(wholeNumber, null),
  unitsErrorCount: given(wholeNumber, 0),
  unitsCancelledCount: given(wholeNumber, 0),
});
export type UploadState = z.infer<typeof uploadState>;

// ---------------------------------------------------------------------------------------------- documented route

/** C.8: the object of a signed URL; kept whole, because registration echoes it. Strict, as are the rest. */
export const signedUrl = z
  .looseObject({ signed_url: z.url(), data_hash: id, title: givenText, file_link: givenText })
  .refine((each) => jsonTextOf(each) !== null);
export const signedUrls = z.array(signedUrl);
/** An object that is echoed as it came. */
export const echo = z.record(z.string(), z.unknown());

/** What was made; its storage item is of use, but not indispensable. */
export const registeredVideo = z.object({ data_hash: id, backing_item_uuid: maybeId });
export const createdSeries = registeredVideo;
export const success = z.object({ success: z.boolean() });
export const registeredFrame = z.object({ data_hash: id });
export const createdGroups = z.array(z.object({ data_hash: id, backing_item_uuid: maybeId })).min(1);

// ---------------------------------------------------------------------------------------------- dates

/** v1 writes `YYYY-MM-DD HH:MM:SS` and means UTC; anything else is kept as it is. */
function isoOf(date: string | null): string | null {
  if (date === null) return null;
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/.exec(date);
  return match ? `${match[1]}T${match[2]}Z` : date;
}

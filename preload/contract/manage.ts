/**
 * What pages are shown of datasets and of what belongs to them: rows, people, projects, keys, storage folders, cloud
 * data, and long work. Plain data, made by `main/app/manage`; imported as types by the pages.
 * Sizes are bytes, dates of Encord are ISO 8601, times of this program are milliseconds since the epoch.
 */

import { z } from 'zod';
import { failureView } from './errors.ts';

const id = z.string().min(1).max(200);
const day = z.iso.date();

// ------------------------------------------------------------------------------------------------ datasets

/** Dates are days, inclusive, in the time zone of the machine that main runs on; null sets no bound. */
export const dateRange = z.object({ from: day.nullable(), to: day.nullable() });
export type DateRange = z.infer<typeof dateRange>;

export const datasetListing = z.object({
  created: dateRange,
  edited: dateRange,
  role: z.enum(['any', 'admin', 'user', 'none']),
  kind: z.enum(['any', 'mirrored', 'static']),
  storage: z.enum(['any', 'encord', 'aws', 'gcp', 'azure', 's3-compatible', 'other']),
  /** All datasets of the organisation, for its administrators. */
  organisation: z.boolean(),
  sort: z.enum(['title', 'created', 'edited', 'role']),
  descending: z.boolean(),
});
export type DatasetListing = z.infer<typeof datasetListing>;

export const ANY_DATASET: DatasetListing = {
  created: { from: null, to: null },
  edited: { from: null, to: null },
  role: 'any',
  kind: 'any',
  storage: 'any',
  organisation: false,
  sort: 'edited',
  descending: true,
};

/** Why somebody may not do something here, as a sentence to stand beside the button; null where they may. */
const mayNot = z.string().nullable();

/** A dataset as its own page shows it. */
export const datasetDetail = z.object({
  datasetId: z.string(),
  backingFolderId: z.string().nullable(),
  /** Its pages in Encord's web app; null where the address of the web app is not known. */
  webUrl: z.string().nullable(),
  /** E.g. an account with an API key: what of the pages needs an SSH key. */
  may: z.object({
    addData: mayNot,
    changeRows: mayNot,
    attach: mayNot,
    registerCloudData: mayNot,
    team: mayNot,
    projects: mayNot,
    keys: mayNot,
    storage: mayNot,
  }),
});
export type DatasetDetail = z.infer<typeof datasetDetail>;

// ------------------------------------------------------------------------------------------------ rows

export const ROW_COLUMNS = [
  'title',
  'type',
  'mime',
  'size',
  'dimensions',
  'fps',
  'duration',
  'sequence',
  'storage',
  'fileLink',
  'itemUuid',
  'dataHash',
  'created',
  'edited',
] as const;
export const rowColumn = z.enum(ROW_COLUMNS);
export type RowColumn = z.infer<typeof rowColumn>;

export const rowFilter = z.object({
  search: z.string().max(1_000),
  /** Encord's words: VIDEO, IMG_GROUP, …; none is all. */
  types: z.array(z.string().max(50)).max(50),
  created: dateRange,
  edited: dateRange,
});
export type RowFilter = z.infer<typeof rowFilter>;

export const ANY_ROW: RowFilter = {
  search: '',
  types: [],
  created: { from: null, to: null },
  edited: { from: null, to: null },
};

export const rowSort = z.object({ column: rowColumn, descending: z.boolean() });
export type RowSort = z.infer<typeof rowSort>;

/** Rows that something is to be done with: named, or all that a filter finds but some. */
export const rowSelection = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rows'), dataHashes: z.array(id).min(1).max(100_000) }),
  z.object({
    kind: z.literal('filter'),
    filter: rowFilter,
    except: z.array(id).max(100_000),
    /** How many somebody was told of before they agreed: where the filter finds another number by now, nothing is done. */
    expected: z.number().int().nonnegative().optional(),
  }),
]);
export type RowSelection = z.infer<typeof rowSelection>;

/** What a selection comes to, for the question before something is done with it. */
export const rowTally = z.object({
  rows: z.number().int(),
  bytes: z.number(),
  /** Encord's word → how many. */
  types: z.record(z.string(), z.number().int()),
  /** How many lie in somebody's own cloud: their files stay there whatever happens here. */
  inOwnCloud: z.number().int(),
  /** Up to ten titles. */
  titles: z.array(z.string()),
});
export type RowTally = z.infer<typeof rowTally>;

/** All that is known of one row: asked for when somebody looks at it. */
export const rowDetail = z.object({
  dataHash: z.string(),
  /** JSON text, indented; null where there is none. */
  clientMetadata: z.string().nullable(),
  frames: z.number().int().nullable(),
  /** Of the storage item behind it, where the account can see one: name and value, e.g. "Sample rate", "44,100 Hz". */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  folder: z.object({ id: z.string(), path: z.array(z.string()) }).nullable(),
  usage: z
    .object({
      groups: z.number().int(),
      datasets: z.number().int(),
      datasetTitles: z.array(z.string()),
    })
    .nullable(),
});
export type RowDetailView = z.infer<typeof rowDetail>;

export const rowFrameView = z.object({
  imageHash: z.string(),
  title: z.string(),
  size: z.number().nullable(),
  mime: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
});
export type RowFrameView = z.infer<typeof rowFrameView>;

/**
 * Something to look at. `path` is an address of the program itself that gives the bytes for some minutes, with ranges; the
 * signed URL behind it stays in main.
 */
export const mediaView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('media'),
    path: z.string(),
    mime: z.string(),
    size: z.number().nullable(),
    /** What element of a page shows it. */
    as: z.enum(['image', 'video', 'audio', 'other']),
  }),
  /** A sentence on why there is nothing to see. */
  z.object({ kind: z.literal('none'), why: z.string() }),
]);
export type MediaView = z.infer<typeof mediaView>;

/** Something wrong in a text: lines and columns count from 1; null where it is about the whole. */
export const textProblem = z.object({
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  message: z.string(),
});
export type TextProblem = z.infer<typeof textProblem>;

/** A table of client metadata that was read, before anything is done with it. */
export const metadataTableView = z.object({
  tableId: z.string(),
  headings: z.array(z.string()),
  /** The heading that names the row, and what it is compared with. */
  key: z.object({ heading: z.string(), by: z.enum(['title', 'dataHash', 'itemUuid']) }).nullable(),
  lines: z.number().int(),
  matched: z.number().int(),
  /** Lines whose key names no row, or several. Up to 100. */
  problems: z.array(textProblem),
  problemCount: z.number().int(),
  /** The first few changes: a row's title and what it would get, as JSON text. */
  examples: z.array(z.object({ title: z.string(), json: z.string() })),
});
export type MetadataTableView = z.infer<typeof metadataTableView>;

// ------------------------------------------------------------------------------------------------ long work

export const jobKind = z.enum([
  'reencode-rows',
  'reencode-items',
  'cloud-register',
  'deidentify',
  'delete-rows',
  'set-metadata',
  'attach-items',
  'download-rows',
]);
export type JobKindName = z.infer<typeof jobKind>;

export const jobView = z.object({
  jobId: z.number().int(),
  kind: jobKind,
  /** E.g. "Re-encode 3 videos". */
  title: z.string(),
  accountName: z.string(),
  datasetId: z.string().nullable(),
  datasetTitle: z.string().nullable(),
  state: z.enum(['starting', 'following', 'working', 'done', 'failed', 'cancelled', 'uncertain']),
  /** One true sentence: what is happening, or what came of it. */
  sentence: z.string(),
  counts: z.object({
    pending: z.number().int(),
    done: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
  }),
  failure: failureView.nullable(),
  /** When it is asked for, or tried, again; null unless it waits for that. */
  notBefore: z.number().nullable(),
  addedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Why it cannot be cancelled; null where it can. */
  cancelProblem: z.string().nullable(),
  cancelling: z.boolean(),
  /** How many units failed with words of their own. */
  errors: z.number().int(),
  /** How many results can be looked at. */
  results: z.number().int(),
  /** Whether a file of just the failed entries can be saved. */
  failedFile: z.boolean(),
  /** Where downloaded files are. */
  folder: z.string().nullable(),
});
export type JobView = z.infer<typeof jobView>;

export const jobResultView = z.object({
  index: z.number().int(),
  ok: z.boolean(),
  title: z.string(),
  urls: z.array(z.string()),
  message: z.string(),
  action: z.string(),
  subtask: z.string().nullable(),
  dataHash: z.string().nullable(),
});
export type JobResultView = z.infer<typeof jobResultView>;

export const jobId = z.object({ jobId: z.number().int() });

// ------------------------------------------------------------------------------------------------ cloud data

export const integrationView = z.object({ id: z.string(), title: z.string() });
export type IntegrationView = z.infer<typeof integrationView>;

/** Which column of a CSV file means what; the numbers of columns, from 0. */
export const cloudMapping = z.object({
  /** Several: the frames of a group on one line. */
  url: z.array(z.number().int().min(0)).min(1).max(10_000),
  title: z.number().int().min(0).nullable(),
  /** A column that says the kind of each line, or one kind for all. */
  kind: z.discriminatedUnion('by', [
    z.object({ by: z.literal('column'), column: z.number().int().min(0) }),
    z.object({
      by: z.literal('all'),
      kind: z.enum([
        'video',
        'image',
        'audio',
        'image-group',
        'image-sequence',
        'dicom',
        'text',
        'pdf',
        'nifti',
      ]),
    }),
  ]),
  /** Lines with the same text here are one group or series. */
  group: z.number().int().min(0).nullable(),
  /** A column that tells image sequences (true) from groups. */
  createVideo: z.number().int().min(0).nullable(),
  /** Columns that become client metadata, each under its heading; one that holds JSON objects is taken as it is. */
  metadata: z.array(z.number().int().min(0)).max(1_000),
});
export type CloudMapping = z.infer<typeof cloudMapping>;

export const cloudEntryView = z.object({
  index: z.number().int(),
  kind: z.string(),
  title: z.string().nullable(),
  urls: z.number().int(),
  firstUrl: z.string(),
  clientMetadata: z.boolean(),
  /** Of the file that was read. */
  line: z.number().int().nullable(),
});
export type CloudEntryView = z.infer<typeof cloudEntryView>;

/** A problem of a file of cloud data. Errors stand in the way, warnings do not. */
export const cloudProblem = textProblem.extend({ severity: z.enum(['error', 'warning']) });
export type CloudProblem = z.infer<typeof cloudProblem>;

/** A JSON or CSV file that was read and checked, before anything is sent. */
export const cloudCheckView = z.object({
  checkId: z.string(),
  name: z.string(),
  format: z.enum(['json', 'csv']),
  bytes: z.number(),
  /** Kind → how many entries: `videos`, `images`, `image_groups`, … */
  kinds: z.record(z.string(), z.number().int()),
  entries: z.number().int(),
  urls: z.number().int(),
  errors: z.number().int(),
  warnings: z.number().int(),
  /** Of CSV: what the columns are called, and what they are taken for. */
  csv: z
    .object({
      headings: z.array(z.string()),
      mapping: cloudMapping.nullable(),
      /** Where the mapping comes from: recognised by the headings, kept from earlier, or chosen. */
      from: z.enum(['headings', 'kept', 'chosen', 'none']),
    })
    .nullable(),
  /** What the file itself says on duplicates. */
  skipDuplicates: z.boolean(),
});
export type CloudCheckView = z.infer<typeof cloudCheckView>;

// ------------------------------------------------------------------------------------------------ people and projects

const roleName = z.enum(['admin', 'user']).nullable();

export const addedUserView = z.object({
  email: z.string(),
  /** What Encord says it is now. */
  role: roleName,
  /** True where somebody had another role already and kept it. */
  kept: z.boolean(),
  /** Why this address could not be added; null where it was. */
  problem: z.string().nullable(),
});
export type AddedUserView = z.infer<typeof addedUserView>;

export const groupView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** Its role on the dataset or folder; null where Encord did not say, or where it has none. */
  role: roleName,
  sameOrganisation: z.boolean().nullable(),
});
export type GroupView = z.infer<typeof groupView>;

export const projectView = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  role: roleName,
  status: z.string().nullable(),
  editedAt: z.string().nullable(),
  webUrl: z.string().nullable(),
});
export type ProjectView = z.infer<typeof projectView>;

/** Found by asking each project: Encord keeps no list of it. */
export const datasetProjectsView = z.object({
  projects: z.array(projectView),
  /** How many were asked, and how many of them did not answer. */
  asked: z.number().int(),
  failed: z.number().int(),
});
export type DatasetProjectsView = z.infer<typeof datasetProjectsView>;

export const keyView = z.object({
  keyHash: z.string().nullable(),
  title: z.string(),
  scopes: z.array(z.string()),
  /** The last four characters; the rest is masked. */
  ending: z.string(),
});
export type KeyView = z.infer<typeof keyView>;

// ------------------------------------------------------------------------------------------------ storage

export const folderView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  parentId: z.string().nullable(),
  /** From the top down, without itself. */
  path: z.array(z.object({ id: z.string(), name: z.string() })),
  /** The dataset that it is the backing folder of. */
  syncedDatasetId: z.string().nullable(),
  owner: z.string(),
  role: roleName,
  createdAt: z.string().nullable(),
  editedAt: z.string().nullable(),
  /** JSON text, indented; null where there is none. */
  clientMetadata: z.string().nullable(),
});
export type FolderView = z.infer<typeof folderView>;

export const folderSummaryView = z.object({
  files: z.number().int(),
  folders: z.number().int(),
  totalBytes: z.number(),
  uploadJobs: z.number().int(),
  counts: z.record(z.string(), z.number().int()),
});
export type FolderSummaryView = z.infer<typeof folderSummaryView>;

export const itemView = z.object({
  id: z.string(),
  folderId: z.string(),
  /** Encord's word: `video`, `imageGroup`, … */
  type: z.string(),
  name: z.string(),
  owner: z.string(),
  createdAt: z.string().nullable(),
  editedAt: z.string().nullable(),
  /** How many data rows it stands behind. */
  rows: z.number().int(),
  storage: z.string().nullable(),
  size: z.number().nullable(),
  mime: z.string().nullable(),
  durationSeconds: z.number().nullable(),
  fps: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  frames: z.number().int().nullable(),
  /** Whether the dataset that was asked about has it; null where none was. */
  inDataset: z.boolean().nullable(),
});
export type ItemView = z.infer<typeof itemView>;

export const itemDetail = z.object({
  item: itemView,
  clientMetadata: z.string().nullable(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  usage: z.object({
    groups: z.number().int(),
    groupNames: z.array(z.string()),
    datasets: z.number().int(),
    datasetsSeen: z.array(z.object({ id: z.string(), title: z.string(), mirrored: z.boolean() })),
  }),
});
export type ItemDetail = z.infer<typeof itemDetail>;

/** A page of a list whose end the server does not tell: `total` is how many are known by now. */
export const openPage = <T extends z.ZodType>(row: T) =>
  z.object({ total: z.number().int(), complete: z.boolean(), rows: z.array(row) });

/**
 * The calls on datasets and what belongs to them; part of `CALLS`. Calls that take long answer with a job, which
 * `jobs.*` follow; a job goes on when the page, or the program, is closed.
 */

import { z } from 'zod';
import {
  addedUserView,
  cloudCheckView,
  cloudEntryView,
  cloudMapping,
  cloudProblem,
  datasetDetail,
  datasetProjectsView,
  folderSummaryView,
  folderView,
  groupView,
  integrationView,
  itemDetail,
  itemView,
  jobId,
  jobResultView,
  jobView,
  keyView,
  mediaView,
  metadataTableView,
  openPage,
  projectView,
  rowColumn,
  rowDetail,
  rowFilter,
  rowFrameView,
  rowSelection,
  rowSort,
  rowTally,
  textProblem,
} from './manage.ts';
import { dataRowView, savedView } from './views.ts';

const nothing = z.null();
const id = z.string().min(1).max(200);
const path = z.string().min(1).max(32_768);
const datasetId = z.object({ datasetId: id });
const oneRow = datasetId.extend({ dataHash: id });
const someRows = datasetId.extend({ rows: rowSelection });
const window = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(500) };
const page = <T extends z.ZodType>(row: T) => z.object({ total: z.number().int(), rows: z.array(row) });
const title = z.string().trim().min(1).max(300);
const role = z.enum(['admin', 'user']);
/** JSON text of client metadata: Encord takes up to 10 MB for an item. */
const metadataText = z.string().max(10_000_000);
const groupIds = z.array(id).min(1).max(1_000);

/** A file that was chosen on this machine, one whose bytes were sent into a drop, or a text that was pasted. */
export const textSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('path'), path }),
  z.object({ kind: z.literal('drop'), dropId: id }),
  z.object({ kind: z.literal('text'), name: z.string().max(300), text: z.string().max(1_000_000) }),
]);
export type TextSource = z.infer<typeof textSource>;

/** What became of a text that should start something. */
const startedOr = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), jobId: z.number().int() }),
  z.object({ kind: z.literal('invalid'), problems: z.array(textProblem) }),
]);

export const MANAGE_CALLS = {
  'datasets.detail': { input: datasetId, output: datasetDetail },

  'rows.find': {
    input: datasetId.extend({ filter: rowFilter, sort: rowSort, refresh: z.boolean(), ...window }),
    output: page(dataRowView).extend({
      /** Of the whole dataset: Encord's word → how many. */
      types: z.record(z.string(), z.number().int()),
      bytes: z.number(),
    }),
  },
  'rows.tally': { input: someRows, output: rowTally },
  'rows.detail': { input: oneRow, output: rowDetail },
  /** Of image groups, in their order. */
  'rows.frames': { input: oneRow.extend(window), output: page(rowFrameView) },
  /** To look at a row, or at a frame of it. `thumbnail`: not where it would be large. */
  'rows.media': {
    input: oneRow.extend({ imageHash: id.nullable(), size: z.enum(['thumbnail', 'whole']) }),
    output: mediaView,
  },
  'rows.rename': { input: oneRow.extend({ title }), output: dataRowView },
  /** Asks again afterwards whether the rows are gone. */
  'rows.delete': { input: someRows, output: jobId },
  /** Videos only; others of the selection are left out. */
  'rows.reencode': { input: someRows, output: jobId },
  /** `merge` keeps the other keys of the top level. */
  'rows.setMetadata': {
    input: someRows.extend({ text: metadataText, mode: z.enum(['replace', 'merge']) }),
    output: startedOr,
  },
  /** Reads a table: one line a row of the dataset, one column a key. Null: the program finds the key itself. */
  'rows.readMetadataTable': {
    input: datasetId.extend({
      source: textSource,
      key: z
        .object({ heading: z.string().max(1_000), by: z.enum(['title', 'dataHash', 'itemUuid']) })
        .nullable(),
    }),
    output: metadataTableView,
  },
  'rows.applyMetadataTable': {
    input: z.object({ tableId: id, mode: z.enum(['replace', 'merge']) }),
    output: jobId,
  },
  /** Text recognition of an image group; what Encord found, as indented JSON. May take a minute. */
  'rows.recogniseText': { input: oneRow, output: z.object({ results: z.number().int(), text: z.string() }) },
  /** Into a folder of this machine, which is made where it is missing. */
  'rows.download': { input: someRows.extend({ into: path }), output: jobId },
  'rows.export': {
    input: datasetId.extend({
      filter: rowFilter,
      sort: rowSort,
      columns: z.array(rowColumn).min(1).max(50),
      format: z.enum(['csv', 'json']),
    }),
    output: savedView,
  },

  /** SKIP leaves links alone, FAIL stops where one is, DUPLICATE makes another row. */
  'attach.start': {
    input: datasetId.extend({
      itemIds: z.array(id).max(100_000),
      folderIds: z.array(id).max(1_000),
      duplicates: z.enum(['SKIP', 'FAIL', 'DUPLICATE']),
    }),
    output: jobId,
  },

  'cloud.integrations': { input: z.object({ datasetId: id.nullable() }), output: z.array(integrationView) },
  /** Reads and checks a file; `mapping` is for CSV, null lets the program find one. */
  'cloud.check': {
    input: z.object({ source: textSource, mapping: cloudMapping.nullable() }),
    output: cloudCheckView,
  },
  /** Reads the same CSV file in another way. */
  'cloud.setMapping': { input: z.object({ checkId: id, mapping: cloudMapping }), output: cloudCheckView },
  /** Keeps the mapping for files with the same headings. */
  'cloud.keepMapping': { input: z.object({ checkId: id }), output: nothing },
  'cloud.problems': { input: z.object({ checkId: id, ...window }), output: page(cloudProblem) },
  'cloud.entries': { input: z.object({ checkId: id, ...window }), output: page(cloudEntryView) },
  /** The JSON that would be sent, for whoever wants to keep it. */
  'cloud.saveJson': { input: z.object({ checkId: id }), output: savedView },
  'cloud.start': {
    input: z.object({
      checkId: id,
      integrationId: id,
      /** Null: only into the folder. */
      datasetId: id.nullable(),
      /** Of a static dataset: where the items go. Null for a mirrored one. */
      folder: z
        .discriminatedUnion('kind', [
          z.object({ kind: z.literal('existing'), folderId: id }),
          z.object({ kind: z.literal('new'), name: title, parentId: id.nullable() }),
        ])
        .nullable(),
      ignoreErrors: z.boolean(),
      skipDuplicates: z.boolean(),
    }),
    output: jobId,
  },
  'cloud.deidentify': {
    input: z.object({
      integrationId: id,
      urls: z.array(z.string().min(1).max(16_384)).min(1).max(100_000),
      redactTags: z.boolean(),
      redactPixels: z.enum(['redactAllText', 'redactNoText', 'redactSensitiveText']),
      saveConditions: z
        .array(
          z.object({
            kind: z.enum(['in', 'notSubstr']),
            tag: z.string().min(1).max(200),
            value: z.union([z.string().max(10_000), z.array(z.string().max(10_000)).max(1_000)]),
          }),
        )
        .max(100),
      uploadDir: z.string().max(1_000).nullable(),
    }),
    output: jobId,
  },

  'jobs.list': {
    input: z.object({
      which: z.enum(['all', 'open', 'ended']),
      datasetId: id.nullable(),
      ...window,
    }),
    output: page(jobView).extend({ open: z.number().int() }),
  },
  'jobs.get': { input: jobId, output: jobView },
  'jobs.results': {
    input: jobId.extend({ only: z.enum(['failed', 'all']), ...window }),
    output: page(jobResultView),
  },
  'jobs.cancel': { input: jobId, output: nothing },
  /** What failed of it once more, as a new job; of a cloud registration it is a file to check first: `jobs.saveFailed`. */
  'jobs.retry': { input: jobId, output: jobId },
  /** A file of just the entries that failed, to be put right and registered again. */
  'jobs.saveFailed': { input: jobId, output: savedView },
  /** Takes ended jobs off the list; null: all of them. */
  'jobs.clear': {
    input: z.object({ jobId: z.number().int().nullable() }),
    output: z.object({ jobs: z.number().int() }),
  },

  'team.add': {
    input: datasetId.extend({ emails: z.array(z.string().trim().min(3).max(320)).min(1).max(500), role }),
    output: z.array(addedUserView),
  },
  'groups.ofDataset': { input: datasetId, output: z.array(groupView) },
  'groups.ofOrganisation': {
    input: z.object({ search: z.string().max(1_000), ...window }),
    output: page(groupView),
  },
  'groups.add': { input: datasetId.extend({ groupIds, role }), output: nothing },
  'groups.remove': { input: datasetId.extend({ groupIds }), output: nothing },

  'projects.list': {
    input: z.object({ search: z.string().max(1_000), refresh: z.boolean(), ...window }),
    output: page(projectView),
  },
  'projects.ofDataset': { input: datasetId.extend({ refresh: z.boolean() }), output: datasetProjectsView },
  'projects.attach': { input: datasetId.extend({ projectId: id }), output: nothing },
  'projects.detach': { input: datasetId.extend({ projectId: id }), output: nothing },

  'keys.list': { input: datasetId, output: z.array(keyView) },
  /** The key itself comes back this once and never again. */
  'keys.create': {
    input: datasetId.extend({ title, scopes: z.array(z.enum(['dataset.read', 'dataset.write'])).min(1) }),
    output: keyView.extend({ key: z.string() }),
  },
  /** Adds an account with this key, which main has kept in memory since it was created. */
  'keys.use': { input: datasetId.extend({ keyHash: id }), output: z.object({ accountId: z.string() }) },

  'storage.folders': {
    input: z.object({
      parentId: id.nullable(),
      search: z.string().max(1_000),
      order: z.enum(['name', 'createdAt']),
      descending: z.boolean(),
      refresh: z.boolean(),
      ...window,
    }),
    output: openPage(folderView),
  },
  'storage.folder': { input: z.object({ folderId: id }), output: folderView },
  'storage.summary': { input: z.object({ folderId: id }), output: folderSummaryView },
  'storage.createFolder': {
    input: z.object({ name: title, description: z.string().max(10_000), parentId: id.nullable() }),
    output: folderView,
  },
  'storage.changeFolder': {
    input: z.object({
      folderId: id,
      name: title.optional(),
      description: z.string().max(10_000).optional(),
      clientMetadata: metadataText.optional(),
    }),
    output: z.object({ problems: z.array(textProblem) }),
  },
  'storage.moveFolders': {
    input: z.object({ folderIds: groupIds, parentId: id.nullable() }),
    output: nothing,
  },
  /** With all that lies in it. */
  'storage.deleteFolder': { input: z.object({ folderId: id }), output: nothing },
  'storage.folderGroups': { input: z.object({ folderId: id }), output: z.array(groupView) },
  'storage.addFolderGroups': { input: z.object({ folderId: id, groupIds, role }), output: nothing },
  'storage.removeFolderGroups': { input: z.object({ folderId: id, groupIds }), output: nothing },
  'storage.items': {
    input: z.object({
      /** Null: everywhere; then a search or types are needed. */
      folderId: id.nullable(),
      search: z.string().max(1_000),
      types: z.array(z.string().max(50)).max(50),
      recursive: z.boolean(),
      inDataset: z.boolean().nullable(),
      order: z.enum(['name', 'createdAt']),
      descending: z.boolean(),
      refresh: z.boolean(),
      /** Says of each item whether this dataset has it. */
      datasetId: id.nullable(),
      ...window,
    }),
    output: openPage(itemView),
  },
  'storage.item': { input: z.object({ itemId: id }), output: itemDetail },
  'storage.itemMedia': {
    input: z.object({ itemId: id, size: z.enum(['thumbnail', 'whole']) }),
    output: mediaView,
  },
  'storage.renameItem': { input: z.object({ itemId: id, name: title }), output: nothing },
  'storage.setItemMetadata': {
    input: z.object({ itemIds: z.array(id).min(1).max(1_000), text: metadataText }),
    output: z.object({ problems: z.array(textProblem) }),
  },
  /** `allowSyncedDatasetMove` only after somebody said yes to what it means. */
  'storage.moveItems': {
    input: z.object({
      itemIds: z.array(id).min(1).max(1_000),
      fromFolderId: id,
      toFolderId: id,
      allowSyncedDatasetMove: z.boolean(),
    }),
    output: nothing,
  },
  'storage.deleteItems': {
    input: z.object({
      folderId: id,
      itemIds: z.array(id).min(1).max(1_000),
      removeUnusedFrames: z.boolean(),
    }),
    output: z.object({ items: z.number().int(), folders: z.number().int() }),
  },
  'storage.reencodeItems': {
    input: z.object({ itemIds: z.array(id).min(1).max(1_000), title, force: z.boolean() }),
    output: jobId,
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

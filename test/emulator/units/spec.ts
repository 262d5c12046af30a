/**
 * What a unit of a registration consists of, as it is kept with its job: references to grants, titles, flags.
 * Made by `units/dataItems.ts` and the generation L calls, used by `units/register.ts`.
 */

import { z } from 'zod';

const mediaFacts = z.object({
  mimeType: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  fps: z.number().nullable(),
  duration: z.number().nullable(),
  frameCount: z.number().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});

const file = z.object({
  /** What it was uploaded with; null for a file in somebody's own bucket. */
  grantId: z.string().nullable(),
  /** The integration through which Encord sees it; null for a file in Encord's storage. */
  integration: z.string().nullable(),
  /** The whole URL for a file in somebody's own bucket. */
  objectKey: z.string(),
  title: z.string(),
  /** Given by the client: the server then does not look into the file (encord-api.md C.6). */
  media: mediaFacts.nullable(),
  /** Bytes, given with `media` for a file that the server never sees. */
  size: z.number().nullable(),
});

/** What is done where the folder has items of the same URLs (encord-api.md C.6, `skipDuplicateUrls`). */
const duplicates = z.enum(['make', 'skip', 'upsert']);

export const unitSpec = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    itemType: z.enum(['video', 'image', 'audio', 'nifti', 'plainText', 'pdf']),
    file,
    clientMetadata: z.string(),
    duplicates,
  }),
  z.object({
    kind: z.literal('group'),
    files: z.array(file),
    title: z.string(),
    clientMetadata: z.string(),
    duplicates,
    createVideo: z.boolean(),
    clusterByResolution: z.boolean(),
  }),
  z.object({
    kind: z.literal('groupFromItems'),
    items: z.array(z.string()),
    title: z.string(),
    clientMetadata: z.string(),
    createVideo: z.boolean(),
    clusterByResolution: z.boolean(),
  }),
  z.object({
    kind: z.literal('series'),
    files: z.array(file),
    title: z.string(),
    clientMetadata: z.string(),
    duplicates,
  }),
]);

export type UnitSpec = z.output<typeof unitSpec>;
export type FileSpec = z.output<typeof file>;
export type Duplicates = z.output<typeof duplicates>;

/** Object keys of a unit, for its error report. */
export function objectKeys(spec: UnitSpec): string[] {
  if (spec.kind === 'file') return [spec.file.objectKey];
  return spec.kind === 'groupFromItems' ? [] : spec.files.map((entry) => entry.objectKey);
}

/** What was attempted, in words (encord-api.md C.10, `action_description`). */
export function actionOf(spec: UnitSpec): string {
  switch (spec.kind) {
    case 'file':
      return `Uploading ${ACTION[spec.itemType]}`;
    case 'series':
      return 'Uploading DICOM series';
    default:
      return spec.createVideo ? 'Uploading image sequence' : 'Uploading image group';
  }
}

const ACTION = {
  video: 'video',
  image: 'image',
  audio: 'audio',
  nifti: 'NIfTI file',
  plainText: 'text file',
  pdf: 'PDF',
} as const;

/** The title under which a unit's result is known. */
export function titleOf(spec: UnitSpec): string {
  return spec.kind === 'file' ? spec.file.title : spec.title;
}

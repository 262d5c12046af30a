/**
 * The JSON file that registers data of a bucket (encord-api.md C.9, encord-cloud-files.md 2 to 4): snake_case keys at
 * the top and in media metadata, numbered URLs. Read into the structured shape of `units/dataItems.ts`. Used by the
 * register calls of v1 and v2.
 *
 * Strict where Encord's behaviour is not known: an unknown key is refused, so that a client that mixes up the two shapes
 * is told. Not known either, and therefore not taken: what a scene looks like.
 */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { jsonObject, shaped } from '../shape.ts';
import type { DataUploadItems } from './dataItems.ts';

/** Enforced for one file. */
const MAX_ITEMS = 500_000;
const MAX_URLS = 1_000_000;
const MAX_METADATA_BYTES = 10_000_000;

const size = z.int().min(0);
const side = z.int().positive();

const videoMetadata = z
  .strictObject({
    fps: z.number().positive(),
    duration: z.number().min(0),
    width: side,
    height: side,
    file_size: size,
    mime_type: z.string(),
  })
  .transform(({ file_size, mime_type, ...rest }) => ({ ...rest, fileSize: file_size, mimeType: mime_type }));
const imageMetadata = z
  .strictObject({ mime_type: z.string(), file_size: size, height: side, width: side })
  .transform(({ file_size, mime_type, ...rest }) => ({ ...rest, fileSize: file_size, mimeType: mime_type }));
const audioMetadata = z
  .strictObject({
    duration: z.number().min(0),
    file_size: size,
    mime_type: z.string(),
    sample_rate: side,
    bit_depth: size,
    codec: z.string(),
    num_channels: side,
  })
  .transform((each) => ({
    duration: each.duration,
    fileSize: each.file_size,
    mimeType: each.mime_type,
    sampleRate: each.sample_rate,
    bitDepth: each.bit_depth,
    codec: each.codec,
    numChannels: each.num_channels,
  }));
const textMetadata = z
  .strictObject({ file_size: size, mime_type: z.string() })
  .transform((each) => ({ fileSize: each.file_size, mimeType: each.mime_type }));
const pdfMetadata = z
  .strictObject({ file_size: size, num_pages: size })
  .transform((each) => ({ fileSize: each.file_size, numPages: each.num_pages }));

const clientMetadata = jsonObject
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES,
    'client metadata is more than 10 MB',
  )
  .default({});

const single = z.strictObject({
  objectUrl: z.string(),
  title: z.string().min(1).optional(),
  clientMetadata,
});

const group = numbered(
  z.object({ title: z.string().min(1), createVideo: z.boolean().default(false), clientMetadata }),
);
const series = numbered(z.object({ title: z.string().min(1), clientMetadata }));

const cloudFile = z.strictObject({
  videos: z.array(single.extend({ videoMetadata: videoMetadata.optional() })).default([]),
  images: z.array(single.extend({ imageMetadata: imageMetadata.optional() })).default([]),
  audio: z.array(single.extend({ audioMetadata: audioMetadata.optional() })).default([]),
  text: z.array(single.extend({ textMetadata: textMetadata.optional() })).default([]),
  pdf: z.array(single.extend({ pdfMetadata: pdfMetadata.optional() })).default([]),
  nifti: z.array(single).default([]),
  image_groups: z.array(group).default([]),
  dicom_series: z.array(series).default([]),
  skip_duplicate_urls: z.boolean().default(false),
  upsert_metadata: z.boolean().default(false),
});

/**
 * The file in the structured shape.
 * @throws Refusal beyond the limits, BadShape
 */
export function readCloudFile(value: unknown): DataUploadItems {
  requireLimits(value);
  const file = shaped(cloudFile, value, 'files');
  const typed = <T extends object, K extends string>(elements: readonly T[], externalFileType: K) =>
    elements.map((element) => ({ ...element, externalFileType }));
  return {
    videos: typed(file.videos, 'VIDEO'),
    images: typed(file.images, 'IMAGE'),
    audio: typed(file.audio, 'AUDIO'),
    nifti: typed(file.nifti, 'NIFTI'),
    text: typed(file.text, 'PLAIN_TEXT'),
    pdf: typed(file.pdf, 'PDF'),
    imageGroups: typed(file.image_groups, 'IMG_GROUP').map(({ urls, ...element }) => ({
      ...element,
      images: urls.map((url) => ({ url })),
      clusterByResolution: false,
    })),
    dicomSeries: typed(file.dicom_series, 'DICOM').map(({ urls, ...element }) => ({
      ...element,
      dicomFiles: urls.map((url) => ({ url })),
    })),
    imageGroupsFromItems: [],
    skipDuplicateUrls: file.skip_duplicate_urls,
    upsertMetadata: file.upsert_metadata,
  };
}

const NUMBERED = /^objectUrl_\d+$/;

/** An element with `objectUrl_0`, `objectUrl_1`, … beside the keys of `rest`. */
function numbered<S extends z.ZodRawShape>(rest: z.ZodObject<S>) {
  return z.record(z.string(), z.unknown()).transform((element, context) => {
    const others: Record<string, unknown> = {};
    let count = 0;
    for (const [key, value] of Object.entries(element)) {
      if (NUMBERED.test(key)) count += 1;
      else others[key] = value;
    }
    const urls = Array.from({ length: count }, (_, position) => element[`objectUrl_${position}`]);
    if (!urls.every((url) => typeof url === 'string') || count === 0) {
      context.addIssue({
        code: 'custom',
        message: 'objectUrl_0, objectUrl_1, … must be numbered without gaps',
      });
      return z.NEVER;
    }
    const parsed = rest.strict().safeParse(others);
    if (!parsed.success) {
      for (const { message, path } of parsed.error.issues) {
        context.addIssue({ code: 'custom', message, path: [...path] });
      }
      return z.NEVER;
    }
    return { ...parsed.data, urls };
  });
}

/** Counted before the elements are looked at. */
function requireLimits(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if ('scenes' in value) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Scenes cannot be registered with this server.');
  }
  const elements = Object.values(value).flatMap((list: unknown) => (Array.isArray(list) ? [list] : []));
  const items = elements.reduce((sum, list) => sum + list.length, 0);
  if (items > MAX_ITEMS) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `The file has more than ${MAX_ITEMS} items.`);
  }
  let urls = 0;
  for (const list of elements) for (const element of list) urls += countUrls(element);
  if (urls > MAX_URLS) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `The file has more than ${MAX_URLS} URLs.`);
  }
}

function countUrls(element: unknown): number {
  if (typeof element !== 'object' || element === null) return 0;
  return Object.keys(element).filter((key) => key.startsWith('objectUrl')).length;
}

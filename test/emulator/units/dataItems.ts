/**
 * `DataUploadItems` of encord-api.md C.6: its schema, and its translation into unit specs. Used by the register
 * calls of generations C (v1) and F (v2), which both send it in camelCase.
 */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { jsonObject, shaped, uuid } from '../shape.ts';
import type { MediaFacts } from '../store/items.ts';
import type { Grant, GrantType } from '../store/objects.ts';
import type { World } from '../world.ts';
import { bucketTitle, bucketUrl, titleOfUrl } from './bucketUrl.ts';
import { randomTitle } from './register.ts';
import type { Duplicates, FileSpec, UnitSpec } from './spec.ts';

const title = z.string().nullish();
const placeholder = uuid.nullish();
const url = z.string().min(1);

const single = <T extends string>(externalFileType: T) =>
  z.object({
    objectUrl: url,
    title,
    clientMetadata: jsonObject,
    externalFileType: z.literal(externalFileType),
    placeholderItemUuid: placeholder,
  });

const videoMetadata = z.object({
  fps: z.number().positive(),
  duration: z.number().min(0),
  width: z.int().positive(),
  height: z.int().positive(),
  fileSize: z.int().min(0),
  mimeType: z.string(),
});
const imageMetadata = z.object({
  mimeType: z.string(),
  fileSize: z.int().min(0),
  height: z.int().positive(),
  width: z.int().positive(),
});
const audioMetadata = z.object({
  duration: z.number().min(0),
  fileSize: z.int().min(0),
  mimeType: z.string(),
  sampleRate: z.int().positive(),
  bitDepth: z.int().min(0),
  codec: z.string(),
  numChannels: z.int().positive(),
});
const fileSizeAnd = <S extends z.ZodRawShape>(shape: S) => z.object({ fileSize: z.int().min(0), ...shape });

/**
 * The lists that every known client sends are required, those that later versions added are not: SDK 0.1.137 knows
 * neither `nifti`, `text`, `pdf` nor `upsertMetadata`.
 */
export const dataUploadItems = z.object({
  videos: z.array(single('VIDEO').extend({ videoMetadata: videoMetadata.nullish() })),
  images: z.array(single('IMAGE').extend({ imageMetadata: imageMetadata.nullish() })),
  imageGroups: z.array(
    z.object({
      images: z
        .array(
          z.object({ url, title, imageMetadata: imageMetadata.nullish(), placeholderItemUuid: placeholder }),
        )
        .min(1),
      title,
      clientMetadata: jsonObject,
      createVideo: z.boolean(),
      externalFileType: z.literal('IMG_GROUP'),
      clusterByResolution: z.boolean(),
    }),
  ),
  imageGroupsFromItems: z.array(
    z.object({
      imageItems: z.array(uuid).min(1),
      title,
      clientMetadata: jsonObject,
      createVideo: z.boolean(),
      videoUrlPrefix: z.string().nullish(),
      externalFileType: z.literal('IMG_GROUP_FROM_ITEMS'),
      clusterByResolution: z.boolean(),
    }),
  ),
  dicomSeries: z.array(
    z.object({
      dicomFiles: z
        .array(
          z.object({
            url,
            title,
            dicomMetadata: z.object({ tags: jsonObject }).nullish(),
            placeholderItemUuid: placeholder,
          }),
        )
        .min(1),
      title,
      clientMetadata: jsonObject,
      externalFileType: z.literal('DICOM'),
    }),
  ),
  audio: z.array(single('AUDIO').extend({ audioMetadata: audioMetadata.nullish() })).default([]),
  nifti: z.array(single('NIFTI')).default([]),
  text: z
    .array(single('PLAIN_TEXT').extend({ textMetadata: fileSizeAnd({ mimeType: z.string() }).nullish() }))
    .default([]),
  pdf: z
    .array(single('PDF').extend({ pdfMetadata: fileSizeAnd({ numPages: z.int().min(0) }).nullish() }))
    .default([]),
  skipDuplicateUrls: z.boolean(),
  upsertMetadata: z.boolean().default(false),
});

export type DataUploadItems = z.output<typeof dataUploadItems>;

/** Who registers, and where: a grant of another user, dataset or folder is refused. */
export interface Registrant {
  readonly userHash: string;
  readonly datasetHash: string | null;
  readonly folder: string;
  /** The integration through which the files are seen where they are; null for files that were uploaded. */
  readonly integration: string | null;
}

interface Given {
  readonly [name: string]: unknown;
}

/** What the client says of a file: believed, and the file not looked at. */
interface Told {
  readonly facts: MediaFacts;
  readonly size: number;
}

function told(mimeType: string, size: number, known: Partial<MediaFacts> = {}): Told {
  const nothing = { width: null, height: null, fps: null, duration: null, frameCount: null, details: {} };
  return { facts: { mimeType, ...nothing, ...known }, size };
}

class Translation {
  readonly #world: World;
  readonly #registrant: Registrant;
  readonly #duplicates: Duplicates;
  readonly #specs: UnitSpec[] = [];

  constructor(world: World, registrant: Registrant, items: DataUploadItems) {
    this.#world = world;
    this.#registrant = registrant;
    // Of uploads a grant tells what is the same; there is no second file of one grant that could be skipped.
    const skip = registrant.integration !== null && items.skipDuplicateUrls;
    this.#duplicates = skip ? (items.upsertMetadata ? 'upsert' : 'skip') : 'make';
  }

  /** The grant that the element names: by placeholder where it has one (its URL is then ignored), else by key. */
  #grant(objectUrl: string, placeholderUuid: string | null | undefined, type: GrantType): Grant {
    const { objects } = this.#world;
    const grant = placeholderUuid ? objects.grantById(placeholderUuid) : objects.grantByKey(objectUrl);
    const what = placeholderUuid ? `placeholder item ${placeholderUuid}` : `object ${objectUrl}`;
    if (!grant || (placeholderUuid && grant.scope === 'dataset')) {
      throw new Refusal('INVALID_ARGUMENTS_ERROR', `The ${what} is unknown.`);
    }
    const { userHash, datasetHash, folder } = this.#registrant;
    const mine =
      grant.userHash === userHash &&
      (grant.scope !== 'folder' || grant.folder === folder) &&
      (grant.scope !== 'dataset' || grant.datasetHash === datasetHash);
    if (!mine)
      throw new Refusal('INVALID_ARGUMENTS_ERROR', `The ${what} was granted to somebody else or elsewhere.`);
    // One generation of the SDK asked for image URLs whatever the file was (encord-api.md, section 0, generation M).
    if (grant.itemType !== type && grant.scope !== 'dataset') {
      throw new Refusal(
        'INVALID_ARGUMENTS_ERROR',
        `The ${what} was granted for a ${grant.itemType}, not a ${type}.`,
      );
    }
    return grant;
  }

  #file(
    element: { placeholderItemUuid?: string | null | undefined; title?: string | null | undefined },
    objectUrl: string,
    type: GrantType,
    media: Told | null,
  ): FileSpec {
    const known = media && {
      media: { ...media.facts, details: { ...media.facts.details } },
      size: media.size,
    };
    const { integration } = this.#registrant;
    if (integration !== null) {
      if (element.placeholderItemUuid) {
        throw new Refusal(
          'INVALID_ARGUMENTS_ERROR',
          'placeholderItemUuid is for uploaded files, not for those of an integration.',
        );
      }
      const url = shaped(bucketUrl, objectUrl, 'objectUrl');
      shaped(bucketTitle, element.title, 'title');
      return {
        grantId: null,
        integration,
        objectKey: url,
        title: element.title ?? titleOfUrl(url),
        media: null,
        size: null,
        ...known,
      };
    }
    const grant = this.#grant(objectUrl, element.placeholderItemUuid, type);
    return {
      grantId: grant.id,
      integration,
      objectKey: grant.objectKey,
      title: element.title ?? grant.title ?? objectUrl.split('/').at(-1) ?? objectUrl,
      media: known?.media ?? null,
      size: null,
    };
  }

  /** Groups and series of a bucket have no random titles (encord-api.md C.6). */
  #title(given: string | null | undefined, kind: 'image-group' | 'dicom-series'): string {
    if (this.#registrant.integration === null) return given ?? randomTitle(kind);
    const title = shaped(bucketTitle, given, 'title');
    if (title) return title;
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `A ${kind} of an integration needs a title.`);
  }

  single(
    itemType: 'video' | 'image' | 'audio' | 'nifti' | 'plainText' | 'pdf',
    element: {
      objectUrl: string;
      title?: string | null | undefined;
      clientMetadata: Given;
      placeholderItemUuid?: string | null | undefined;
    },
    media: Told | null,
  ): void {
    this.#specs.push({
      kind: 'file',
      itemType,
      file: this.#file(element, element.objectUrl, itemType, media),
      clientMetadata: JSON.stringify(element.clientMetadata),
      duplicates: this.#duplicates,
    });
  }

  group(group: DataUploadItems['imageGroups'][number]): void {
    this.#specs.push({
      kind: 'group',
      files: group.images.map((image) =>
        this.#file(image, image.url, 'image', imageTold(image.imageMetadata)),
      ),
      title: this.#title(group.title, 'image-group'),
      clientMetadata: JSON.stringify(group.clientMetadata),
      duplicates: this.#duplicates,
      createVideo: group.createVideo,
      clusterByResolution: group.clusterByResolution,
    });
  }

  groupFromItems(group: DataUploadItems['imageGroupsFromItems'][number]): void {
    for (const item of group.imageItems) {
      const known = this.#world.items.get(item);
      const folder = known && this.#world.folders.get(known.folder);
      if (!folder || this.#world.folders.role(folder, this.#registrant.userHash) === null) {
        throw new Refusal('INVALID_ARGUMENTS_ERROR', `The item ${item} is unknown.`);
      }
    }
    this.#specs.push({
      kind: 'groupFromItems',
      items: group.imageItems,
      title: group.title ?? randomTitle('image-group'),
      clientMetadata: JSON.stringify(group.clientMetadata),
      createVideo: group.createVideo,
      clusterByResolution: group.clusterByResolution,
    });
  }

  series(series: DataUploadItems['dicomSeries'][number]): void {
    this.#specs.push({
      kind: 'series',
      files: series.dicomFiles.map((file) => this.#file(file, file.url, 'dicomFile', null)),
      title: this.#title(series.title, 'dicom-series'),
      clientMetadata: JSON.stringify(series.clientMetadata),
      duplicates: this.#duplicates,
    });
  }

  specs(): UnitSpec[] {
    return this.#specs;
  }
}

function imageTold(metadata: z.output<typeof imageMetadata> | null | undefined): Told | null {
  if (!metadata) return null;
  const { mimeType, fileSize, width, height } = metadata;
  return told(mimeType, fileSize, { width, height });
}

function videoTold(metadata: z.output<typeof videoMetadata> | null | undefined): Told | null {
  if (!metadata) return null;
  const { mimeType, fileSize, width, height, fps, duration } = metadata;
  const frameCount = Math.round(fps * duration);
  return told(mimeType, fileSize, { width, height, fps, duration, frameCount });
}

function audioTold(metadata: z.output<typeof audioMetadata> | null | undefined): Told | null {
  if (!metadata) return null;
  const details = {
    audioCodec: metadata.codec,
    audioSampleRate: metadata.sampleRate,
    audioBitDepth: metadata.bitDepth,
    audioNumChannels: metadata.numChannels,
  };
  return told(metadata.mimeType, metadata.fileSize, { duration: metadata.duration, details });
}

/**
 * The units of a registration, in the order in which the server lists them.
 * @throws Refusal when an element names an unknown object or one granted to somebody else, BadShape when it has a URL
 * that no bucket has
 */
export function toSpecs(world: World, items: DataUploadItems, registrant: Registrant): UnitSpec[] {
  const translation = new Translation(world, registrant, items);
  for (const video of items.videos) translation.single('video', video, videoTold(video.videoMetadata));
  for (const group of items.imageGroups) translation.group(group);
  for (const series of items.dicomSeries) translation.series(series);
  for (const image of items.images) translation.single('image', image, imageTold(image.imageMetadata));
  for (const group of items.imageGroupsFromItems) translation.groupFromItems(group);
  for (const audio of items.audio) translation.single('audio', audio, audioTold(audio.audioMetadata));
  for (const nifti of items.nifti) translation.single('nifti', nifti, null);
  for (const text of items.text) {
    const m = text.textMetadata;
    translation.single('plainText', text, m ? told(m.mimeType, m.fileSize) : null);
  }
  for (const pdf of items.pdf) {
    const m = pdf.pdfMetadata;
    translation.single(
      'pdf',
      pdf,
      m ? told('application/pdf', m.fileSize, { frameCount: m.numPages }) : null,
    );
  }
  return translation.specs();
}

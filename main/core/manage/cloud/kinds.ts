/**
 * What an upload file of cloud data can list, one entry a key of the file: how its entries name their files, and what
 * is not certain of it. Called by the check, by the listing of entries, and by whoever makes such a file; pure.
 */

/** What a line of a table can be. */
export const CLOUD_KINDS = [
  'video',
  'image',
  'audio',
  'image-group',
  'image-sequence',
  'dicom',
  'text',
  'pdf',
  'nifti',
] as const;
export type CloudKind = (typeof CLOUD_KINDS)[number];

export interface CloudList {
  readonly key: string;
  /** What one entry is called. */
  readonly label: string;
  /** `single`: one `objectUrl`. `frames`: a title and `objectUrl_0`, `objectUrl_1`, …. `open`: nobody has said. */
  readonly shape: 'single' | 'frames' | 'open';
  /** Names of the media metadata object; the first is the likely one. */
  readonly media: readonly string[];
  /** A sentence on what is not certain; null where it is documented. */
  readonly doubt: string | null;
}

/** The keys of the file that are lists, in the order in which entries are counted. */
export const CLOUD_LISTS: ReadonlyMap<string, CloudList> = new Map(
  [
    single('videos', 'video', ['videoMetadata']),
    single('images', 'image', ['imageMetadata']),
    single('audio', 'audio', ['audioMetadata', 'audiometadata']),
    frames('image_groups', 'image group'),
    frames('dicom_series', 'DICOM series'),
    unsure('text', 'text', ['textMetadata']),
    unsure('texts', 'text', ['textMetadata']),
    unsure('pdf', 'PDF', ['pdfMetadata']),
    unsure('pdfs', 'PDF', ['pdfMetadata']),
    unsure('nifti', 'NIfTI', []),
    unsure('niftis', 'NIfTI', []),
    {
      key: 'scenes',
      label: 'scene',
      shape: 'open' as const,
      media: [],
      doubt:
        'What a scene looks like in such a file is not published, so scenes are sent as they are, unchecked.',
    },
  ].map((list) => [list.key, list]),
);

/** The key under which entries of this kind go. */
export function keyOfKind(kind: CloudKind): string {
  return KEYS[kind];
}

/** Whether entries of this kind have several files and a title of their own. */
export function hasFrames(kind: CloudKind): boolean {
  return CLOUD_LISTS.get(KEYS[kind])?.shape === 'frames';
}

/** Kinds by the ending of a file's name, in lower case and without the dot; null where it says nothing. */
export function kindByEnding(ending: string): CloudKind | null {
  return ENDINGS.get(ending) ?? null;
}

/** The ending of the file that a URL names, such as `mp4` or `nii.gz`; empty where it has none. */
export function endingOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return /\.(nii\.gz|[a-z0-9]{1,8})$/.exec(name)?.[1] ?? '';
}

const KEYS: Readonly<Record<CloudKind, string>> = {
  video: 'videos',
  image: 'images',
  audio: 'audio',
  'image-group': 'image_groups',
  'image-sequence': 'image_groups',
  dicom: 'dicom_series',
  text: 'text',
  pdf: 'pdf',
  nifti: 'nifti',
};

const ENDINGS: ReadonlyMap<string, CloudKind> = new Map(
  (
    [
      ['video', 'mp4 m4v mov webm mkv avi'],
      ['image', 'jpg jpeg png webp avif bmp tif tiff gif'],
      ['audio', 'mp3 wav flac m4a ogg aac eac3'],
      ['dicom', 'dcm dicom'],
      ['pdf', 'pdf'],
      ['nifti', 'nii nii.gz'],
      ['text', 'txt html htm json xml md csv'],
    ] as const
  ).flatMap(([kind, endings]) => endings.split(' ').map((ending) => [ending, kind] as const)),
);

function single(key: string, label: string, media: readonly string[]): CloudList {
  return { key, label, shape: 'single', media, doubt: null };
}

function frames(key: string, label: string): CloudList {
  return { key, label, shape: 'frames', media: [], doubt: null };
}

function unsure(key: string, label: string, media: readonly string[]): CloudList {
  const doubt = `The key for this kind is not published: Encord may know it as another one than “${key}”. Try one entry first.`;
  return { key, label, shape: 'single', media, doubt };
}

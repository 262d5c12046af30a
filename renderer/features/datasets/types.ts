/** What Encord calls the types of data rows and the places of their bytes, as words and icons. Used by lists of rows. */
import type { StorageName } from '../../../preload/contract/views.ts';
import type { IconName } from '../../ui/Icon.tsx';

interface TypeWords {
  readonly word: string;
  /** After a number: `1 video`, `12 videos`. */
  readonly counted: readonly [one: string, many: string];
  readonly icon: IconName;
}

const IMAGE_GROUP: TypeWords = {
  word: 'Image group',
  counted: ['image group', 'image groups'],
  icon: 'group',
};

const KNOWN: Readonly<Record<string, TypeWords>> = {
  video: { word: 'Video', counted: ['video', 'videos'], icon: 'video' },
  image: { word: 'Image', counted: ['image', 'images'], icon: 'image' },
  img_group: IMAGE_GROUP,
  image_group: IMAGE_GROUP,
  image_sequence: { word: 'Image sequence', counted: ['image sequence', 'image sequences'], icon: 'group' },
  audio: { word: 'Audio', counted: ['audio file', 'audio files'], icon: 'activity' },
  dicom: { word: 'DICOM series', counted: ['DICOM series', 'DICOM series'], icon: 'group' },
  dicom_study: { word: 'DICOM study', counted: ['DICOM study', 'DICOM studies'], icon: 'group' },
  nifti: { word: 'NIfTI', counted: ['NIfTI file', 'NIfTI files'], icon: 'group' },
  pdf: { word: 'PDF', counted: ['PDF', 'PDFs'], icon: 'file' },
  plain_text: { word: 'Text', counted: ['text', 'texts'], icon: 'file' },
  group: { word: 'Data group', counted: ['data group', 'data groups'], icon: 'group' },
};

/** Types that nobody here knows are said as Encord says them. */
export function typeOf(type: string): TypeWords {
  const word = type
    .replace(/_/g, ' ')
    .toLowerCase()
    .replace(/^./, (letter) => letter.toUpperCase());
  return (
    KNOWN[type.toLowerCase().replace(/[ -]/g, '_')] ?? {
      word,
      counted: [`of type ${word}`, `of type ${word}`],
      icon: 'file',
    }
  );
}

export const STORAGE_WORDS: Record<StorageName, string> = {
  encord: 'Encord',
  aws: 'AWS S3',
  gcp: 'Google Cloud',
  azure: 'Azure',
  's3-compatible': 'S3 compatible',
  other: 'Another storage',
};

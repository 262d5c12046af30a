/** Kinds of cloud data in words. Used by the steps of `RegisterCloud`. */
import type { CloudMapping } from '../../../preload/contract/manage.ts';
import { count } from '../../ui/format.ts';

export type CloudKind = Extract<CloudMapping['kind'], { by: 'all' }>['kind'];

export const KINDS: readonly { value: CloudKind; label: string }[] = [
  { value: 'video', label: 'Videos' },
  { value: 'image', label: 'Images' },
  { value: 'audio', label: 'Audio files' },
  { value: 'image-group', label: 'Image groups' },
  { value: 'image-sequence', label: 'Image sequences' },
  { value: 'dicom', label: 'DICOM series' },
  { value: 'text', label: 'Texts' },
  { value: 'pdf', label: 'PDFs' },
  { value: 'nifti', label: 'NIfTI volumes' },
];

/** By the key of the file, in the singular and in the plural. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  videos: ['video', 'videos'],
  images: ['image', 'images'],
  audio: ['audio file', 'audio files'],
  image_groups: ['image group or sequence', 'image groups and sequences'],
  dicom_series: ['DICOM series', 'DICOM series'],
  text: ['text', 'texts'],
  texts: ['text', 'texts'],
  pdf: ['PDF', 'PDFs'],
  pdfs: ['PDF', 'PDFs'],
  nifti: ['NIfTI volume', 'NIfTI volumes'],
  niftis: ['NIfTI volume', 'NIfTI volumes'],
  scenes: ['scene', 'scenes'],
};

/** `1,204 videos`. */
export function kindCount(key: string, many: number): string {
  const [one, more] = WORDS[key] ?? [key, key];
  return `${count(many)} ${many === 1 ? one : more}`;
}

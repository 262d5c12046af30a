/** What storage items are, in words and icons. Used by lists of items. */
import type { IconName } from '../../ui/Icon.tsx';
import { typeOf } from '../datasets/types.ts';

const KNOWN: Readonly<Record<string, { word: string; icon: IconName }>> = {
  video: { word: 'Video', icon: 'video' },
  image: { word: 'Image', icon: 'image' },
  imageGroup: { word: 'Image group', icon: 'group' },
  imageSequence: { word: 'Image sequence', icon: 'group' },
  audio: { word: 'Audio', icon: 'activity' },
  dicomSeries: { word: 'DICOM series', icon: 'group' },
  dicomFile: { word: 'DICOM file', icon: 'file' },
  nifti: { word: 'NIfTI', icon: 'group' },
  pdf: { word: 'PDF', icon: 'file' },
  plainText: { word: 'Text', icon: 'file' },
  group: { word: 'Data group', icon: 'group' },
  scene: { word: 'Scene', icon: 'group' },
};

/** In the order in which a filter offers them. */
export const ITEM_TYPES: readonly string[] = Object.keys(KNOWN);

/** Types that nobody here knows are said as Encord says them. */
export function itemType(type: string): { word: string; icon: IconName } {
  return KNOWN[type] ?? typeOf(type);
}

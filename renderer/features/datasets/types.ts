/** What Encord calls the types of data rows, as words and icons. Used by the lists of rows. */
import type { IconName } from '../../ui/Icon.tsx';

const KNOWN: Record<string, { word: string; icon: IconName }> = {
  video: { word: 'Video', icon: 'video' },
  image: { word: 'Image', icon: 'image' },
  img_group: { word: 'Image group', icon: 'group' },
  image_group: { word: 'Image group', icon: 'group' },
  image_sequence: { word: 'Image sequence', icon: 'group' },
};

/** Types that nobody here knows are said as Encord says them. */
export function typeOf(type: string): { word: string; icon: IconName } {
  const word = type
    .replace(/_/g, ' ')
    .toLowerCase()
    .replace(/^./, (letter) => letter.toUpperCase());
  return KNOWN[type.toLowerCase().replace(/[ -]/g, '_')] ?? { word, icon: 'file' };
}

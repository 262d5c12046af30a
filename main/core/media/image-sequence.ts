/**
 * Image sequences: the images of one folder, or of one list, as frames of one unit of which Encord makes a video.
 * Called through `index.ts`.
 */

import { IMAGE_EXTENSIONS, sniffImage } from './image.ts';
import type { Format, MediaType } from './media-type.ts';

export const imageSequence: MediaType = {
  id: 'image-sequence',
  label: { one: 'image sequence', many: 'image sequences' },
  takes: 'JPEG, PNG, WebP, AVIF and BMP images',
  grouping: 'folder',
  extensions: IMAGE_EXTENSIONS.filter((extension) => !extension.startsWith('tif')),
  // As with a group, the server makes a new one of every registration.
  repeatable: false,
  createVideo: true,
  storage: {
    itemType: 'image',
    list: 'imageGroups',
    externalFileType: 'IMG_GROUP',
    made: 'imageSequence',
    putAs: null,
  },
  documented: { grantQuery: 'signedimagesurl', registerBy: 'imagegroup' },
  sniff(head) {
    const format = sniffImage(head);
    return format && isFrameOfSequence(format) ? format : null;
  },
  titleOf: (name) => name,
};

/** Of images: Encord takes no TIFF here (encord-api.md F). */
export function isFrameOfSequence({ mime }: Format): boolean {
  return mime !== 'image/tiff';
}

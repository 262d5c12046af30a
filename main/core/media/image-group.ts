/** Image groups: the images of one folder, or of one list, as frames of one unit. Called through `index.ts`. */

import { IMAGE_EXTENSIONS, IMAGE_FORMATS, sniffImage } from './image.ts';
import type { MediaType } from './media-type.ts';

export const imageGroup: MediaType = {
  id: 'image-group',
  label: { one: 'image group', many: 'image groups' },
  takes: IMAGE_FORMATS,
  grouping: 'folder',
  extensions: IMAGE_EXTENSIONS,
  // A group's id is made by the server at registration, so a second registration makes a second group.
  repeatable: false,
  createVideo: false,
  storage: {
    itemType: 'image',
    list: 'imageGroups',
    externalFileType: 'IMG_GROUP',
    made: 'imageGroup',
    putAs: null,
  },
  documented: { grantQuery: 'signedimagesurl', registerBy: 'imagegroup' },
  sniff: sniffImage,
  titleOf: (name) => name,
};

/**
 * DICOM series: the files whose bytes name the same series, wherever they lie, as one unit. Called through the list in
 * `index.ts`; what their tags say is read in `dicom-tags.ts`.
 */

import { looksLikeDicom } from './dicom-tags.ts';
import type { Format, MediaType } from './media-type.ts';

const DICOM: Format = { mime: 'application/dicom', name: 'a DICOM file' };

export const dicom: MediaType = {
  id: 'dicom',
  label: { one: 'DICOM series', many: 'DICOM series' },
  takes: 'DICOM files',
  grouping: 'series',
  extensions: ['dcm', 'dicom'],
  // Like a group, a series gets its id from the server.
  repeatable: false,
  createVideo: false,
  storage: {
    itemType: 'dicomFile',
    list: 'dicomSeries',
    externalFileType: 'DICOM',
    made: 'dicomSeries',
    putAs: 'application/dicom',
  },
  documented: { grantQuery: 'signeddicomsurl', registerBy: 'dicomseries' },
  sniff: (head) => (looksLikeDicom(head) ? DICOM : null),
  titleOf: (name) => name,
};

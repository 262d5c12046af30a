/** PDF documents, one unit a file. Called through the list in `index.ts`. */

import { asciiAt, type MediaType } from './media-type.ts';

export const pdf: MediaType = {
  id: 'pdf',
  label: { one: 'PDF', many: 'PDFs' },
  takes: 'PDF documents',
  grouping: 'file',
  extensions: ['pdf'],
  repeatable: true,
  createVideo: false,
  storage: {
    itemType: 'pdf',
    list: 'pdf',
    externalFileType: 'PDF',
    made: 'pdf',
    putAs: 'application/pdf',
  },
  documented: null,
  sniff: (head) => (asciiAt(head, 0, '%PDF-') ? { mime: 'application/pdf', name: 'a PDF' } : null),
  titleOf: (name) => name,
};

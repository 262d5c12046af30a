/**
 * NIfTI volumes: `.nii`, and `.nii.gz` as scanners and tools write them, one unit a file. Called through the list in
 * `index.ts`.
 */

import { asciiAt, bytesAt, type Format, type MediaType } from './media-type.ts';

const NIFTI: Format = { mime: 'application/nifti', name: 'a NIfTI volume' };

export const nifti: MediaType = {
  id: 'nifti',
  label: { one: 'NIfTI volume', many: 'NIfTI volumes' },
  takes: 'NIfTI volumes (.nii and .nii.gz)',
  grouping: 'file',
  extensions: ['nii', 'nii.gz'],
  repeatable: true,
  createVideo: false,
  storage: {
    itemType: 'nifti',
    list: 'nifti',
    externalFileType: 'NIFTI',
    made: 'nifti',
    putAs: 'application/nifti',
  },
  documented: null,
  sniff(head, name) {
    // What is packed cannot be looked into here; nobody calls another archive so.
    if (/\.nii\.gz$/i.test(name)) return bytesAt(head, 0, [0x1f, 0x8b, 0x08]) ? NIFTI : null;
    return isVolume(head, name) ? NIFTI : null;
  },
  titleOf: (name) => name,
};

/** By the magic of version 1 behind its header, or of version 2 behind the header's length. */
function isVolume(head: Uint8Array, name: string): boolean {
  if (asciiAt(head, 344, 'n+1\0') || asciiAt(head, 4, 'n+2\0\r\n\x1a\n')) return true;
  // The magic of a header whose voxels are in a second file, which some tools write into whole volumes as well.
  return asciiAt(head, 344, 'ni1\0') && /\.nii$/i.test(name);
}

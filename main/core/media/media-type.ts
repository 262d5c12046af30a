/**
 * What a media type is: the one interface that each file of this folder fulfils, and the few helpers they share.
 * Called by the planner, the routes and the pages' views; pure, over the first bytes of a file.
 */

import type { MediaId } from '../model.ts';

/** How many first bytes of a file `sniff` wants to see: enough for every signature that is known here. */
export const HEAD_BYTES = 1024;

/** What a file's first bytes say that it is. */
export interface Format {
  /** MIME type, e.g. `video/quicktime`. */
  readonly mime: string;
  /** Its name after "It is", e.g. `a MOV video`. */
  readonly name: string;
}

/** The lists of DataUploadItems, beside `imageGroupsFromItems` (encord-api.md C.6). */
export type UploadList =
  | 'videos'
  | 'images'
  | 'imageGroups'
  | 'dicomSeries'
  | 'audio'
  | 'nifti'
  | 'text'
  | 'pdf';

export interface MediaType {
  readonly id: MediaId;
  /** For pages and sentences, in lower case: "3 image groups". */
  readonly label: { readonly one: string; readonly many: string };
  /** What it takes, for refusals: "MP4, MOV, WebM and MKV videos". */
  readonly takes: string;
  /** Whether each file is a unit, or the files of one folder are, or those whose bytes name the same series. */
  readonly grouping: 'file' | 'folder' | 'series';
  /** Extensions, lower case without a dot, that make people expect this type; never used to decide. */
  readonly extensions: readonly string[];
  /**
   * Whether registering twice under the same identity makes one data row: true of singles, false of types that
   * get their own id only from the server, which must never be sent again without a look.
   */
  readonly repeatable: boolean;
  /** Whether Encord makes a video of the frames; false wherever there are none. */
  readonly createVideo: boolean;
  /** How the storage route says it (encord-api.md C.6, C.7). */
  readonly storage: {
    /** What its upload addresses are asked for as. */
    readonly itemType: 'video' | 'image' | 'audio' | 'dicomFile' | 'nifti' | 'plainText' | 'pdf';
    /** The list of DataUploadItems that its units stand in. */
    readonly list: UploadList;
    readonly externalFileType:
      | 'VIDEO'
      | 'IMAGE'
      | 'IMG_GROUP'
      | 'AUDIO'
      | 'DICOM'
      | 'NIFTI'
      | 'PLAIN_TEXT'
      | 'PDF';
    /** The type of the item that it becomes (encord-api.md C.14). */
    readonly made:
      | 'video'
      | 'image'
      | 'imageGroup'
      | 'imageSequence'
      | 'audio'
      | 'dicomSeries'
      | 'nifti'
      | 'plainText'
      | 'pdf';
    /** The content type of its PUT (encord-api.md D); null for the file's own. */
    readonly putAs: string | null;
  };
  /** How the documented route asks for its URLs and registers it (encord-api.md C.8); null where it cannot. */
  readonly documented: {
    readonly grantQuery: 'signedvideourl' | 'signedaudiourl' | 'signedimagesurl' | 'signeddicomsurl';
    readonly registerBy: 'video' | 'singleimage' | 'imagegroup' | 'dicomseries';
  } | null;
  /**
   * The format where a file with this head can be (a frame of) such a unit, else null. `name` is its base name, which
   * only types without a signature of their own ask for.
   */
  sniff(head: Uint8Array, name: string): Format | null;
  /** The title of a unit: `name` is the file's base name, or the folder's for types that group. */
  titleOf(name: string): string;
}

/** Whether the ASCII text stands at the offset. */
export function asciiAt(head: Uint8Array, offset: number, text: string): boolean {
  if (head.length < offset + text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (head[offset + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Whether the bytes stand at the offset. */
export function bytesAt(head: Uint8Array, offset: number, bytes: readonly number[]): boolean {
  if (head.length < offset + bytes.length) return false;
  return bytes.every((byte, i) => head[offset + i] === byte);
}

/** Big-endian unsigned 32-bit number; null beyond the end. */
export function uint32At(head: Uint8Array, offset: number): number | null {
  if (head.length < offset + 4) return null;
  return new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(offset);
}

/** Whether the head reads as text: UTF-8 (a character cut at its end allowed) or UTF-16 with a mark, no controls. */
export function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  if (bytesAt(head, 0, [0xff, 0xfe]) || bytesAt(head, 0, [0xfe, 0xff])) return head.length % 2 === 0;
  for (const byte of head) {
    const control = byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c;
    if ((control && byte !== 0x1b) || byte === 0x7f) return false;
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return isSingleByteText(head);
  }
}

/** Latin-1 and its kin: mostly letters of ASCII, with some bytes above. */
function isSingleByteText(head: Uint8Array): boolean {
  let high = 0;
  for (const byte of head) if (byte >= 0x80) high++;
  return high * 4 < head.length;
}

/** DICOM (mark and identifying tags) and NIfTI (header of the plain or gzipped file). */

import { gunzipSync, constants as zlib } from 'node:zlib';
import type { MediaFacts } from '../store/items.ts';
import { facts, type MediaFile, NotMedia } from './reader.ts';

/** Tags of the DICOM data elements that StorageItem shows (encord-api.md C.14). */
const UID_TAGS: Record<number, 'dicomInstanceUid' | 'dicomStudyUid' | 'dicomSeriesUid'> = {
  524312: 'dicomInstanceUid',
  2097165: 'dicomStudyUid',
  2097166: 'dicomSeriesUid',
};
const ROWS = 0x00280010;
const COLUMNS = 0x00280011;
const LONG_VR = new Set(['OB', 'OD', 'OF', 'OL', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT']);

/** @throws NotMedia */
export async function inspectDicom(file: MediaFile): Promise<MediaFacts> {
  const head = await file.read(0, 132);
  if (head.toString('latin1', 128, 132) !== 'DICM') throw new NotMedia('The file is not a DICOM file.');
  const found: Record<string, string> = {};
  let height: number | null = null;
  let width: number | null = null;
  // Explicit VR little endian, as the file meta group always is; other transfer syntaxes end the walk early.
  for (let at = 132; at + 8 <= file.size; ) {
    const element = Buffer.from(await file.read(at, 12));
    if (element.length < 8) break;
    const tag = element.readUInt16LE(0) * 0x10000 + element.readUInt16LE(2);
    const vr = element.toString('latin1', 4, 6);
    if (tag > COLUMNS || !/^[A-Z]{2}$/.test(vr)) break;
    const long = LONG_VR.has(vr);
    if (long && element.length < 12) break;
    const length = long ? element.readUInt32LE(8) : element.readUInt16LE(6);
    if (length === 0xffffffff) break;
    const content = at + (long ? 12 : 8);
    const name = UID_TAGS[tag];
    if (name) found[name] = (await file.exactly(content, length)).toString('latin1').replace(/[\0 ]+$/, '');
    if (tag === ROWS) height = (await file.exactly(content, 2)).readUInt16LE(0);
    if (tag === COLUMNS) width = (await file.exactly(content, 2)).readUInt16LE(0);
    at = content + length;
  }
  return facts('application/dicom', { width, height, details: found });
}

/** @throws NotMedia */
export async function inspectNifti(file: MediaFile): Promise<MediaFacts> {
  let head = await file.read(0, 64 * 1024);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    try {
      head = gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 });
    } catch {
      throw new NotMedia('The gzipped file is damaged.');
    }
  }
  const magic = head.toString('latin1', 344, 348);
  const sizeOk = head.length >= 348 && (head.readInt32LE(0) === 348 || head.readInt32BE(0) === 348);
  if (!sizeOk || (magic !== 'n+1\0' && magic !== 'ni1\0'))
    throw new NotMedia('The file is not a NIfTI file.');
  return facts('application/nifti');
}

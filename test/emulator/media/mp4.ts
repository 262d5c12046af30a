/** MP4 and QuickTime: all boxes complete, `moov` there, media data inside the file, a video track. */

import type { MediaFacts } from '../store/items.ts';
import { type Box, boxesIn, topLevelBoxes } from './boxes.ts';
import { facts, type MediaFile, NotMedia } from './reader.ts';

const MAX_MOOV_BYTES = 512 * 1024 * 1024;

interface Track {
  readonly handler: string;
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly duration: number;
  readonly samples: number;
  readonly firstChunk: number | null;
  readonly lastChunk: number | null;
}

export function looksLikeMp4(head: Buffer): boolean {
  const type = head.toString('latin1', 4, 8);
  if (type === 'ftyp') return !/^(avif|avis|mif1|heic|heix|msf1)$/.test(head.toString('latin1', 8, 12));
  return type === 'moov' || type === 'mdat' || type === 'wide' || type === 'free' || type === 'skip';
}

/** @throws NotMedia */
export async function inspectMp4(file: MediaFile): Promise<MediaFacts> {
  const boxes = await topLevelBoxes(file);
  const moov = boxes.find((box) => box.type === 'moov');
  if (!moov) throw new NotMedia('The video has no "moov" box: it is truncated or was never finalised.');
  if (!boxes.some((box) => box.type === 'mdat')) throw new NotMedia('The video has no media data.');
  if (moov.end - moov.content > MAX_MOOV_BYTES) throw new NotMedia('The "moov" box is too large.');
  const bytes = Buffer.from(await file.exactly(moov.content, moov.end - moov.content));
  const children = boxesIn(bytes, 0, bytes.length);
  const tracks = children.filter((box) => box.type === 'trak').map((box) => readTrack(bytes, box));
  const video = tracks.find((track) => track.handler === 'vide');
  if (!video) throw new NotMedia('The file has no video track.');
  if (video.width < 1 || video.height < 1) throw new NotMedia('The video track has no size.');
  const fragmented = children.some((box) => box.type === 'mvex');
  if (!fragmented) {
    if (video.samples === 0 || video.firstChunk === null) throw new NotMedia('The video track is empty.');
    if ((video.lastChunk ?? 0) >= file.size)
      throw new NotMedia('Video samples lie beyond the end of the file.');
  }
  const head = await file.read(0, 12);
  const quickTime = head.toString('latin1', 4, 8) !== 'ftyp' || head.toString('latin1', 8, 12) === 'qt  ';
  const fps =
    video.duration > 0 && video.samples > 0
      ? Math.round((video.samples / video.duration) * 1000) / 1000
      : null;
  return facts(quickTime ? 'video/quicktime' : 'video/mp4', {
    width: video.width,
    height: video.height,
    fps,
    duration: video.duration > 0 ? video.duration : null,
    frameCount: video.samples > 0 ? video.samples : null,
  });
}

function child(bytes: Buffer, parent: Box | undefined, type: string): Box | undefined {
  return parent && boxesIn(bytes, parent.content, parent.end).find((box) => box.type === type);
}

function readTrack(bytes: Buffer, trak: Box): Track {
  const mdia = child(bytes, trak, 'mdia');
  const hdlr = child(bytes, mdia, 'hdlr');
  const stbl = child(bytes, child(bytes, mdia, 'minf'), 'stbl');
  const stsd = child(bytes, stbl, 'stsd');
  const offsets = chunkOffsets(bytes, child(bytes, stbl, 'stco'), child(bytes, stbl, 'co64'));
  const handler = hdlr ? bytes.toString('latin1', hdlr.content + 8, hdlr.content + 12) : '';
  // A visual sample entry: 8 bytes of head, 24 of other fields, then width and height.
  const entry = stsd ? stsd.content + 8 : 0;
  const visual = stsd !== undefined && handler === 'vide' && entry + 36 <= stsd.end;
  return {
    handler,
    width: visual ? bytes.readUInt16BE(entry + 32) : 0,
    height: visual ? bytes.readUInt16BE(entry + 34) : 0,
    duration: mediaDuration(bytes, child(bytes, mdia, 'mdhd')),
    samples: sampleCount(bytes, child(bytes, stbl, 'stsz'), child(bytes, stbl, 'stz2')),
    ...offsets,
  };
}

function mediaDuration(bytes: Buffer, mdhd: Box | undefined): number {
  if (!mdhd) return 0;
  const long = bytes[mdhd.content] === 1;
  if (mdhd.content + (long ? 32 : 20) > mdhd.end) return 0;
  const timescale = bytes.readUInt32BE(mdhd.content + (long ? 20 : 12));
  const duration = long
    ? Number(bytes.readBigUInt64BE(mdhd.content + 24))
    : bytes.readUInt32BE(mdhd.content + 16);
  return timescale === 0 ? 0 : duration / timescale;
}

function sampleCount(bytes: Buffer, stsz: Box | undefined, stz2: Box | undefined): number {
  const box = stsz ?? stz2;
  return box && box.content + 12 <= box.end ? bytes.readUInt32BE(box.content + 8) : 0;
}

function chunkOffsets(
  bytes: Buffer,
  stco: Box | undefined,
  co64: Box | undefined,
): { firstChunk: number | null; lastChunk: number | null } {
  const box = stco ?? co64;
  if (!box) return { firstChunk: null, lastChunk: null };
  const width = stco ? 4 : 8;
  const declared = bytes.readUInt32BE(box.content + 4);
  const held = Math.min(declared, Math.floor((box.end - box.content - 8) / width));
  if (held === 0) return { firstChunk: null, lastChunk: null };
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let i = 0; i < held; i++) {
    const at = box.content + 8 + i * width;
    const offset = stco ? bytes.readUInt32BE(at) : Number(bytes.readBigUInt64BE(at));
    first = Math.min(first, offset);
    last = Math.max(last, offset);
  }
  return { firstChunk: first, lastChunk: last };
}

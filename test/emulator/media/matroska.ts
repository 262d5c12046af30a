/** WebM and Matroska: EBML header, a segment that ends inside the file, a video track, at least one cluster. */

import type { MediaFacts } from '../store/items.ts';
import { facts, type MediaFile, NotMedia } from './reader.ts';

const ID = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackType: 0x83,
  defaultDuration: 0x23e383,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  cluster: 0x1f43b675,
} as const;

interface Element {
  readonly id: number;
  readonly content: number;
  /** Null where the size is unknown (live streams): the element runs to the end of what holds it. */
  readonly end: number | null;
}

export function looksLikeMatroska(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === ID.ebml;
}

function elementAt(bytes: Buffer, at: number, offset: number): Element | null {
  const idLength = vintLength(bytes[at]);
  if (idLength === 0 || idLength > 4) return null;
  const sizeAt = at + idLength;
  const sizeLength = vintLength(bytes[sizeAt]);
  if (sizeLength === 0 || sizeAt + sizeLength > bytes.length) return null;
  const id = bytes.readUIntBE(at, idLength);
  let size = (bytes[sizeAt] ?? 0) & (0xff >> sizeLength);
  let unknown = size === 0xff >> sizeLength;
  for (let i = 1; i < sizeLength; i++) {
    const byte = bytes[sizeAt + i] ?? 0;
    if (byte !== 0xff) unknown = false;
    size = size * 256 + byte;
  }
  const content = offset + idLength + sizeLength;
  return { id, content, end: unknown ? null : content + size };
}

function vintLength(first: number | undefined): number {
  if (first === undefined || first === 0) return 0;
  return Math.clz32(first) - 23;
}

function elementsIn(bytes: Buffer, start: number, end: number): Element[] {
  const found: Element[] = [];
  for (let at = start; at < end; ) {
    const element = elementAt(bytes, at, at);
    if (!element || element.end === null || element.end > end) break;
    found.push(element);
    at = element.end;
  }
  return found;
}

function unsigned(bytes: Buffer, element: Element | undefined): number | null {
  if (element?.end == null) return null;
  let value = 0;
  for (let at = element.content; at < element.end; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

function float(bytes: Buffer, element: Element | undefined): number | null {
  if (element?.end == null) return null;
  const length = element.end - element.content;
  if (length === 4) return bytes.readFloatBE(element.content);
  return length === 8 ? bytes.readDoubleBE(element.content) : null;
}

/** @throws NotMedia */
export async function inspectMatroska(file: MediaFile): Promise<MediaFacts> {
  const head = await file.read(0, 4096);
  const ebml = elementAt(head, 0, 0);
  if (ebml?.id !== ID.ebml || ebml.end === null) throw new NotMedia('The file is no Matroska or WebM file.');
  const docType = elementsIn(head, ebml.content, Math.min(ebml.end, head.length)).find(
    (e) => e.id === ID.docType,
  );
  const kind = docType?.end ? head.toString('latin1', docType.content, docType.end).replace(/\0+$/, '') : '';
  if (kind !== 'webm' && kind !== 'matroska')
    throw new NotMedia('The EBML file is neither WebM nor Matroska.');
  const segment = elementAt(await file.read(ebml.end, 16), 0, ebml.end);
  if (segment?.id !== ID.segment) throw new NotMedia('The file has no segment.');
  if (segment.end !== null && segment.end > file.size) {
    throw new NotMedia('The segment reaches beyond the end of the file: it is truncated.');
  }
  return inspectSegment(file, segment, kind === 'webm' ? 'video/webm' : 'video/x-matroska');
}

async function inspectSegment(file: MediaFile, segment: Element, mimeType: string): Promise<MediaFacts> {
  const end = segment.end ?? file.size;
  let duration: number | null = null;
  let video: { width: number; height: number; fps: number | null } | null = null;
  let clusters = 0;
  for (let at = segment.content; at < end; ) {
    const element = elementAt(await file.read(at, 16), 0, at);
    if (!element) throw new NotMedia('The segment is damaged.');
    // A cluster of unknown size runs to the next one: nothing behind it can be walked cheaply.
    if (element.end === null) {
      if (element.id === ID.cluster) clusters += 1;
      break;
    }
    if (element.end > end)
      throw new NotMedia('An element reaches beyond the end of the file: it is truncated.');
    if (element.id === ID.cluster) clusters += 1;
    if (element.id === ID.info) {
      const bytes = Buffer.from(await file.exactly(element.content, element.end - element.content));
      const parts = elementsIn(bytes, 0, bytes.length);
      const scale =
        unsigned(
          bytes,
          parts.find((e) => e.id === ID.timestampScale),
        ) ?? 1_000_000;
      const ticks = float(
        bytes,
        parts.find((e) => e.id === ID.duration),
      );
      duration = ticks === null ? null : (ticks * scale) / 1e9;
    }
    if (element.id === ID.tracks) {
      const bytes = Buffer.from(await file.exactly(element.content, element.end - element.content));
      video ??= videoTrack(bytes);
    }
    at = element.end;
  }
  if (!video) throw new NotMedia('The file has no video track.');
  if (clusters === 0) throw new NotMedia('The video has no media data.');
  const frameCount =
    duration !== null && video.fps !== null ? Math.max(1, Math.round(duration * video.fps)) : null;
  return facts(mimeType, { width: video.width, height: video.height, fps: video.fps, duration, frameCount });
}

function videoTrack(bytes: Buffer): { width: number; height: number; fps: number | null } | null {
  for (const entry of elementsIn(bytes, 0, bytes.length)) {
    if (entry.id !== ID.trackEntry || entry.end === null) continue;
    const parts = elementsIn(bytes, entry.content, entry.end);
    if (
      unsigned(
        bytes,
        parts.find((e) => e.id === ID.trackType),
      ) !== 1
    )
      continue;
    const settings = parts.find((e) => e.id === ID.video);
    if (settings?.end == null) continue;
    const sizes = elementsIn(bytes, settings.content, settings.end);
    const width =
      unsigned(
        bytes,
        sizes.find((e) => e.id === ID.pixelWidth),
      ) ?? 0;
    const height =
      unsigned(
        bytes,
        sizes.find((e) => e.id === ID.pixelHeight),
      ) ?? 0;
    const frame = unsigned(
      bytes,
      parts.find((e) => e.id === ID.defaultDuration),
    );
    if (width > 0 && height > 0) {
      return { width, height, fps: frame ? Math.round(1e12 / frame) / 1000 : null };
    }
  }
  return null;
}

/** WebM and MKV: codec, size and rate of the first video track, out of the head of the segment. Called by `facts.ts`. */

import { type Element, readElement } from '../watch/containers/matroska.ts';
import type { Source } from '../watch/containers/source.ts';
import type { VideoFacts } from './facts.ts';

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const CODEC_ID = 0x86;
const DEFAULT_DURATION = 0x23e383;
const VIDEO = 0xe0;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;

const IS_VIDEO = 1;
/** Nanoseconds of one unit where the file says nothing else. */
const USUAL_SCALE = 1_000_000;

type Known = Element & { readonly length: number };

/** Null where no segment begins, as in a file that was cut off. */
export async function matroskaFacts(source: Source): Promise<VideoFacts | null> {
  const segment = await find(source, 0, source.size, SEGMENT);
  if (!segment) return null;
  const end = segment.length === null ? source.size : Math.min(source.size, segment.data + segment.length);
  let scale = USUAL_SCALE;
  let duration: number | null = null;
  let track: Track | null = null;
  for await (const part of elements(source, segment.data, end)) {
    // The data begins: what describes it stands before.
    if (part.id === CLUSTER || part.length === null) break;
    const { data, length } = part;
    if (part.id === INFO) {
      scale = (await number(source, await inside(source, part, TIMESTAMP_SCALE))) ?? USUAL_SCALE;
      duration = await float(source, await inside(source, part, DURATION));
    }
    if (part.id === TRACKS) track = await videoTrack(source, data, data + length);
  }
  const durationSeconds = duration === null || !(duration > 0) ? null : (duration * scale) / 1e9;
  const frame = track?.frameNanoseconds ?? null;
  return {
    kind: 'video',
    codec: track?.codec ?? null,
    width: track?.width ?? null,
    height: track?.height ?? null,
    frames: durationSeconds !== null && frame !== null ? Math.round((durationSeconds * 1e9) / frame) : null,
    durationSeconds,
    constantRate: null,
  };
}

interface Track {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly frameNanoseconds: number | null;
}

async function videoTrack(source: Source, start: number, end: number): Promise<Track | null> {
  for await (const entry of elements(source, start, end)) {
    if (entry.id !== TRACK_ENTRY || entry.length === null) continue;
    const known = { ...entry, length: entry.length };
    if ((await number(source, await inside(source, known, TRACK_TYPE))) !== IS_VIDEO) continue;
    const video = await inside(source, known, VIDEO);
    return {
      codec: await text(source, await inside(source, known, CODEC_ID)),
      width: video && (await number(source, await inside(source, video, PIXEL_WIDTH))),
      height: video && (await number(source, await inside(source, video, PIXEL_HEIGHT))),
      frameNanoseconds: (await number(source, await inside(source, known, DEFAULT_DURATION))) || null,
    };
  }
  return null;
}

async function inside(source: Source, parent: Element, id: number): Promise<Known | null> {
  const found = await find(source, parent.data, parent.data + (parent.length ?? 0), id);
  return found && found.length !== null ? { ...found, length: found.length } : null;
}

async function find(source: Source, start: number, end: number, id: number): Promise<Element | null> {
  for await (const element of elements(source, start, end)) if (element.id === id) return element;
  return null;
}

async function* elements(source: Source, start: number, end: number): AsyncGenerator<Element> {
  for (let offset = start; offset < end; ) {
    const element = await readElement(source, offset);
    if (element === 'cut' || element === 'none') return;
    yield element;
    if (element.length === null) return;
    offset = element.data + element.length;
  }
}

/** At most eight bytes, big-endian. */
async function number(source: Source, element: Known | null): Promise<number | null> {
  if (!element || element.length === 0 || element.length > 8) return null;
  const bytes = await source.bytes(element.data, element.length);
  return bytes ? bytes.reduce((value, byte) => value * 256 + byte, 0) : null;
}

async function float(source: Source, element: Known | null): Promise<number | null> {
  if (!element || (element.length !== 4 && element.length !== 8)) return null;
  const view = await source.view(element.data, element.length);
  return view && (element.length === 4 ? view.getFloat32(0) : view.getFloat64(0));
}

async function text(source: Source, element: Known | null): Promise<string | null> {
  if (!element || element.length === 0 || element.length > 64) return null;
  const bytes = await source.bytes(element.data, element.length);
  return bytes && String.fromCharCode(...bytes).replace(/\0+$/, '');
}

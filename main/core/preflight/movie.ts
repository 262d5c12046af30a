/** MP4 and MOV: codec, size, frames and rate of the first video track, out of the `moov` box. Called by `facts.ts`. */

import { MOST_AT_ONCE, type Source } from '../watch/containers/source.ts';
import type { VideoFacts } from './facts.ts';

interface Box {
  readonly type: string;
  /** Of its content. */
  readonly start: number;
  readonly end: number;
}

const NOTHING: VideoFacts = {
  kind: 'video',
  codec: null,
  width: null,
  height: null,
  frames: null,
  durationSeconds: null,
  constantRate: null,
};

/** Null where there is no `moov` box to read, as in a file that was cut off. */
export async function movieFacts(source: Source): Promise<VideoFacts | null> {
  const moov = await first(source, 0, source.size, 'moov');
  if (!moov) return null;
  for await (const track of boxes(source, moov.start, moov.end)) {
    if (track.type !== 'trak') continue;
    const media = await first(source, track.start, track.end, 'mdia');
    if (media && (await isVideo(source, media))) return trackFacts(source, media);
  }
  return NOTHING;
}

async function trackFacts(source: Source, media: Box): Promise<VideoFacts> {
  const { scale, duration } = await header(source, media);
  const info = await first(source, media.start, media.end, 'minf');
  const table = info && (await first(source, info.start, info.end, 'stbl'));
  const seconds = scale > 0 && duration > 0 ? duration / scale : null;
  if (!table) return { ...NOTHING, durationSeconds: seconds };
  const description = await first(source, table.start, table.end, 'stsd');
  // Behind version and count stands the first sample entry: its length, its name, and at 32 the size of a frame.
  const entry = description && (await source.view(description.start + 8, 36));
  const sizes = await first(source, table.start, table.end, 'stsz');
  const counted = sizes && (await source.view(sizes.start, 12));
  const times = await first(source, table.start, table.end, 'stts');
  const frames = counted ? counted.getUint32(8) : null;
  return {
    kind: 'video',
    codec: entry ? name(entry, 4) : null,
    width: entry ? entry.getUint16(32) || null : null,
    height: entry ? entry.getUint16(34) || null : null,
    // A file in fragments has its frames elsewhere, and counts none here.
    frames: frames === 0 ? null : frames,
    durationSeconds: seconds,
    constantRate: times ? await isConstant(source, times) : null,
  };
}

async function isVideo(source: Source, media: Box): Promise<boolean> {
  const handler = await first(source, media.start, media.end, 'hdlr');
  const view = handler && (await source.view(handler.start + 8, 4));
  return view !== null && name(view, 0) === 'vide';
}

/** Units a second, and how many of them the track is long. */
async function header(source: Source, media: Box): Promise<{ scale: number; duration: number }> {
  const box = await first(source, media.start, media.end, 'mdhd');
  const short = box && (await source.view(box.start, 20));
  if (!box || !short) return { scale: 0, duration: 0 };
  if (short.getUint8(0) === 0) return { scale: short.getUint32(12), duration: short.getUint32(16) };
  const long = await source.view(box.start, 32);
  return long
    ? { scale: long.getUint32(20), duration: Number(long.getBigUint64(24)) }
    : { scale: 0, duration: 0 };
}

/** Runs of frames of one length. The last frame is often cut, which makes no rate uneven. */
async function isConstant(source: Source, times: Box): Promise<boolean | null> {
  const head = await source.view(times.start, 8);
  const runs = head?.getUint32(4) ?? 0;
  if (runs === 0) return null;
  const read = Math.min(runs, Math.floor(MOST_AT_ONCE / 8));
  const table = await source.view(times.start + 8, read * 8);
  if (!table) return null;
  const lengths = new Set<number>();
  for (let run = 0; run < read; run++) {
    const [count, length] = [table.getUint32(run * 8), table.getUint32(run * 8 + 4)];
    const isLast = run === runs - 1 && count === 1 && runs > 1;
    if (!isLast) lengths.add(length);
  }
  return lengths.size <= 1;
}

async function first(source: Source, start: number, end: number, type: string): Promise<Box | null> {
  for await (const box of boxes(source, start, end)) if (box.type === type) return box;
  return null;
}

/** The boxes of a range; ends at the first thing that is none. */
async function* boxes(source: Source, start: number, end: number): AsyncGenerator<Box> {
  for (let offset = start; offset + 8 <= end; ) {
    const view = await source.view(offset, 8);
    if (!view) return;
    let length = view.getUint32(0);
    let content = offset + 8;
    if (length === 1) {
      const large = await source.view(offset + 8, 8);
      if (!large) return;
      length = Number(large.getBigUint64(0));
      content = offset + 16;
    }
    // No length: it is whatever there is.
    const next = length === 0 ? end : offset + length;
    if (next < content || next > end) return;
    yield { type: name(view, 4), start: content, end: next };
    offset = next;
  }
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

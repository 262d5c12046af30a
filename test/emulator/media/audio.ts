/** WAV, FLAC and MP3: the container's mark, its parameters, and for WAV that the samples are complete. */

import type { MediaFacts } from '../store/items.ts';
import { facts, type MediaFile, NotMedia } from './reader.ts';

function details(codec: string, rate: number, depth: number | null, channels: number): MediaFacts['details'] {
  return { audioCodec: codec, audioSampleRate: rate, audioBitDepth: depth, audioNumChannels: channels };
}

/** @throws NotMedia */
export async function inspectAudio(file: MediaFile): Promise<MediaFacts> {
  const head = await file.read(0, 64);
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE')
    return inspectWav(file);
  if (head.toString('latin1', 0, 4) === 'fLaC') return inspectFlac(file);
  const start = head.toString('latin1', 0, 3) === 'ID3' ? 10 + syncSafe(await file.exactly(6, 4)) : 0;
  const frame = await file.read(start, 4);
  if (
    frame.length === 4 &&
    frame[0] === 0xff &&
    ((frame[1] ?? 0) & 0xe0) === 0xe0 &&
    ((frame[1] ?? 0) & 0x06) !== 0
  ) {
    return inspectMp3(file, frame, start);
  }
  throw new NotMedia('The file is not a supported audio file (mp3, wav, flac).');
}

function syncSafe(bytes: Buffer): number {
  return bytes.reduce((value, byte) => value * 128 + (byte & 0x7f), 0);
}

async function inspectWav(file: MediaFile): Promise<MediaFacts> {
  let format: {
    codec: number;
    channels: number;
    rate: number;
    bytesPerSecond: number;
    depth: number;
  } | null = null;
  for (let at = 12; at + 8 <= file.size; ) {
    const chunk = await file.exactly(at, 8);
    const type = chunk.toString('latin1', 0, 4);
    const size = chunk.readUInt32LE(4);
    if (type === 'fmt ') {
      const fmt = await file.exactly(at + 8, 16);
      format = {
        codec: fmt.readUInt16LE(0),
        channels: fmt.readUInt16LE(2),
        rate: fmt.readUInt32LE(4),
        bytesPerSecond: fmt.readUInt32LE(8),
        depth: fmt.readUInt16LE(14),
      };
    }
    if (type === 'data') {
      if (!format) throw new NotMedia('The WAV file has no format chunk.');
      if (at + 8 + size > file.size) throw new NotMedia('The WAV file is truncated.');
      return facts('audio/x-wav', {
        duration: format.bytesPerSecond > 0 ? size / format.bytesPerSecond : null,
        details: details(
          format.codec === 1 ? 'pcm' : `wav-${format.codec}`,
          format.rate,
          format.depth,
          format.channels,
        ),
      });
    }
    at += 8 + size + (size & 1);
  }
  throw new NotMedia('The WAV file has no samples.');
}

async function inspectFlac(file: MediaFile): Promise<MediaFacts> {
  const info = await file.exactly(8, 18);
  const packed = info.readBigUInt64BE(10);
  const rate = Number(packed >> 44n);
  const samples = Number(packed & 0xfffffffffn);
  if (rate === 0) throw new NotMedia('The FLAC header is damaged.');
  return facts('audio/flac', {
    duration: samples > 0 ? samples / rate : null,
    details: details('flac', rate, Number((packed >> 36n) & 31n) + 1, Number((packed >> 41n) & 7n) + 1),
  });
}

const MP3_RATES = [44_100, 48_000, 32_000];
const MP3_KILOBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

function inspectMp3(file: MediaFile, frame: Buffer, start: number): MediaFacts {
  const version = ((frame[1] ?? 0) >> 3) & 3;
  const baseRate = MP3_RATES[((frame[2] ?? 0) >> 2) & 3];
  if (baseRate === undefined || version === 1) throw new NotMedia('The MP3 frame header is damaged.');
  const rate = version === 3 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const kilobits = version === 3 ? (MP3_KILOBITS[(frame[2] ?? 0) >> 4] ?? 0) : 0;
  return facts('audio/mpeg', {
    duration: kilobits > 0 ? ((file.size - start) * 8) / (kilobits * 1000) : null,
    details: details('mp3', rate, null, (frame[3] ?? 0) >> 6 === 3 ? 1 : 2),
  });
}

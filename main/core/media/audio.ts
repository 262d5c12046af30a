/** Audio: MP3, WAV and FLAC, one unit a file. Called through the list in `index.ts`. */

import { asciiAt, type Format, looksLikeText, type MediaType } from './media-type.ts';

const MP3: Format = { mime: 'audio/mpeg', name: 'an MP3 audio file' };
const WAV: Format = { mime: 'audio/x-wav', name: 'a WAV audio file' };
const FLAC: Format = { mime: 'audio/flac', name: 'a FLAC audio file' };

export const audio: MediaType = {
  id: 'audio',
  label: { one: 'audio file', many: 'audio files' },
  takes: 'MP3, WAV and FLAC audio',
  grouping: 'file',
  extensions: ['mp3', 'wav', 'flac'],
  repeatable: true,
  createVideo: false,
  storage: {
    itemType: 'audio',
    list: 'audio',
    externalFileType: 'AUDIO',
    made: 'audio',
    putAs: 'application/octet-stream',
  },
  // Registered by the call of videos, like Encord's own client did.
  documented: { grantQuery: 'signedaudiourl', registerBy: 'video' },
  sniff(head) {
    if (asciiAt(head, 0, 'RIFF') && asciiAt(head, 8, 'WAVE')) return WAV;
    if (asciiAt(head, 0, 'RF64') && asciiAt(head, 8, 'WAVE')) return WAV;
    // Four letters may also begin a text.
    if (looksLikeText(head)) return null;
    if (asciiAt(head, 0, 'fLaC')) return FLAC;
    if (asciiAt(head, 0, 'ID3')) return MP3;
    return isMp3Frame(head) ? MP3 : null;
  },
  titleOf: (name) => name,
};

/** Bits a second, in thousands, by the number in the frame's header: of layer III in MPEG 1, and in MPEG 2 and 2.5. */
const KBITS_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBITS_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const HERTZ_1 = [44_100, 48_000, 32_000];

/** A frame of layer III; where the next one is within reach, it has to follow, because eleven set bits alone prove little. */
function isMp3Frame(head: Uint8Array): boolean {
  const length = mp3FrameLength(head, 0);
  if (length === null) return false;
  if (length + 4 > head.length) return true;
  return mp3FrameLength(head, length) !== null;
}

/** Bytes of the frame of layer III whose header stands at the offset; null where none does. */
function mp3FrameLength(head: Uint8Array, at: number): number | null {
  const [sync = 0, second = 0, third = 0] = head.subarray(at, at + 3);
  // Layer III is written 01; the version 01 is reserved.
  if (sync !== 0xff || (second & 0xe6) !== 0xe2 || (second & 0x18) === 0x08) return null;
  const first = (second & 0x18) === 0x18;
  const kbits = (first ? KBITS_1 : KBITS_2)[third >> 4];
  const hertz = HERTZ_1[(third >> 2) & 3];
  // No bit rate is one that the header leaves open, and such a file is of no use to a player.
  if (!kbits || hertz === undefined) return null;
  const divisor = first ? 1 : (second & 0x18) === 0x10 ? 2 : 4;
  return Math.floor(((first ? 144 : 72) * kbits * 1000) / (hertz / divisor)) + ((third >> 1) & 1);
}

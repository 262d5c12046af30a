/**
 * What Encord documents of types and limits, held against facts (encord-api.md F): sentences that warn and say what to do.
 * Which limits are enforced is not published, so nothing here refuses. Pure; called by `preflight.ts`.
 */

import type { Facts, ImageFacts, VideoFacts } from './facts.ts';

/** 4K, lying or upright. */
const MOST_LONG = 3_840;
const MOST_SHORT = 2_160;
const MOST_FRAMES = 200_000;
/** Beyond these a rate is more likely a mistake of the writer than of the camera. */
const ODD_RATES = { below: 1, above: 240 };
/** Units at one time: the documented limits of the plans, smallest first. */
const PLAN_LIMITS: readonly (readonly [plan: string, units: number])[] = [
  ['Free', 1_000],
  ['Team', 2_500],
  ['Enterprise', 10_000],
];
/** Encord's advice for one go. */
const ADVICE = { bytes: 2e9, videos: 100, images: 1_000 };

/** What browsers play everywhere. */
const PLAYED: ReadonlySet<string> = new Set([
  ...['avc1', 'avc3', 'vp08', 'vp09', 'av01'],
  ...['V_MPEG4/ISO/AVC', 'V_VP8', 'V_VP9', 'V_AV1'],
]);
const CODEC_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(hvc1|hev1|dvh1|dvhe)$|^V_MPEGH/, 'H.265 (HEVC)'],
  [/^ap(co|cs|cn|ch|4h|4x)$/, 'Apple ProRes'],
  [/^(jpeg|mjpa|mjpb|mjpg|MJPG)$|^V_MJPEG/, 'Motion JPEG'],
  [/^mp4v$|^V_MPEG4/, 'MPEG-4 Part 2'],
  [/^AVd[nh1]$/, 'Avid DNxHD'],
  [/^(raw |2vuy|yuv2|v210|v308)$|^V_UNCOMPRESSED/, 'uncompressed video'],
  [/^(mp1v|mp2v|hdv.|mx..)$|^V_MPEG[12]/, 'MPEG-2'],
];

const count = (value: number): string => Math.round(value).toLocaleString('en');

/**
 * Sentences on one file; none where nothing is odd. `facts` null: they could not be found out. `missing` is a clause on
 * what a video lacks that was cut off.
 */
export function judgeFile(mime: string, facts: Facts | null, missing: string | null = null): string[] {
  if (mime === 'image/tiff') {
    return [
      'TIFF images are shown in Safari only. Convert it to PNG or JPEG where others have to see it.',
      ...sizes(facts),
    ];
  }
  if (!mime.startsWith('video/')) return sizes(facts);
  if (missing !== null) {
    return [`It seems to be cut off: ${missing}. Check that it plays to its end, or copy it once more.`];
  }
  if (facts?.kind !== 'video') {
    return ['What is in it could not be found out. Check that it plays before you upload it.'];
  }
  return [...codecs(mime, facts), ...sizes(facts), ...frames(facts)];
}

function codecs(mime: string, { codec }: VideoFacts): string[] {
  if (codec === null) return ['No video track was found in it. Check that it plays before you upload it.'];
  if (!PLAYED.has(codec)) {
    const name = CODEC_NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? `“${printable(codec)}”`;
    return [
      `Browsers cannot play it everywhere: its codec is ${name}. Convert it to H.264, or re-encode it in Encord after the upload.`,
    ];
  }
  return mime === 'video/quicktime'
    ? ['MOV videos are shown in Safari only. Convert it to MP4, or re-encode it in Encord after the upload.']
    : [];
}

/** Of a file that may be hostile: letters, digits and a few signs of a codec's id. */
function printable(codec: string): string {
  return codec.replace(/[^\w/. -]/g, '?').slice(0, 40);
}

function sizes(facts: Facts | null): string[] {
  const { width = null, height = null } = facts ?? {};
  if (width === null || height === null) return [];
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  if (long <= MOST_LONG && short <= MOST_SHORT) return [];
  return [
    `It has ${count(width)} × ${count(height)} pixels; Encord documents up to 4K (3,840 × 2,160). Make it smaller where labels do not need every pixel.`,
  ];
}

function frames(facts: VideoFacts): string[] {
  const found: string[] = [];
  const { durationSeconds, constantRate } = facts;
  if (facts.frames !== null && facts.frames > MOST_FRAMES) {
    found.push(
      `It has ${count(facts.frames)} frames; Encord documents up to 200,000. Cut it into parts before you upload it.`,
    );
  }
  if (constantRate === false) {
    found.push(
      'Its frames are not equally long (a variable frame rate), so frame numbers can differ between programs. Encode it at a constant rate where labels have to match frames.',
    );
  }
  if (facts.frames !== null && durationSeconds !== null) {
    const rate = facts.frames / durationSeconds;
    if (rate < ODD_RATES.below || rate > ODD_RATES.above) {
      const shown = rate.toLocaleString('en', { maximumSignificantDigits: 3 });
      found.push(`It says that it has ${shown} frames a second. Check its frame rate before you upload it.`);
    }
  }
  return found;
}

/** Frames of several sizes in one sequence; null where all that is known fits together. */
export function judgeSequence(known: Iterable<Pick<ImageFacts, 'width' | 'height'>>): string | null {
  const found = new Set<string>();
  for (const { width, height } of known) {
    found.add(`${count(width)} × ${count(height)}`);
    if (found.size > 3) break;
  }
  if (found.size < 2) return null;
  const [first, second] = found;
  return `Its frames have several sizes (${first} and ${second}${found.size > 2 ? ', among others' : ''}): Encord makes a sequence of each size. Choose an image group to keep them together.`;
}

export interface Whole {
  readonly units: number;
  readonly videos: number;
  readonly images: number;
  readonly bytes: number;
}

/** Sentences on all of it. */
export function judgeWhole({ units, videos, images, bytes }: Whole): string[] {
  const found: string[] = [];
  const beyond = PLAN_LIMITS.findLast(([, most]) => units > most);
  if (beyond) {
    const plans = PLAN_LIMITS.filter(([, most]) => units > most).map(
      ([plan, most]) => `${plan} (${count(most)})`,
    );
    found.push(
      `These are ${count(units)} data units: more at one time than Encord documents for the plans ${plans.join(', ')}. If Encord refuses some, upload the rest later.`,
    );
  }
  const advice = [
    ...(videos > ADVICE.videos ? [`${count(ADVICE.videos)} videos`] : []),
    ...(images > ADVICE.images ? [`${count(ADVICE.images)} images`] : []),
    ...(bytes > ADVICE.bytes ? ['2 GB'] : []),
  ];
  if (advice.length > 0) {
    found.push(
      `Encord advises at most ${advice.join(' or ')} at one time. The queue goes on by itself, however long it takes.`,
    );
  }
  return found;
}

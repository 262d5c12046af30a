/** Preflight: facts out of real files and of ones made by hand, and what is said of them before a byte is sent. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Facts, readFacts, type VideoFacts } from '../../../main/core/preflight/facts.ts';
import { judgeFile, judgeSequence, judgeWhole } from '../../../main/core/preflight/judge.ts';
import { Preflight, type PreflightFile } from '../../../main/core/preflight/preflight.ts';
import { makePng } from '../../fixtures/png.ts';

const MEDIA = join(import.meta.dirname, '..', '..', 'fixtures', 'media');

function factsOf(bytes: Uint8Array, mime: string): Promise<Facts | null> {
  return readFacts(mime, bytes.length, async (offset, length) => bytes.subarray(offset, offset + length));
}

const u32 = (...values: number[]) =>
  Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes;
    }),
  );
const box = (type: string, ...content: Buffer[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};

interface Film {
  readonly codec?: string;
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  /** Runs of frames: how many, and how many of 1,000 units a second each lasts. */
  readonly runs?: readonly (readonly [count: number, length: number])[];
  readonly seconds?: number;
}

/** An MP4 with hardly any data: what describes it is all that is looked at. */
function film({
  codec = 'avc1',
  width = 640,
  height = 480,
  frames = 250,
  runs = [[250, 40]],
  seconds = 10,
}: Film): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(width, 0);
  size.writeUInt16BE(height, 2);
  const entry = box(codec, Buffer.alloc(24), size, Buffer.alloc(50));
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0isommp42')),
    box('mdat', Buffer.alloc(64, 1)),
    box(
      'moov',
      box(
        'trak',
        box(
          'mdia',
          box('mdhd', u32(0, 0, 0, 1_000, seconds * 1_000, 0)),
          box('hdlr', u32(0, 0), Buffer.from('vide'), Buffer.alloc(12)),
          box(
            'minf',
            box(
              'stbl',
              box('stsd', u32(0, 1), entry),
              box('stts', u32(0, runs.length, ...runs.flat())),
              box('stsz', u32(0, 0, frames)),
            ),
          ),
        ),
      ),
    ),
  ]);
}

describe('facts', () => {
  it('come out of real videos of each kind', async () => {
    for (const [name, mime] of [
      ['video.mp4', 'video/mp4'],
      ['colours.mov', 'video/quicktime'],
      ['flow.webm', 'video/webm'],
      ['lattice.mkv', 'video/x-matroska'],
    ] as const) {
      const facts = await factsOf(readFileSync(join(MEDIA, name)), mime);
      expect(facts, name).toMatchObject({ kind: 'video', codec: expect.stringMatching(/\w{4}/) });
      const { width, height, durationSeconds } = facts as VideoFacts;
      expect(
        [width, height].every((each) => each !== null && each > 0),
        name,
      ).toBe(true);
      expect(durationSeconds ?? 1, name).toBeGreaterThan(0);
    }
  });

  it('count frames and tell an even rate from an uneven one', async () => {
    expect(await factsOf(film({}), 'video/mp4')).toEqual({
      kind: 'video',
      codec: 'avc1',
      width: 640,
      height: 480,
      frames: 250,
      durationSeconds: 10,
      constantRate: true,
    });
    // The last frame may be cut without making the rate uneven.
    expect(
      await factsOf(
        film({
          runs: [
            [249, 40],
            [1, 33],
          ],
        }),
        'video/mp4',
      ),
    ).toMatchObject({ constantRate: true });
    expect(
      await factsOf(
        film({
          runs: [
            [200, 40],
            [50, 33],
          ],
        }),
        'video/mp4',
      ),
    ).toMatchObject({ constantRate: false });
  });

  it('of images are their size, also behind a camera’s long notes', async () => {
    expect(await factsOf(makePng({ seed: 1 }), 'image/png')).toMatchObject({ kind: 'image' });
    const notes = Buffer.concat([Buffer.from([0xff, 0xe1, 0xff, 0xf0]), Buffer.alloc(0xfff0 - 2)]);
    const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0x10, 0x00, 0x20, 0x00, 3]);
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), notes, frame, Buffer.alloc(100)]);
    expect(await factsOf(jpeg, 'image/jpeg')).toEqual({ kind: 'image', width: 8_192, height: 4_096 });
  });

  it('are none of files that are cut, empty of sense, or hostile', async () => {
    const whole = film({});
    for (let length = 0; length < whole.length; length += 7)
      await factsOf(whole.subarray(0, length), 'video/mp4');
    // Boxes within boxes that say they are longer than their parent, or nothing at all.
    const wrong = Buffer.concat([box('moov', u32(0xffffffff), Buffer.from('trak')), Buffer.alloc(64)]);
    expect(await factsOf(wrong, 'video/mp4')).toMatchObject({ codec: null });
    expect(await factsOf(Buffer.alloc(0), 'video/webm')).toBeNull();
    expect(await factsOf(Buffer.alloc(4_096, 0xff), 'video/x-matroska')).toBeNull();
    expect(await factsOf(Buffer.from('text'), 'text/plain')).toBeNull();
  });
});

describe('what is said', () => {
  const said = async (change: Film, mime = 'video/mp4') => judgeFile(mime, await factsOf(film(change), mime));

  it.each([
    ['nothing of an even H.264 video', {}, []],
    ['a codec that browsers do not play', { codec: 'hvc1' }, [/H\.265 \(HEVC\).*H\.264/]],
    ['ProRes', { codec: 'apch' }, [/Apple ProRes/]],
    ['a codec that nobody knows', { codec: '\u202e<b>' }, [/“\.\?b\?”/]],
    ['more than 4K', { width: 7_680, height: 4_320 }, [/7,680 × 4,320 pixels/]],
    ['upright 4K is none', { width: 2_160, height: 3_840 }, []],
    ['too many frames', { frames: 200_001, seconds: 8_000, runs: [[200_001, 40]] }, [/200,001 frames/]],
    [
      'an uneven rate',
      {
        runs: [
          [10, 40],
          [240, 41],
        ],
      },
      [/variable frame rate/],
    ],
    ['an odd rate', { frames: 100_000, seconds: 10, runs: [[100_000, 0]] }, [/10,000 frames a second/]],
  ] as const)('%s', async (_name, change, patterns) => {
    const sentences = await said(change as Film);
    expect(sentences).toHaveLength(patterns.length);
    for (const [index, pattern] of patterns.entries()) expect(sentences[index]).toMatch(pattern);
  });

  it('of MOV and TIFF: where they are shown', async () => {
    expect((await said({}, 'video/quicktime'))[0]).toMatch(/Safari/);
    expect(judgeFile('image/tiff', null)[0]).toMatch(/Safari/);
  });

  it('of a video that cannot be read, or has none in it', async () => {
    expect(judgeFile('video/mp4', null)[0]).toMatch(/could not be found out/);
    expect(judgeFile('video/mp4', await factsOf(Buffer.concat([box('moov')]), 'video/mp4'))[0]).toMatch(
      /No video track/,
    );
  });

  it('of sequences with frames of several sizes', () => {
    const small = { width: 640, height: 480 };
    expect(judgeSequence([small, { ...small }])).toBeNull();
    expect(judgeSequence([])).toBeNull();
    expect(judgeSequence([small, { width: 1_280, height: 720 }])).toMatch(/640 × 480 and 1,280 × 720\)/);
  });

  it('of the whole: the limits of the plans and Encord’s advice', () => {
    const whole = { units: 10, videos: 5, images: 5, bytes: 1e6 };
    expect(judgeWhole(whole)).toEqual([]);
    expect(judgeWhole({ ...whole, units: 2_600 })).toEqual([
      expect.stringMatching(/2,600 data units.*Free \(1,000\), Team \(2,500\)\./),
    ]);
    expect(judgeWhole({ ...whole, videos: 101, bytes: 3e9 })).toEqual([
      expect.stringMatching(/at most 100 videos or 2 GB at one time/),
    ]);
  });
});

describe('a plan', () => {
  const files = new Map<string, Buffer>([
    ['/a/good.mp4', film({})],
    ['/a/new.mp4', film({ codec: 'hev1' })],
    ['/a/cut.mp4', film({}).subarray(0, -40)],
    ['/a/s/1.png', makePng({ seed: 1, width: 8, height: 8 })],
    ['/a/s/2.png', makePng({ seed: 2, width: 9, height: 8 })],
  ]);
  const sequence = { key: 's', path: '/a/s', title: 's' };
  const fileOf = (path: string, grouped: boolean): PreflightFile => ({
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    mime: path.endsWith('.png') ? 'image/png' : 'video/mp4',
    size: files.get(path)?.length ?? 1_000,
    sequence: grouped && path.endsWith('.png') ? sequence : null,
  });

  function start(grouped: () => boolean, abort = new AbortController()) {
    const units = { video: 2, image: 0, 'image-group': 0, 'image-sequence': 0 };
    const none = { audio: 0, dicom: 0, nifti: 0, pdf: 0, text: 0 };
    let told = 0;
    const preflight = new Preflight(
      {
        preflightFiles: () => [...files.keys(), '/a/gone.mp4'].map((path) => fileOf(path, grouped())),
        totals: () => ({
          bytes: 1,
          units: { ...units, ...none, ...(grouped() ? { 'image-sequence': 1 } : { image: 2 }) },
        }),
      },
      {
        read: async (path, offset, length) => {
          const bytes = files.get(path);
          if (!bytes) throw new Error('gone');
          return bytes.subarray(offset, offset + length);
        },
        clock: { monotonic: () => performance.now() },
        signal: abort.signal,
      },
      () => {
        told += 1;
      },
    );
    return { preflight, told: () => told };
  }

  it('is looked into as it is now: the whole, sequences, then files', async () => {
    let grouped = false;
    const { preflight, told } = start(() => grouped);
    await preflight.finished;
    expect(preflight.warnings()).toEqual([
      { path: '/a/new.mp4', title: 'new.mp4', message: expect.stringContaining('HEVC') },
      { path: '/a/cut.mp4', title: 'cut.mp4', message: expect.stringMatching(/cut off: its moov box/) },
    ]);
    expect(told()).toBeGreaterThan(0);
    grouped = true;
    expect(preflight.warnings()).toEqual([
      { path: '/a/s', title: 's', message: expect.stringContaining('several sizes') },
      { path: '/a/new.mp4', title: 'new.mp4', message: expect.stringContaining('HEVC') },
      { path: '/a/cut.mp4', title: 'cut.mp4', message: expect.stringMatching(/cut off: its moov box/) },
    ]);
  });

  it('that was discarded is looked into no further', async () => {
    const abort = new AbortController();
    abort.abort();
    const { preflight, told } = start(() => false, abort);
    await preflight.finished;
    expect(told()).toBe(0);
    expect(preflight.warnings()).toEqual([]);
  });
});
